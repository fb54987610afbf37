/* JSON-RPC peers: two of them joined back to back, and one that is lied to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/api/rpc.h"
#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"

struct end {
    struct mr_rpc *rpc;
    struct mr_buf out;
    char broken[128];
    int requests;
    char method[64];
    bool free_on_request;
    bool answer;
};

static int on_write(void *ctx, const char *line, size_t len)
{
    struct end *end = ctx;
    assert_int_equal(line[len - 1], '\n');
    return mr_buf_append(&end->out, line, len);
}

static void on_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    struct end *end = ctx;
    end->requests++;
    snprintf(end->method, sizeof end->method, "%s", method);
    if (end->free_on_request) {
        mr_rpc_free(&end->rpc);
    } else if (end->answer && id) {
        assert_int_equal(params ? mr_rpc_reply(end->rpc, id, params)
                                : mr_rpc_reply_error(end->rpc, id, MR_ENOTFOUND, "not here"),
                         MR_OK);
    }
}

static void on_broken(void *ctx, const char *reason)
{
    struct end *end = ctx;
    snprintf(end->broken, sizeof end->broken, "%s", reason);
}

static void end_open(struct end *end)
{
    static const struct mr_rpc_callbacks callbacks = {on_write, on_request, on_broken};
    *end = (struct end){.answer = true};
    mr_buf_init(&end->out, 1 << 21);
    assert_int_equal(mr_rpc_new(&callbacks, end, &end->rpc), MR_OK);
}

static void end_close(struct end *end)
{
    mr_rpc_free(&end->rpc);
    mr_buf_free(&end->out);
}

/* Hands over what one end wrote, in pieces of a given size. */
static void pump(struct end *from, struct end *to, size_t piece)
{
    while (mr_buf_len(&from->out) > 0) {
        size_t n = mr_buf_len(&from->out) < piece ? mr_buf_len(&from->out) : piece;
        mr_rpc_feed(to->rpc, mr_buf_data(&from->out), n, 0);
        mr_buf_consume(&from->out, n);
    }
}

struct outcome {
    int count;
    int err;
    char text[64];
    char result[64];
};

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    struct outcome *outcome = ctx;
    outcome->count++;
    outcome->err = err;
    snprintf(outcome->text, sizeof outcome->text, "%s", text);
    char *printed = result ? mr_json_print(result) : NULL;
    snprintf(outcome->result, sizeof outcome->result, "%s", printed ? printed : "");
    cJSON_free(printed);
}

static void test_question_and_answer(void **state)
{
    (void)state;
    struct end a;
    struct end b;
    end_open(&a);
    end_open(&b);
    for (size_t piece = 1; piece < 40; piece += 13) {
        struct outcome good = {0};
        struct outcome bad = {0};
        cJSON *params = cJSON_CreateObject();
        mr_json_set_string(params, "text", "h\xc3\xa9 \"x\"\n");
        assert_int_equal(mr_rpc_request(a.rpc, "chat.say", params, on_answer, &good, NULL), 0);
        assert_int_equal(mr_rpc_request(a.rpc, "nothing", NULL, on_answer, &bad, NULL), 0);
        cJSON_Delete(params);
        pump(&a, &b, piece);
        pump(&b, &a, piece);
        assert_int_equal(good.count, 1);
        assert_string_equal(good.result, "{\"text\":\"h\xc3\xa9 \\\"x\\\"\\n\"}");
        assert_int_equal(bad.count, 1);
        assert_int_equal(bad.err, MR_ENOTFOUND);
        assert_string_equal(bad.text, "not here");
    }
    end_close(&a);
    end_close(&b);
}

static void test_notification_has_no_answer(void **state)
{
    (void)state;
    struct end a;
    struct end b;
    end_open(&a);
    end_open(&b);
    assert_int_equal(mr_rpc_notify(a.rpc, "event", NULL), MR_OK);
    pump(&a, &b, 1000);
    assert_int_equal(b.requests, 1);
    assert_int_equal(mr_buf_len(&b.out), 0);
    end_close(&a);
    end_close(&b);
}

static void expect_broken(const void *bytes, size_t len, const char *reason)
{
    struct end a;
    end_open(&a);
    mr_rpc_feed(a.rpc, bytes, len, 0);
    assert_string_equal(a.broken, reason);
    assert_int_equal(mr_rpc_notify(a.rpc, "x", NULL), MR_ECLOSED);
    end_close(&a);
}

static void test_lies(void **state)
{
    (void)state;
    struct end a;
    end_open(&a);
    static const char *const bad[] = {"x\n",
                                      "[]\n",
                                      "{\"id\":[1]}\n",
                                      "{}\n",
                                      "{\"a\":1}x\n",
                                      "{\"id\":\"\xff\"}\n",
                                      "{\"method\":\"a\\u0000b\"}\n"};
    end_close(&a);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        end_open(&a);
        mr_rpc_feed(a.rpc, bad[i], strlen(bad[i]), 0);
        assert_true(strlen(a.broken) > 0);
        end_close(&a);
    }
    /* Answers nobody asked for are ignored: wrong ids, an answer twice. */
    end_open(&a);
    static const char strays[] = "{\"id\":7,\"result\":1}\n{\"id\":-1,\"error\":{}}\n"
                                 "{\"id\":1e300,\"result\":1}\n{\"id\":\"x\",\"result\":1}\n\n";
    mr_rpc_feed(a.rpc, strays, sizeof strays - 1, 0);
    assert_string_equal(a.broken, "");
    end_close(&a);
}

static void test_an_answer_twice(void **state)
{
    (void)state;
    struct end a;
    struct outcome outcome = {0};
    end_open(&a);
    assert_int_equal(mr_rpc_request(a.rpc, "x", NULL, on_answer, &outcome, NULL), MR_OK);
    static const char twice[] = "{\"id\":1,\"result\":1}\n{\"id\":1,\"result\":2}\n";
    mr_rpc_feed(a.rpc, twice, sizeof twice - 1, 0);
    assert_int_equal(outcome.count, 1);
    assert_string_equal(outcome.result, "1");
    end_close(&a);
}

static void test_line_limit(void **state)
{
    (void)state;
    size_t size = MR_LIMIT_RPC_LINE + 2;
    char *line = malloc(size);
    assert_non_null(line);
    int head = snprintf(line, size, "{\"method\":\"x\",\"params\":{\"a\":\"");
    memset(line + head, 'a', size - (size_t)head);
    memcpy(line + MR_LIMIT_RPC_LINE - 3, "\"}}\n", 4);
    struct end a;
    end_open(&a);
    mr_rpc_feed(a.rpc, line, MR_LIMIT_RPC_LINE + 1, 0);
    assert_int_equal(a.requests, 1);
    end_close(&a);
    memcpy(line + MR_LIMIT_RPC_LINE - 3, "a\"}}\n", 5);
    expect_broken(line, size, "a line is longer than 256 KiB");
    memset(line + MR_LIMIT_RPC_LINE - 3, 'a', 5);
    expect_broken(line, size, "a line is longer than 256 KiB");
    free(line);
}

static void test_turns(void **state)
{
    (void)state;
    struct end a;
    end_open(&a);
    a.answer = false;
    static const char three[] = "{\"method\":\"a\"}\n{\"method\":\"b\"}\n{\"method\":\"c\"}\n{";
    assert_int_equal(mr_rpc_feed(a.rpc, three, sizeof three - 1, 2), 1);
    assert_string_equal(a.method, "b");
    assert_int_equal(mr_rpc_feed(a.rpc, NULL, 0, 2), 0);
    assert_string_equal(a.method, "c");
    end_close(&a);
}

static void test_freed_in_callback(void **state)
{
    (void)state;
    struct end a;
    struct outcome outcome = {0};
    end_open(&a);
    a.free_on_request = true;
    assert_int_equal(mr_rpc_request(a.rpc, "x", NULL, on_answer, &outcome, NULL), MR_OK);
    static const char two[] = "{\"method\":\"a\"}\n{\"method\":\"b\"}\n";
    assert_int_equal(mr_rpc_feed(a.rpc, two, sizeof two - 1, 0), 0);
    assert_int_equal(a.requests, 1);
    assert_int_equal(outcome.count, 1);
    assert_int_equal(outcome.err, MR_ECLOSED);
    end_close(&a);
}

static void test_cancel(void **state)
{
    (void)state;
    struct end a;
    struct outcome outcome = {0};
    uint64_t id = 0;
    end_open(&a);
    assert_int_equal(mr_rpc_request(a.rpc, "x", NULL, on_answer, &outcome, &id), MR_OK);
    mr_rpc_cancel(a.rpc, id);
    static const char late[] = "{\"id\":1,\"result\":1}\n";
    mr_rpc_feed(a.rpc, late, sizeof late - 1, 0);
    end_close(&a);
    assert_int_equal(outcome.count, 0);
}

static void test_too_long_to_send(void **state)
{
    (void)state;
    struct end a;
    end_open(&a);
    char *text = malloc(MR_LIMIT_RPC_LINE + 1);
    assert_non_null(text);
    memset(text, 'a', MR_LIMIT_RPC_LINE);
    text[MR_LIMIT_RPC_LINE] = '\0';
    cJSON *value = cJSON_CreateString(text);
    cJSON *id = cJSON_CreateNumber(5);
    assert_int_equal(mr_rpc_notify(a.rpc, "x", value), MR_ELIMIT);
    assert_int_equal(mr_buf_len(&a.out), 0);
    assert_int_equal(mr_rpc_reply(a.rpc, id, value), MR_OK);
    assert_non_null(strstr(mr_buf_str(&a.out), "\"limit\""));
    cJSON_Delete(value);
    cJSON_Delete(id);
    free(text);
    end_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question_and_answer),
        cmocka_unit_test(test_notification_has_no_answer),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_an_answer_twice),
        cmocka_unit_test(test_line_limit),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_freed_in_callback),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_too_long_to_send),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
