#include "plugins/roomhost/peer.h"

#include "core/base/limits.h"
#include "plugins/roomhost/outbox.h"
#include "plugins/roomhost/spacing.h"

#include <moonroom/errors.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum peer_state {
    PEER_HANDSHAKE, /* before acknowledgement 2; there is a `login` */
    PEER_OPEN,      /* lines; there are `sealer` and `reader` */
    PEER_CLOSING,   /* nobody's any more: sends its rest, waits for the other end */
    PEER_GONE       /* its handles are being closed */
};

enum {
    KEEPALIVE_S = 60,
    USER_TIMEOUT_MS = 90000,
    SEND_BUFFER = 65536,
    HANDLES = 4 /* tcp and the three timers */
};

struct mr_peer {
    struct mr_peers *peers;
    void *owner; /* NULL once it is nobody's */
    enum peer_state state;
    unsigned handles; /* still open */
    uv_tcp_t tcp;
    uv_timer_t deadline; /* of the handshake; of the goodbye */
    uv_timer_t quiet;    /* silence that means something */
    uv_timer_t flush;    /* the next frame's time */

    struct mr_login_room *login;
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
    struct mr_span rest; /* of the text of the last frame, in the reader */
    bool waiting;        /* a line is being dealt with */
    bool ready;          /* it has been: the next one may come */
    bool ended;          /* the other end has said all it had to say */

    struct mr_outbox outbox;
    struct mr_buf out; /* what is being written */
    uv_write_t write;
    uv_shutdown_t shutdown;
    bool writing;
    bool shut;
    const char *broken; /* why it cannot go on; NULL: it can */
    struct mr_spacing spacing;

    bool in_todo;
    struct mr_peer *todo_next, **todo_link;
};

static void take_from_todo(struct mr_peer *peer)
{
    if (!peer->in_todo)
        return;
    *peer->todo_link = peer->todo_next;
    if (peer->todo_next)
        peer->todo_next->todo_link = peer->todo_link;
    peer->in_todo = false;
}

static void put_in_todo(struct mr_peer *peer)
{
    if (peer->in_todo || peer->state == PEER_GONE)
        return;
    peer->todo_next = peer->peers->todo;
    peer->todo_link = &peer->peers->todo;
    if (peer->todo_next)
        peer->todo_next->todo_link = &peer->todo_next;
    peer->peers->todo = peer;
    peer->in_todo = true;
}

/* ---- The end ---- */

static void on_closed(uv_handle_t *handle)
{
    struct mr_peer *peer = handle->data;
    if (--peer->handles > 0)
        return;
    mr_login_room_free(peer->login);
    mr_sealer_free(peer->sealer);
    mr_frame_reader_free(peer->reader);
    mr_outbox_free(&peer->outbox);
    mr_buf_free(&peer->out);
    peer->peers->alive--;
    free(peer);
}

static void destroy(struct mr_peer *peer)
{
    if (peer->state == PEER_GONE)
        return;
    peer->state = PEER_GONE;
    peer->owner = NULL;
    take_from_todo(peer);
    uv_close((uv_handle_t *)&peer->tcp, on_closed);
    uv_close((uv_handle_t *)&peer->deadline, on_closed);
    uv_close((uv_handle_t *)&peer->quiet, on_closed);
    uv_close((uv_handle_t *)&peer->flush, on_closed);
}

/* It ended by itself: the owner, if it still has one, is told. */
static void gone(struct mr_peer *peer, const char *why)
{
    void *owner = peer->owner;
    const struct mr_peer_callbacks *callbacks = peer->peers->callbacks;
    destroy(peer);
    if (owner)
        callbacks->on_gone(owner, why);
}

static void on_deadline(uv_timer_t *timer)
{
    gone(timer->data, "the handshake took too long");
}

/* ---- Out ---- */

static void on_shutdown(uv_shutdown_t *request, int status)
{
    struct mr_peer *peer = request->data;
    if (status < 0 && status != UV_ECANCELED)
        destroy(peer);
}

static void say_goodbye(struct mr_peer *peer)
{
    if (peer->shut)
        return;
    peer->shut = true;
    peer->shutdown.data = peer;
    if (peer->ended || uv_shutdown(&peer->shutdown, (uv_stream_t *)&peer->tcp, on_shutdown) != 0)
        destroy(peer);
}

static void on_written(uv_write_t *request, int status)
{
    struct mr_peer *peer = request->data;
    peer->writing = false;
    if (status == UV_ECANCELED)
        return;
    if (status < 0)
        gone(peer, "the connection broke");
    else
        put_in_todo(peer);
}

/* Callers need not expect to lose their peer: it goes in the next turn. */
static void break_off(struct mr_peer *peer, const char *why)
{
    if (!peer->broken)
        peer->broken = why;
    put_in_todo(peer);
}

/* Writes peer->out: one segment where the system takes it at once. */
static void write_out(struct mr_peer *peer)
{
    uv_stream_t *stream = (uv_stream_t *)&peer->tcp;
    uv_buf_t buf = uv_buf_init((char *)mr_buf_data(&peer->out), (unsigned)mr_buf_len(&peer->out));
    int sent = uv_try_write(stream, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        break_off(peer, "the connection broke");
        return;
    }
    mr_buf_consume(&peer->out, sent > 0 ? (size_t)sent : 0);
    if (mr_buf_len(&peer->out) == 0) {
        mr_buf_free(&peer->out);
        return;
    }
    buf = uv_buf_init((char *)mr_buf_data(&peer->out), (unsigned)mr_buf_len(&peer->out));
    peer->write.data = peer;
    if (uv_write(&peer->write, stream, &buf, 1, on_written) != 0)
        break_off(peer, "the connection broke");
    else
        peer->writing = true;
}

static void on_flush(uv_timer_t *timer)
{
    put_in_todo(timer->data);
}

static void send_frame(struct mr_peer *peer, uint64_t now)
{
    struct mr_span text;
    int err = mr_outbox_next(&peer->outbox, &text);
    if (err == MR_OK && text.len == 0)
        return;
    mr_buf_clear(&peer->out);
    if (err == MR_OK)
        err = mr_envelope_seal(peer->sealer, text.at, text.len, &peer->out);
    if (err != MR_OK) {
        break_off(peer, mr_error_text(err));
        return;
    }
    mr_spacing_sent(&peer->spacing, mr_buf_len(&peer->out), now);
    write_out(peer);
}

static uint64_t next_frame_time(struct mr_peer *peer, uint64_t now)
{
    size_t waiting = mr_outbox_bytes(&peer->outbox);
    size_t text = waiting < MR_LIMIT_FRAME_OUT_TEXT ? waiting : MR_LIMIT_FRAME_OUT_TEXT;
    return mr_spacing_when(&peer->spacing, mr_sealer_frame_len(peer->sealer, text),
                           mr_spacing_window(waiting), peer->peers->join_delay_ms, now);
}

/* One frame at a time, and not too soon after those before. */
static void flush(struct mr_peer *peer)
{
    uint64_t now = uv_now(peer->peers->loop);
    if (peer->broken) {
        gone(peer, peer->broken);
        return;
    }
    if (peer->writing)
        return;
    if (!mr_outbox_empty(&peer->outbox) && now >= next_frame_time(peer, now))
        send_frame(peer, now);
    if (peer->broken || peer->writing)
        return;
    if (!mr_outbox_empty(&peer->outbox))
        uv_timer_start(&peer->flush, on_flush, next_frame_time(peer, now) - now, 0);
    else if (peer->state == PEER_CLOSING)
        say_goodbye(peer);
}

/* ---- In ---- */

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf);
static void on_quiet(uv_timer_t *timer);

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    struct mr_peer *peer = handle->data;
    (void)wanted;
    *buf = uv_buf_init((char *)peer->peers->scratch, sizeof peer->peers->scratch);
}

static void read_on(struct mr_peer *peer)
{
    if (!peer->ended)
        uv_read_start((uv_stream_t *)&peer->tcp, on_alloc, on_read);
}

static void wait_quiet(struct mr_peer *peer, int ms)
{
    /* At the end of the stream there is nothing to wait for. */
    uv_timer_start(&peer->quiet, on_quiet, peer->ended ? 0 : (uint64_t)ms, 0);
}

static bool has_line(struct mr_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\n')
            return true;
    return false;
}

/* The next line, from the last frame or a new one. 1 with a line, 0 without, or an error. */
static int next_line(struct mr_peer *peer, struct mr_line *line)
{
    for (;;) {
        while (mr_line_next_from_client(&peer->rest, line))
            if (line->type != MR_LINE_EMPTY)
                return 1;
        struct mr_frame frame;
        int verdict = mr_frame_reader_next(peer->reader, &frame);
        if (verdict == MR_FRAME_WAIT)
            wait_quiet(peer, MR_LIMIT_FRAME_QUIET);
        if (verdict != MR_FRAME_TEXT)
            return verdict < 0 ? verdict : 0;
        peer->rest = (struct mr_span){frame.text, frame.len};
        if (!has_line(peer->rest)) {
            peer->rest = (struct mr_span){0};
            *line = (struct mr_line){.type = MR_LINE_EMPTY};
            return 1;
        }
    }
}

static void linger(struct mr_peer *peer)
{
    peer->owner = NULL;
    peer->state = PEER_CLOSING;
    uv_timer_stop(&peer->quiet);
    uv_timer_start(&peer->deadline, on_deadline, MR_LIMIT_GOODBYE, 0);
    read_on(peer);
    put_in_todo(peer);
}

/* What it sends cannot be read. An old client would not notice a mere close. */
static void give_up(struct mr_peer *peer, const char *why)
{
    void *owner = peer->owner;
    mr_peer_send(peer, peer->peers->farewell);
    linger(peer);
    peer->peers->callbacks->on_gone(owner, why);
}

static void hand_out(struct mr_peer *peer)
{
    while (peer->state == PEER_OPEN && !peer->waiting) {
        struct mr_line line;
        int result = next_line(peer, &line);
        if (result < 0) {
            give_up(peer, mr_error_text(result));
            return;
        }
        if (result == 0)
            break;
        bool more = peer->peers->callbacks->on_line(peer->owner, &line);
        peer->waiting = peer->waiting || !more;
    }
    if (peer->state != PEER_OPEN)
        return;
    if (peer->waiting)
        uv_read_stop((uv_stream_t *)&peer->tcp);
    else if (peer->ended && !uv_is_active((uv_handle_t *)&peer->quiet))
        gone(peer, "it left");
    else
        read_on(peer);
}

static void open_up(struct mr_peer *peer)
{
    if (mr_login_room_finish(peer->login, &peer->sealer, &peer->reader) != MR_OK) {
        gone(peer, "the handshake failed");
        return;
    }
    mr_login_room_free(peer->login);
    peer->login = NULL;
    peer->state = PEER_OPEN;
    uv_timer_stop(&peer->deadline);
    peer->peers->callbacks->on_open(peer->owner);
    hand_out(peer);
}

static void send_info(struct mr_peer *peer)
{
    struct mr_login_info info = {0};
    peer->peers->callbacks->on_info(peer->owner, &info);
    mr_buf_clear(&peer->out);
    if (peer->writing || mr_login_room_info(peer->login, &info, &peer->out) != MR_OK) {
        gone(peer, "the handshake failed");
        return;
    }
    /* Acknowledgement 2 may be under way before this is read, and it is read with one read: what
     * comes behind must not come soon. */
    mr_spacing_sent(&peer->spacing, MR_SPACING_BYTES, uv_now(peer->peers->loop));
    write_out(peer);
}

static void shake_hands(struct mr_peer *peer)
{
    while (peer->state == PEER_HANDSHAKE) {
        int verdict = mr_login_room_next(peer->login);
        if (verdict < 0) {
            gone(peer, mr_login_room_problem(peer->login));
        } else if (verdict == MR_LOGIN_CREDENTIALS) {
            uv_timer_stop(&peer->deadline);
            peer->peers->callbacks->on_credentials(peer->owner,
                                                   mr_login_room_credentials(peer->login));
        } else if (verdict == MR_LOGIN_ACK1) {
            send_info(peer);
        } else if (verdict == MR_LOGIN_DONE) {
            open_up(peer);
        } else {
            if (verdict == MR_LOGIN_WAIT)
                wait_quiet(peer, mr_login_room_wait_ms(peer->login));
            else if (peer->ended)
                gone(peer, "it left during the handshake");
            return;
        }
    }
}

static void go_on(struct mr_peer *peer)
{
    if (peer->state == PEER_HANDSHAKE)
        shake_hands(peer);
    else if (peer->state == PEER_OPEN)
        hand_out(peer);
}

static void on_quiet(uv_timer_t *timer)
{
    struct mr_peer *peer = timer->data;
    if (peer->state == PEER_HANDSHAKE)
        mr_login_room_quiet(peer->login);
    else if (peer->state == PEER_OPEN)
        mr_frame_reader_quiet(peer->reader);
    go_on(peer);
}

static void on_end(struct mr_peer *peer, ssize_t status)
{
    peer->ended = true;
    uv_read_stop((uv_stream_t *)&peer->tcp);
    if (peer->state == PEER_CLOSING && peer->shut)
        destroy(peer);
    else if (peer->state == PEER_CLOSING)
        return; /* it may still read what is on its way */
    else if (status != UV_EOF)
        gone(peer, "the connection broke");
    else
        on_quiet(&peer->quiet);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct mr_peer *peer = stream->data;
    if (len < 0) {
        on_end(peer, len);
        return;
    }
    if (len == 0 || peer->state == PEER_CLOSING)
        return;
    uv_timer_stop(&peer->quiet);
    int err = peer->state == PEER_HANDSHAKE
                  ? mr_login_room_push(peer->login, buf->base, (size_t)len)
                  : mr_frame_reader_push(peer->reader, buf->base, (size_t)len);
    if (err == MR_OK)
        go_on(peer);
    else if (peer->state == PEER_OPEN)
        give_up(peer, mr_error_text(err));
    else
        gone(peer, mr_error_text(err));
}

/* ---- For the owner ---- */

static void set_options(int fd)
{
    int on = 1, timeout = USER_TIMEOUT_MS, queue = SEND_BUFFER;
    /* What the system keeps for one who does not read, of which there may be many. */
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &queue, sizeof queue);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

static int start(struct mr_peer *peer, int fd)
{
    uv_loop_t *loop = peer->peers->loop;
    if (uv_tcp_init(loop, &peer->tcp) != 0) {
        close(fd);
        return MR_EIO;
    }
    uv_timer_init(loop, &peer->deadline);
    uv_timer_init(loop, &peer->quiet);
    uv_timer_init(loop, &peer->flush);
    peer->tcp.data = peer->deadline.data = peer->quiet.data = peer->flush.data = peer;
    peer->handles = HANDLES;
    peer->peers->alive++;
    if (uv_tcp_open(&peer->tcp, fd) != 0) {
        close(fd);
        destroy(peer);
        return MR_EIO;
    }
    uv_tcp_keepalive(&peer->tcp, 1, KEEPALIVE_S);
    uv_timer_start(&peer->deadline, on_deadline, MR_LIMIT_HANDSHAKE_TIME, 0);
    read_on(peer);
    return MR_OK;
}

int mr_peer_new(struct mr_peers *peers, int fd, void *owner, struct mr_peer **out)
{
    struct mr_peer *peer = calloc(1, sizeof *peer);
    if (!peer || mr_login_room_new(peers->key, &peer->login) != MR_OK) {
        free(peer);
        close(fd);
        return MR_ENOMEM;
    }
    peer->peers = peers;
    peer->owner = owner;
    mr_outbox_init(&peer->outbox);
    mr_buf_init(&peer->out, MR_LIMIT_HANDSHAKE);
    set_options(fd);
    int err = start(peer, fd);
    if (err != MR_OK && peer->handles == 0) {
        mr_login_room_free(peer->login);
        free(peer);
    }
    if (err == MR_OK)
        *out = peer;
    return err;
}

void mr_peer_accept(struct mr_peer *peer)
{
    uv_timer_start(&peer->deadline, on_deadline, MR_LIMIT_HANDSHAKE_TIME, 0);
    mr_buf_clear(&peer->out);
    /* An error here is one of memory: the deadline then ends it. */
    if (mr_login_room_accept(peer->login, &peer->out) == MR_OK)
        write_out(peer);
}

void mr_peer_refuse(struct mr_peer *peer, const char *sentence)
{
    mr_buf_clear(&peer->out);
    int err = mr_login_room_refuse(peer->login, sentence, &peer->out);
    linger(peer);
    if (err == MR_OK)
        write_out(peer);
}

void mr_peer_send(struct mr_peer *peer, struct mr_span line)
{
    if (peer->state != PEER_OPEN)
        return;
    if (mr_outbox_add(&peer->outbox, line) == MR_OK)
        put_in_todo(peer);
    else
        break_off(peer, "it does not read");
}

void mr_peer_next(struct mr_peer *peer)
{
    peer->waiting = false;
    peer->ready = true;
    put_in_todo(peer);
}

void mr_peer_close(struct mr_peer *peer)
{
    if (peer->state == PEER_OPEN)
        linger(peer);
    else
        destroy(peer);
}

void mr_peer_drop(struct mr_peer *peer)
{
    destroy(peer);
}

/* Takes the list over into *first, from which peers that go meanwhile take themselves off. */
static void take_todo(struct mr_peers *peers, struct mr_peer **first)
{
    *first = peers->todo;
    peers->todo = NULL;
    if (*first)
        (*first)->todo_link = first;
}

void mr_peers_turn(struct mr_peers *peers)
{
    struct mr_peer *first;
    /* Lines that are handed out make new ones to send, which are joined with those that wait. Peers
     * that go make some as well. */
    while (peers->todo) {
        take_todo(peers, &first);
        while (first) {
            struct mr_peer *peer = first;
            take_from_todo(peer);
            bool ready = peer->ready;
            peer->ready = false;
            if (ready)
                hand_out(peer);
            put_in_todo(peer);
        }
        take_todo(peers, &first);
        while (first) {
            struct mr_peer *peer = first;
            take_from_todo(peer);
            flush(peer);
        }
    }
}
