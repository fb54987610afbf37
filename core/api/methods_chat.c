/* chat.*: what is said, and what is asked of the room. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/api/methods.h"
#include "core/runtime/json.h"

enum { WHY = 256 };

static void say(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    int err = mr_session_say(core->session, mr_json_string(params, "text"), why, sizeof why);
    mr_methods_answer(call, err, why);
}

static void whisper(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    int err = mr_session_whisper(core->session, mr_json_string(params, "user"),
                                 mr_json_string(params, "text"), why, sizeof why);
    mr_methods_answer(call, err, why);
}

static void raw(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    int err = mr_session_raw(core->session, mr_json_string(params, "line"), why, sizeof why);
    mr_methods_answer(call, err, why);
}

static void me(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    struct mr_room_facts facts;
    (void)params;
    mr_session_facts(core->session, &facts);
    mr_call_return(call, *facts.name ? cJSON_CreateString(facts.name) : NULL);
}

static void users(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    (void)params;
    mr_call_return(call, mr_session_users(core->session));
}

static cJSON *facts_value(const struct mr_room_facts *facts, enum mr_session_state state)
{
    cJSON *value = cJSON_CreateObject();
    if (!value || mr_json_set_string(value, "name", facts->name) < 0 ||
        mr_json_set_string(value, "address", facts->address) < 0 ||
        mr_json_set_string(value, "local", facts->local) < 0 ||
        mr_json_set_string(value, "peer", facts->peer) < 0 ||
        mr_json_set_string(value, "transport", facts->transport) < 0 ||
        mr_json_set_string(value, "state", mr_session_state_name(state)) < 0 ||
        mr_json_set_int(value, "peer_key_bits", facts->peer_key_bits) < 0 ||
        mr_json_set_int(value, "balance", facts->balance) < 0 ||
        mr_json_set_int(value, "cookies", facts->cookies) < 0 ||
        mr_json_set_int(value, "login_time", facts->login_time) < 0 ||
        mr_json_set_int(value, "lines_in", (int64_t)facts->lines_in) < 0 ||
        mr_json_set_int(value, "lines_out", (int64_t)facts->lines_out) < 0) {
        cJSON_Delete(value);
        return NULL;
    }
    return value;
}

static void room(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    struct mr_room_facts facts;
    (void)params;
    mr_session_facts(core->session, &facts);
    mr_call_return(call, facts_value(&facts, mr_session_state(core->session)));
}

static int request_kind(const char *what)
{
    static const struct {
        const char *name;
        enum mr_request_kind kind;
    } kinds[] = {
        {"active", MR_REQUEST_ACTIVE}, {"leaderboard", MR_REQUEST_LEADERBOARD},
        {"hash", MR_REQUEST_HASH},     {"ping", MR_REQUEST_PING},
        {"cost", MR_REQUEST_COST},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, what) == 0) {
            return (int)kinds[i].kind;
        }
    }
    return -1;
}

static void request(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    int kind = request_kind(mr_json_string(params, "what"));
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(params, "timeout");
    double seconds = timeout ? timeout->valuedouble : 10.0;
    if (kind < 0) {
        mr_call_fail(call, MR_EINVAL, "what must be one of active, leaderboard, hash, ping, cost");
        return;
    }
    if (!(seconds > 0 && seconds <= 300)) {
        mr_call_fail(call, MR_EINVAL, "timeout must be more than 0 and at most 300 seconds");
        return;
    }
    int err =
        mr_session_request(core->session, (enum mr_request_kind)kind, mr_json_string(params, "arg"),
                           (uint64_t)(seconds * 1000), mr_methods_answered, call, why, sizeof why);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
    }
}

static void quit(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    (void)params;
    mr_call_return(call, cJSON_CreateTrue());
    core->quit(core->quit_ctx, 0);
}

int mr_methods_bind_chat(struct mr_core *core)
{
    static const struct mr_binding rows[] = {
        {"chat.say", say},         {"chat.whisper", whisper}, {"chat.raw", raw},
        {"chat.me", me},           {"chat.users", users},     {"chat.room", room},
        {"chat.request", request}, {"chat.quit", quit},       {NULL, NULL},
    };
    return mr_api_bind_all(core->api, rows, core);
}
