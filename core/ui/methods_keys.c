/* ui.bind and ui.unbind: keys that a script takes, and gives back when it goes. */
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/ui/keys.h"
#include "core/ui/parts.h"

struct binding {
    struct binding *next;
    struct mr_caller *caller;
    int64_t id;
    struct mr_key key;
};

/* Hangs on a caller that has taken a key. */
struct holder {
    struct holder *next;
    struct mr_ui_keys *keys; /* NULL: the user interface was gone first */
    struct mr_caller *caller;
};

struct mr_ui_keys {
    struct mr_ui *ui;
    struct binding *first;
    struct holder *holders;
    size_t count;
    int64_t last_id;
};

static const char holder_key;

/* Where there is no prompt no key is ever pressed, and a script need not care. */
static void let_go(const struct mr_ui_keys *keys, const struct mr_key *key, size_t sequences)
{
    for (size_t i = 0; i < sequences && keys->ui->prompt; i++) {
        mr_prompt_unbind(keys->ui->prompt, key->sequences[i]);
    }
}

static int take(const struct mr_ui_keys *keys, const struct mr_key *key)
{
    for (size_t i = 0; i < key->count && keys->ui->prompt; i++) {
        int err = mr_prompt_bind(keys->ui->prompt, key->sequences[i]);

        if (err < 0) {
            let_go(keys, key, i);
            return err;
        }
    }
    return MR_OK;
}

static const struct binding *find(const struct mr_ui_keys *keys, const struct mr_key *key)
{
    const struct binding *b = keys->first;

    while (b && strcmp(b->key.name, key->name) != 0) {
        b = b->next;
    }
    return b;
}

static void take_out(struct mr_ui_keys *keys, struct binding *binding)
{
    struct binding **at = &keys->first;

    while (*at != binding) {
        at = &(*at)->next;
    }
    *at = binding->next;
    keys->count--;
    /* The next edition of a script may have it already. */
    if (!find(keys, &binding->key)) {
        let_go(keys, &binding->key, binding->key.count);
    }
    free(binding);
}

static void forget_caller(void *value)
{
    struct holder *holder = value;
    struct binding *next = NULL;

    if (holder->keys) {
        struct holder **at = &holder->keys->holders;

        for (struct binding *b = holder->keys->first; b; b = next) {
            next = b->next;
            if (b->caller == holder->caller) {
                take_out(holder->keys, b);
            }
        }
        while (*at != holder) {
            at = &(*at)->next;
        }
        *at = holder->next;
    }
    free(holder);
}

static int hold(struct mr_ui_keys *keys, struct mr_caller *caller)
{
    if (mr_caller_data(caller, &holder_key)) {
        return MR_OK;
    }
    struct holder *holder = calloc(1, sizeof *holder);

    if (!holder) {
        return MR_ENOMEM;
    }
    *holder = (struct holder){keys->holders, keys, caller};
    int err = mr_caller_attach(caller, &holder_key, holder, forget_caller);

    if (err < 0) {
        free(holder);
    } else {
        keys->holders = holder;
    }
    return err;
}

/* Whether both belong to one script, which is being exchanged for its next edition. */
static bool is_next_edition(const struct mr_caller *one, const struct mr_caller *other)
{
    return one != other && strcmp(mr_caller_name(one), mr_caller_name(other)) == 0;
}

/* Whether the call may have the key; fails it otherwise. */
static bool allowed(const struct mr_ui_keys *keys, struct mr_call *call, const struct mr_key *key)
{
    const struct binding *other = keys->first;

    while (other && (strcmp(other->key.name, key->name) != 0 ||
                     is_next_edition(mr_call_caller(call), other->caller))) {
        other = other->next;
    }
    if (other) {
        mr_call_fail(call, MR_EEXISTS, "%s is taken by %s.", key->name,
                     mr_caller_name(other->caller));
    } else if (keys->count == MR_LIMIT_BOUND_KEYS) {
        mr_call_fail(call, MR_ELIMIT, "At most %d keys can be taken.", MR_LIMIT_BOUND_KEYS);
    }
    return !other && keys->count < MR_LIMIT_BOUND_KEYS;
}

static void bind(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui_keys *keys = ctx;
    const char *text = mr_json_string(params, "keys");
    const char *why = "";
    struct mr_key key;

    if (mr_key_parse(text, &key, &why) < 0) {
        mr_call_fail(call, MR_EINVAL, "%.20s: %s", text, why);
        return;
    }
    if (!allowed(keys, call, &key)) {
        return;
    }
    struct binding *binding = calloc(1, sizeof *binding);
    int err = binding ? hold(keys, mr_call_caller(call)) : MR_ENOMEM;

    if (err == MR_OK && !find(keys, &key)) {
        err = take(keys, &key);
    }
    if (err < 0) {
        free(binding);
        mr_call_fail(call, err, "%s %s", key.name,
                     err == MR_EEXISTS ? "has a meaning in your inputrc." : "cannot be taken.");
        return;
    }
    *binding = (struct binding){keys->first, mr_call_caller(call), ++keys->last_id, key};
    keys->first = binding;
    keys->count++;
    mr_call_return(call, cJSON_CreateNumber((double)binding->id));
}

static void unbind(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui_keys *keys = ctx;
    int64_t id = mr_json_int(params, "id", 0);

    for (struct binding *b = keys->first; b; b = b->next) {
        if (b->id == id && b->caller == mr_call_caller(call)) {
            take_out(keys, b);
            mr_call_return(call, cJSON_CreateTrue());
            return;
        }
    }
    mr_call_fail(call, MR_ENOTFOUND, "it was removed already");
}

/* All who have it are told: an edition of a script that is not in force is deaf. */
void mr_ui_keys_press(const struct mr_ui_keys *keys, const char *sequence)
{
    for (const struct binding *b = keys->first; b; b = b->next) {
        for (size_t i = 0; i < b->key.count; i++) {
            if (strcmp(b->key.sequences[i], sequence) != 0) {
                continue;
            }
            cJSON *params = cJSON_CreateObject();

            if (params && mr_json_set_int(params, "id", b->id) == MR_OK &&
                mr_json_set_string(params, "keys", b->key.name) == MR_OK &&
                mr_json_set_string(params, "chat", mr_chats_current(keys->ui->chats)->name) ==
                    MR_OK) {
                mr_caller_notify(b->caller, "key", params);
            }
            cJSON_Delete(params);
            break;
        }
    }
}

static const struct mr_binding rows[] = {{"ui.bind", bind}, {"ui.unbind", unbind}, {NULL, NULL}};

int mr_ui_keys_new(struct mr_ui *ui, struct mr_ui_keys **out)
{
    struct mr_ui_keys *keys = calloc(1, sizeof *keys);

    *out = keys;
    if (!keys) {
        return MR_ENOMEM;
    }
    keys->ui = ui;
    return mr_api_bind_all(ui->core->api, rows, keys);
}

void mr_ui_keys_free(struct mr_ui_keys *keys)
{
    if (!keys) {
        return;
    }
    for (const struct mr_binding *row = rows; row->name; row++) {
        mr_api_unbind(keys->ui->core->api, row->name);
    }
    while (keys->first) {
        take_out(keys, keys->first);
    }
    for (struct holder *h = keys->holders; h; h = h->next) {
        h->keys = NULL;
    }
    free(keys);
}
