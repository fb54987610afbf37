#include "core/runtime/folder_watch.h"

#include <stdlib.h>

#include <moonroom/errors.h>

#include "core/runtime/handle.h"

struct mr_folder_watch {
    struct mr_handle handle;
    uv_fs_event_t uv;
    mr_loop_fn *fn;
    void *ctx;
};

static void on_change(uv_fs_event_t *uv, const char *name, int events, int status)
{
    struct mr_folder_watch *watch = uv->data;
    (void)name;
    (void)events;
    (void)status;
    watch->fn(watch->ctx);
}

int mr_folder_watch_start(struct mr_loop *loop, const char *path, mr_loop_fn *fn, void *ctx,
                          struct mr_folder_watch **out)
{
    *out = NULL;
    struct mr_folder_watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return MR_ENOMEM;
    watch->fn = fn;
    watch->ctx = ctx;
    uv_fs_event_init(&loop->uv, &watch->uv);
    mr_handle_adopt(loop, &watch->handle, &watch->uv);
    int status = uv_fs_event_start(&watch->uv, on_change, path, 0);
    if (status < 0) {
        mr_handle_close(&watch->handle);
        return status == UV_ENOSPC ? MR_ELIMIT : mr_uv_error(status);
    }
    uv_unref((uv_handle_t *)&watch->uv);
    *out = watch;
    return MR_OK;
}

void mr_folder_watch_stop(struct mr_folder_watch **watch)
{
    if (!*watch)
        return;
    mr_handle_close(&(*watch)->handle);
    *watch = NULL;
}
