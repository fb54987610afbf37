#include "core/wire/pack.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <string.h>

void mr_pack_init(struct mr_pack *pack)
{
    pack->alone = false;
    mr_buf_init(&pack->text, MR_LIMIT_FRAME_OUT_TEXT);
}

void mr_pack_free(struct mr_pack *pack)
{
    mr_buf_free(&pack->text);
    pack->alone = false;
}

int mr_pack_add(struct mr_pack *pack, const char *line, size_t len)
{
    if (len == 0 || len > MR_LIMIT_FRAME_OUT_TEXT)
        return MR_EINVAL;
    bool several = memchr(line, '\n', len) != NULL;
    bool behind = mr_buf_len(&pack->text) > 0;
    if (behind && (several || pack->alone || mr_buf_room(&pack->text) < len + 1))
        return MR_ELIMIT;
    /* Together, so that a line is never left with a LF behind it. */
    uint8_t *to = mr_buf_reserve(&pack->text, len + behind);
    if (!to)
        return MR_ENOMEM;
    if (behind)
        *to++ = '\n';
    memcpy(to, line, len);
    mr_buf_commit(&pack->text, len + behind);
    pack->alone = several;
    return MR_OK;
}

struct mr_span mr_pack_text(const struct mr_pack *pack)
{
    return (struct mr_span){mr_buf_str(&pack->text), mr_buf_len(&pack->text)};
}

void mr_pack_clear(struct mr_pack *pack)
{
    mr_buf_clear(&pack->text);
    pack->alone = false;
}
