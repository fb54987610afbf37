#include "core/base/secret.h"
#include "core/wire/login.h"

#include <moonroom/errors.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum room_step { AWAIT_CREDENTIALS, DECIDE, AWAIT_ACK1, SEND_INFO, AWAIT_ACK2, LOGGED_IN, OVER };

enum {
    NAME_BYTES_MAX = 256,
    /* The smallest frame for a key of 256 bits: less, with silence behind it, is some other sort of
     * acknowledgement. */
    SMALLEST_FRAME = 37
};

struct mr_login_room {
    struct mr_rsa_key *key;
    enum room_step step;
    bool quiet;
    bool overflow; /* more came than a message may have; the rest was dropped */
    int wait_ms;
    int error;
    const char *problem;
    struct mr_buf in; /* the credentials; the spans point into it */
    struct mr_login_credentials credentials;
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
};

int mr_login_room_new(struct mr_rsa_key *key, struct mr_login_room **out)
{
    *out = NULL;
    struct mr_login_room *login = calloc(1, sizeof *login);
    if (!login)
        return MR_ENOMEM;
    login->key = key;
    login->problem = "";
    mr_buf_init(&login->in, MR_LIMIT_HANDSHAKE);
    *out = login;
    return MR_OK;
}

void mr_login_room_free(struct mr_login_room *login)
{
    if (!login)
        return;
    mr_buf_wipe(&login->in);
    mr_sealer_free(login->sealer);
    mr_frame_reader_free(login->reader);
    free(login);
}

static int fail(struct mr_login_room *login, int error, const char *problem)
{
    login->step = OVER;
    login->error = error;
    login->problem = problem;
    return error;
}

static int wait_for(struct mr_login_room *login, int ms)
{
    login->wait_ms = ms;
    return MR_LOGIN_WAIT;
}

/* Keeps what fits: its beginning may tell what is wrong with the message. */
static int take_in(struct mr_login_room *login, const void *bytes, size_t len)
{
    size_t room = mr_buf_room(&login->in);
    login->overflow = login->overflow || len > room;
    return mr_buf_append(&login->in, bytes, len < room ? len : room);
}

int mr_login_room_push(struct mr_login_room *login, const void *bytes, size_t len)
{
    if (len == 0)
        return MR_OK;
    login->quiet = false;
    if (login->step == AWAIT_CREDENTIALS)
        return take_in(login, bytes, len);
    /* Nobody has anything to say while the password is checked. */
    if (login->step == DECIDE)
        return fail(login, MR_EPROTOCOL, "the client spoke out of turn");
    if (login->step == OVER)
        return MR_OK;
    return mr_frame_reader_push(login->reader, bytes, len);
}

void mr_login_room_quiet(struct mr_login_room *login)
{
    login->quiet = true;
    if (login->reader)
        mr_frame_reader_quiet(login->reader);
}

int mr_login_room_wait_ms(const struct mr_login_room *login)
{
    return login->wait_ms;
}

const char *mr_login_room_problem(const struct mr_login_room *login)
{
    return login->problem;
}

const struct mr_login_credentials *mr_login_room_credentials(const struct mr_login_room *login)
{
    return &login->credentials;
}

/* Splits the credentials at their line feeds. Returns how many lines there are, at most max + 1. */
static size_t split(const struct mr_buf *in, struct mr_span *lines, size_t max)
{
    struct mr_span rest = {mr_buf_str(in), mr_buf_len(in)};
    for (size_t count = 0; count < max; count++) {
        const char *lf = memchr(rest.at, '\n', rest.len);
        lines[count] = (struct mr_span){rest.at, lf ? (size_t)(lf - rest.at) : rest.len};
        if (!lf)
            return count + 1;
        rest = (struct mr_span){lf + 1, rest.len - lines[count].len - 1};
    }
    return max + 1;
}

static bool printable(struct mr_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x21 || text.at[i] > 0x7e)
            return false;
    return text.len > 0;
}

static const char *check_lines(const struct mr_span *lines)
{
    struct mr_span name = lines[2];
    if (name.len > NAME_BYTES_MAX || memchr(name.at, 0, name.len) ||
        memchr(name.at, '\r', name.len))
        return "the name cannot be one";
    if (lines[3].len > MR_LIMIT_CREDENTIAL_HASH || !printable(lines[3]))
        return "the password hash cannot be one";
    return NULL;
}

static int take_credentials(struct mr_login_room *login, const struct mr_span *lines,
                            bool registering)
{
    struct mr_rsa_public *key;
    const char *problem = check_lines(lines);
    if (problem)
        return fail(login, MR_EPROTOCOL, problem);
    int error = mr_rsa_public_parse(MR_RSA_PEER_CLIENT, lines[0], lines[1], &key, &problem);
    if (!error)
        error = mr_sealer_new(key, &login->sealer);
    if (!error)
        error = mr_frame_reader_new(login->key, MR_FRAME_ROOM, &login->reader);
    if (error)
        return fail(login, error, problem ? problem : "out of memory");
    login->credentials = (struct mr_login_credentials){lines[2], lines[3], registering};
    login->step = DECIDE;
    return MR_LOGIN_CREDENTIALS;
}

/* Anything but the digits of a key in the first two lines cannot become credentials. */
static bool hopeless(const struct mr_span *lines, size_t count)
{
    for (size_t i = 0; i < count && i < 2; i++) {
        size_t sign = lines[i].len > 0 && lines[i].at[0] == '-';
        for (size_t j = sign; j < lines[i].len; j++)
            if (lines[i].at[j] < '0' || lines[i].at[j] > '9')
                return true;
        if (lines[i].len > MR_RSA_DECIMAL_MAX + 1 || (lines[i].len == sign && i + 1 < count))
            return true;
    }
    return false;
}

static int next_credentials(struct mr_login_room *login)
{
    struct mr_span lines[6] = {0};
    if (mr_buf_len(&login->in) == 0)
        return MR_LOGIN_MORE;
    size_t count = split(&login->in, lines, 6);
    if (hopeless(lines, count))
        return fail(login, MR_EPROTOCOL, "these are no credentials");
    if (login->overflow)
        return fail(login, MR_ELIMIT, "the client sends too much for a handshake");
    if (count >= 5 && mr_span_is(lines[4], "newacc")) {
        /* A line feed behind the last word is against the rules, and harmless. */
        if (count == 5 || (count == 6 && lines[5].len == 0))
            return take_credentials(login, lines, true);
        return fail(login, MR_EPROTOCOL, "the client spoke out of turn");
    }
    bool still_possible = count < 5 || (count == 5 && lines[4].len < 6 &&
                                        memcmp("newacc", lines[4].at, lines[4].len) == 0);
    if (!still_possible)
        return fail(login, MR_EPROTOCOL, "these are no credentials");
    if (count < 4 || lines[3].len == 0)
        return MR_LOGIN_MORE;
    if (!login->quiet)
        return wait_for(login, MR_LIMIT_CREDENTIALS_QUIET);
    if (count == 5 && lines[4].len > 0)
        return MR_LOGIN_MORE;
    return take_credentials(login, lines, false);
}

static int next_ack1(struct mr_login_room *login)
{
    struct mr_frame frame;
    int verdict = mr_frame_reader_next(login->reader, &frame);
    size_t pending = mr_frame_reader_pending(login->reader);
    if (verdict < 0)
        return fail(login, verdict, "the client's acknowledgement cannot be read");
    if (verdict == MR_FRAME_TEXT) {
        login->step = SEND_INFO;
        return MR_LOGIN_ACK1;
    }
    if (verdict == MR_FRAME_WAIT)
        return wait_for(login, MR_LIMIT_FRAME_QUIET);
    if (pending == 0 || pending >= SMALLEST_FRAME)
        return MR_LOGIN_MORE;
    if (!login->quiet)
        return wait_for(login, MR_LIMIT_CREDENTIALS_QUIET);
    mr_frame_reader_drop(login->reader, pending);
    login->step = SEND_INFO;
    return MR_LOGIN_ACK1;
}

static int next_ack2(struct mr_login_room *login)
{
    if (mr_frame_reader_pending(login->reader) == 0)
        return MR_LOGIN_MORE;
    /* One byte, which may share a segment with the first frame. A client that leaves it out begins
     * with a frame, and loses nothing. */
    if (*mr_frame_reader_peek(login->reader) == ' ')
        mr_frame_reader_drop(login->reader, 1);
    login->step = LOGGED_IN;
    return MR_LOGIN_DONE;
}

int mr_login_room_next(struct mr_login_room *login)
{
    if (login->error)
        return login->error;
    switch (login->step) {
    case AWAIT_CREDENTIALS:
        return next_credentials(login);
    case AWAIT_ACK1:
        return next_ack1(login);
    case AWAIT_ACK2:
        return next_ack2(login);
    default:
        return MR_LOGIN_MORE;
    }
}

int mr_login_room_accept(struct mr_login_room *login, struct mr_buf *out)
{
    if (login->step != DECIDE)
        return MR_ESTATE;
    int error = mr_buf_printf(out, "%s\n%s", mr_rsa_key_n(login->key), mr_rsa_key_e(login->key));
    if (!error) {
        login->step = AWAIT_ACK1;
        login->quiet = false;
    }
    return error;
}

/* Whether an old client, which looks for a number, could take the sentence for a key. */
static bool like_a_key(const char *sentence)
{
    return sentence[0] == 0 || strspn(sentence, "+-_0123456789 \t\r\n") == strlen(sentence);
}

int mr_login_room_refuse(struct mr_login_room *login, const char *sentence, struct mr_buf *out)
{
    size_t len = strlen(sentence);
    if (login->step != DECIDE)
        return MR_ESTATE;
    if (len > MR_LIMIT_REFUSAL)
        return MR_ELIMIT;
    if (like_a_key(sentence) || strchr(sentence, '\n') || !mr_utf8_valid(sentence, len))
        return MR_EINVAL;
    int error = login->credentials.registering ? mr_envelope_seal(login->sealer, sentence, len, out)
                                               : mr_buf_append(out, sentence, len);
    if (!error)
        login->step = OVER;
    return error;
}

int mr_login_room_info(struct mr_login_room *login, const struct mr_login_info *info,
                       struct mr_buf *out)
{
    char text[MR_WORK_HASH_HEX + 80];
    if (login->step != SEND_INFO)
        return MR_ESTATE;
    if (!mr_work_hash_valid(info->prev_hash, strlen(info->prev_hash)) || info->zeros < 0 ||
        info->zeros > MR_LIMIT_ZEROS)
        return MR_EINVAL;
    int len = snprintf(text, sizeof text, "%" PRId64 "\n%" PRId64 "\n%s\n%d", info->coins,
                       info->cookies, info->prev_hash, info->zeros);
    int error = mr_envelope_seal(login->sealer, text, (size_t)len, out);
    if (!error)
        login->step = AWAIT_ACK2;
    return error;
}

int mr_login_room_finish(struct mr_login_room *login, struct mr_sealer **sealer,
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
