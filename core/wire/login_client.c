#include "core/base/name.h"
#include "core/base/secret.h"
#include "core/wire/login.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum client_step { AWAIT_KEY, SEND_ACK1, AWAIT_INFO, SEND_ACK2, LOGGED_IN, OVER };

/* The coins and cookies that fit every number in the house. */
static const int64_t number_max = 1000000000000000;

struct mr_login_client {
    struct mr_rsa_key *key;
    enum client_step step;
    char name[MR_LIMIT_NAME + 1];
    char hash[MR_LIMIT_CREDENTIAL_HASH + 1];
    bool registering;
    bool quiet;
    bool overflow; /* more came than a message may have; the rest was dropped */
    int wait_ms;
    int error;
    const char *problem;
    struct mr_buf in;      /* what came in place of the key line */
    struct mr_buf refusal; /* UTF-8 */
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
    struct mr_login_info info;
};

static bool hash_valid(struct mr_span hash)
{
    for (size_t i = 0; i < hash.len; i++)
        if (hash.at[i] < 0x21 || hash.at[i] > 0x7e)
            return false;
    return hash.len > 0 && hash.len <= MR_LIMIT_CREDENTIAL_HASH;
}

int mr_login_client_new(struct mr_rsa_key *key, struct mr_span name, struct mr_span hash,
                        bool registering, struct mr_login_client **out)
{
    *out = NULL;
    if (!mr_name_valid(name.at, name.len) || !hash_valid(hash))
        return MR_EINVAL;
    struct mr_login_client *login = calloc(1, sizeof *login);
    if (!login)
        return MR_ENOMEM;
    login->key = key;
    login->registering = registering;
    login->problem = "";
    memcpy(login->name, name.at, name.len);
    memcpy(login->hash, hash.at, hash.len);
    mr_buf_init(&login->in, MR_LIMIT_HANDSHAKE);
    mr_buf_init(&login->refusal, 2 * MR_LIMIT_HANDSHAKE);
    int error = mr_frame_reader_new(key, MR_FRAME_CLIENT, &login->reader);
    if (error) {
        mr_login_client_free(login);
        return error;
    }
    *out = login;
    return MR_OK;
}

void mr_login_client_free(struct mr_login_client *login)
{
    if (!login)
        return;
    mr_wipe(login->hash, sizeof login->hash);
    mr_buf_free(&login->in);
    mr_buf_free(&login->refusal);
    mr_sealer_free(login->sealer);
    mr_frame_reader_free(login->reader);
    free(login);
}

int mr_login_client_credentials(const struct mr_login_client *login, struct mr_buf *out)
{
    return mr_buf_printf(out, "%s\n%s\n%s\n%s%s", mr_rsa_key_n(login->key),
                         mr_rsa_key_e(login->key), login->name, login->hash,
                         login->registering ? "\nnewacc" : "");
}

/* Keeps what fits: its beginning may tell what is wrong with the message. */
static int take_in(struct mr_login_client *login, const void *bytes, size_t len)
{
    size_t room = mr_buf_room(&login->in);
    login->overflow = login->overflow || len > room;
    return mr_buf_append(&login->in, bytes, len < room ? len : room);
}

int mr_login_client_push(struct mr_login_client *login, const void *bytes, size_t len)
{
    login->quiet = false;
    if (login->step == AWAIT_KEY)
        return take_in(login, bytes, len);
    if (login->step == OVER)
        return MR_OK;
    return mr_frame_reader_push(login->reader, bytes, len);
}

void mr_login_client_quiet(struct mr_login_client *login)
{
    login->quiet = true;
    if (login->step != AWAIT_KEY && login->reader)
        mr_frame_reader_quiet(login->reader);
}

int mr_login_client_wait_ms(const struct mr_login_client *login)
{
    return login->wait_ms;
}

struct mr_span mr_login_client_refusal(const struct mr_login_client *login)
{
    return (struct mr_span){mr_buf_str(&login->refusal), mr_buf_len(&login->refusal)};
}

const char *mr_login_client_problem(const struct mr_login_client *login)
{
    return login->problem;
}

const struct mr_login_info *mr_login_client_info(const struct mr_login_client *login)
{
    return &login->info;
}

static int fail(struct mr_login_client *login, int error, const char *problem)
{
    login->step = OVER;
    login->error = error;
    login->problem = problem;
    return error;
}

static int wait_for(struct mr_login_client *login, int ms)
{
    login->wait_ms = ms;
    return MR_LOGIN_WAIT;
}

static int refused(struct mr_login_client *login, const char *text, size_t len)
{
    mr_buf_clear(&login->refusal);
    int error = mr_utf8_valid(text, len) ? mr_buf_append(&login->refusal, text, len)
                                         : mr_latin1_to_utf8(text, len, &login->refusal);
    if (error)
        return fail(login, error, "the room's refusal is too long");
    login->step = OVER;
    return MR_LOGIN_REFUSED;
}

static size_t count_digits(const char *text, size_t len)
{
    size_t digits = 0;
    while (digits < len && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    return digits;
}

/* A key line as it comes in: digits LF digits, either of them possibly negative. */
struct key_line {
    struct mr_span n;
    struct mr_span e;
    bool possible; /* what is here may be the beginning of one */
    bool whole;    /* both numbers are here, the second perhaps not all of it */
};

static struct mr_span take_number(const char **at, size_t *len)
{
    size_t sign = *len > 0 && **at == '-' ? 1 : 0;
    struct mr_span number = {*at, sign + count_digits(*at + sign, *len - sign)};
    *at += number.len;
    *len -= number.len;
    return number;
}

static struct key_line parse_key_line(const struct mr_buf *in)
{
    const char *at = mr_buf_str(in);
    size_t len = mr_buf_len(in);
    struct key_line line = {.n = take_number(&at, &len)};
    line.possible = len == 0;
    if (len == 0 || *at != '\n' || line.n.len == 0)
        return line;
    at++;
    len--;
    line.e = take_number(&at, &len);
    /* A line feed behind it is against the rules, and harmless. */
    line.possible = len == 0 || (len == 1 && *at == '\n' && line.e.len > 0);
    line.whole = line.possible && line.e.len > 0;
    return line;
}

static int take_key(struct mr_login_client *login, const struct key_line *line)
{
    struct mr_rsa_public *key;
    const char *why;
    int error = mr_rsa_public_parse(MR_RSA_PEER_ROOM, line->n, line->e, &key, &why);
    if (!error)
        error = mr_sealer_new(key, &login->sealer);
    if (error)
        return fail(login, error, why ? why : "out of memory");
    login->step = SEND_ACK1;
    mr_buf_clear(&login->in);
    return MR_LOGIN_KEY;
}

/* What is no key is a refusal: a plain sentence, or one encrypted for us in a frame. */
static int next_refusal(struct mr_login_client *login)
{
    uint8_t aes_key[MR_AES_KEY_BYTES];
    size_t len = mr_buf_len(&login->in);
    const uint8_t *in = mr_buf_data(&login->in);
    bool framed =
        len >= mr_rsa_key_block(login->key) && mr_rsa_decrypt(login->key, in, aes_key) == MR_OK;
    mr_wipe(aes_key, sizeof aes_key);
    if (framed) {
        struct mr_frame frame = {0};
        mr_frame_reader_drop(login->reader, mr_frame_reader_pending(login->reader));
        int error = mr_frame_reader_push(login->reader, in, len);
        if (login->quiet)
            mr_frame_reader_quiet(login->reader);
        int verdict = error ? error : mr_frame_reader_next(login->reader, &frame);
        if (verdict == MR_FRAME_TEXT)
            return refused(login, frame.text, frame.len);
        if (verdict < 0)
            return fail(login, verdict, "the room's answer is damaged");
        if (verdict == MR_FRAME_WAIT)
            return wait_for(login, MR_LIMIT_FRAME_QUIET);
        return MR_LOGIN_MORE;
    }
    if (login->quiet)
        return refused(login, (const char *)in, len);
    return wait_for(login, MR_LIMIT_KEY_LINE_QUIET);
}

static int next_key(struct mr_login_client *login)
{
    if (mr_buf_len(&login->in) == 0)
        return MR_LOGIN_MORE;
    struct key_line line = parse_key_line(&login->in);
    /* More digits than any key has: no use in waiting for the last of them. */
    if (line.possible && line.n.len > MR_RSA_DECIMAL_MAX)
        return take_key(login, &line);
    if (line.whole && (login->quiet || mr_span_is(line.e, mr_rsa_key_e(login->key))))
        return take_key(login, &line);
    if (login->overflow)
        return fail(login, MR_ELIMIT, "the room sends too much for a handshake");
    if (!line.possible)
        return next_refusal(login);
    if (login->quiet)
        return fail(login, MR_EPROTOCOL, "the room's key is cut off");
    return wait_for(login, MR_LIMIT_KEY_LINE_QUIET);
}

static bool info_number(struct mr_span text, int64_t *out)
{
    return mr_str_to_i64(text.at, text.len, -number_max, number_max, out) == MR_OK;
}

/* The four lines of the info frame. Returns NULL, or what is wrong with them. */
static const char *parse_info(struct mr_span text, struct mr_login_info *info)
{
    struct mr_span lines[4];
    int64_t zeros;
    for (int i = 0; i < 4; i++) {
        const char *lf = memchr(text.at, '\n', text.len);
        size_t len = lf && i < 3 ? (size_t)(lf - text.at) : text.len;
        lines[i] = mr_str_trim(text.at, len);
        size_t step = len + (lf && i < 3 ? 1 : 0);
        text = (struct mr_span){text.at + step, text.len - step};
    }
    if (!info_number(lines[0], &info->coins))
        return "the room sent a balance that is no number";
    if (!info_number(lines[1], &info->cookies))
        return "the room sent a count of cookies that is no number";
    if (!mr_work_hash_valid(lines[2].at, lines[2].len))
        return "the room sent a previous hash that is none";
    if (mr_str_to_i64(lines[3].at, lines[3].len, 0, MR_LIMIT_ZEROS, &zeros) != MR_OK)
        return "the room sent a number of zeros that makes no sense";
    memcpy(info->prev_hash, lines[2].at, MR_WORK_HASH_HEX);
    info->prev_hash[MR_WORK_HASH_HEX] = 0;
    info->zeros = (int)zeros;
    return NULL;
}

static int next_info(struct mr_login_client *login)
{
    struct mr_frame frame;
    int verdict;
    /* An empty frame means nothing, here too. */
    do
        verdict = mr_frame_reader_next(login->reader, &frame);
    while (verdict == MR_FRAME_TEXT && frame.len == 0);
    if (verdict < 0)
        return fail(login, verdict, "what the room sent cannot be read");
    if (verdict == MR_FRAME_WAIT)
        return wait_for(login, MR_LIMIT_FRAME_QUIET);
    if (verdict == MR_FRAME_MORE) {
        if (mr_frame_reader_pending(login->reader) > MR_LIMIT_HANDSHAKE)
            return fail(login, MR_ELIMIT, "the room sends too much for a handshake");
        return MR_LOGIN_MORE;
    }
    struct mr_span text = mr_str_trim(frame.text, frame.len);
    /* A sentence in place of numbers: a room may still change its mind. */
    if (!memchr(text.at, '\n', text.len) && text.len > 0 && text.len <= MR_LIMIT_HANDSHAKE &&
        count_digits(text.at, text.len) < text.len)
        return refused(login, text.at, text.len);
    const char *problem = parse_info(text, &login->info);
    if (problem)
        return fail(login, MR_EPROTOCOL, problem);
    login->step = SEND_ACK2;
    return MR_LOGIN_INFO;
}

int mr_login_client_next(struct mr_login_client *login)
{
    if (login->error)
        return login->error;
    if (login->step == AWAIT_KEY)
        return next_key(login);
    if (login->step == AWAIT_INFO)
        return next_info(login);
    return MR_LOGIN_MORE;
}

int mr_login_client_ack1(struct mr_login_client *login, const struct tm *local_time,
                         struct mr_buf *out)
{
    char text[MR_LIMIT_NAME + 64];
    char stamp[32] = "";
    if (login->step != SEND_ACK1)
        return MR_ESTATE;
    if (strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", local_time) == 0)
        return MR_EINVAL;
    int len = snprintf(text, sizeof text, "%s is in at %s.", login->name, stamp);
    int error = mr_envelope_seal(login->sealer, text, (size_t)len, out);
    if (!error)
        login->step = AWAIT_INFO;
    return error;
}

int mr_login_client_ack2(struct mr_login_client *login, struct mr_buf *out)
{
    if (login->step != SEND_ACK2)
        return MR_ESTATE;
    int error = mr_buf_append_byte(out, ' ');
    if (!error)
        login->step = LOGGED_IN;
    return error;
}

int mr_login_client_finish(struct mr_login_client *login, struct mr_sealer **sealer,
                           struct mr_frame_reader **reader)
{
    if (login->step != LOGGED_IN)
        return MR_ESTATE;
    *sealer = login->sealer;
    *reader = login->reader;
    login->sealer = NULL;
    login->reader = NULL;
    login->step = OVER;
    return MR_OK;
}
