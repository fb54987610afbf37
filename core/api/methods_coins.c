/* wallet.*, shop.*, admin.*: coins, and what they buy. */
#include <moonroom/errors.h>
#include <stdio.h>

#include "core/api/methods.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"

enum { WHY = 256, ANSWER_MS = 10000 };

static void balance(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    struct mr_room_facts facts;
    (void)params;
    if (mr_session_state(core->session) != MR_SESSION_ONLINE) {
        mr_call_fail(call, MR_EOFFLINE, "You are not in a room. Use /login or /connect first.");
        return;
    }
    mr_session_facts(core->session, &facts);
    cJSON *value = cJSON_CreateObject();
    if (!value || mr_json_set_int(value, "coins", facts.balance) < 0 ||
        mr_json_set_int(value, "cookies", facts.cookies) < 0) {
        cJSON_Delete(value);
        value = NULL;
    }
    mr_call_return(call, value);
}

static void pay(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    int err = mr_session_pay(core->session, mr_json_string(params, "user"),
                             mr_json_int(params, "coins", 0), why, sizeof why);
    mr_methods_answer(call, err, why);
}

static void kick(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    int err = mr_session_kick(core->session, mr_json_string(params, "user"), why, sizeof why);
    mr_methods_answer(call, err, why);
}

static void cost(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    int err = mr_session_request(core->session, MR_REQUEST_COST, mr_json_string(params, "item"),
                                 ANSWER_MS, mr_methods_answered, call, why, sizeof why);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
    }
}

static void buy(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    char arg[128];
    int64_t n = mr_json_int(params, "n", 1);
    if (n < 1 || n > MR_LIMIT_BUY_COUNT) {
        mr_call_fail(call, MR_EINVAL, "n must be between 1 and %d", (int)MR_LIMIT_BUY_COUNT);
        return;
    }
    int len = snprintf(arg, sizeof arg, "%s %lld", mr_json_string(params, "item"), (long long)n);
    if (len < 0 || (size_t)len >= sizeof arg) {
        mr_call_fail(call, MR_EINVAL, "there is no item with so long a name");
        return;
    }
    int err = mr_session_request(core->session, MR_REQUEST_BUY, arg, ANSWER_MS, mr_methods_answered,
                                 call, why, sizeof why);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
    }
}

int mr_methods_bind_coins(struct mr_core *core)
{
    static const struct mr_binding rows[] = {
        {"wallet.balance", balance}, {"wallet.pay", pay},  {"shop.cost", cost},
        {"shop.buy", buy},           {"admin.kick", kick}, {NULL, NULL},
    };
    return mr_api_bind_all(core->api, rows, core);
}
