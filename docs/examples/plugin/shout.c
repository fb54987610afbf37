/* shout: a native plugin that calms down what is said in capitals.
 *
 * A filter of the kind `incoming` writes such messages in small letters, the event `shout.heard`
 * tells who shouted what, and the method `shout.count` answers how often that was. */
#include <ctype.h>
#include <moonroom/plugin.h>
#include <stdlib.h>
#include <string.h>

MR_PLUGIN_MANIFEST("shout", "1.0");

struct shout {
    const struct mr_host *host;
    double count;
    struct mr_plugin_method method;
    struct mr_plugin_event event;
    struct mr_plugin_filter filter;
};

static void count(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct shout *shout = ctx;
    (void)params;
    shout->host->answer(shout->host->core, call, cJSON_CreateNumber(shout->count));
}

static int is_shouted(const char *text)
{
    int large = 0, small = 0;
    for (; *text; text++) {
        large += isupper((unsigned char)*text) != 0;
        small += islower((unsigned char)*text) != 0;
    }
    return large >= 4 && small == 0;
}

static enum mr_filter_verdict calm(void *ctx, const cJSON *item, cJSON **change)
{
    struct shout *shout = ctx;
    const cJSON *from = cJSON_GetObjectItemCaseSensitive(item, "from");
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(item, "text");
    if (!cJSON_IsString(from) || !cJSON_IsString(text) || !is_shouted(text->valuestring))
        return MR_VERDICT_KEEP;
    cJSON *heard = cJSON_CreateObject();
    cJSON_AddStringToObject(heard, "from", from->valuestring);
    cJSON_AddStringToObject(heard, "text", text->valuestring);
    shout->host->emit(shout->host->core, "shout.heard", heard);
    shout->count++;
    *change = cJSON_CreateObject();
    cJSON *calmed = cJSON_AddStringToObject(*change, "text", text->valuestring);
    for (char *at = calmed ? calmed->valuestring : ""; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return MR_VERDICT_CHANGE;
}

static int init(const struct mr_host *host, void **state)
{
    struct shout *shout = calloc(1, sizeof *shout);
    if (!shout)
        return MR_ENOMEM;
    *shout = (struct shout){
        .host = host,
        .method = {"shout.count", "", "", "integer", "How often it was calmed down.", count, shout},
        .event = {"shout.heard", "", "from:string text:string", "Somebody shouted."},
        .filter = {"incoming", 0, calm, shout},
    };
    *state = shout;
    int err = host->add_method(host->core, &shout->method);
    if (err == MR_OK)
        err = host->add_event(host->core, &shout->event);
    if (err == MR_OK)
        err = host->add_filter(host->core, &shout->filter);
    if (err < 0)
        free(shout);
    return err;
}

const struct mr_plugin moonroom_plugin = {
    MR_PLUGIN_ABI, sizeof(struct mr_plugin), "shout", init, free,
};
