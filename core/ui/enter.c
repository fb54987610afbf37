/* Getting into a room: what is missing is asked for, at the prompt; without one the program ends
 * with the exit code of what went wrong. Every question is a step of a state machine, never a
 * nested loop. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/terms.h"
#include "core/base/exit.h"
#include "core/runtime/json.h"
#include "core/session/logins.h"
#include "core/ui/enter_state.h"

enum { PASSWORD_TRIES = 3 };

/* --- small things -------------------------------------------------------------------------------
 */

static bool at_prompt(const struct mr_enter *enter)
{
    return enter->ui->kind == MR_UI_PROMPT;
}

static void leave(struct mr_enter *enter, int exit_code)
{
    struct mr_core *core = enter->ui->core;

    if (!at_prompt(enter)) {
        core->quit(core->quit_ctx, exit_code);
    }
}

void mr_enter_give_up(struct mr_enter *enter)
{
    mr_secret_free(&enter->password);
    if (!enter->ui->closing) {
        mr_ui_tell(enter->ui, MR_ROLE_INFO,
                   "You are in no room yet. /login and /register take you there, /quit leaves.");
    }
}

void mr_enter_set(struct mr_enter *enter, const char *setting, const char *value)
{
    char why[MR_UI_WHY];

    if (mr_settings_set(enter->ui->core->settings, setting, value, why, sizeof why) < 0) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "%s cannot be kept: %s", setting, why);
    }
}

/* --- logging in ---------------------------------------------------------------------------------
 */

static void call_done(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_enter *enter = ctx;

    (void)result;
    /* Later outcomes are told by events. */
    if (err < 0 && enter->starting) {
        enter->waiting = false;
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "%s", text);
        mr_secret_free(&enter->password);
        leave(enter, MR_EXIT_USAGE);
    }
}

/* The address as it can be parsed again. */
static void address_text(const struct mr_enter *enter, char *out, size_t size)
{
    char place[300];

    mr_address_format(&enter->address, place, sizeof place);
    snprintf(out, size, "%s%s",
             enter->address.explicit_legacy ? "legacy://"
             : enter->address.explicit_tls  ? "tls://"
                                            : "",
             place);
}

void mr_enter_log_in(struct mr_enter *enter)
{
    char address[320];
    char token[64];
    cJSON *params = cJSON_CreateObject();
    int err = mr_caller_keep_secret(enter->caller, &enter->password, token, sizeof token);

    address_text(enter, address, sizeof address);
    if (mr_session_state(enter->ui->core->session) != MR_SESSION_OFFLINE) {
        mr_session_abort(enter->ui->core->session);
    }
    if (err == MR_OK && params && mr_json_set_string(params, "name", enter->name) == MR_OK &&
        mr_json_set_string(params, "password", token) == MR_OK &&
        mr_json_set_string(params, "address", address) == MR_OK) {
        enter->starting = enter->waiting = true;
        mr_api_call(enter->ui->core->api, enter->caller,
                    enter->registering ? "client.register" : "client.login", params, call_done,
                    enter);
        enter->starting = false;
    } else {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "The login cannot begin: %s.",
                   mr_error_text(err < 0 ? err : MR_ENOMEM));
    }
    cJSON_Delete(params);
    mr_ui_update_prompt(enter->ui);
}

static void on_login(void *ctx, const char *event, const cJSON *data)
{
    struct mr_enter *enter = ctx;
    struct mr_room_facts facts;
    const char *how = mr_settings_string(enter->ui->core->settings, "login.remember");

    (void)event;
    (void)data;
    enter->inside = true;
    mr_session_facts(enter->ui->core->session, &facts);
    if (at_prompt(enter)) {
        mr_session_set_reconnect(enter->ui->core->session, true);
        mr_enter_set(enter, "connect.address", facts.address);
    } else if (enter->ui->plain) {
        mr_plain_start(enter->ui->plain);
    }
    if (!enter->waiting) {
        return;
    }
    enter->waiting = false;
    mr_secret_free(&enter->password);
    if (enter->typed && strcmp(how, "ask") == 0) {
        mr_enter_ask_remember(enter);
    } else if (enter->typed) {
        mr_enter_remember(enter, how);
    }
}

static void try_again(struct mr_enter *enter, const char *code)
{
    bool wrong = code && strcmp(code, "bad_password") == 0;
    bool taken = code && strcmp(code, "exists") == 0;

    if (taken && enter->registering) {
        enter->name[0] = '\0';
        mr_enter_ask_name(enter);
    } else if (wrong && !enter->registering && ++enter->tries < PASSWORD_TRIES) {
        mr_enter_ask_password(enter);
    } else {
        mr_enter_give_up(enter);
    }
}

static int exit_code_of(const struct mr_enter *enter, const char *code, bool registering)
{
    if (code && strcmp(code, "kicked") == 0) {
        return MR_EXIT_KICKED;
    }
    if (enter->inside) {
        return MR_EXIT_LOST;
    }
    if (code && (strcmp(code, "exists") == 0 || strcmp(code, "bad_password") == 0)) {
        return registering ? MR_EXIT_NOT_REGISTERED : MR_EXIT_REFUSED;
    }
    return MR_EXIT_UNREACHABLE;
}

static void on_login_failed(void *ctx, const char *event, const cJSON *data)
{
    struct mr_enter *enter = ctx;
    const char *code = mr_json_string(data, "code");

    (void)event;
    leave(enter, exit_code_of(enter, code, mr_json_bool(data, "registering", false)));
    if (enter->waiting && at_prompt(enter)) {
        enter->waiting = false;
        try_again(enter, code);
    }
}

static void on_disconnect(void *ctx, const char *event, const cJSON *data)
{
    struct mr_enter *enter = ctx;
    const char *code = mr_json_string(data, "code");
    bool ours = code && strcmp(code, "closed") == 0;

    (void)event;
    if (!ours) {
        leave(enter, exit_code_of(enter, code, enter->registering));
    }
    enter->inside = false;
    if (enter->waiting && !ours) {
        enter->waiting = false;
        mr_secret_free(&enter->password);
    }
}

/* --- the beginning ------------------------------------------------------------------------------
 */

/* A login without a password: the remembered one; else ask, or say what is missing. */
static void enter_remembered(struct mr_enter *enter)
{
    struct mr_core *core = enter->ui->core;
    char why[MR_UI_WHY] = "";
    const char *name = enter->name[0] ? enter->name : NULL;
    int err = enter->registering ? MR_ENOTFOUND
                                 : mr_session_login_remembered(core->session, &enter->address, name,
                                                               why, sizeof why);

    enter->typed = false;
    if (err == MR_OK) {
        enter->waiting = true;
        mr_ui_update_prompt(enter->ui);
    } else if (err != MR_ENOTFOUND) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "%s", why[0] ? why : mr_error_text(err));
        leave(enter, MR_EXIT_USAGE);
    } else if (!at_prompt(enter)) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR,
                   "No login is remembered for this room: give --user and --password-file.");
        leave(enter, MR_EXIT_USAGE);
    } else {
        mr_enter_ask_terms(enter);
    }
}

/* When only a name is remembered, its password is all that is missing. */
static bool take_remembered_name(struct mr_enter *enter)
{
    struct mr_core *core = enter->ui->core;
    char room[300];
    bool has_hash = false;
    char *path = mr_paths_join(core->paths->config, "logins.json");
    int err = MR_ENOMEM;

    mr_address_format(&enter->address, room, sizeof room);
    if (path) {
        err = mr_logins_last(path, room, enter->name, sizeof enter->name, &has_hash);
    }
    free(path);
    if (err < 0 || has_hash) {
        enter->name[0] = '\0';
    }
    return err == MR_OK && !has_hash;
}

void mr_enter_with_address(struct mr_enter *enter)
{
    if (enter->password.len > 0 && enter->name[0]) {
        mr_enter_log_in(enter);
    } else if (at_prompt(enter) && !enter->registering && !enter->name[0] &&
               take_remembered_name(enter)) {
        mr_enter_ask_password(enter);
    } else {
        enter_remembered(enter);
    }
}

static int take_entry(struct mr_enter *enter, const struct mr_ui_entry *entry)
{
    int err = MR_OK;

    enter->name[0] = '\0';
    enter->tries = 0;
    enter->typed = false;
    enter->registering = entry->registering;
    mr_secret_free(&enter->password);
    if (entry->user) {
        const char *problem = strlen(entry->user) <= MR_LIMIT_NAME
                                  ? mr_enter_name_problem(enter, entry->user)
                                  : "This name is too long.";

        if (problem) {
            mr_ui_tell(enter->ui, MR_ROLE_ERROR, "%s", problem);
            return MR_EINVAL;
        }
        snprintf(enter->name, sizeof enter->name, "%s", entry->user);
    }
    if (entry->password) {
        err = mr_secret_init(&enter->password, MR_LIMIT_PASSWORD);
        if (err == MR_OK) {
            err = mr_secret_set(&enter->password, entry->password->bytes, entry->password->len);
        }
    }
    if (err == MR_OK && entry->accept_terms) {
        mr_enter_set(enter, "terms.accepted", "on");
    }
    return err;
}

int mr_enter_begin(struct mr_enter *enter, const struct mr_ui_entry *entry)
{
    int err = take_entry(enter, entry);

    if (err < 0) {
        leave(enter, MR_EXIT_USAGE);
        return err == MR_EINVAL ? MR_OK : err;
    }
    if (enter->registering && !at_prompt(enter) &&
        !mr_settings_bool(enter->ui->core->settings, "terms.accepted")) {
        mr_ui_tell(enter->ui, MR_ROLE_PLAIN, "%s", mr_terms_text());
        mr_ui_tell(enter->ui, MR_ROLE_ERROR,
                   "Without accepting these terms there is no account: add --accept-terms.");
        leave(enter, MR_EXIT_USAGE);
    } else if (entry->address) {
        enter->address = *entry->address;
        mr_enter_with_address(enter);
    } else if (at_prompt(enter)) {
        mr_enter_ask_address(enter);
    } else if (enter->ui->kind == MR_UI_PLAIN) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "Which room? Give its address, host or host:port.");
        leave(enter, MR_EXIT_USAGE);
    }
    return MR_OK;
}

int mr_enter_new(struct mr_ui *ui, struct mr_enter **out)
{
    static const struct {
        enum mr_event event;
        mr_hook_fn *fn;
    } table[] = {{MR_EVENT_LOGIN, on_login},
                 {MR_EVENT_LOGIN_FAILED, on_login_failed},
                 {MR_EVENT_DISCONNECT, on_disconnect}};
    const struct mr_caller_options options = {.kind = MR_CALLER_USER, .name = "you"};
    struct mr_enter *enter = calloc(1, sizeof *enter);
    int err = enter ? MR_OK : MR_ENOMEM;

    *out = enter;
    if (err == MR_OK) {
        enter->ui = ui;
        err = mr_caller_new(ui->core->api, &options, &enter->caller);
    }
    for (size_t i = 0; i < 3 && err == MR_OK; i++) {
        err = mr_hooks_listen(ui->core->hooks, mr_event_name(table[i].event), 50, enter,
                              table[i].fn, enter, NULL);
    }
    return err;
}

void mr_enter_free(struct mr_enter *enter)
{
    if (!enter) {
        return;
    }
    mr_hooks_remove_owner(enter->ui->core->hooks, enter);
    mr_caller_free(&enter->caller);
    mr_secret_free(&enter->password);
    free(enter);
}
