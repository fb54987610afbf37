#include "core/app/test.h"

#include <getopt.h>
#include <moonroom/errors.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/base/exit.h"
#include "core/wire/rsa.h"

enum { OPT_SEED = 1000, OPT_TAP, OPT_FILTER, WHY = 4200 };

static const uint64_t seed_end = 1000000000;

struct options {
    struct mr_test_options test;
    const char *filter;
    bool tap, help;
};

static void print_help(void)
{
    fputs("Usage: moonroom test [OPTION]... [PATH]...\n"
          "Runs tests of Lua scripts: the real client on a virtual clock, before a room in\n"
          "memory. PATH is a file NAME_test.lua, or a folder below which all of them are\n"
          "run; without one it is your scripts folder. Each test gets a client and a home\n"
          "of its own, and the script NAME.lua beside its file is loaded in it.\n"
          "\n"
          "      --filter=TEXT          run only tests whose name holds TEXT\n"
          "      --seed=N               repeat the random numbers of an earlier run\n"
          "      --tap                  report as TAP (Test Anything Protocol)\n"
          "  -v, --verbose              show the log\n"
          "  -h, --help                 show this help\n"
          "\n"
          "Exit codes: 0 all tests passed, 1 a test has failed, 2 wrong usage.\n",
          stdout);
}

static int usage(const char *complaint)
{
    fprintf(stderr, "moonroom: %s\nTry 'moonroom test --help'.\n", complaint);
    return MR_EXIT_USAGE;
}

static int take_seed(const char *text, uint64_t *seed)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || number == 0 || number >= seed_end) {
        return usage("--seed takes a number from 1 to 999999999");
    }
    *seed = number;
    return 0;
}

static int parse(int argc, char **argv, struct options *out)
{
    static const struct option names[] = {{"filter", required_argument, NULL, OPT_FILTER},
                                          {"seed", required_argument, NULL, OPT_SEED},
                                          {"tap", no_argument, NULL, OPT_TAP},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int code = 0;
    optind = 1;
    for (int id; code == 0 && (id = getopt_long(argc, argv, "hv", names, NULL)) != -1;) {
        switch (id) {
        case OPT_FILTER:
            out->filter = optarg;
            break;
        case OPT_SEED:
            code = take_seed(optarg, &out->test.seed);
            break;
        case OPT_TAP:
            out->tap = true;
            break;
        case 'v':
            out->test.verbose = true;
            break;
        case 'h':
            out->help = true;
            break;
        default:
            fputs("Try 'moonroom test --help'.\n", stderr);
            code = MR_EXIT_USAGE;
            break;
        }
    }
    return code;
}

/* What differs from machine to machine stays outside. */
static void make_alike(void)
{
    setenv("TZ", "UTC", 1);
    setenv("TERM", "dumb", 1);
    setenv("INPUTRC", "/dev/null", 1);
    setenv("NO_COLOR", "1", 1);
    unsetenv("COLUMNS");
    unsetenv("LINES");
    tzset();
}

static void run_file(struct mr_test_report *report, const struct options *options,
                     const struct mr_test_place *place)
{
    size_t count = 1;
    bool named = false;
    struct mr_test_result *result = malloc(sizeof *result);
    for (size_t i = 0; result && i < count; i++) {
        mr_test_case_run(place, &options->test, i, options->filter, &count, result);
        if (result->ok && !result->name[0]) {
            continue; /* filtered out */
        }
        if (!named) {
            mr_test_report_file(report, place->file);
        }
        named = true;
        mr_test_report_one(report, place->file, result);
    }
    free(result);
}

static int run_all(struct options *options, const struct mr_test_list *list)
{
    struct mr_test_report report = {.tap = options->tap, .seed = options->test.seed};
    report.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    make_alike();
    int err = mr_rsa_key_generate(MR_RSA_ROOM_BITS, &options->test.key);
    if (err < 0) {
        fprintf(stderr, "moonroom: could not go on: %s\n", mr_error_text(err));
        return MR_EXIT_FAILED;
    }
    mr_test_report_begin(&report);
    for (size_t i = 0; i < list->count; i++) {
        run_file(&report, options, &list->places[i]);
    }
    mr_test_report_end(&report);
    mr_rsa_key_free(options->test.key);
    return report.failed > 0 ? MR_EXIT_FAILED : MR_EXIT_OK;
}

int mr_test_main(int argc, char **argv)
{
    struct options options = {0};
    struct mr_test_list list;
    char why[WHY] = "";
    int code = parse(argc, argv, &options);
    if (code != 0) {
        return code;
    }
    if (options.help) {
        print_help();
        return MR_EXIT_OK;
    }
    while (options.test.seed == 0) {
        (void)!getrandom(&options.test.seed, sizeof options.test.seed, 0);
        options.test.seed %= seed_end;
    }
    int err = mr_test_list_make(&list, argv + optind, (size_t)(argc - optind), why, sizeof why);
    code = err < 0 ? usage(*why ? why : mr_error_text(err)) : run_all(&options, &list);
    mr_test_list_free(&list);
    return code;
}
