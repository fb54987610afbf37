/* The script's end of its link: any bytes from a core, in pieces, to a whole script host.
 *
 * The process that a script runs in ends itself where the core is gone or breaks the protocol,
 * where its memory is used up, and where its script has finished. Here that end is a jump back to
 * the fuzzer (the linker's --wrap puts the functions below in the place of the system's). A host
 * that was waiting then meets some more inputs, since starting one takes long; any other is closed.
 * A script that loops is ended by a count of its instructions.
 */
#include <lauxlib.h>
#include <poll.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/lua/host.h"
#include "core/lua/memory.h"

enum { MOST_INSTRUCTIONS = 200000, INPUTS_OF_ONE_HOST = 32 };

struct fuzz {
    struct mr_lua host;
    bool up;
    int inputs; /* that this host has met */
    const uint8_t *data;
    size_t size, piece;
    jmp_buf end;
};

static struct fuzz fuzz;

noreturn void __wrap__exit(int code);
ssize_t __wrap_read(int fd, void *out, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);

noreturn void __wrap__exit(int code)
{
    longjmp(fuzz.end, code + 1);
}

ssize_t __wrap_read(int fd, void *out, size_t size)
{
    (void)fd;
    size_t len = fuzz.piece < fuzz.size ? fuzz.piece : fuzz.size;
    len = len < size ? len : size;
    memcpy(out, fuzz.data, len);
    fuzz.data += len;
    fuzz.size -= len;
    return (ssize_t)len;
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    (void)fd;
    (void)data;
    return (ssize_t)size;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    (void)timeout;
    for (nfds_t i = 0; i < count; i++)
        fds[i].revents = fds[i].events;
    return (int)count;
}

static void too_long(lua_State *L, lua_Debug *debug)
{
    (void)L;
    (void)debug;
    longjmp(fuzz.end, 1);
}

static void start(void)
{
    memset(&fuzz.host, 0, sizeof fuzz.host);
    mr_link_init(&fuzz.host.link, -1);
    mr_lua_start(&fuzz.host);
    lua_sethook(fuzz.host.L, too_long, LUA_MASKCOUNT, MOST_INSTRUCTIONS);
    fuzz.up = true;
    fuzz.inputs = 0;
}

/* A finalizer may end the process once more; what is left then is lost. */
static void stop(void)
{
    mr_link_free(&fuzz.host.link);
    if (setjmp(fuzz.end) == 0)
        lua_close(fuzz.host.L);
    fuzz.up = false;
}

/* Whether the host waits for its next message, with nothing begun. */
static bool is_idle(void)
{
    lua_Debug debug;
    return !fuzz.host.ended && lua_getstack(fuzz.host.L, 0, &debug) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (!fuzz.up)
        start();
    fuzz.data = data + 1;
    fuzz.size = size - 1;
    fuzz.piece = (size_t)data[0] + 1;
    if (setjmp(fuzz.end) == 0)
        mr_lua_run(&fuzz.host);
    if (is_idle() && ++fuzz.inputs < INPUTS_OF_ONE_HOST) {
        mr_link_free(&fuzz.host.link);
        mr_link_init(&fuzz.host.link, -1);
    } else {
        stop();
    }
    return 0;
}
