/* A plugin that adds until it is told that it is too much, and logs how many of each it could add.
 */
#include <moonroom/plugin.h>

#include <stdio.h>
#include <stdlib.h>

MR_PLUGIN_MANIFEST("many", "1.0");

enum { MOST = 1000 };

struct many {
    char methods[MOST][24], events[MOST][24], commands[MOST][24];
    struct mr_plugin_method method[MOST];
    struct mr_plugin_event event[MOST];
    struct mr_subcommand command[MOST];
    struct mr_plugin_filter filter;
    int err;
};

static void answer(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    (void)ctx;
    (void)call;
    (void)params;
}

static enum mr_filter_verdict keep(void *ctx, const cJSON *item, cJSON **change)
{
    (void)ctx;
    (void)item;
    (void)change;
    return MR_VERDICT_KEEP;
}

static void hear(void *ctx, const char *name, const cJSON *data)
{
    (void)ctx;
    (void)name;
    (void)data;
}

static int run(void *ctx, int argc, char **argv)
{
    (void)ctx;
    (void)argc;
    (void)argv;
    return 0;
}

static int add_methods(struct many *many, const struct mr_host *host)
{
    int i = 0;
    for (; i < MOST; i++) {
        snprintf(many->methods[i], sizeof many->methods[i], "many.m%d", i);
        many->method[i] =
            (struct mr_plugin_method){many->methods[i], "", "", "true", "One.", answer, NULL};
        many->err = host->add_method(host->core, &many->method[i]);
        if (many->err < 0)
            break;
    }
    return i;
}

static int add_events(struct many *many, const struct mr_host *host)
{
    int i = 0;
    for (; i < MOST; i++) {
        snprintf(many->events[i], sizeof many->events[i], "many.e%d", i);
        many->event[i] = (struct mr_plugin_event){many->events[i], "", "", "One."};
        many->err = host->add_event(host->core, &many->event[i]);
        if (many->err < 0)
            break;
    }
    return i;
}

static int add_filters(struct many *many, const struct mr_host *host)
{
    int i = 0;
    many->filter = (struct mr_plugin_filter){"notify", 0, keep, NULL};
    while (i < MOST && (many->err = host->add_filter(host->core, &many->filter)) == MR_OK)
        i++;
    return i;
}

static int add_listeners(struct many *many, const struct mr_host *host)
{
    int i = 0;
    while (i < MOST && (many->err = host->listen(host->core, "block", hear, NULL)) == MR_OK)
        i++;
    return i;
}

static int add_subcommands(struct many *many, const struct mr_host *host)
{
    int i = 0;
    for (; i < MOST; i++) {
        snprintf(many->commands[i], sizeof many->commands[i], "c%d", i);
        many->command[i] = (struct mr_subcommand){many->commands[i], "One.", run, NULL};
        many->err = host->add_subcommand(host->core, &many->command[i]);
        if (many->err < 0)
            break;
    }
    return i;
}

static int start_helpers(struct many *many, const struct mr_host *host)
{
    static const char *const argv[] = {"/bin/cat", NULL};
    static const struct mr_helper_options options = {argv, NULL, NULL, NULL};
    struct mr_helper *helper;
    int i = 0;
    while (i < MOST && (many->err = host->start_helper(host->core, &options, &helper)) == MR_OK)
        i++;
    return i;
}

static int init(const struct mr_host *host, void **state)
{
    struct many *many = calloc(1, sizeof *many);
    if (!many)
        return MR_ENOMEM;
    *state = many;
    char text[256];
    int methods = add_methods(many, host), events = add_events(many, host);
    int filters = add_filters(many, host), listeners = add_listeners(many, host);
    int commands = add_subcommands(many, host), helpers = start_helpers(many, host);
    snprintf(text, sizeof text,
             "%d methods, %d events, %d filters, %d listeners, %d subcommands, %d helpers, then %s",
             methods, events, filters, listeners, commands, helpers,
             many->err == MR_ELIMIT ? "limit" : "another error");
    host->log(host->core, MR_HOST_LOG_INFO, text);
    return MR_OK;
}

const struct mr_plugin moonroom_plugin = {
    .abi = MR_PLUGIN_ABI,
    .size = sizeof(struct mr_plugin),
    .name = "many",
    .init = init,
    .stop = free,
};
