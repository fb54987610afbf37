#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/app/test.h"
#include "core/base/safe_text.h"

/* Each line of a text behind the same beginning. */
static void print_lines(const char *begin, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        printf("%s%.*s\n", begin, (int)len, text);
        text += len + (text[len] == '\n');
    }
}

/* Tests and what they show are somebody else's text: here it is made safe for a terminal. */
static void make_safe(char *text, size_t size, bool lines)
{
    struct mr_safe_text safe;
    int err =
        (lines ? mr_safe_text_make_lines : mr_safe_text_make)(text, strlen(text), size - 1, &safe);
    snprintf(text, size, "%s", err < 0 ? "" : safe.text);
    mr_safe_text_free(&safe);
}

/* As the user would write it. */
static const char *short_path(const char *file)
{
    static const char dot[] = ".";
    char folder[4096];
    size_t len = getcwd(folder, sizeof folder) ? strlen(folder) : 0;
    if (len > strlen(dot) && strncmp(file, folder, len) == 0 && file[len] == '/') {
        return file + len + 1;
    }
    return file;
}

void mr_test_report_begin(struct mr_test_report *report)
{
    report->began_ms = mr_loop_real_ms();
    if (report->tap) {
        puts("TAP version 13");
        printf("# seed %" PRIu64 "\n", report->seed);
    }
}

void mr_test_report_file(const struct mr_test_report *report, const char *file)
{
    if (!report->tap) {
        char shown[4096];
        snprintf(shown, sizeof shown, "%s", short_path(file));
        make_safe(shown, sizeof shown, false);
        printf("%s\n", shown);
    }
}

static void tap_one(const struct mr_test_report *report, const char *file,
                    const struct mr_test_result *result)
{
    size_t number = report->passed + report->failed;
    char shown[4096];
    snprintf(shown, sizeof shown, "%s", short_path(file));
    make_safe(shown, sizeof shown, false);
    printf("%s %zu - %s: ", result->ok ? "ok" : "not ok", number, shown);
    /* A # would begin a directive. */
    for (const char *at = result->name[0] ? result->name : "(the file)"; *at; at++) {
        putchar(*at == '#' ? ' ' : *at);
    }
    putchar('\n');
    print_lines("# ", result->text);
}

void mr_test_report_one(struct mr_test_report *report, const char *file,
                        struct mr_test_result *result)
{
    make_safe(result->name, sizeof result->name, false);
    make_safe(result->text, sizeof result->text, true);
    const char *red = report->color ? "\x1b[31m" : "";
    const char *green = report->color ? "\x1b[32m" : "";
    const char *plain = report->color ? "\x1b[0m" : "";
    *(result->ok ? &report->passed : &report->failed) += 1;
    if (report->tap) {
        tap_one(report, file, result);
    } else {
        printf("  %s%s%s  %s (%" PRIu64 " ms)\n", result->ok ? green : red,
               result->ok ? "ok  " : "FAIL", plain, result->name[0] ? result->name : "(the file)",
               result->ms);
        print_lines("        ", result->text);
    }
    fflush(stdout);
}

void mr_test_report_end(const struct mr_test_report *report)
{
    size_t count = report->passed + report->failed;
    uint64_t ms = mr_loop_real_ms() - report->began_ms;
    if (report->tap) {
        printf("1..%zu\n", count);
        printf("# %zu passed, %zu failed\n", report->passed, report->failed);
        return;
    }
    printf("%zu passed, %zu failed in %" PRIu64 ".%" PRIu64 " s (seed %" PRIu64 ")\n",
           report->passed, report->failed, ms / 1000, ms / 100 % 10, report->seed);
}
