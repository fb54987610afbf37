#include "core/lua/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

noreturn void mr_memory_die(int code, const char *text)
{
    static const char name[] = "moonroom-lua: ";
    /* Nothing can be done about a log that nobody reads. */
    ssize_t ignored = write(STDERR_FILENO, name, sizeof name - 1);
    ignored += write(STDERR_FILENO, text, strlen(text));
    ignored += write(STDERR_FILENO, "\n", 1);
    (void)ignored;
    _exit(code);
}

void *mr_memory_lua(void *ud, void *old, size_t old_size, size_t new_size)
{
    struct mr_memory *memory = ud;
    /* Without a block, old_size tells what kind of object is made. */
    size_t before = old ? old_size : 0;
    if (new_size == 0) {
        free(old);
        memory->used -= before;
        return NULL;
    }
    if (new_size > before && new_size - before > memory->max - memory->used) {
        mr_memory_die(MR_LUA_EXIT_MEMORY, "the script's memory is used up");
    }
    void *block = realloc(old, new_size);
    if (!block) {
        mr_memory_die(MR_LUA_EXIT_MEMORY, "the script's memory is used up");
    }
    memory->used = memory->used - before + new_size;
    return block;
}

void *mr_memory_take(size_t size)
{
    void *block = malloc(size ? size : 1);
    if (!block) {
        mr_memory_die(MR_LUA_EXIT_MEMORY, "the script's memory is used up");
    }
    return block;
}
