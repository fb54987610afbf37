#include "core/app/test_room.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/runtime/stream.h"
#include "core/wire/envelope.h"
#include "core/wire/line.h"
#include "core/wire/rsa.h"

enum { FRAME = 65536, ECHO = 4096 };

struct mr_test_room {
    struct mr_loop *loop;
    struct mr_rsa_key *key;
    struct mr_login_info info;
    struct mr_stream *peer;
    struct mr_login_room *login;
    struct mr_timer *quiet;
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
    char name[MR_LIMIT_NAME + 1];
    bool silent; /* says nothing by itself */
    cJSON *sent; /* by the client */
};

static void step(struct mr_test_room *room);

int mr_test_room_new(struct mr_loop *loop, struct mr_rsa_key *key, struct mr_test_room **out)
{
    struct mr_test_room *room = calloc(1, sizeof *room);
    *out = room;
    if (!room) {
        return MR_ENOMEM;
    }
    room->loop = loop;
    room->key = key;
    room->info.zeros = 7;
    memset(room->info.prev_hash, '0', sizeof room->info.prev_hash - 1);
    room->sent = cJSON_CreateArray();
    return room->sent ? MR_OK : MR_ENOMEM;
}

void mr_test_room_hang_up(struct mr_test_room *room)
{
    mr_timer_stop(&room->quiet);
    mr_stream_close(&room->peer);
    mr_login_room_free(room->login);
    room->login = NULL;
    mr_sealer_free(room->sealer);
    room->sealer = NULL;
    mr_frame_reader_free(room->reader);
    room->reader = NULL;
}

void mr_test_room_free(struct mr_test_room *room)
{
    if (room) {
        mr_test_room_hang_up(room);
        cJSON_Delete(room->sent);
        free(room);
    }
}

/* Writes what was made with this result; a room that cannot go on hangs up. */
static void send_made(struct mr_test_room *room, struct mr_buf *made, int err)
{
    if (err == MR_OK) {
        err = mr_stream_write(room->peer, mr_buf_data(made), mr_buf_len(made));
    }
    mr_buf_free(made);
    if (err < 0) {
        mr_test_room_hang_up(room);
    }
}

int mr_test_room_send(struct mr_test_room *room, const char *line)
{
    struct mr_buf frame;
    if (!room->peer || !room->sealer) {
        return MR_EOFFLINE;
    }
    mr_buf_init(&frame, FRAME);
    send_made(room, &frame, mr_envelope_seal(room->sealer, line, strlen(line), &frame));
    return room->peer ? MR_OK : MR_ELIMIT;
}

/* What a room says to the speaker himself. */
static void answer(struct mr_test_room *room, const struct mr_line *line)
{
    char text[ECHO];
    if (room->silent && line->type != MR_LINE_EXIT) {
        return;
    }
    if (line->type == MR_LINE_CHAT) {
        snprintf(text, sizeof text, "%s> %.*s", room->name, (int)line->text.len, line->text.at);
        (void)mr_test_room_send(room, text);
    } else if (line->type == MR_LINE_SEND_WHISPER) {
        snprintf(text, sizeof text, "%s> /w To:%.*s %.*s", room->name, (int)line->to.len,
                 line->to.at, (int)line->text.len, line->text.at);
        (void)mr_test_room_send(room, text);
    } else if (line->type == MR_LINE_PING) {
        snprintf(text, sizeof text, "/ping %.*s", (int)line->text.len, line->text.at);
        (void)mr_test_room_send(room, text);
    } else if (line->type == MR_LINE_EXIT) {
        mr_test_room_hang_up(room);
    }
}

/* Hashes of passwords differ from run to run and are nobody's business. */
static cJSON *as_kept(struct mr_span whole)
{
    const char *kept = mr_line_without_secret(whole);
    if (kept) {
        return cJSON_CreateString(kept);
    }
    char *copy = strndup(whole.at, whole.len);
    cJSON *line = copy ? cJSON_CreateString(copy) : NULL;
    free(copy);
    return line;
}

static void read_frames(struct mr_test_room *room)
{
    struct mr_frame frame;
    while (room->reader && mr_frame_reader_next(room->reader, &frame) == MR_FRAME_TEXT) {
        char *copy = strndup(frame.text, frame.len);
        struct mr_span text = {copy, copy ? frame.len : 0};
        struct mr_line line;
        while (room->reader && text.len > 0) {
            const char *end = memchr(text.at, '\n', text.len);
            struct mr_span whole = {text.at, end ? (size_t)(end - text.at) : text.len};
            text.at += whole.len + (end != NULL);
            text.len -= whole.len + (end != NULL);
            mr_line_parse_from_client(whole, &line);
            (void)cJSON_AddItemToArray(room->sent, as_kept(whole));
            answer(room, &line);
        }
        free(copy);
    }
}

cJSON *mr_test_room_take(struct mr_test_room *room)
{
    cJSON *taken = room->sent;
    room->sent = cJSON_CreateArray();
    return taken;
}

/* Coming in */

static void on_quiet(void *ctx)
{
    struct mr_test_room *room = ctx;
    mr_timer_stop(&room->quiet);
    mr_login_room_quiet(room->login);
    step(room);
}

static void let_in(struct mr_test_room *room)
{
    struct mr_buf made;
    const struct mr_login_credentials *who = mr_login_room_credentials(room->login);
    snprintf(room->name, sizeof room->name, "%.*s", (int)who->name.len, who->name.at);
    mr_buf_init(&made, FRAME);
    send_made(room, &made, mr_login_room_accept(room->login, &made));
}

static void inform(struct mr_test_room *room)
{
    struct mr_buf made;
    mr_buf_init(&made, FRAME);
    send_made(room, &made, mr_login_room_info(room->login, &room->info, &made));
}

static void finish(struct mr_test_room *room)
{
    if (mr_login_room_finish(room->login, &room->sealer, &room->reader) < 0) {
        mr_test_room_hang_up(room);
        return;
    }
    mr_login_room_free(room->login);
    room->login = NULL;
    read_frames(room);
}

static void step(struct mr_test_room *room)
{
    while (room->login) {
        switch (mr_login_room_next(room->login)) {
        case MR_LOGIN_CREDENTIALS:
            let_in(room);
            break;
        case MR_LOGIN_ACK1:
            inform(room);
            break;
        case MR_LOGIN_DONE:
            finish(room);
            break;
        case MR_LOGIN_WAIT:
            /* The client writes whole messages: silence begins at once. */
            if (!room->quiet) {
                (void)mr_timer_start_real(room->loop, 0, 0, on_quiet, room, &room->quiet);
            }
            return;
        default:
            return;
        }
    }
}

static void on_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct mr_test_room *room = ctx;
    if (room->login) {
        mr_timer_stop(&room->quiet);
        (void)mr_login_room_push(room->login, bytes, len);
        step(room);
    } else if (room->reader && mr_frame_reader_push(room->reader, bytes, len) == MR_OK) {
        read_frames(room);
    }
}

static void on_close(void *ctx, int err, const char *text)
{
    (void)err;
    (void)text;
    mr_test_room_hang_up(ctx);
}

int mr_test_room_dial(void *ctx, const struct mr_address *address)
{
    static const struct mr_stream_callbacks callbacks = {.on_read = on_read, .on_close = on_close};
    struct mr_test_room *room = ctx;
    int pair[2];
    (void)address;
    mr_test_room_hang_up(room);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return MR_EIO;
    }
    int err = mr_stream_open_fd(room->loop, pair[1], &callbacks, room, &room->peer);
    if (err == MR_OK) {
        err = mr_login_room_new(room->key, &room->login);
    }
    if (err < 0) {
        close(pair[0]);
        mr_test_room_hang_up(room);
        return err;
    }
    return pair[0];
}

int mr_test_room_set_info(struct mr_test_room *room, const cJSON *info, char *why, size_t why_size)
{
    const char *prev_hash = mr_json_string(info, "prev_hash");
    for (const cJSON *item = info ? info->child : NULL; item; item = item->next) {
        if (strcmp(item->string, "coins") != 0 && strcmp(item->string, "cookies") != 0 &&
            strcmp(item->string, "name") != 0 && strcmp(item->string, "silent") != 0 &&
            strcmp(item->string, "zeros") != 0 && strcmp(item->string, "prev_hash") != 0) {
            snprintf(why, why_size, "room:enter: there is no field called %.40s", item->string);
            return MR_EINVAL;
        }
    }
    room->info.coins = mr_json_int(info, "coins", room->info.coins);
    room->info.cookies = mr_json_int(info, "cookies", room->info.cookies);
    room->info.zeros = (int)mr_json_int(info, "zeros", room->info.zeros);
    room->silent = mr_json_bool(info, "silent", room->silent);
    if (prev_hash && strlen(prev_hash) != sizeof room->info.prev_hash - 1) {
        snprintf(why, why_size, "room:enter: prev_hash has 128 hex digits");
        return MR_EINVAL;
    }
    if (prev_hash) {
        memcpy(room->info.prev_hash, prev_hash, sizeof room->info.prev_hash);
    }
    return MR_OK;
}
