#include "plugins/roomhost/peer_parts.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <stdlib.h>

/* ---- What is to be done in the next turn ---- */

static void take_from_todo(struct mr_peer *peer)
{
    if (!peer->in_todo)
        return;
    *peer->todo_link = peer->todo_next;
    if (peer->todo_next)
        peer->todo_next->todo_link = peer->todo_link;
    peer->in_todo = false;
}

void mr_peer_todo(struct mr_peer *peer)
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

void mr_peer_end(struct mr_peer *peer)
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

void mr_peer_gone(struct mr_peer *peer, const char *why)
{
    void *owner = peer->owner;
    const struct mr_peer_callbacks *callbacks = peer->peers->callbacks;
    mr_peer_end(peer);
    if (owner)
        callbacks->on_gone(owner, why);
}

/* ---- Out ---- */

static void on_shutdown(uv_shutdown_t *request, int status)
{
    struct mr_peer *peer = request->data;
    if (status < 0 && status != UV_ECANCELED)
        mr_peer_end(peer);
}

static void say_goodbye(struct mr_peer *peer)
{
    if (peer->shut)
        return;
    peer->shut = true;
    peer->shutdown.data = peer;
    if (peer->ended || uv_shutdown(&peer->shutdown, (uv_stream_t *)&peer->tcp, on_shutdown) != 0)
        mr_peer_end(peer);
}

static void on_written(uv_write_t *request, int status)
{
    struct mr_peer *peer = request->data;
    peer->writing = false;
    if (status == UV_ECANCELED)
        return;
    if (status < 0)
        mr_peer_gone(peer, "the connection broke");
    else
        mr_peer_todo(peer);
}

void mr_peer_break(struct mr_peer *peer, const char *why)
{
    if (!peer->broken)
        peer->broken = why;
    mr_peer_todo(peer);
}

void mr_peer_write(struct mr_peer *peer)
{
    uv_stream_t *stream = (uv_stream_t *)&peer->tcp;
    uv_buf_t buf = uv_buf_init((char *)mr_buf_data(&peer->out), (unsigned)mr_buf_len(&peer->out));
    int sent = uv_try_write(stream, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        mr_peer_break(peer, "the connection broke");
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
        mr_peer_break(peer, "the connection broke");
    else
        peer->writing = true;
}

static void on_flush(uv_timer_t *timer)
{
    mr_peer_todo(timer->data);
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
        mr_peer_break(peer, mr_error_text(err));
        return;
    }
    mr_spacing_sent(&peer->spacing, mr_buf_len(&peer->out), now);
    mr_peer_write(peer);
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
        mr_peer_gone(peer, peer->broken);
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

/* ---- The turn ---- */

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
                mr_peer_hand_out(peer);
            mr_peer_todo(peer);
        }
        take_todo(peers, &first);
        while (first) {
            struct mr_peer *peer = first;
            take_from_todo(peer);
            flush(peer);
        }
    }
}
