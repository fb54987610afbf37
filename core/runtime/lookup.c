#include "core/runtime/lookup.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/runtime/handle.h"

/* What the thread and the loop share. Freed by whoever is the last. */
struct work {
    pthread_mutex_t mutex;
    uv_async_t *async; /* NULL: nobody waits any more */
    bool done;
    int status;
    struct addrinfo *addresses;
    char service[8];
    char host[];
};

struct mr_lookup {
    struct mr_handle handle;
    uv_async_t uv;
    struct work *work; /* NULL once the answer was given */
    mr_lookup_fn *fn;
    void *ctx;
};

static int status_of(int error)
{
    switch (error) {
    case 0:
        return 0;
    case EAI_AGAIN:
        return UV_EAI_AGAIN;
    case EAI_NONAME:
        return UV_EAI_NONAME;
    case EAI_NODATA:
        return UV_EAI_NODATA;
    case EAI_ADDRFAMILY:
        return UV_EAI_ADDRFAMILY;
    case EAI_MEMORY:
        return UV_ENOMEM;
    default:
        return UV_EAI_FAIL;
    }
}

static void free_work(struct work *work)
{
    if (work->addresses)
        freeaddrinfo(work->addresses);
    pthread_mutex_destroy(&work->mutex);
    free(work);
}

static void *resolve(void *ctx)
{
    struct work *work = ctx;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *addresses = NULL;
    int error = getaddrinfo(work->host, work->service, &hints, &addresses);
    pthread_mutex_lock(&work->mutex);
    bool alone = !work->async;
    work->status = status_of(error);
    work->addresses = error == 0 ? addresses : NULL;
    work->done = true;
    /* Under the lock: the loop closes the handle under it as well. */
    if (!alone)
        uv_async_send(work->async);
    pthread_mutex_unlock(&work->mutex);
    if (alone)
        free_work(work);
    return NULL;
}

/* The loop lets go of the work. Returns it if the thread is done with it. */
static struct work *let_go(struct mr_lookup *lookup)
{
    struct work *work = lookup->work;
    lookup->work = NULL;
    if (!work)
        return NULL;
    pthread_mutex_lock(&work->mutex);
    bool done = work->done;
    work->async = NULL;
    pthread_mutex_unlock(&work->mutex);
    return done ? work : NULL;
}

static void on_async(uv_async_t *uv)
{
    struct mr_lookup *lookup = uv->data;
    struct work *work = let_go(lookup);
    if (!work)
        return;
    struct addrinfo *addresses = work->addresses;
    int status = work->status;
    work->addresses = NULL;
    free_work(work);
    lookup->fn(lookup->ctx, status, addresses);
}

static void orphan(struct mr_handle *handle)
{
    struct work *work = let_go((struct mr_lookup *)handle);
    if (work)
        free_work(work);
}

/* The thread takes no signals: they are the loop's. */
static int start_thread(struct work *work)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, resolve, work);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        pthread_detach(thread);
    return error == 0 ? 0 : UV_ENOMEM;
}

static struct work *new_work(const char *host, uint16_t port)
{
    size_t size = strlen(host) + 1;
    struct work *work = calloc(1, sizeof(*work) + size);
    if (!work)
        return NULL;
    memcpy(work->host, host, size);
    snprintf(work->service, sizeof(work->service), "%u", (unsigned)port);
    pthread_mutex_init(&work->mutex, NULL);
    return work;
}

int mr_lookup_start(struct mr_loop *loop, const char *host, uint16_t port, mr_lookup_fn *fn,
                    void *ctx, struct mr_lookup **out)
{
    *out = NULL;
    struct mr_lookup *lookup = calloc(1, sizeof(*lookup));
    struct work *work = new_work(host, port);
    int status =
        lookup && work ? uv_async_init(mr_loop_uv(loop), &lookup->uv, on_async) : UV_ENOMEM;
    if (status < 0) {
        if (work)
            free_work(work);
        free(lookup);
        return status;
    }
    mr_handle_adopt(loop, &lookup->handle, &lookup->uv);
    lookup->handle.orphan = orphan;
    lookup->fn = fn;
    lookup->ctx = ctx;
    lookup->work = work;
    work->async = &lookup->uv;
    status = start_thread(work);
    if (status < 0) {
        lookup->work = NULL;
        free_work(work);
        mr_handle_close(&lookup->handle);
        return status;
    }
    *out = lookup;
    return 0;
}

void mr_lookup_stop(struct mr_lookup **lookup)
{
    if (!*lookup)
        return;
    orphan(&(*lookup)->handle);
    mr_handle_close(&(*lookup)->handle);
    *lookup = NULL;
}
