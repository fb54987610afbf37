/*
 * The receiver of frames: bytes in, texts out.
 *
 * It finds frames in a stream whatever the pieces in which it arrives, also where a sender did not
 * care that line feeds inside a frame make its end ambiguous, and finds the next frame behind a
 * stray byte or a little garbage. It does no input or output and knows no clock: where only time
 * can tell, it answers MR_FRAME_WAIT, and the caller says when nothing has come for
 * MR_LIMIT_FRAME_QUIET milliseconds.
 *
 *     mr_frame_reader_push(reader, bytes, len);
 *     while ((verdict = mr_frame_reader_next(reader, &frame)) == MR_FRAME_TEXT)
 *         handle(frame.text, frame.len);
 *     if (verdict < 0) close the connection;
 *     if (verdict == MR_FRAME_WAIT) start (or restart) a timer of 25 ms; when it fires and nothing
 * has been pushed meanwhile: mr_frame_reader_quiet(reader), and the loop again.
 *
 * One reader for one connection and one thread.
 */
#ifndef MR_WIRE_FRAME_H
#define MR_WIRE_FRAME_H

#include "core/wire/rsa.h"

#include <stdbool.h>
#include <stddef.h>

/* Whose receiver it is: it decides how large a frame may be. */
enum mr_frame_role {
    MR_FRAME_CLIENT, /* MR_LIMIT_FRAME_CLIENT */
    MR_FRAME_ROOM    /* MR_LIMIT_FRAME_ROOM */
};

enum mr_frame_verdict {
    MR_FRAME_MORE = 0, /* no frame yet: push more */
    MR_FRAME_WAIT = 1, /* push more, or tell of MR_LIMIT_FRAME_QUIET ms of silence */
    MR_FRAME_TEXT = 2  /* here is one */
};

struct mr_frame {
    const char *text; /* UTF-8, one NUL behind it; may hold LF and NUL; good until the next call */
    size_t len;       /* bytes; 0 for an empty frame, which means nothing */
    bool latin1;      /* the sender's bytes were no UTF-8 and were read as Latin-1 */
};

struct mr_frame_reader;

/* Makes a reader for frames made for `key`, which stays the caller's and must outlive the reader.
 * One key may serve any number of readers in the same thread. MR_ENOMEM, MR_ECRYPTO. */
int mr_frame_reader_new(struct mr_rsa_key *key, enum mr_frame_role role,
                        struct mr_frame_reader **out);
void mr_frame_reader_free(struct mr_frame_reader *reader);

/* Narrows the search for a frame behind stray bytes: at most `offsets` bytes are skipped at once,
 * and at most `times` in all; larger values than the limits change nothing. Every try costs a
 * decryption, so who expects no stray bytes saves time against a hostile peer. */
void mr_frame_reader_narrow(struct mr_frame_reader *reader, size_t offsets, int times);

/* Takes bytes as they came. Call mr_frame_reader_next() afterwards until it gives no more frames;
 * without that the reader holds at most one frame and 64 KiB, then MR_ELIMIT. MR_ENOMEM. */
int mr_frame_reader_push(struct mr_frame_reader *reader, const void *bytes, size_t len);

/* Tells that nothing has come for MR_LIMIT_FRAME_QUIET ms, or will come any more (end of file). */
void mr_frame_reader_quiet(struct mr_frame_reader *reader);

/* The next frame. An mr_frame_verdict; or, for good, MR_ELIMIT (a frame too large), MR_EPROTOCOL
 * (no frame within MR_LIMIT_FRAME_RESYNC_OFFSETS bytes, or more than MR_LIMIT_FRAME_RESYNCS
 * searches), MR_ENOMEM, MR_ECRYPTO: close the connection then. */
int mr_frame_reader_next(struct mr_frame_reader *reader, struct mr_frame *frame);

/* Bytes taken that belong to no frame given out yet. */
size_t mr_frame_reader_pending(const struct mr_frame_reader *reader);

/* Drops up to len of those bytes from the front, where the protocol has bytes between frames. */
void mr_frame_reader_drop(struct mr_frame_reader *reader, size_t len);

/* Those bytes, good until the next call. */
const uint8_t *mr_frame_reader_peek(const struct mr_frame_reader *reader);

#endif
