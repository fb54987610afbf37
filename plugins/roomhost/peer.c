#include "plugins/roomhost/peer_parts.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    KEEPALIVE_S = 60,
    USER_TIMEOUT_MS = 90000,
    SEND_BUFFER = 65536,
    HANDLES = 4 /* tcp and the three timers */
};

static void on_deadline(uv_timer_t *timer)
{
    mr_peer_gone(timer->data, "the handshake took too long");
}

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
    mr_peer_todo(peer);
}

/* What it sends cannot be read. An old client would not notice a mere close. */
static void give_up(struct mr_peer *peer, const char *why)
{
    void *owner = peer->owner;
    mr_peer_send(peer, peer->peers->farewell);
    linger(peer);
    peer->peers->callbacks->on_gone(owner, why);
}

void mr_peer_hand_out(struct mr_peer *peer)
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
        mr_peer_gone(peer, "it left");
    else
        read_on(peer);
}

static void open_up(struct mr_peer *peer)
{
    if (mr_login_room_finish(peer->login, &peer->sealer, &peer->reader) != MR_OK) {
        mr_peer_gone(peer, "the handshake failed");
        return;
    }
    mr_login_room_free(peer->login);
    peer->login = NULL;
    peer->state = PEER_OPEN;
    uv_timer_stop(&peer->deadline);
    peer->peers->callbacks->on_open(peer->owner);
    mr_peer_hand_out(peer);
}

static void send_info(struct mr_peer *peer)
{
    struct mr_login_info info = {0};
    peer->peers->callbacks->on_info(peer->owner, &info);
    mr_buf_clear(&peer->out);
    if (peer->writing || mr_login_room_info(peer->login, &info, &peer->out) != MR_OK) {
        mr_peer_gone(peer, "the handshake failed");
        return;
    }
    /* Acknowledgement 2 may be under way before this is read, and it is read with one read: what
     * comes behind must not come soon. */
    mr_spacing_sent(&peer->spacing, MR_SPACING_BYTES, uv_now(peer->peers->loop));
    mr_peer_write(peer);
}

static void shake_hands(struct mr_peer *peer)
{
    while (peer->state == PEER_HANDSHAKE) {
        int verdict = mr_login_room_next(peer->login);
        if (verdict < 0) {
            mr_peer_gone(peer, mr_login_room_problem(peer->login));
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
                mr_peer_gone(peer, "it left during the handshake");
            return;
        }
    }
}

static void go_on(struct mr_peer *peer)
{
    if (peer->state == PEER_HANDSHAKE)
        shake_hands(peer);
    else if (peer->state == PEER_OPEN)
        mr_peer_hand_out(peer);
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
        mr_peer_end(peer);
    else if (peer->state == PEER_CLOSING)
        return; /* it may still read what is on its way */
    else if (status != UV_EOF)
        mr_peer_gone(peer, "the connection broke");
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
        mr_peer_gone(peer, mr_error_text(err));
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
        mr_peer_end(peer);
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
        mr_peer_write(peer);
}

void mr_peer_refuse(struct mr_peer *peer, const char *sentence)
{
    mr_buf_clear(&peer->out);
    int err = mr_login_room_refuse(peer->login, sentence, &peer->out);
    linger(peer);
    if (err == MR_OK)
        mr_peer_write(peer);
}

void mr_peer_send(struct mr_peer *peer, struct mr_span line)
{
    if (peer->state != PEER_OPEN)
        return;
    if (mr_outbox_add(&peer->outbox, line) == MR_OK)
        mr_peer_todo(peer);
    else
        mr_peer_break(peer, "it does not read");
}

void mr_peer_next(struct mr_peer *peer)
{
    peer->waiting = false;
    peer->ready = true;
    mr_peer_todo(peer);
}

void mr_peer_close(struct mr_peer *peer)
{
    if (peer->state == PEER_OPEN)
        linger(peer);
    else
        mr_peer_end(peer);
}

void mr_peer_drop(struct mr_peer *peer)
{
    mr_peer_end(peer);
}
