#include "plugins/roomhost/outbox.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <string.h>

/* What an idle connection keeps, of which a room may have ten thousand. */
enum { PREFIX = 2, KEPT_BYTES = 1024 };

void mr_outbox_init(struct mr_outbox *outbox)
{
    mr_buf_init(&outbox->waiting, MR_LIMIT_ROOM_OUTBOX);
    mr_pack_init(&outbox->pack);
}

void mr_outbox_free(struct mr_outbox *outbox)
{
    mr_buf_free(&outbox->waiting);
    mr_pack_free(&outbox->pack);
}

int mr_outbox_add(struct mr_outbox *outbox, struct mr_span line)
{
    if (line.len == 0 || line.len > MR_LIMIT_FRAME_OUT_TEXT)
        return MR_EINVAL;
    if (mr_buf_room(&outbox->waiting) < PREFIX + line.len)
        return MR_ELIMIT;
    uint8_t *place = mr_buf_reserve(&outbox->waiting, PREFIX + line.len);
    if (!place)
        return MR_ENOMEM;
    place[0] = (uint8_t)(line.len >> 8);
    place[1] = (uint8_t)(line.len & 0xff);
    memcpy(place + PREFIX, line.at, line.len);
    mr_buf_commit(&outbox->waiting, PREFIX + line.len);
    return MR_OK;
}

bool mr_outbox_empty(const struct mr_outbox *outbox)
{
    return mr_buf_len(&outbox->waiting) == 0;
}

size_t mr_outbox_bytes(const struct mr_outbox *outbox)
{
    return mr_buf_len(&outbox->waiting);
}

int mr_outbox_next(struct mr_outbox *outbox, struct mr_span *text)
{
    mr_pack_clear(&outbox->pack);
    while (!mr_outbox_empty(outbox)) {
        const uint8_t *at = mr_buf_data(&outbox->waiting);
        size_t len = (size_t)at[0] << 8 | at[1];
        int err = mr_pack_add(&outbox->pack, (const char *)at + PREFIX, len);
        if (err == MR_ENOMEM && mr_pack_text(&outbox->pack).len == 0)
            return err;
        if (err == MR_ENOMEM || err == MR_ELIMIT)
            break;
        /* What could fit no frame was never let in; MR_EINVAL would only mean to skip it. */
        mr_buf_consume(&outbox->waiting, PREFIX + len);
    }
    if (mr_outbox_empty(outbox) && outbox->waiting.capacity > KEPT_BYTES)
        mr_buf_free(&outbox->waiting);
    *text = mr_pack_text(&outbox->pack);
    return MR_OK;
}
