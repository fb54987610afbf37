/* Found blocks: verified, paced, and what the room says of them. Mining is real, at two zeros. */
#include "world.h"

#include "core/session/mine.h"

/* An S that the current job takes under the given order, or, with zeros 0, one that it does not
 * take. */
static void find(struct world *world, enum mr_work_order order, bool good, unsigned salt,
                 char s[MR_WORK_S_BYTES + 1], char digest[MR_WORK_HASH_HEX + 1])
{
    struct mr_job job;
    assert_true(mr_session_job(world->session, &job));
    memset(s, 'x', MR_WORK_S_BYTES);
    s[MR_WORK_S_BYTES] = '\0';
    for (unsigned i = 0;; i++) {
        char number[32];
        int len = snprintf(number, sizeof(number), "%u-%u-", salt, i);
        memcpy(s, number, (size_t)len);
        bool fits = mr_work_verify(order, (int)job.zeros, job.prev_hash, s, digest) == MR_OK;
        char other[MR_WORK_HASH_HEX + 1];
        bool ambiguous = mr_work_verify(order == MR_WORK_S_PREV ? MR_WORK_PREV_S : MR_WORK_S_PREV,
                                        (int)job.zeros, job.prev_hash, s, other) == MR_OK;
        if (fits == good && !ambiguous)
            return;
    }
}

static int submit(struct world *world, const char *s)
{
    return mr_session_submit(world->session, s, world->why, sizeof(world->why));
}

static void send_hash(struct world *world, const char *hash)
{
    char line[160];
    snprintf(line, sizeof(line), "/newHash %s", hash);
    world_send(world, line);
}

static void wait_received(struct world *world, const char *s)
{
    char line[128];
    snprintf(line, sizeof(line), "/mine %s", s);
    WORLD_UNTIL(world, world_received(world, line));
}

static struct mr_mine_counts counts(struct world *world)
{
    struct mr_mine_counts out;
    mr_session_mine_counts(world->session, &out);
    return out;
}

static void an_accepted_block(void **state)
{
    struct world *world = *state;
    char s[87], digest[129];
    world_enter(world);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    assert_string_equal(world_text(world, "mine.found", "s"), s);
    assert_string_equal(world_text(world, "mine.found", "digest"), digest);
    wait_received(world, s);
    world_forget(world);
    send_hash(world, digest);
    WORLD_UNTIL(world, world_count(world, "block") == 1);
    assert_string_equal(world_names(world), "mine.accepted block ");
    assert_string_equal(world_text(world, "mine.accepted", "digest"), digest);
    assert_int_equal(counts(world).found, 1);
    assert_int_equal(counts(world).accepted, 1);
    /* On to the next. */
    find(world, MR_WORK_S_PREV, true, 2, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
}

static void nothing_unverified_is_sent(void **state)
{
    struct world *world = *state;
    char s[87], digest[129], line[128];
    world_enter(world);
    find(world, MR_WORK_S_PREV, false, 1, s, digest);
    assert_int_equal(submit(world, s), MR_EUNVERIFIED);
    assert_true(strlen(world->why) > 10);
    assert_int_equal(submit(world, ""), MR_EINVAL);
    assert_int_equal(submit(world, "short"), MR_EINVAL);
    s[5] = ' ';
    assert_int_equal(submit(world, s), MR_EINVAL);
    s[5] = '\n';
    assert_int_equal(submit(world, s), MR_EINVAL);
    s[5] = 'x';
    /* Nor is a raw line a way around, however it is written. */
    static const char *const forms[] = {"/mine %s", "  /mine %s", "\t/mine\t%s", "/MINE %s",
                                        "/mine  %s  "};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(line, sizeof(line), forms[i], s);
#pragma GCC diagnostic pop
        assert_int_equal(mr_session_raw(world->session, line, world->why, sizeof(world->why)),
                         MR_EUNVERIFIED);
    }
    assert_int_equal(mr_session_raw(world->session, "/mine", world->why, sizeof(world->why)),
                     MR_EINVAL);
    assert_int_equal(mr_session_raw(world->session, "/mine a b", world->why, sizeof(world->why)),
                     MR_EINVAL);
    world_run(world, 30);
    assert_null(world->received);
    assert_int_equal(counts(world).unverified, 6);
    assert_int_equal(counts(world).found, 0);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    snprintf(line, sizeof(line), "/mine %s", s);
    assert_int_equal(mr_session_raw(world->session, line, world->why, sizeof(world->why)), MR_OK);
    assert_int_equal(world_count(world, "mine.found"), 1);
}

static void one_at_a_time_and_four_a_second(void **state)
{
    struct world *world = *state;
    char s[87], digest[129];
    world_enter(world);
    uint64_t begin = mr_loop_now_ms(world->loop);
    int sent = 0;
    while (sent < 6) {
        find(world, MR_WORK_S_PREV, true, (unsigned)sent, s, digest);
        int err = submit(world, s);
        if (err == MR_OK) {
            sent++;
            /* A second one waits for the judgement. */
            assert_int_equal(submit(world, s), MR_EBUSY);
            wait_received(world, s);
            size_t before = world_count(world, "mine.accepted");
            send_hash(world, digest);
            WORLD_UNTIL(world, world_count(world, "mine.accepted") == before + 1);
        } else {
            assert_int_equal(err, MR_EBUSY);
            world_run(world, 10);
        }
    }
    assert_true(mr_loop_now_ms(world->loop) - begin >= 1000);
    assert_int_equal(counts(world).accepted, 6);
}

static void somebody_else_was_first(void **state)
{
    struct world *world = *state;
    char s[87], digest[129], other[129];
    world_enter(world);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    wait_received(world, s);
    world_forget(world);
    memset(other, 'd', 128);
    other[128] = '\0';
    send_hash(world, other);
    WORLD_UNTIL(world, world_count(world, "block") == 1);
    assert_string_equal(world_names(world), "mine.stale block ");
    /* The refusal that follows is no news, and no reason to doubt the order. */
    world_send(world, "Server> /e Somebody else found this block first. ");
    world_send(world, "bob> end");
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_int_equal(world_count(world, "error"), 0);
    assert_int_equal(world_count(world, "mine.rejected"), 0);
    assert_int_equal(counts(world).stale, 1);
    struct mr_job job;
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_S_PREV);
}

/* A block that became stale before it went out never goes. */
static void a_stale_block_is_taken_back(void **state)
{
    struct world *world = *state;
    char s[87], digest[129], other[129];
    world->answers = false;
    world_enter(world);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    /* One more than go at once: right behind the last of them nothing may go for 250 ms. */
    for (int i = 0; i < 11; i++)
        mr_session_say(world->session, "x", world->why, sizeof(world->why));
    WORLD_UNTIL(world, mr_session_flushed(world->session));
    assert_int_equal(submit(world, s), MR_OK);
    if (mr_session_flushed(world->session))
        skip(); /* so slow a machine that the pace held nothing back */
    memset(other, 'd', 128);
    other[128] = '\0';
    send_hash(world, other);
    WORLD_UNTIL(world, world_count(world, "mine.stale") == 1);
    assert_int_equal(world_count(world, "mine.rejected"), 0);
    world_run(world, 400);
    assert_null(strstr(world->received, "/mine"));
}

static void refuse(struct world *world, const char *s)
{
    wait_received(world, s);
    size_t before = world_count(world, "mine.rejected");
    world_send(world, "/balance -1\nServer> /e This S does not fit the block. ");
    WORLD_UNTIL(world, world_count(world, "mine.rejected") == before + 1);
}

static void a_refusal_turns_the_order_once(void **state)
{
    struct world *world = *state;
    char s[87], digest[129];
    struct mr_job job, before;
    world_enter(world);
    mr_session_job(world->session, &before);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    refuse(world, s);
    assert_string_equal(world_text(world, "mine.rejected", "s"), s);
    assert_string_equal(world_text(world, "mine.rejected", "text"),
                        "This S does not fit the block.");
    assert_int_equal(world_count(world, "error"), 0);
    /* Not at once: a new hash might still explain it. Meanwhile nothing is risked. */
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_S_PREV);
    find(world, MR_WORK_S_PREV, true, 2, s, digest);
    assert_int_equal(submit(world, s), MR_EBUSY);
    WORLD_UNTIL(world, world_count(world, "block") == 1);
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_PREV_S);
    assert_true(job.serial != before.serial);
    assert_int_equal(submit(world, s), MR_EUNVERIFIED); /* under the new order */
    find(world, MR_WORK_PREV_S, true, 3, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    /* Refused again: back to the first, and no more of it. */
    refuse(world, s);
    WORLD_UNTIL(world, world_count(world, "block") == 2);
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_S_PREV);
    find(world, MR_WORK_S_PREV, true, 4, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    refuse(world, s);
    world_run(world, 700);
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_S_PREV);
    assert_int_equal(counts(world).rejected, 3);
}

static void the_order_that_was_accepted_is_kept(void **state)
{
    struct world *world = *state;
    char s[87], digest[129];
    struct mr_job job;
    world_enter(world);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    refuse(world, s);
    WORLD_UNTIL(world, world_count(world, "block") == 1);
    find(world, MR_WORK_PREV_S, true, 2, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    wait_received(world, s);
    send_hash(world, digest);
    WORLD_UNTIL(world, world_count(world, "mine.accepted") == 1);
    /* Also for the next time in this room, but not where it was never accepted. */
    mr_session_abort(world->session);
    world_enter(world);
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_PREV_S);
    char why[64];
    assert_int_equal(mr_settings_set(world->settings, "mine.order", "s_prev", why, sizeof(why)),
                     MR_OK);
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_S_PREV);
}

static void a_new_hash_explains_a_refusal(void **state)
{
    struct world *world = *state;
    char s[87], digest[129], other[129];
    struct mr_job job;
    world_enter(world);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    refuse(world, s);
    memset(other, 'd', 128);
    other[128] = '\0';
    send_hash(world, other);
    world_run(world, 700);
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_S_PREV);
}

static void a_fixed_order_is_never_turned(void **state)
{
    struct world *world = *state;
    char s[87], digest[129], why[64];
    struct mr_job job;
    mr_settings_set(world->settings, "mine.order", "prev_s", why, sizeof(why));
    world_enter(world);
    find(world, MR_WORK_PREV_S, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    refuse(world, s);
    world_run(world, 700);
    mr_session_job(world->session, &job);
    assert_int_equal(job.order, MR_WORK_PREV_S);
}

/* A room that only takes coins has refused as well. */
static void a_fine_is_a_refusal(void **state)
{
    struct world *world = *state;
    char s[87], digest[129];
    world_enter(world);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    wait_received(world, s);
    world_send(world, "/balance -3");
    WORLD_UNTIL(world, world_count(world, "mine.rejected") == 1);
    assert_true(strlen(world_text(world, "mine.rejected", "text")) > 5);
}

/* A payment while the room thinks about a block is no fine. */
static void a_payment_is_no_fine(void **state)
{
    struct world *world = *state;
    char s[87], digest[129];
    world_enter(world);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    wait_received(world, s);
    assert_int_equal(mr_session_pay(world->session, "bob", 3, world->why, sizeof(world->why)),
                     MR_OK);
    world_send(world, "/balance -3");
    world_run(world, 1300);
    assert_int_equal(world_count(world, "mine.rejected"), 0);
    send_hash(world, digest);
    WORLD_UNTIL(world, world_count(world, "mine.accepted") == 1);
}

static void the_end_forgets_what_was_sent(void **state)
{
    struct world *world = *state;
    char s[87], digest[129];
    struct mr_job job;
    world_enter(world);
    find(world, MR_WORK_S_PREV, true, 1, s, digest);
    assert_int_equal(submit(world, s), MR_OK);
    world_hang_up(world);
    WORLD_UNTIL(world, world_count(world, "disconnect") == 1);
    assert_false(mr_session_job(world->session, &job));
    world_enter(world);
    assert_int_equal(submit(world, s), MR_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_accepted_block),
        TEST(nothing_unverified_is_sent),
        TEST(one_at_a_time_and_four_a_second),
        TEST(somebody_else_was_first),
        TEST(a_stale_block_is_taken_back),
        TEST(a_refusal_turns_the_order_once),
        TEST(the_order_that_was_accepted_is_kept),
        TEST(a_new_hash_explains_a_refusal),
        TEST(a_fixed_order_is_never_turned),
        TEST(a_fine_is_a_refusal),
        TEST(a_payment_is_no_fine),
        TEST(the_end_forgets_what_was_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
