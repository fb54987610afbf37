/* /script top: what each script costs. Two looks, a moment apart, give the share of now. */
#include <inttypes.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/script/command.h"
#include "core/script/run.h"

enum { LOOK_MS = 500, CELL = 96, MOST = 256 };

/* CPU time since the first look; 0 for one that was not there. */
static uint64_t used_us(const struct mr_script *script)
{
    if (!script->run || mr_process_pid(script->run->process) != script->top_pid) {
        return 0;
    }
    uint64_t now = mr_process_cpu_us(script->run->process);
    return now > script->top_cpu_us ? now - script->top_cpu_us : 0;
}

static int by_use(const void *a, const void *b)
{
    uint64_t first = used_us(*(struct mr_script *const *)a);
    uint64_t second = used_us(*(struct mr_script *const *)b);
    return first < second ? 1 : first > second ? -1 : 0;
}

static void add_script(cJSON *rows, const struct mr_script *script, uint64_t window_us)
{
    char share[CELL];
    char total[CELL] = "";
    char memory[CELL] = "";
    char slowest[CELL] = "";
    char calls[CELL];
    char overruns[CELL];
    char errors[CELL];
    char lost[CELL];
    snprintf(share, sizeof share, "%s", mr_script_state_name(script));
    if (script->run) {
        const struct mr_slowest *slow = mr_process_slowest(script->run->process);
        double kib = (double)mr_scripts_memory_kib(mr_process_pid(script->run->process));
        snprintf(share, sizeof share, "%.1f%%",
                 100.0 * (double)used_us(script) / (double)window_us);
        snprintf(total, sizeof total, "%.2f s",
                 (double)mr_process_cpu_us(script->run->process) / 1e6);
        snprintf(memory, sizeof memory, "%.1f MiB", kib / 1024);
        if (slow->us > 0) {
            snprintf(slowest, sizeof slowest, "%s %.1f ms", slow->what, (double)slow->us / 1000);
        }
    }
    snprintf(calls, sizeof calls, "%" PRIu64, script->calls);
    snprintf(overruns, sizeof overruns, "%" PRIu64, script->overruns);
    snprintf(errors, sizeof errors, "%" PRIu64, script->errors);
    snprintf(lost, sizeof lost, "%" PRIu64, script->lost);
    const char *cells[] = {
        mr_script_name(script), share, total, memory, calls, slowest, overruns, errors, lost};
    mr_script_command_row(rows, cells, sizeof cells / sizeof cells[0]);
}

static void second_look(void *ctx)
{
    static const char *const names[] = {"script",  "now",      "cpu",    "memory", "calls",
                                        "slowest", "overruns", "errors", "lost"};
    struct mr_scripts *scripts = ctx;
    struct mr_script *list[MOST];
    size_t count = 0;
    uint64_t ms = mr_loop_now_ms(scripts->core->loop) - scripts->top_ms;
    cJSON *rows = cJSON_CreateArray();
    mr_timer_stop(&scripts->top);
    for (struct mr_script *script = scripts->first; script && count < MOST; script = script->next) {
        list[count++] = script;
    }
    qsort(list, count, sizeof list[0], by_use);
    for (size_t i = 0; i < count; i++) {
        add_script(rows, list[i], (ms > 0 ? ms : 1) * 1000);
    }
    mr_script_command_table(scripts, cJSON_CreateStringArray(names, sizeof names / sizeof names[0]),
                            rows);
}

void mr_script_command_top(struct mr_scripts *scripts, const char *name, const char *rest)
{
    (void)name;
    (void)rest;
    if (scripts->top) {
        return; /* its answer is on the way */
    }
    for (struct mr_script *script = scripts->first; script; script = script->next) {
        script->top_pid = script->run ? mr_process_pid(script->run->process) : 0;
        script->top_cpu_us = script->run ? mr_process_cpu_us(script->run->process) : 0;
    }
    scripts->top_ms = mr_loop_now_ms(scripts->core->loop);
    if (mr_timer_start(scripts->core->loop, LOOK_MS, 0, second_look, scripts, &scripts->top) < 0) {
        mr_script_command_print(scripts, "error", "%s", mr_error_text(MR_ENOMEM));
    }
}
