/*
 * Frames of the v5 protocol, made and opened.
 *
 * A frame is the AES key in an RSA block, the text in AES-128-CTR and five line feeds. Nothing in
 * it tells its length, so a frame whose encrypted bytes happen to begin or end with a line feed, or
 * hold five of them, can be misread. A frame made here never does: the key is drawn again until it
 * does not (less than one frame in a hundred).
 *
 * A sealer belongs to one thread at a time.
 */
#ifndef MR_WIRE_ENVELOPE_H
#define MR_WIRE_ENVELOPE_H

#include "core/base/buf.h"
#include "core/wire/rsa.h"

#include <stdbool.h>

enum {
    MR_FRAME_LF = 5 /* line feeds behind a frame */
};

struct mr_sealer;

/* Makes frames for the owner of `key`. The sealer takes the key over, also when it fails.
 * MR_ENOMEM, MR_ECRYPTO. */
int mr_sealer_new(struct mr_rsa_public *key, struct mr_sealer **out);
void mr_sealer_free(struct mr_sealer *sealer);

/* The length of the frame that a text of len bytes makes. */
size_t mr_sealer_frame_len(const struct mr_sealer *sealer, size_t len);

/* Appends the frame of a text, terminator included, to out. The text may hold any bytes and several
 * lines. MR_ELIMIT (also if out is too small), MR_ENOMEM, MR_ECRYPTO; out is then unchanged. */
int mr_envelope_seal(struct mr_sealer *sealer, const void *text, size_t len, struct mr_buf *out);

/* Appends the text of a frame of len bytes, its terminator not included, to out. For tests and for
 * one-off messages; a stream is read with core/wire/frame.h. MR_EPROTOCOL if it is too short,
 * MR_ECRYPTO if it was not made for the key, MR_ELIMIT, MR_ENOMEM. */
int mr_envelope_open(struct mr_rsa_key *key, const uint8_t *frame, size_t len, struct mr_buf *out);

/* Whether a receiver that knows only the bytes could misread a frame of len bytes (without its
 * terminator): it begins or ends with LF or holds five in a row. */
bool mr_envelope_ambiguous(const uint8_t *frame, size_t len);

#endif
