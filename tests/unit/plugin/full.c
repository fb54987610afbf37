/* A plugin that uses all of struct mr_host. What it hears it writes to the log; the tests drive it
 * through its methods. */
#include <moonroom/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

MR_PLUGIN_MANIFEST("full", "2.0");

struct full {
    const struct mr_host *host;
    struct mr_plugin_call *kept;
    struct mr_helper *helper;
    struct mr_plugin_method methods[7];
    struct mr_plugin_event event;
    struct mr_plugin_filter filter;
    struct mr_plugin_setting threads, mode;
};

static void note(const struct full *full, const char *what, const char *more)
{
    char text[256];
    snprintf(text, sizeof text, "%s %s", what, more ? more : "NULL");
    full->host->log(full->host->core, MR_HOST_LOG_INFO, text);
}

static void greet(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct full *full = ctx;
    const struct mr_host *host = full->host;
    char text[128];
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(params, "name");
    snprintf(text, sizeof text, "%s greets %s", host->caller(host->core, call),
             cJSON_GetStringValue(name));
    host->answer(host->core, call, cJSON_CreateString(text));
    /* It was answered: nothing of this may happen. */
    host->answer(host->core, call, cJSON_CreateString("twice"));
    host->fail(host->core, call, MR_EBUSY, "thrice");
}

static void keep(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct full *full = ctx;
    (void)params;
    full->kept = call;
}

/* What is added after init() is refused. */
static void late(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct full *full = ctx;
    const struct mr_host *host = full->host;
    (void)params;
    int refused = (host->add_method(host->core, &full->methods[0]) == MR_ESTATE) +
                  (host->add_event(host->core, &full->event) == MR_ESTATE) +
                  (host->add_filter(host->core, &full->filter) == MR_ESTATE) +
                  (host->add_setting(host->core, &full->mode) == MR_ESTATE) +
                  (host->add_subcommand(host->core, NULL) == MR_ESTATE);
    host->answer(host->core, call, cJSON_CreateNumber(refused));
}

static void done(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct full *full = ctx;
    (void)params;
    full->host->fail(full->host->core, full->kept, -4711, NULL);
    full->kept = NULL;
    full->host->answer(full->host->core, call, NULL);
}

static void on_listed(void *ctx, int err, const char *text, const cJSON *result)
{
    char count[64];
    snprintf(count, sizeof count, "%d %d %s", err, cJSON_GetArraySize(result), text);
    note(ctx, "called", count);
}

static void calls(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct full *full = ctx;
    const struct mr_host *host = full->host;
    const char *method = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(params, "method"));
    int err = host->call(host->core, method, NULL, on_listed, full);
    host->answer(host->core, call, cJSON_CreateNumber(err));
}

static void on_told(void *ctx, const char *method, const cJSON *params)
{
    struct full *full = ctx;
    (void)params;
    note(full, "told", method);
    if (strcmp(method, "end") == 0) {
        full->host->end_helper(full->host->core, &full->helper);
        note(full, "helper is", full->helper ? "there" : "gone");
    }
}

static void on_end(void *ctx, int64_t status, int signum)
{
    struct full *full = ctx;
    char text[64];
    snprintf(text, sizeof text, "%d %d", (int)status, signum);
    note(full, "helper ended", text);
    full->host->end_helper(full->host->core, &full->helper);
}

static void on_answered(void *ctx, int err, const char *text, const cJSON *result)
{
    note(ctx, err < 0 ? "failed" : "answered", err < 0 ? text : cJSON_GetStringValue(result));
}

/* helper(program, method): starts it if there is none, and asks. */
static void helper(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct full *full = ctx;
    const struct mr_host *host = full->host;
    const char *program = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(params, "program"));
    const char *method = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(params, "method"));
    const char *const argv[] = {program, "one", NULL};
    const struct mr_helper_options options = {argv, on_told, on_end, full};
    int err = full->helper ? MR_OK : host->start_helper(host->core, &options, &full->helper);
    if (err == MR_OK)
        err = host->ask_helper(host->core, full->helper, method, params, on_answered, full);
    if (err == MR_OK)
        err = host->tell_helper(host->core, full->helper, "hint", NULL);
    if (err < 0)
        host->fail(host->core, call, err, "no helper");
    else
        host->answer(host->core, call, cJSON_CreateTrue());
}

static enum mr_filter_verdict filter(void *ctx, const cJSON *item, cJSON **change)
{
    struct full *full = ctx;
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "text"));
    if (strcmp(text, "drop") == 0)
        return MR_VERDICT_DROP;
    if (strcmp(text, "nonsense") == 0)
        return (enum mr_filter_verdict)77;
    if (strcmp(text, "keep") == 0)
        return MR_VERDICT_KEEP;
    *change = cJSON_CreateObject();
    cJSON_AddStringToObject(*change, "text", strcmp(text, "bad") == 0 ? "two\nlines" : "changed");
    cJSON *data = cJSON_CreateObject();
    cJSON_AddNumberToObject(data, "n",
                            (double)full->host->setting_number(full->host->core, "threads"));
    cJSON_AddStringToObject(data, "mode", full->host->setting_text(full->host->core, "mode"));
    full->host->emit(full->host->core, "full.changed", data);
    return MR_VERDICT_CHANGE;
}

static void on_block(void *ctx, const char *name, const cJSON *data)
{
    (void)data;
    note(ctx, "heard", name);
}

static void rows(struct full *full)
{
    full->methods[0] = (struct mr_plugin_method){
        "full.greet", "", "name:string n?:integer", "string", "Greets.", greet, full};
    full->methods[1] =
        (struct mr_plugin_method){"full.keep", "plugin:full", "", "true", "Keeps.", keep, full};
    full->methods[2] = (struct mr_plugin_method){"full.done", "", "", "true", "Ends.", done, full};
    full->methods[3] =
        (struct mr_plugin_method){"full.calls", "", "method:string", "true", "Calls.", calls, full};
    full->methods[4] = (struct mr_plugin_method){
        "full.helper", "", "program:string method:string", "true", "Asks.", helper, full};
    full->methods[5] =
        (struct mr_plugin_method){"full.late", "", "", "integer", "Adds.", late, full};
    full->event =
        (struct mr_plugin_event){"full.changed", "shop", "n:integer", "The filter changed."};
    full->filter = (struct mr_plugin_filter){"outgoing", 0, filter, full};
    full->threads = (struct mr_plugin_setting){
        "threads", MR_PLUGIN_SETTING_INT, "2", 1, 8, NULL, "", "How many."};
    full->mode = (struct mr_plugin_setting){
        "mode", MR_PLUGIN_SETTING_CHOICE, "slow", 0, 0, "slow|fast", "", "How."};
}

static int init(const struct mr_host *host, void **state)
{
    struct full *full = calloc(1, sizeof *full);
    if (!full)
        return MR_ENOMEM;
    full->host = host;
    *state = full;
    rows(full);
    if (!MR_HOST_HAS(host, end_helper) || host->abi != MR_PLUGIN_ABI)
        return MR_EUNSUPPORTED;
    int err = host->add_event(host->core, &full->event);
    for (size_t i = 0; err == MR_OK && full->methods[i].name; i++)
        err = host->add_method(host->core, &full->methods[i]);
    if (err == MR_OK)
        err = host->add_filter(host->core, &full->filter);
    if (err == MR_OK)
        err = host->add_setting(host->core, &full->threads);
    if (err == MR_OK)
        err = host->add_setting(host->core, &full->mode);
    if (err == MR_OK)
        err = host->listen(host->core, "block", on_block, full);
    note(full, "folder", host->folder);
    if (getenv("FULL_FAILS"))
        err = MR_EBUSY;
    if (err < 0)
        free(full);
    return err;
}

static void stop(void *state)
{
    struct full *full = state;
    note(full, "stop", "");
    full->host->emit(full->host->core, "full.changed", NULL);
    free(full);
}

const struct mr_plugin moonroom_plugin = {
    .abi = MR_PLUGIN_ABI,
    .size = sizeof(struct mr_plugin),
    .name = "full",
    .init = init,
    .stop = stop,
};
