/* Every allocation fails, one after the other, once and then for good: each scenario ends with an
 * error, without a leak, and works again afterwards. */
#include "tests/unit/wire/vectors.h"

#include "core/base/log.h"
#include "core/base/safe_text.h"
#include "core/wire/login.h"
#include "core/wire/pack.h"
#include "core/wire/password.h"

#include <moonroom/errors.h>

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define HASH128                                                                                    \
    "d578fdbe49b3e13faf6b46ded4479005470e1abdebefb4302d80a566a57e450f0d6cdd37fde2c92ac04c4ab4231a" \
    "91dd7023f7627e13eea3a91763d0cc3e04c2"

/* How many allocations there were, and which fails. The linker sends ours here (--wrap), OpenSSL
 * asks for the same functions. */
static struct {
    long count;
    long fail_at; /* 0: none */
    bool for_good;
    bool failed;
} memory;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *string);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *string);

static bool refuse(void)
{
    memory.count++;
    bool now = memory.fail_at != 0 &&
               (memory.for_good ? memory.count >= memory.fail_at : memory.count == memory.fail_at);
    memory.failed = memory.failed || now;
    return now;
}

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *string)
{
    return refuse() ? NULL : __real_strdup(string);
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return refuse() ? NULL : __real_malloc(size);
}

static void *openssl_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return refuse() ? NULL : realloc(old, size);
}

static void openssl_free(void *old, const char *file, int line)
{
    (void)file;
    (void)line;
    free(old);
}

/* Runs a scenario with each of its allocations failing. It returns an error or MR_OK. */
static void torture(int (*scenario)(void))
{
    memory.fail_at = 0;
    /* Twice: what OpenSSL sets up at the first use is there for good. */
    assert_int_equal(scenario(), 0);
    assert_int_equal(scenario(), 0);
    for (int for_good = 0; for_good < 2; for_good++) {
        for (long n = 1;; n++) {
            memory.count = 0;
            memory.fail_at = n;
            memory.for_good = for_good;
            memory.failed = false;
            int error = scenario();
            memory.fail_at = 0;
            if (!memory.failed) {
                assert_int_equal(error, 0);
                break;
            }
            /* OpenSSL may do without what it did not get. */
            assert_true(error <= 0);
            assert_true(n < 10000);
        }
        assert_int_equal(scenario(), 0);
    }
}

static const char client_n[] =
    "64250721773104342854296483186062524624608742449742813138235486505570505146923";

static int load_key(struct mr_rsa_key **key)
{
    return mr_rsa_key_load(
        client_n, "65537",
        "16246745521215270301988210008993822676298202054527882496325731618977821122433",
        "81006979709173114226332546041248428247633", "793150442144291959694440127684979131", key);
}

static int sealing(struct mr_sealer **sealer)
{
    struct mr_rsa_public *public;
    int error = mr_rsa_public_parse(MR_RSA_PEER_CLIENT, mr_span_of(client_n), mr_span_of("65537"),
                                    &public, NULL);
    return error ? error : mr_sealer_new(public, sealer);
}

static int frames(void)
{
    struct mr_rsa_key *key = NULL;
    struct mr_sealer *sealer = NULL;
    struct mr_frame_reader *reader = NULL;
    struct mr_frame frame;
    struct mr_buf stream = test_buf();
    int error = load_key(&key);
    if (!error)
        error = sealing(&sealer);
    if (!error)
        error = mr_frame_reader_new(key, MR_FRAME_ROOM, &reader);
    if (!error)
        error = mr_envelope_seal(sealer, "caf\xe9", 4, &stream);
    if (!error)
        error = mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream));
    if (!error) {
        error = mr_frame_reader_next(reader, &frame);
        /* A block that could not be decrypted for want of memory is a block that cannot be read. */
        if (error == MR_FRAME_MORE && memory.failed)
            error = MR_ENOMEM;
        else if (error == MR_FRAME_TEXT)
            error = strcmp(frame.text, "caf\xc3\xa9") == 0 ? MR_OK : 1;
    }
    mr_buf_free(&stream);
    mr_frame_reader_free(reader);
    mr_sealer_free(sealer);
    mr_rsa_key_free(key);
    return error;
}

static int make_key(void)
{
    struct mr_rsa_key *key;
    int error = mr_rsa_key_generate(MR_RSA_CLIENT_BITS, &key);
    mr_rsa_key_free(key);
    return error;
}

static int expect(int verdict, int wanted)
{
    return verdict == wanted ? MR_OK : verdict < 0 ? verdict : MR_EPROTOCOL;
}

static int log_in(struct mr_login_client *client, struct mr_login_room *room, struct mr_buf *bytes)
{
    const struct tm when = {.tm_year = 126, .tm_mday = 1};
    struct mr_login_info info = {.coins = 1, .prev_hash = HASH128, .zeros = 4};
    int error = mr_login_client_credentials(client, bytes);
    if (!error)
        error = mr_login_room_push(room, mr_buf_data(bytes), mr_buf_len(bytes));
    mr_buf_clear(bytes);
    if (!error)
        error = expect(mr_login_room_next(room), MR_LOGIN_CREDENTIALS);
    if (!error)
        error = mr_login_room_accept(room, bytes);
    if (!error)
        error = mr_login_client_push(client, mr_buf_data(bytes), mr_buf_len(bytes));
    mr_buf_clear(bytes);
    if (!error)
        error = expect(mr_login_client_next(client), MR_LOGIN_KEY);
    if (!error)
        error = mr_login_client_ack1(client, &when, bytes);
    if (!error)
        error = mr_login_room_push(room, mr_buf_data(bytes), mr_buf_len(bytes));
    mr_buf_clear(bytes);
    if (!error)
        error = expect(mr_login_room_next(room), MR_LOGIN_ACK1);
    if (!error)
        error = mr_login_room_info(room, &info, bytes);
    if (!error)
        error = mr_login_client_push(client, mr_buf_data(bytes), mr_buf_len(bytes));
    return error ? error : expect(mr_login_client_next(client), MR_LOGIN_INFO);
}

static int logins(void)
{
    struct mr_rsa_key *key = NULL;
    struct mr_login_client *client = NULL;
    struct mr_login_room *room = NULL;
    struct mr_buf bytes = test_buf();
    int error = load_key(&key);
    if (!error)
        error = mr_login_client_new(key, mr_span_of("alice"), mr_span_of(HASH128), true, &client);
    if (!error)
        error = mr_login_room_new(key, &room);
    if (!error)
        error = log_in(client, room, &bytes);
    mr_buf_free(&bytes);
    mr_login_client_free(client);
    mr_login_room_free(room);
    mr_rsa_key_free(key);
    return error;
}

static int passwords(void)
{
    const struct mr_password_cost cheap = {.n = 2, .r = 1, .p = 1};
    struct mr_password_record record;
    int error = mr_password_make("secret", 6, &cheap, &record);
    return error ? error : mr_password_verify(&record, "secret", 6);
}

static int texts(void)
{
    struct mr_safe_text safe;
    struct mr_pack pack;
    struct mr_log log;
    mr_pack_init(&pack);
    mr_log_init(&log, NULL, MR_LOG_INFO);
    mr_log_write(&log, MR_LOG_INFO, "x");
    int error = mr_safe_text_make("a\x1b", 2, 100, &safe);
    if (!error)
        error = mr_pack_add(&pack, safe.text, safe.len);
    mr_safe_text_free(&safe);
    mr_pack_free(&pack);
    return error;
}

static void every_allocation(void **state)
{
    (void)state;
    torture(frames);
    torture(logins);
    torture(passwords);
    torture(texts);
    torture(make_key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation)};
    /* Before OpenSSL allocates anything. */
    if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
