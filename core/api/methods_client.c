/* client.* and account.*: getting into a room and out of it. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/methods.h"
#include "core/api/terms.h"
#include "core/runtime/json.h"
#include "core/session/logins.h"
#include "core/wire/hash.h"

enum { WHY = 256 };

struct mr_client_methods {
    struct mr_core *core;
    struct mr_call *waiting; /* the login under way */
    struct mr_call *leaving; /* the logout under way */
    char *logins_path;
    /* What client.remember may keep: the login that was made last. */
    char room[300];
    char name[64];
    struct mr_secret hash;
};

static void login_done(struct mr_client_methods *methods, int err, const char *text,
                       const cJSON *data)
{
    struct mr_call *call = methods->waiting;
    methods->waiting = NULL;
    if (!call) {
        return;
    }
    if (err < 0) {
        mr_call_fail(call, err, "%s", text);
    } else {
        mr_call_return(call, cJSON_Duplicate(data, true));
    }
}

static void on_login(void *ctx, const char *name, const cJSON *data)
{
    (void)name;
    login_done(ctx, MR_OK, "", data);
}

static void on_failure(void *ctx, const char *name, const cJSON *data)
{
    const char *code = mr_json_string(data, "code");
    const char *text = mr_json_string(data, "text");
    int err = code ? mr_error_by_name(code) : MR_ECLOSED;
    (void)name;
    login_done(ctx, err < 0 && err != MR_ENOTFOUND ? err : MR_ECLOSED,
               text ? text : "The connection ended.", NULL);
}

static void logout_done(struct mr_client_methods *methods)
{
    struct mr_call *call = methods->leaving;
    methods->leaving = NULL;
    if (call) {
        mr_call_return(call, cJSON_CreateTrue());
    }
}

static void on_disconnect(void *ctx, const char *name, const cJSON *data)
{
    on_failure(ctx, name, data);
    logout_done(ctx);
}

static int target(const struct mr_client_methods *methods, const cJSON *params,
                  struct mr_address *address, char *why)
{
    const char *text = mr_json_string(params, "address");
    if (!text) {
        text = mr_settings_string(methods->core->settings, "connect.address");
    }
    if (!*text) {
        snprintf(why, WHY, "No room is chosen. Use /connect ADDRESS.");
        return MR_EINVAL;
    }
    return mr_address_parse(text, address, why, WHY);
}

static int keep_hash(struct mr_client_methods *methods, const struct mr_address *address,
                     const char *name, const struct mr_secret *password)
{
    char hex[MR_SHA512_HEX + 1];
    mr_secret_free(&methods->hash);
    mr_address_format(address, methods->room, sizeof methods->room);
    snprintf(methods->name, sizeof methods->name, "%s", name);
    int err =
        mr_hash_credential((const char *)password->bytes, password->len, name, strlen(name), hex);
    if (err == MR_OK) {
        err = mr_secret_init(&methods->hash, sizeof hex);
    }
    if (err == MR_OK) {
        err = mr_secret_set(&methods->hash, hex, MR_SHA512_HEX);
    }
    mr_wipe(hex, sizeof hex);
    return err;
}

static int enter(struct mr_client_methods *methods, struct mr_call *call, const cJSON *params,
                 bool registering, char *why)
{
    struct mr_address address;
    struct mr_secret password = {0};
    const char *name = mr_json_string(params, "name");
    const cJSON *token = cJSON_GetObjectItemCaseSensitive(params, "password");
    int err = target(methods, params, &address, why);
    if (err == MR_OK && methods->waiting) {
        snprintf(why, WHY, "Another login is under way.");
        err = MR_EBUSY;
    }
    if (err < 0) {
        return err;
    }
    if (!token) {
        return mr_session_login_remembered(methods->core->session, &address, name, why, WHY);
    }
    err = mr_call_secret(call, token, &password);
    if (err < 0) {
        snprintf(why, WHY, "The password must come from ui.input{ secret = true }.");
        return err;
    }
    if (!name) {
        snprintf(why, WHY, "name is missing");
        err = MR_EINVAL;
    }
    if (err == MR_OK) {
        err = mr_session_login(methods->core->session, &address, name, &password, registering, why,
                               WHY);
    }
    if (err == MR_OK) {
        (void)keep_hash(methods, &address, name, &password);
    }
    mr_secret_free(&password);
    return err;
}

static void start(struct mr_client_methods *methods, struct mr_call *call, const cJSON *params,
                  bool registering)
{
    char why[WHY] = "";
    int err = enter(methods, call, params, registering, why);
    if (err < 0) {
        mr_call_fail(call, err, "%s", *why ? why : mr_error_text(err));
        return;
    }
    methods->waiting = call;
}

static void login(void *ctx, struct mr_call *call, const cJSON *params)
{
    start(ctx, call, params, false);
}

static void register_account(void *ctx, struct mr_call *call, const cJSON *params)
{
    start(ctx, call, params, true);
}

static void connect_room(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_client_methods *methods = ctx;
    struct mr_core *core = methods->core;
    char why[WHY] = "";
    struct mr_address address;
    char text[300];
    int err = target(methods, params, &address, why);
    if (err == MR_OK && mr_session_state(core->session) != MR_SESSION_OFFLINE) {
        snprintf(why, sizeof why, "You are in a room already. Use /logout first.");
        err = MR_ESTATE;
    }
    if (err == MR_OK) {
        mr_address_format(&address, text, sizeof text);
        err = mr_settings_set(core->settings, "connect.address", text, why, sizeof why);
    }
    if (err == MR_OK) {
        err = mr_session_login_remembered(core->session, &address, NULL, why, sizeof why);
    }
    if (err == MR_ENOTFOUND) {
        mr_call_fail(call, err,
                     "No login is remembered for %s. Use /login NAME, or /register NAME for a new "
                     "account.",
                     text);
        return;
    }
    mr_methods_answer(call, err, why);
}

static void logout(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_client_methods *methods = ctx;
    (void)params;
    if (mr_session_state(methods->core->session) == MR_SESSION_OFFLINE &&
        !mr_session_returning(methods->core->session)) {
        mr_call_fail(call, MR_EOFFLINE, "You are not in a room.");
        return;
    }
    if (methods->leaving) {
        mr_call_fail(call, MR_EBUSY, "You are leaving the room already.");
        return;
    }
    methods->leaving = call;
    mr_session_logout(methods->core->session);
    if (mr_session_state(methods->core->session) == MR_SESSION_OFFLINE) {
        logout_done(methods);
    }
}

static void remember_login(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_client_methods *methods = ctx;
    const char *what = mr_json_string(params, "what");
    int err = MR_EINVAL;
    if (!methods->logins_path || !*methods->name || !methods->hash.bytes) {
        mr_call_fail(call, MR_ESTATE, "There is no login to remember. Log in first.");
        return;
    }
    if (strcmp(what, "no") == 0) {
        err = mr_logins_forget(methods->logins_path, methods->room, methods->name);
        err = err == MR_ENOTFOUND ? MR_OK : err;
    } else if (strcmp(what, "name") == 0) {
        err = mr_logins_remember(methods->logins_path, methods->room, methods->name, NULL);
    } else if (strcmp(what, "login") == 0) {
        err = mr_logins_remember(methods->logins_path, methods->room, methods->name,
                                 mr_secret_str(&methods->hash));
    }
    mr_methods_answer(call, err,
                      err == MR_EINVAL ? "what must be no, name or login" : mr_error_text(err));
}

static void terms(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)ctx;
    (void)params;
    mr_call_return(call, cJSON_CreateString(mr_terms_text()));
}

static void version(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)ctx;
    (void)params;
    mr_call_return(call, cJSON_CreateString(MR_VERSION));
}

static void change_password(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_client_methods *methods = ctx;
    char why[WHY] = "The passwords must come from ui.input{ secret = true }.";
    struct mr_secret old = {0};
    struct mr_secret fresh = {0};
    int err = mr_call_secret(call, cJSON_GetObjectItemCaseSensitive(params, "old"), &old);
    if (err == MR_OK) {
        err = mr_call_secret(call, cJSON_GetObjectItemCaseSensitive(params, "new"), &fresh);
    }
    if (err == MR_OK) {
        err = mr_session_change_password(methods->core->session, &old, &fresh, mr_methods_answered,
                                         call, why, sizeof why);
    }
    mr_secret_free(&old);
    mr_secret_free(&fresh);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
    }
}

static void delete_account(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_client_methods *methods = ctx;
    char why[WHY] = "The password must come from ui.input{ secret = true }.";
    struct mr_secret password = {0};
    int err = mr_call_secret(call, cJSON_GetObjectItemCaseSensitive(params, "password"), &password);
    if (err == MR_OK) {
        err = mr_session_delete_account(methods->core->session, &password, mr_methods_answered,
                                        call, why, sizeof why);
    }
    mr_secret_free(&password);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
    }
}

/* A script holds secrets as tokens only, so it has to ask whether two are the same. */
static void same_secret(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_secret one = {0};
    struct mr_secret other = {0};
    (void)ctx;
    int err = mr_call_secret(call, cJSON_GetObjectItemCaseSensitive(params, "one"), &one);
    if (err == MR_OK) {
        err = mr_call_secret(call, cJSON_GetObjectItemCaseSensitive(params, "other"), &other);
    }
    bool same =
        err == MR_OK && one.len == other.len && mr_equal_secret(one.bytes, other.bytes, one.len);
    mr_secret_free(&one);
    mr_secret_free(&other);
    if (err < 0) {
        mr_call_fail(call, err, "Both must come from ui.input{ secret = true }.");
        return;
    }
    mr_call_return(call, cJSON_CreateBool(same));
}

static int listen_all(struct mr_client_methods *methods)
{
    struct mr_hooks *hooks = methods->core->hooks;
    int err = mr_hooks_listen(hooks, "login", 0, methods, on_login, methods, NULL);
    if (err == MR_OK) {
        err = mr_hooks_listen(hooks, "login_failed", 0, methods, on_failure, methods, NULL);
    }
    if (err == MR_OK) {
        err = mr_hooks_listen(hooks, "disconnect", 0, methods, on_disconnect, methods, NULL);
    }
    return err;
}

int mr_client_methods_new(struct mr_core *core, struct mr_client_methods **out)
{
    static const struct mr_binding rows[] = {
        {"client.connect", connect_room},
        {"client.login", login},
        {"client.register", register_account},
        {"client.remember", remember_login},
        {"client.logout", logout},
        {"client.terms", terms},
        {"client.version", version},
        {"account.change_password", change_password},
        {"account.delete", delete_account},
        {"ui.same", same_secret},
        {NULL, NULL},
    };
    struct mr_client_methods *methods = calloc(1, sizeof *methods);
    *out = methods;
    if (!methods) {
        return MR_ENOMEM;
    }
    methods->core = core;
    methods->logins_path = mr_paths_join(core->paths->config, "logins.json");
    int err = methods->logins_path ? mr_api_bind_all(core->api, rows, methods) : MR_ENOMEM;
    if (err == MR_OK) {
        err = listen_all(methods);
    }
    if (err < 0) {
        mr_client_methods_free(out);
    }
    return err;
}

void mr_client_methods_free(struct mr_client_methods **methods_at)
{
    struct mr_client_methods *methods = *methods_at;
    if (!methods) {
        return;
    }
    mr_hooks_remove_owner(methods->core->hooks, methods);
    login_done(methods, MR_ECANCELED, "moonroom is about to end", NULL);
    logout_done(methods);
    mr_secret_free(&methods->hash);
    free(methods->logins_path);
    free(methods);
    *methods_at = NULL;
}
