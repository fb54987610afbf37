/* The questions of getting into a room, each with what follows from its answer. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/api/terms.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/ui/enter_state.h"

static void ask_account(struct mr_enter *enter);

static void ask(struct mr_enter *enter, enum mr_ask_kind kind, const char *text,
                const char *fallback, mr_ask_fn *fn)
{
    const struct mr_question question = {kind, text, fallback};
    int err = mr_asks_add(enter->ui->asks, &question, fn, enter, NULL);

    if (err < 0) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "This cannot be asked now: %s.", mr_error_text(err));
        mr_enter_give_up(enter);
    }
}

/* --- the questions ------------------------------------------------------------------------------
 */

static void terms_answered(void *ctx, int err, const struct mr_answer *answer)
{
    struct mr_enter *enter = ctx;
    struct mr_core *core = enter->ui->core;

    if (err == MR_OK && answer->yes) {
        mr_enter_set(enter, "terms.accepted", "on");
        ask_account(enter);
    } else if (!enter->ui->closing) {
        mr_ui_tell(enter->ui, MR_ROLE_INFO,
                   "Without the terms there is no account, so nothing was sent. Good-bye.");
        core->quit(core->quit_ctx, 0);
    }
}

void mr_enter_ask_terms(struct mr_enter *enter)
{
    if (mr_settings_bool(enter->ui->core->settings, "terms.accepted")) {
        ask_account(enter);
        return;
    }
    mr_ui_tell(enter->ui, MR_ROLE_PLAIN, "%s", mr_terms_text());
    ask(enter, MR_ASK_YES_NO, "Do you accept these terms?", NULL, terms_answered);
}

static void account_answered(void *ctx, int err, const struct mr_answer *answer)
{
    struct mr_enter *enter = ctx;

    if (err < 0) {
        mr_enter_give_up(enter);
        return;
    }
    enter->registering = !answer->yes;
    mr_enter_ask_name(enter);
}

static void ask_account(struct mr_enter *enter)
{
    if (enter->registering) {
        mr_enter_ask_name(enter);
    } else {
        ask(enter, MR_ASK_YES_NO, "Do you have an account in this room already?", "no",
            account_answered);
    }
}

const char *mr_enter_name_problem(const struct mr_enter *enter, const char *name)
{
    size_t len = strlen(name);

    if (enter->registering) {
        return mr_name_problem(name, len);
    }
    return mr_name_valid(name, len) ? NULL : "No account can have this name.";
}

static void name_answered(void *ctx, int err, const struct mr_answer *answer)
{
    struct mr_enter *enter = ctx;

    if (err < 0) {
        mr_enter_give_up(enter);
        return;
    }
    const char *problem = mr_enter_name_problem(enter, answer->text);

    if (problem) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "%s", problem);
        enter->name[0] = '\0';
        mr_enter_ask_name(enter);
        return;
    }
    snprintf(enter->name, sizeof enter->name, "%s", answer->text);
    if (enter->password.len > 0) {
        mr_enter_log_in(enter); /* only the name was refused */
    } else {
        mr_enter_ask_password(enter);
    }
}

void mr_enter_ask_name(struct mr_enter *enter)
{
    if (enter->name[0]) {
        mr_enter_ask_password(enter);
    } else {
        ask(enter, MR_ASK_LINE, enter->registering ? "Choose a name:" : "Name:", NULL,
            name_answered);
    }
}

static void repeated(void *ctx, int err, const struct mr_answer *answer)
{
    struct mr_enter *enter = ctx;

    if (err < 0) {
        mr_enter_give_up(enter);
        return;
    }
    if (answer->secret->len != enter->password.len ||
        !mr_equal_secret(answer->secret->bytes, enter->password.bytes, enter->password.len)) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "These two differ. Once more, please.");
        mr_enter_ask_password(enter);
        return;
    }
    mr_enter_log_in(enter);
}

static size_t characters(const struct mr_secret *secret)
{
    size_t count = 0;

    for (size_t i = 0; i < secret->len; i++) {
        count += (secret->bytes[i] & 0xc0) != 0x80;
    }
    return count;
}

static void password_answered(void *ctx, int err, const struct mr_answer *answer)
{
    struct mr_enter *enter = ctx;

    if (err < 0) {
        mr_enter_give_up(enter);
        return;
    }
    if (enter->registering && characters(answer->secret) < MR_LIMIT_PASSWORD_MIN) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "That is too short: at least %d characters, please.",
                   MR_LIMIT_PASSWORD_MIN);
        mr_enter_ask_password(enter);
        return;
    }
    mr_secret_free(&enter->password);
    err = mr_secret_init(&enter->password, MR_LIMIT_PASSWORD);
    if (err == MR_OK) {
        err = mr_secret_set(&enter->password, answer->secret->bytes, answer->secret->len);
    }
    if (err < 0) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "The password cannot be kept: %s.",
                   mr_error_text(err));
        mr_enter_give_up(enter);
        return;
    }
    enter->typed = true;
    if (enter->registering) {
        ask(enter, MR_ASK_SECRET, "The same again:", NULL, repeated);
    } else {
        mr_enter_log_in(enter);
    }
}

void mr_enter_ask_password(struct mr_enter *enter)
{
    char text[128];

    if (enter->registering) {
        snprintf(text, sizeof text,
                 "Choose a password of at least %d characters:", MR_LIMIT_PASSWORD_MIN);
    } else {
        snprintf(text, sizeof text, "Password of %s:", enter->name);
    }
    ask(enter, MR_ASK_SECRET, text, NULL, password_answered);
}

/* --- what to remember ---------------------------------------------------------------------------
 */

void mr_enter_remember(struct mr_enter *enter, const char *what)
{
    cJSON *params = cJSON_CreateObject();

    if (params && mr_json_set_string(params, "what", what) == MR_OK) {
        mr_api_call(enter->ui->core->api, enter->caller, "client.remember", params, NULL, NULL);
    }
    cJSON_Delete(params);
}

static void remember_answered(void *ctx, int err, const struct mr_answer *answer)
{
    static const char *const choices[] = {"login", "name", "no"};
    struct mr_enter *enter = ctx;

    if (err < 0) {
        return; /* asked again after the next login */
    }
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(answer->text);

        if (mr_str_equal_fold(answer->text, len, choices[i], strlen(choices[i]))) {
            mr_enter_set(enter, "login.remember", choices[i]);
            mr_enter_remember(enter, choices[i]);
            return;
        }
    }
    mr_ui_tell(enter->ui, MR_ROLE_INFO, "Please type login, name or no.");
    mr_enter_ask_remember(enter);
}

void mr_enter_ask_remember(struct mr_enter *enter)
{
    ask(enter, MR_ASK_LINE, "Remember on this computer: login, name or no?", "login",
        remember_answered);
}

/* --- the room -----------------------------------------------------------------------------------
 */

static void address_answered(void *ctx, int err, const struct mr_answer *answer)
{
    struct mr_enter *enter = ctx;
    char why[MR_UI_WHY];

    if (err < 0) {
        mr_enter_give_up(enter);
    } else if (mr_address_parse(answer->text, &enter->address, why, sizeof why) < 0) {
        mr_ui_tell(enter->ui, MR_ROLE_ERROR, "%s", why);
        mr_enter_ask_address(enter);
    } else {
        mr_enter_with_address(enter);
    }
}

void mr_enter_ask_address(struct mr_enter *enter)
{
    ask(enter, MR_ASK_LINE, "Which room, as host or host:port?", NULL, address_answered);
}
