#include "core/api/serve.h"

#include <moonroom/errors.h>
#include <stdlib.h>

/* Lives until the call is answered; the caller's end answers nothing, so it hangs on the caller
 * too. */
struct serving {
    struct mr_rpc *rpc;
    cJSON *id;
    struct serving *prev, *next;
    struct serving **head;
};

struct servings {
    struct serving *first;
};

static const char servings_key;

static void serving_free(struct serving *serving)
{
    if (serving->prev) {
        serving->prev->next = serving->next;
    } else {
        *serving->head = serving->next;
    }
    if (serving->next) {
        serving->next->prev = serving->prev;
    }
    cJSON_Delete(serving->id);
    free(serving);
}

static void servings_free(void *value)
{
    struct servings *servings = value;
    while (servings->first) {
        serving_free(servings->first);
    }
    free(servings);
}

static struct servings *servings_of(struct mr_caller *caller)
{
    struct servings *servings = mr_caller_data(caller, &servings_key);
    if (servings) {
        return servings;
    }
    servings = calloc(1, sizeof *servings);
    if (servings && mr_caller_attach(caller, &servings_key, servings, servings_free) < 0) {
        free(servings);
        servings = NULL;
    }
    return servings;
}

static struct serving *serving_new(struct mr_caller *caller, struct mr_rpc *rpc, const cJSON *id)
{
    struct servings *servings = servings_of(caller);
    struct serving *serving = servings ? calloc(1, sizeof *serving) : NULL;
    cJSON *copy = serving ? cJSON_Duplicate(id, true) : NULL;
    if (!copy) {
        free(serving);
        return NULL;
    }
    *serving = (struct serving){rpc, copy, NULL, servings->first, &servings->first};
    if (serving->next) {
        serving->next->prev = serving;
    }
    servings->first = serving;
    return serving;
}

static void answered(void *ctx, int err, const char *text, const cJSON *result)
{
    struct serving *serving = ctx;
    if (err < 0) {
        (void)mr_rpc_reply_error(serving->rpc, serving->id, err, text);
    } else {
        (void)mr_rpc_reply(serving->rpc, serving->id, result);
    }
    serving_free(serving);
}

void mr_serve_request(struct mr_api *api, struct mr_caller *caller, struct mr_rpc *rpc,
                      const cJSON *id, const char *method, const cJSON *params)
{
    if (!id) {
        mr_api_call(api, caller, method, params, NULL, NULL);
        return;
    }
    struct serving *serving = serving_new(caller, rpc, id);
    if (!serving) {
        (void)mr_rpc_reply_error(rpc, id, MR_ENOMEM, mr_error_text(MR_ENOMEM));
        return;
    }
    mr_api_call(api, caller, method, params, answered, serving);
}
