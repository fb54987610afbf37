#include "core/base/secret.h"

#include <moonroom/errors.h>

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void mr_wipe(void *memory, size_t len)
{
    if (len)
        explicit_bzero(memory, len);
}

void mr_secret_no_dumps(void)
{
#ifndef MR_SANITIZED
    /* Where the system gives core files to a program, it asks the second alone. */
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

bool mr_equal_secret(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *x = a;
    const volatile uint8_t *y = b;
    uint8_t difference = 0;
    for (size_t i = 0; i < len; i++)
        difference = (uint8_t)(difference | (x[i] ^ y[i]));
    return difference == 0;
}

int mr_secret_init(struct mr_secret *secret, size_t max_bytes)
{
    *secret = (struct mr_secret){0};
    if (max_bytes == SIZE_MAX)
        return MR_EINVAL;
    void *pages =
        mmap(NULL, max_bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return MR_ENOMEM;
    secret->bytes = pages;
    secret->max = max_bytes;
    secret->locked = mlock(pages, max_bytes + 1) == 0;
    madvise(pages, max_bytes + 1, MADV_DONTDUMP);
    return MR_OK;
}

void mr_secret_free(struct mr_secret *secret)
{
    if (secret->bytes) {
        mr_wipe(secret->bytes, secret->max + 1);
        munmap(secret->bytes, secret->max + 1);
    }
    *secret = (struct mr_secret){0};
}

void mr_secret_clear(struct mr_secret *secret)
{
    mr_secret_truncate(secret, 0);
}

void mr_secret_truncate(struct mr_secret *secret, size_t len)
{
    if (len < secret->len) {
        mr_wipe(secret->bytes + len, secret->len - len);
        secret->len = len;
    }
}

int mr_secret_append(struct mr_secret *secret, const void *bytes, size_t len)
{
    if (len > secret->max - secret->len)
        return MR_ELIMIT;
    if (len)
        memcpy(secret->bytes + secret->len, bytes, len);
    secret->len += len;
    return MR_OK;
}

int mr_secret_set(struct mr_secret *secret, const void *bytes, size_t len)
{
    if (len > secret->max)
        return MR_ELIMIT;
    if (len)
        memmove(secret->bytes, bytes, len);
    size_t old = secret->len;
    secret->len = len;
    if (len < old)
        mr_wipe(secret->bytes + len, old - len);
    return MR_OK;
}

const char *mr_secret_str(const struct mr_secret *secret)
{
    return secret->bytes ? (const char *)secret->bytes : "";
}
