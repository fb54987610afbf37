/* From the address to the goodbye: getting in, and every way it can fail. */
#include "world.h"

#include <sys/socket.h>
#include <unistd.h>

#include "core/session/logins.h"
#include "core/wire/hash.h"

static bool ended(const struct world *world)
{
    return world_count(world, "disconnect") > 0;
}

/* One sentence, ended, naming the room, without line ends, and not too long. */
static void assert_sentence(const struct world *world, const char *text)
{
    assert_non_null(strstr(text, world->where));
    assert_null(strchr(text, '\n'));
    assert_true(strlen(text) > 20 && strlen(text) < 600);
    assert_int_equal(text[strlen(text) - 1], '.');
}

static void assert_offline(struct world *world)
{
    struct mr_room_facts facts;
    struct mr_job job;
    assert_int_equal(mr_session_state(world->session), MR_SESSION_OFFLINE);
    assert_int_equal(world_count(world, "disconnect"), 1);
    assert_int_equal(world_count(world, "login"), 0);
    mr_session_facts(world->session, &facts);
    assert_string_equal(facts.name, "");
    assert_string_equal(facts.address, "");
    assert_int_equal(facts.login_time, 0);
    assert_false(mr_session_job(world->session, &job));
}

static void logging_in(void **state)
{
    struct world *world = *state;
    struct mr_room_facts facts;
    char hash[MR_SHA512_HEX + 1];
    assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
    assert_int_equal(mr_session_state(world->session), MR_SESSION_CONNECTING);
    assert_null(world->events); /* nothing is told from inside */
    WORLD_UNTIL(world, world_count(world, "block") == 1);
    assert_string_equal(world_names(world), "connect login block ");
    assert_string_equal(world_text(world, "connect", "address"), world->where);
    assert_string_equal(world_text(world, "connect", "transport"), "legacy");
    assert_false(mr_json_bool(world_last(world, "connect"), "secure", true));
    assert_string_equal(world_text(world, "login", "name"), "alice");
    assert_false(mr_json_bool(world_last(world, "login"), "registered", true));
    assert_int_equal(mr_json_int(world_last(world, "login"), "balance", 0), 10);
    assert_int_equal(mr_json_int(world_last(world, "login"), "cookies", 0), 2);
    assert_string_equal(world->name, "alice");
    assert_false(world->registering);
    mr_hash_credential("correct horse", 13, "alice", 5, hash);
    assert_string_equal(world->hash, hash);
    mr_session_facts(world->session, &facts);
    assert_string_equal(facts.name, "alice");
    assert_string_equal(facts.address, world->where);
    assert_string_equal(facts.peer, world->where);
    assert_string_equal(facts.transport, "legacy");
    assert_int_equal(facts.peer_key_bits, 512);
    assert_int_equal(facts.balance, 10);
    assert_true(facts.login_time > 1500000000);
    WORLD_UNTIL(world, world->sealer);
    assert_int_equal(world_login(world, "alice", "correct horse", false), MR_ESTATE);
}

static void registering(void **state)
{
    struct world *world = *state;
    assert_int_equal(world_login(world, "carol", "12345678", true), MR_OK);
    WORLD_UNTIL(world, world_count(world, "login") == 1);
    assert_true(world->registering);
    assert_true(mr_json_bool(world_last(world, "login"), "registered", false));
}

static void what_is_refused_before_anything_is_sent(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {
        "", "a b", "ab>c", "a\nb", "d\xc3\xa9j\xc3\xa0", "123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(world_login(world, names[i], "correct horse", false), MR_EINVAL);
        assert_true(strlen(world->why) > 10);
    }
    /* Only new accounts are held to the rules for new accounts. */
    assert_int_equal(world_login(world, "Server", "correct horse", true), MR_EINVAL);
    assert_int_equal(world_login(world, "carol", "1234567", true), MR_EINVAL);
    assert_non_null(strstr(world->why, "8"));
    assert_int_equal(world_login(world, "carol", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", true),
                     MR_EINVAL);
    world->address.explicit_tls = true;
    assert_int_equal(world_login(world, "alice", "correct horse", false), MR_EUNSUPPORTED);
    world_run(world, 20);
    assert_null(world->events);
    assert_int_equal(world->connections, 0);
}

static void nobody_listens(void **state)
{
    struct world *world = *state;
    mr_watch_stop(&world->watch);
    shutdown(world->listener, 2);
    close(world->listener);
    world->listener = -1;
    assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_names(world), "disconnect ");
    assert_string_equal(world_text(world, "disconnect", "code"), "refused");
    const char *text = world_text(world, "disconnect", "text");
    assert_sentence(world, text);
    assert_non_null(strstr(text, "Nobody is listening"));
    assert_non_null(strstr(text, "moonroom host"));
    assert_offline(world);
}

static void no_such_host(void **state)
{
    struct world *world = *state;
    strcpy(world->address.host, "no-such-host.invalid");
    assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_text(world, "disconnect", "code"), "not_found");
    assert_non_null(strstr(world_text(world, "disconnect", "text"), "no-such-host.invalid"));
}

static void refused(struct world *world, bool new_account, const char *code)
{
    world->manners = REFUSES;
    world->refusal = "No, because of reasons.";
    assert_int_equal(world_login(world, "carol", "correct horse", new_account), MR_OK);
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_names(world), "connect login_failed disconnect ");
    assert_string_equal(world_text(world, "login_failed", "code"), code);
    assert_string_equal(world_text(world, "login_failed", "name"), "carol");
    const char *text = world_text(world, "login_failed", "text");
    assert_sentence(world, text);
    assert_non_null(strstr(text, "No, because of reasons."));
    assert_string_equal(world_text(world, "disconnect", "code"), code);
    assert_string_equal(world_text(world, "disconnect", "text"), ""); /* told already */
    assert_offline(world);
}

static void a_login_is_refused(void **state)
{
    refused(*state, false, "bad_password");
}

static void a_registration_is_refused(void **state)
{
    refused(*state, true, "exists");
}

static void refusals_are_made_one_line(void **state)
{
    struct world *world = *state;
    static const char raw[] = "Server> /e Go\naway";
    world->manners = SAYS_RAW;
    world->raw = raw;
    world->raw_len = sizeof(raw) - 1;
    assert_int_equal(world_login(world, "carol", "correct horse", false), MR_OK);
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_text(world, "login_failed", "code"), "bad_password");
    assert_sentence(world, world_text(world, "login_failed", "text"));
}

/* What may stand in place of the key, and what comes of it. */
static void bad_keys(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *raw, *code;
    } rows[] = {
        {"12\n65537", "protocol"},
        {"-115792089237316195423570985008687907853269984665640564039457584007913129639937\n65537",
         "protocol"},
        {"115792089237316195423570985008687907853269984665640564039457584007913129639936\n65537",
         "protocol"},
        {"115792089237316195423570985008687907853269984665640564039457584007913129639937\n1",
         "protocol"},
        {"115792089237316195423570985008687907853269984665640564039457584007913129639937\n2",
         "protocol"},
        {"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "bad_password"},
        {"Wrong password", "bad_password"},
        {"12345", "protocol"},
        {"\n\n\n\n\n", "bad_password"},
    };
    world->manners = SAYS_RAW;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world->raw = rows[i].raw;
        world->raw_len = strlen(rows[i].raw);
        world_forget(world);
        assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
        WORLD_UNTIL(world, ended(world));
        if (strcmp(world_text(world, "disconnect", "code"), rows[i].code) != 0)
            fail_msg("row %zu: %s", i, world_text(world, "disconnect", "code"));
        assert_offline(world);
    }
}

static void too_much_in_place_of_the_key(void **state)
{
    struct world *world = *state;
    static char raw[5000];
    for (int i = 0; i < 2; i++) {
        memset(raw, i == 0 ? '7' : 'x', sizeof(raw));
        world->manners = SAYS_RAW;
        world->raw = raw;
        world->raw_len = sizeof(raw);
        world_forget(world);
        assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
        WORLD_UNTIL(world, ended(world));
        assert_string_equal(world_text(world, "disconnect", "code"), "protocol");
        assert_sentence(world, world_text(world, "disconnect", "text"));
    }
}

static void bad_info_frames(void **state)
{
    struct world *world = *state;
    char good[129], raw[300];
    static const char *const forms[] = {"nan\n0\n%s\n2",      "0\n9223372036854775808\n%s\n2",
                                        "0\n0\nshort%.0s\n2", "0\n0\n%s\n129",
                                        "0\n0\n%s\n-1",       "0\n0\n%s"};
    memset(good, 'a', 128);
    good[128] = '\0';
    world->manners = BAD_INFO;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(raw, sizeof(raw), forms[i], good);
#pragma GCC diagnostic pop
        world->raw = raw;
        world->raw_len = strlen(raw);
        world_forget(world);
        assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
        WORLD_UNTIL(world, ended(world));
        assert_string_equal(world_text(world, "disconnect", "code"), "protocol");
        assert_offline(world);
    }
}

/* The room dies behind each byte that it sends. (Registering, because the end of those credentials
 * is known at once.) */
static void dying_at_every_byte(void **state)
{
    struct world *world = *state;
    world->manners = DIES_EARLY;
    long step = 1, all = 0;
    for (world->life = 0; world->life < 1000; world->life += step) {
        world_forget(world);
        assert_int_equal(world_login(world, "alice", "correct horse", true), MR_OK);
        WORLD_UNTIL(world, ended(world) || world_count(world, "login") > 0);
        if (world_count(world, "login") > 0) {
            all = world->life;
            break;
        }
        const char *code = world_text(world, "disconnect", "code");
        if (world->life == 0)
            assert_true(strcmp(code, "exists") == 0 || strcmp(code, "lost") == 0);
        else if (strcmp(code, "lost") != 0 && strcmp(code, "protocol") != 0)
            fail_msg("after %ld bytes: %s", world->life, code);
        assert_offline(world);
    }
    assert_true(all > 300);
}

static void dribbled_and_complete(void **state)
{
    struct world *world = *state;
    world->manners = DRIBBLES;
    world_enter(world);
    world_send(world, "bob> in pieces");
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_string_equal(world_text(world, "message", "text"), "in pieces");
}

static void aborting_at_every_step(void **state)
{
    struct world *world = *state;
    assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
    mr_session_abort(world->session);
    assert_string_equal(world_text(world, "disconnect", "code"), "closed");
    assert_string_equal(world_text(world, "disconnect", "text"), "");
    mr_session_abort(world->session);
    assert_int_equal(world_count(world, "disconnect"), 1);
    static const char *const waits[] = {"connect", "login"};
    for (size_t i = 0; i < 2; i++) {
        world_forget(world);
        assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
        WORLD_UNTIL(world, world_count(world, waits[i]) == 1);
        mr_session_logout(world->session);
        WORLD_UNTIL(world, ended(world));
        assert_string_equal(world_text(world, "disconnect", "code"), "closed");
    }
}

static void leave_on_event(void *ctx, const char *name, const cJSON *data)
{
    struct world *world = ctx;
    (void)name;
    (void)data;
    mr_session_abort(world->session);
}

/* Listeners may end the connection inside each event that comes with it. */
static void aborting_inside_events(void **state)
{
    struct world *world = *state;
    static const char *const events[] = {"connect", "login",        "block", "message",
                                         "balance", "login_failed", "kicked"};
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        struct mr_hook *hook;
        mr_hooks_listen(world->hooks, events[i], 0, NULL, leave_on_event, world, &hook);
        world->manners = strcmp(events[i], "login_failed") == 0 ? REFUSES : POLITE;
        world->refusal = "No.";
        world_forget(world);
        assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
        if (i >= 3 && i != 5) {
            WORLD_UNTIL(world, world->sealer);
            world_send(world, "bob> a\n/balance 1\nbob> b");
            world_send(world, "Server> You have been kicked by bob. ");
        }
        WORLD_UNTIL(world, ended(world));
        assert_int_equal(world_count(world, "disconnect"), 1);
        mr_hook_remove(&hook);
        world_run(world, 10);
    }
}

static void again_on_event(void *ctx, const char *name, const cJSON *data)
{
    struct world *world = ctx;
    (void)name;
    (void)data;
    world->manners = POLITE;
    assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
}

static void connecting_again_inside_the_end(void **state)
{
    struct world *world = *state;
    struct mr_hook *hook;
    world_enter(world);
    mr_hooks_listen(world->hooks, "disconnect", 0, NULL, again_on_event, world, &hook);
    world_send(world, "Server> You have been kicked by Server. ");
    WORLD_UNTIL(world, world_count(world, "login") == 1);
    assert_int_equal(world->connections, 2);
    assert_string_equal(world_text(world, "kicked", "by"), "Server");
    mr_hook_remove(&hook);
}

static void coming_back_to_a_room_that_shut_down(void **state)
{
    struct world *world = *state;
    char hash[160];
    mr_session_set_reconnect(world->session, true);
    world_enter(world);
    snprintf(hash, sizeof(hash), "%s", world->hash);
    world_send(world, "Server> You have been kicked by Server. ");
    WORLD_UNTIL(world, ended(world));
    assert_true(mr_session_returning(world->session));
    assert_int_equal(mr_session_state(world->session), MR_SESSION_OFFLINE);
    assert_non_null(strstr(world_text(world, "disconnect", "text"), "come back"));
    WORLD_UNTIL(world, world_count(world, "login") == 1);
    assert_false(mr_session_returning(world->session));
    assert_int_equal(world->connections, 2);
    assert_string_equal(world->hash, hash);
    /* Not from a person's kick. */
    WORLD_UNTIL(world, world->sealer);
    world_forget(world);
    world_send(world, "Server> You have been kicked by bob. ");
    WORLD_UNTIL(world, ended(world));
    assert_false(mr_session_returning(world->session));
    world_run(world, 120);
    assert_int_equal(world->connections, 2);
}

static void coming_back_is_given_up(void **state)
{
    struct world *world = *state;
    mr_session_set_reconnect(world->session, true);
    world_enter(world);
    world_send(world, "Server> You have been kicked by Server. ");
    WORLD_UNTIL(world, ended(world));
    mr_watch_stop(&world->watch);
    shutdown(world->listener, 2);
    close(world->listener);
    world->listener = -1;
    WORLD_UNTIL(world,
                world_count(world, "disconnect") == 6 && !mr_session_returning(world->session));
    assert_string_equal(world_text(world, "disconnect", "code"), "refused");
    world_run(world, 120);
    assert_int_equal(world_count(world, "disconnect"), 6);
}

/* A refusal, the user and a new login each end it. */
static void what_ends_coming_back(void **state)
{
    struct world *world = *state;
    mr_session_set_reconnect(world->session, true);
    for (int way = 0; way < 3; way++) {
        world->manners = POLITE;
        world_enter(world);
        int before = world->connections;
        world_send(world, "Server> You have been kicked by Server. ");
        WORLD_UNTIL(world, ended(world));
        world->manners = REFUSES;
        world->refusal = "No.";
        if (way == 0) {
            WORLD_UNTIL(world, world_count(world, "login_failed") == 1 &&
                                   world_count(world, "disconnect") == 2);
        } else if (way == 1) {
            mr_session_logout(world->session);
            world_run(world, 120);
            assert_int_equal(world->connections, before);
        } else {
            assert_int_equal(world_login(world, "bob", "other password", false), MR_OK);
            WORLD_UNTIL(world, world_count(world, "disconnect") == 2);
            world_run(world, 120);
            assert_int_equal(world->connections, before + 1);
            assert_string_equal(world->name, "bob");
        }
        assert_false(mr_session_returning(world->session));
    }
}

static void kicked_by_a_user(void **state)
{
    struct world *world = *state;
    world_enter(world);
    world_send(world, "Server> You have been kicked by bob. \nbob> gone");
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_names(world), "kicked disconnect ");
    assert_string_equal(world_text(world, "kicked", "by"), "bob");
    assert_string_equal(world_text(world, "disconnect", "code"), "kicked");
    assert_string_equal(world_text(world, "disconnect", "text"), "");
}

/* The last words count although the room is gone when they are read. */
static void kicked_and_closed_at_once(void **state)
{
    struct world *world = *state;
    world_enter(world);
    world_send(world, "Server> You have been kicked by Server. ");
    world_hang_up(world);
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_text(world, "disconnect", "code"), "kicked");
}

static void the_room_goes_away(void **state)
{
    struct world *world = *state;
    world_enter(world);
    world_hang_up(world);
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_text(world, "disconnect", "code"), "lost");
    assert_sentence(world, world_text(world, "disconnect", "text"));
    world_enter(world);
    world_reset_peer(world);
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_text(world, "disconnect", "code"), "lost");
    assert_sentence(world, world_text(world, "disconnect", "text"));
}

static void garbage_in_the_room(void **state)
{
    struct world *world = *state;
    static char garbage[400];
    world_enter(world);
    memset(garbage, 'x', sizeof(garbage));
    world_send_bytes(world, garbage, sizeof(garbage));
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_text(world, "disconnect", "code"), "protocol");
    assert_sentence(world, world_text(world, "disconnect", "text"));
}

static void leaving_politely(void **state)
{
    struct world *world = *state;
    world_enter(world);
    for (int i = 0; i < 5; i++)
        assert_int_equal(mr_session_say(world->session, "bye", world->why, sizeof(world->why)),
                         MR_OK);
    assert_false(mr_session_flushed(world->session));
    mr_session_logout(world->session);
    mr_session_logout(world->session);
    assert_int_equal(mr_session_say(world->session, "late", world->why, sizeof(world->why)),
                     MR_EOFFLINE);
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_text(world, "disconnect", "code"), "closed");
    assert_int_equal(world_count_received(world, "bye"), 5);
    assert_int_equal(world_count_received(world, "/exit"), 1);
    assert_true(mr_session_flushed(world->session));
}

/* A room says that it has ended the connection, also when it was asked to. */
static void leaving_by_a_raw_line(void **state)
{
    struct world *world = *state;
    world->answers = false;
    world_enter(world);
    assert_int_equal(mr_session_raw(world->session, "/exit", world->why, sizeof(world->why)),
                     MR_OK);
    WORLD_UNTIL(world, world_count_received(world, "/exit") == 1);
    world_send(world, "Server> You have been kicked by Server. ");
    WORLD_UNTIL(world, ended(world));
    assert_string_equal(world_text(world, "disconnect", "code"), "closed");
    assert_int_equal(world_count(world, "kicked"), 0);
}

/* An old room that keeps the connection open cannot keep us. */
static void leaving_a_deaf_room(void **state)
{
    struct world *world = *state;
    world->answers = false;
    world_enter(world);
    for (int i = 0; i < 30; i++)
        mr_session_say(world->session, "bye", world->why, sizeof(world->why));
    uint64_t begin = mr_loop_now_ms(world->loop);
    mr_session_logout(world->session);
    WORLD_UNTIL(world, ended(world));
    assert_true(mr_loop_now_ms(world->loop) - begin >= 1900);
    assert_string_equal(world_text(world, "disconnect", "code"), "closed");
}

/* A room that takes the connection, or gives its key, and then says nothing. */
static void a_room_that_falls_silent(void **state)
{
    struct world *world = *state;
    char key[700];
    snprintf(key, sizeof(key), "%s\n%s", mr_rsa_key_n(world->key), mr_rsa_key_e(world->key));
    for (int i = 0; i < 2; i++) {
        world->manners = i == 0 ? SILENT : SAYS_RAW;
        world->raw = key;
        world->raw_len = strlen(key);
        world_forget(world);
        assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
        WORLD_UNTIL(world, world_count(world, "connect") == 1);
        WORLD_UNTIL(world, ended(world));
        assert_string_equal(world_text(world, "disconnect", "code"), "timeout");
        assert_sentence(world, world_text(world, "disconnect", "text"));
        assert_offline(world);
    }
}

static void remembered_logins(void **state)
{
    struct world *world = *state;
    char hash[MR_SHA512_HEX + 1], name[64];
    bool has_hash = false;
    assert_int_equal(mr_session_login_remembered(world->session, &world->address, NULL, world->why,
                                                 sizeof(world->why)),
                     MR_ENOTFOUND);
    assert_non_null(strstr(world->why, world->where));
    mr_hash_credential("correct horse", 13, "alice", 5, hash);
    assert_int_equal(mr_logins_remember(world->logins_path, world->where, "alice", hash), MR_OK);
    assert_int_equal(mr_logins_remember(world->logins_path, world->where, "bob", NULL), MR_OK);
    assert_int_equal(mr_session_login_remembered(world->session, &world->address, NULL, world->why,
                                                 sizeof(world->why)),
                     MR_ENOTFOUND); /* of bob only the name */
    assert_int_equal(mr_session_login_remembered(world->session, &world->address, "alice",
                                                 world->why, sizeof(world->why)),
                     MR_OK);
    WORLD_UNTIL(world, world_count(world, "login") == 1);
    assert_string_equal(world->hash, hash);
    /* alice is the one to offer from now on */
    assert_int_equal(
        mr_logins_last(world->logins_path, world->where, name, sizeof(name), &has_hash), MR_OK);
    assert_string_equal(name, "alice");
    assert_true(has_hash);
}

static void a_listener_that_cannot_keep_up(void **state)
{
    struct world *world = *state;
    world_enter(world);
    mr_session_hold(world->session, true);
    world_send(world, "bob> one");
    world_send(world, "bob> two");
    world_run(world, 50);
    assert_int_equal(world_count(world, "message"), 0);
    mr_session_hold(world->session, false);
    WORLD_UNTIL(world, world_count(world, "message") == 2);
    assert_string_equal(world_text(world, "message", "text"), "two");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(logging_in),
        TEST(registering),
        TEST(what_is_refused_before_anything_is_sent),
        TEST(nobody_listens),
        TEST(no_such_host),
        TEST(a_login_is_refused),
        TEST(a_registration_is_refused),
        TEST(refusals_are_made_one_line),
        TEST(bad_keys),
        TEST(too_much_in_place_of_the_key),
        TEST(bad_info_frames),
        TEST(dying_at_every_byte),
        TEST(dribbled_and_complete),
        TEST(aborting_at_every_step),
        TEST(aborting_inside_events),
        TEST(connecting_again_inside_the_end),
        TEST(coming_back_to_a_room_that_shut_down),
        TEST(coming_back_is_given_up),
        TEST(what_ends_coming_back),
        TEST(kicked_by_a_user),
        TEST(kicked_and_closed_at_once),
        TEST(the_room_goes_away),
        TEST(garbage_in_the_room),
        TEST(leaving_politely),
        TEST(leaving_by_a_raw_line),
        TEST(leaving_a_deaf_room),
        cmocka_unit_test_setup_teardown(a_room_that_falls_silent, world_set_up_hasty,
                                        world_tear_down),
        TEST(remembered_logins),
        TEST(a_listener_that_cannot_keep_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
