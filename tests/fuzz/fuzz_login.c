/* Both ends of the handshake against a peer that may send anything at any time. */
#include "core/wire/login.h"

#include "tests/fuzz/wire_fuzz.h"

#include <moonroom/errors.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char info_text[] = "5\n2\n"
                                "d578fdbe49b3e13faf6b46ded4479005470e1abdebefb4302d80a566a57e450f"
                                "0d6cdd37fde2c92ac04c4ab4231a91dd7023f7627e13eea3a91763d0cc3e04c2"
                                "\n7";

/* The next thing that the peer sends: as the protocol has it, or not. False: nothing, for a while.
 */
static bool next_bytes(struct input *input, struct mr_buf *out)
{
    uint8_t what = take_byte(input);
    mr_buf_clear(out);
    switch (what & 7) {
    case 0:
        return false;
    case 1:
        return mr_buf_printf(out, "%s\n65537", fuzz_n) == 0;
    case 2:
        fuzz_seal(mr_span_of(info_text), true, out);
        return true;
    case 3:
        fuzz_seal(take_bytes(input, what >> 3), true, out);
        return true;
    case 4:
        return mr_buf_printf(out, "%s\n65537\nbob\n0123abcd", fuzz_n) == 0;
    case 5:
        return mr_buf_append_str(out, "\nnewacc") == 0;
    default: {
        struct mr_span piece = take_bytes(input, what >> 3);
        return mr_buf_append(out, piece.at, piece.len) == 0;
    }
    }
}

static void play_client(struct input input, struct mr_buf *bytes)
{
    struct mr_login_client *login;
    struct mr_sealer *sealer = NULL;
    struct mr_frame_reader *reader = NULL;
    const struct tm when = {.tm_year = 126, .tm_mday = 1};
    int verdict = MR_LOGIN_MORE;
    HOLDS(mr_login_client_new(fuzz_key(), mr_span_of("bob"), mr_span_of("0123abcd"),
                              take_byte(&input) & 1, &login) == 0);
    while (input.left > 0 && verdict >= 0 && verdict != MR_LOGIN_REFUSED && !sealer) {
        if (next_bytes(&input, bytes))
            HOLDS(mr_login_client_push(login, mr_buf_data(bytes), mr_buf_len(bytes)) == 0);
        else
            mr_login_client_quiet(login);
        verdict = mr_login_client_next(login);
        HOLDS(verdict != MR_LOGIN_WAIT || mr_login_client_wait_ms(login) > 0);
        mr_buf_clear(bytes);
        if (verdict == MR_LOGIN_KEY)
            HOLDS(mr_login_client_ack1(login, &when, bytes) == 0);
        if (verdict == MR_LOGIN_INFO) {
            const struct mr_login_info *info = mr_login_client_info(login);
            HOLDS(info->zeros >= 0 && info->zeros <= 128 && strlen(info->prev_hash) == 128);
            HOLDS(mr_login_client_ack2(login, bytes) == 0);
            HOLDS(mr_login_client_finish(login, &sealer, &reader) == 0);
        }
    }
    HOLDS(verdict >= 0 || mr_login_client_problem(login)[0]);
    mr_login_client_free(login);
    mr_sealer_free(sealer);
    mr_frame_reader_free(reader);
}

static void answer_as_room(struct mr_login_room *login, int verdict, uint8_t refuse,
                           struct mr_buf *out)
{
    struct mr_login_info info = {.coins = 1, .zeros = 3};
    mr_buf_clear(out);
    memset(info.prev_hash, 'a', MR_WORK_HASH_HEX);
    if (verdict == MR_LOGIN_CREDENTIALS) {
        const struct mr_login_credentials *got = mr_login_room_credentials(login);
        HOLDS(got->name.len > 0 && got->hash.len > 0 && got->hash.len <= 128);
        if (refuse)
            HOLDS(mr_login_room_refuse(login, "No.", out) == 0);
        else
            HOLDS(mr_login_room_accept(login, out) == 0);
    }
    if (verdict == MR_LOGIN_ACK1)
        HOLDS(mr_login_room_info(login, &info, out) == 0);
}

static void play_room(struct input input, struct mr_buf *bytes)
{
    struct mr_login_room *login;
    struct mr_sealer *sealer = NULL;
    struct mr_frame_reader *reader = NULL;
    int verdict = MR_LOGIN_MORE;
    uint8_t refuse = take_byte(&input) & 1;
    HOLDS(mr_login_room_new(fuzz_key(), &login) == 0);
    while (input.left > 0 && verdict >= 0 && !sealer) {
        if (next_bytes(&input, bytes))
            (void)mr_login_room_push(login, mr_buf_data(bytes), mr_buf_len(bytes));
        else
            mr_login_room_quiet(login);
        verdict = mr_login_room_next(login);
        HOLDS(verdict != MR_LOGIN_WAIT || mr_login_room_wait_ms(login) > 0);
        if (verdict == MR_LOGIN_DONE)
            HOLDS(mr_login_room_finish(login, &sealer, &reader) == 0);
        else
            answer_as_room(login, verdict, refuse, bytes);
    }
    HOLDS(verdict >= 0 || mr_login_room_problem(login)[0]);
    mr_login_room_free(login);
    mr_sealer_free(sealer);
    mr_frame_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size < 512 ? size : 512};
    struct mr_buf bytes;
    mr_buf_init(&bytes, 1 << 20);
    if (take_byte(&input) & 1)
        play_client(input, &bytes);
    else
        play_room(input, &bytes);
    mr_buf_free(&bytes);
    return 0;
}
