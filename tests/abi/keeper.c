/* A plugin that is built against the frozen headers of an interface (tests/abi/N), and uses all
 * that it has. KEEPER_CONSTRUCTOR names a file that its constructor writes; the other macros make
 * it wrong. */
#include <moonroom/plugin.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef KEEPER_ABI
#define KEEPER_ABI MR_PLUGIN_ABI
#endif
#ifndef KEEPER_SIZE
#define KEEPER_SIZE sizeof(struct mr_plugin)
#endif

#ifdef KEEPER_MANIFEST
__attribute__((used, section(MR_PLUGIN_SECTION))) static const char manifest[] = KEEPER_MANIFEST;
#else
MR_PLUGIN_MANIFEST("keeper", "1.0");
#endif

#ifdef KEEPER_CONSTRUCTOR
__attribute__((constructor)) static void constructor(void)
{
    close(open(KEEPER_CONSTRUCTOR, O_WRONLY | O_CREAT, 0600));
}
#endif

#ifndef KEEPER_NO_SYMBOL
struct keeper {
    const struct mr_host *host;
    struct mr_helper *helper;
    struct mr_plugin_call *waiting, *asked;
    double heard;
    struct mr_plugin_method ask, state;
    struct mr_plugin_event event;
    struct mr_plugin_filter filter;
    struct mr_plugin_setting setting;
    struct mr_subcommand subcommand;
};

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    struct keeper *keeper = ctx;
    const struct mr_host *host = keeper->host;
    if (err < 0)
        host->fail(host->core, keeper->waiting, err, text);
    else
        host->answer(host->core, keeper->waiting, cJSON_Duplicate(result, 1));
    host->end_helper(host->core, &keeper->helper);
}

/* keeper.ask(program, question): what a helper answers. */
static void ask(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct keeper *keeper = ctx;
    const struct mr_host *host = keeper->host;
    const cJSON *program = cJSON_GetObjectItemCaseSensitive(params, "program");
    const cJSON *question = cJSON_GetObjectItemCaseSensitive(params, "question");
    const char *const argv[] = {program->valuestring, NULL};
    const struct mr_helper_options options = {argv, NULL, NULL, keeper};
    keeper->waiting = call;
    int err = host->start_helper(host->core, &options, &keeper->helper);
    if (err == MR_OK)
        err = host->ask_helper(host->core, keeper->helper, question->valuestring, NULL, on_answer,
                               keeper);
    if (err < 0)
        host->fail(host->core, call, err, "no helper");
}

static void on_me(void *ctx, int err, const char *text, const cJSON *result)
{
    struct keeper *keeper = ctx;
    const struct mr_host *host = keeper->host;
    cJSON *state = cJSON_CreateObject();
    cJSON_AddStringToObject(state, "caller", host->caller(host->core, keeper->asked));
    cJSON_AddNumberToObject(state, "heard", keeper->heard);
    cJSON_AddNumberToObject(state, "number", (double)host->setting_number(host->core, "number"));
    cJSON_AddStringToObject(state, "me", err < 0 ? text : cJSON_GetStringValue(result));
    host->answer(host->core, keeper->asked, state);
}

/* keeper.state(): {caller, heard, number, me}. */
static void state_of(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct keeper *keeper = ctx;
    (void)params;
    keeper->asked = call;
    int err = keeper->host->call(keeper->host->core, "chat.me", NULL, on_me, keeper);
    if (err < 0)
        keeper->host->fail(keeper->host->core, call, err, "it cannot be asked");
}

static enum mr_filter_verdict filter(void *ctx, const cJSON *item, cJSON **change)
{
    const struct keeper *keeper = ctx;
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "text"));
    if (!text || strcmp(text, "sesame") != 0)
        return MR_VERDICT_KEEP;
    keeper->host->emit(keeper->host->core, "keeper.opened", NULL);
    *change = cJSON_CreateObject();
    cJSON_AddStringToObject(*change, "text", "the door opens");
    return MR_VERDICT_CHANGE;
}

static void on_message(void *ctx, const char *name, const cJSON *data)
{
    struct keeper *keeper = ctx;
    (void)name;
    (void)data;
    keeper->heard++;
}

static int run(void *ctx, int argc, char **argv)
{
    (void)ctx;
    printf("%s has %d\n", argv[0], argc);
    return 9;
}

static void fill(struct keeper *keeper)
{
    keeper->ask = (struct mr_plugin_method){
        "keeper.ask", "plugin:keeper", "program:string question:string", "any", "Asks a helper.",
        ask,          keeper};
    keeper->state =
        (struct mr_plugin_method){"keeper.state", "", "", "table", "How it is.", state_of, keeper};
    keeper->event = (struct mr_plugin_event){"keeper.opened", "", "", "Somebody said the word."};
    keeper->filter = (struct mr_plugin_filter){"incoming", 10, filter, keeper};
    keeper->setting = (struct mr_plugin_setting){
        "number", MR_PLUGIN_SETTING_INT, "7", 0, 9, NULL, "", "A number."};
    keeper->subcommand = (struct mr_subcommand){"keep", "keeps", run, keeper};
}

static int init(const struct mr_host *host, void **state)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);
    if (!keeper)
        return MR_ENOMEM;
    keeper->host = host;
    *state = keeper;
    fill(keeper);
    int err = host->abi == MR_PLUGIN_ABI && MR_HOST_HAS(host, end_helper) ? MR_OK : MR_EUNSUPPORTED;
    if (err == MR_OK)
        err = host->add_method(host->core, &keeper->ask);
    if (err == MR_OK)
        err = host->add_method(host->core, &keeper->state);
    if (err == MR_OK)
        err = host->add_event(host->core, &keeper->event);
    if (err == MR_OK)
        err = host->add_filter(host->core, &keeper->filter);
    if (err == MR_OK)
        err = host->add_setting(host->core, &keeper->setting);
    if (err == MR_OK)
        err = host->add_subcommand(host->core, &keeper->subcommand);
    if (err == MR_OK)
        err = host->listen(host->core, "message", on_message, keeper);
    host->log(host->core, MR_HOST_LOG_WARN, "keeper is here");
    if (err < 0)
        free(keeper);
    return err;
}

const struct mr_plugin moonroom_plugin = {
    .abi = KEEPER_ABI,
    .size = KEEPER_SIZE,
    .name = "keeper",
    .init = init,
    .stop = free,
};
#endif
