/* What may be the answer to a question: pings, lists, prices, purchases, refusals. */
#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/name.h"
#include "core/runtime/json.h"
#include "core/session/arrive.h"
#include "core/session/logins.h"

enum {
    MAX_WHOLE_ACTIVE = 1950 /* bytes of names that surely came alone: a frame holds 2011 */
};

/* Purchases */

static void finish_buy(struct mr_session *session)
{
    cJSON **part = mr_requests_part(session->requests, MR_REQUEST_BUY);
    cJSON *value = part ? *part : NULL;
    mr_timer_stop(&session->bought);
    if (!value)
        return;
    *part = NULL;
    mr_requests_answer(session->requests, MR_REQUEST_BUY, NULL, value);
}

static void on_bought(void *ctx)
{
    struct mr_session *session = ctx;
    finish_buy(session);
    mr_requests_run(session->requests);
}

/* A purchase is told as a price and, for cookies, as cookies. */
void mr_answer_part_of_buy(struct mr_session *session, const char *what, int64_t change)
{
    const char *asked;
    cJSON **part = mr_requests_part(session->requests, MR_REQUEST_BUY);
    if (!part || !mr_requests_outstanding(session->requests, MR_REQUEST_BUY, &asked, NULL, NULL))
        return;
    bool cookies = mr_str_starts(asked, strlen(asked), "cookie");
    bool first = *part == NULL;
    if (first)
        *part = cJSON_CreateObject();
    mr_json_set_int(*part, what, change);
    if (!first || !cookies ||
        mr_timer_start(session->options.loop, MR_PARTS_MS, 0, on_bought, session,
                       &session->bought) != MR_OK)
        finish_buy(session);
}

/* Lists and numbers */

void mr_answer_ping(struct mr_session *session, const struct mr_arrival *arrival)
{
    uint64_t asked_ms;
    char data[MR_LIMIT_PING_DATA + 1];
    struct mr_span text = arrival->line.text;
    if (text.len >= sizeof(data) ||
        !mr_requests_outstanding(session->requests, MR_REQUEST_PING, NULL, &asked_ms, NULL))
        return;
    memcpy(data, text.at, text.len);
    data[text.len] = '\0';
    uint64_t ms = mr_loop_now_ms(session->options.loop) - asked_ms;
    if (mr_requests_answer(session->requests, MR_REQUEST_PING, data,
                           cJSON_CreateNumber((double)ms)) == MR_REQUEST_ANSWERED)
        MR_EMIT(&session->emitter, MR_EVENT_PING, MR_SPAN_FIELD("data", text),
                MR_INT_FIELD("ms", (int64_t)ms));
}

static cJSON *board_entries(struct mr_session *session, struct mr_span list)
{
    cJSON *entries = cJSON_CreateArray();
    struct mr_span name;
    int64_t coins;
    for (int i = 0; entries && i < MR_LIMIT_LEADERBOARD; i++) {
        if (!mr_leaderboard_next(&list, &name, &coins))
            break;
        cJSON *entry = cJSON_CreateObject();
        cJSON *who = mr_emitter_string(&session->emitter, name);
        if (!who || !cJSON_AddItemToObject(entry, "name", who))
            cJSON_Delete(who);
        cJSON_AddNumberToObject(entry, "coins", (double)coins);
        if (!cJSON_AddItemToArray(entries, entry))
            cJSON_Delete(entry);
    }
    return entries;
}

void mr_answer_leaderboard(struct mr_session *session, const struct mr_arrival *arrival)
{
    struct mr_span list = arrival->line.list;
    if (mr_room_board_twin(&session->room, list, mr_loop_now_ms(session->options.loop)))
        return;
    cJSON *entries = board_entries(session, list);
    if (mr_requests_answer(session->requests, MR_REQUEST_LEADERBOARD, NULL,
                           cJSON_Duplicate(entries, true)) == MR_REQUEST_SWALLOWED)
        cJSON_Delete(entries);
    else
        MR_EMIT(&session->emitter, MR_EVENT_LEADERBOARD, MR_VALUE_FIELD("entries", entries));
}

static void add_names(struct mr_session *session, cJSON *names, struct mr_span list)
{
    struct mr_span name;
    while (mr_active_next(&list, &name)) {
        if (cJSON_GetArraySize(names) >= MR_LIMIT_KNOWN_USERS)
            return;
        cJSON *value = mr_emitter_string(&session->emitter, name);
        if (!value || !cJSON_AddItemToArray(names, value))
            cJSON_Delete(value);
    }
}

static void finish_active(struct mr_session *session, cJSON *names)
{
    mr_room_set_users(&session->room, names, session->name);
    mr_requests_answer(session->requests, MR_REQUEST_ACTIVE, NULL, names);
    mr_arrive_tell_users(session);
}

static void on_active_silence(void *ctx)
{
    struct mr_session *session = ctx;
    mr_timer_stop(&session->parts);
    cJSON **part = mr_requests_part(session->requests, MR_REQUEST_ACTIVE);
    if (part && *part) {
        cJSON *names = *part;
        *part = NULL;
        finish_active(session, names);
    }
    mr_requests_run(session->requests);
}

/* A list that nobody asked for is news: somebody sent the line by hand. */
static void show_active(struct mr_session *session, const struct mr_arrival *arrival)
{
    struct mr_buf text;
    struct mr_span list = arrival->line.list, name;
    mr_buf_init(&text, MR_LIMIT_FRAME_CLIENT);
    int err = mr_buf_append_str(&text, "Active users:");
    while (err == MR_OK && mr_active_next(&list, &name)) {
        mr_arrive_saw(session, name);
        err = mr_buf_printf(&text, " %.*s", (int)name.len, name.at);
    }
    mr_arrive_text(session, (struct mr_span){mr_buf_str(&text), mr_buf_len(&text)}, arrival->raw);
    mr_buf_free(&text);
}

void mr_answer_active(struct mr_session *session, const struct mr_arrival *arrival)
{
    struct mr_span list = arrival->line.list;
    cJSON **part = mr_requests_part(session->requests, MR_REQUEST_ACTIVE);
    if (!part) {
        if (!mr_requests_late(session->requests, MR_REQUEST_ACTIVE))
            show_active(session, arrival);
        else if (list.len <= MAX_WHOLE_ACTIVE)
            mr_requests_answer(session->requests, MR_REQUEST_ACTIVE, NULL, cJSON_CreateArray());
        return;
    }
    if (!*part)
        *part = cJSON_CreateArray();
    add_names(session, *part, list);
    mr_timer_stop(&session->parts);
    if (list.len <= MAX_WHOLE_ACTIVE ||
        mr_timer_start(session->options.loop, MR_PARTS_MS, 0, on_active_silence, session,
                       &session->parts) != MR_OK) {
        cJSON *names = *part;
        *part = NULL;
        finish_active(session, names);
    }
}

void mr_answer_cost(struct mr_session *session, const struct mr_arrival *arrival)
{
    char item[MR_LIMIT_ITEM + 1] = "";
    struct mr_span name = arrival->line.item;
    if (name.len < sizeof(item)) {
        memcpy(item, name.at, name.len);
        item[name.len] = '\0';
    }
    if (mr_requests_answer(session->requests, MR_REQUEST_COST, item,
                           cJSON_CreateNumber((double)arrival->line.number)) == MR_REQUEST_NOBODY)
        mr_arrive_text(session,
                       (struct mr_span){arrival->raw.at + strlen("Server> "),
                                        arrival->raw.len - strlen("Server> ")},
                       arrival->raw);
}

/* Refusals */

static void to_text(struct mr_span span, char *out, size_t size)
{
    span = mr_str_trim(span.at, span.len);
    size_t len = mr_utf8_cut(span.at, span.len, size - 1);
    memcpy(out, span.at, len);
    out[len] = '\0';
}

/* "bob is not here." answers a whisper or a kick. */
static bool is_of_a_user(struct mr_span text)
{
    static const char tail[] = " is not here.";
    text = mr_str_trim(text.at, text.len);
    size_t len = sizeof(tail) - 1;
    return text.len > len && memcmp(text.at + text.len - len, tail, len) == 0 &&
           mr_name_valid(text.at, text.len - len);
}

/* The questions that a room refuses with a plain error, which does not say what it is about: the
 * one that was sent first is meant. */
static bool refuse_oldest(struct mr_session *session, struct mr_span text)
{
    static const enum mr_request_kind kinds[] = {MR_REQUEST_COST, MR_REQUEST_BUY,
                                                 MR_REQUEST_LEADERBOARD};
    enum mr_request_kind oldest = MR_REQUEST_KINDS, late = MR_REQUEST_KINDS;
    uint64_t first = UINT64_MAX, serial;
    char sentence[512];
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (mr_requests_outstanding(session->requests, kinds[i], NULL, NULL, &serial) &&
            serial < first) {
            first = serial;
            oldest = kinds[i];
        }
        if (kinds[i] != MR_REQUEST_LEADERBOARD && mr_requests_late(session->requests, kinds[i]))
            late = kinds[i];
    }
    if (mr_mine_waits(&session->mine, &serial) && serial < first) {
        mr_mine_refused(&session->mine, mr_arrive_trim(text));
        return true;
    }
    if (oldest == MR_REQUEST_KINDS)
        oldest = late;
    if (oldest == MR_REQUEST_KINDS)
        return mr_mine_late_refusal(&session->mine);
    to_text(text, sentence, sizeof(sentence));
    return mr_requests_refuse(session->requests, oldest, sentence) != MR_REQUEST_NOBODY;
}

void mr_answer_error(struct mr_session *session, const struct mr_arrival *arrival)
{
    if (is_of_a_user(arrival->line.text) || !refuse_oldest(session, arrival->line.text))
        mr_arrive_error(session, arrival->line.text, arrival->raw);
}

void mr_answer_account_error(struct mr_session *session, const struct mr_arrival *arrival)
{
    enum mr_request_kind kind = arrival->line.type == MR_LINE_DELETE_ERROR
                                    ? MR_REQUEST_DELETE_ACCOUNT
                                    : MR_REQUEST_CHANGE_PASSWORD;
    char sentence[512];
    to_text(arrival->line.text, sentence, sizeof(sentence));
    if (!*sentence)
        snprintf(sentence, sizeof(sentence), "The room refused.");
    if (mr_requests_refuse(session->requests, kind, sentence) == MR_REQUEST_NOBODY)
        mr_arrive_error(session, mr_span_of(sentence), arrival->raw);
}

/* A remembered login goes on to work. */
static void renew_login(struct mr_session *session)
{
    char before[MR_LIMIT_CREDENTIAL_HASH + 1];
    if (session->logins_path && *session->new_hash &&
        mr_logins_hash(session->logins_path, session->room_name, session->name, before,
                       sizeof(before)) == MR_OK)
        mr_logins_remember(session->logins_path, session->room_name, session->name,
                           session->new_hash);
    mr_wipe(before, sizeof(before));
    mr_wipe(session->new_hash, sizeof(session->new_hash));
}

void mr_answer_password_done(struct mr_session *session, const struct mr_arrival *arrival)
{
    renew_login(session);
    if (mr_requests_answer(session->requests, MR_REQUEST_CHANGE_PASSWORD, NULL,
                           cJSON_CreateTrue()) == MR_REQUEST_NOBODY)
        mr_arrive_text(session, mr_span_of("Your password has been successfully changed."),
                       arrival->raw);
}
