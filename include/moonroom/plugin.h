/* What a native plugin sees of moonroom.
 *
 * A plugin is a shared object with a manifest and one symbol, `moonroom_plugin`. The manifest lies
 * in an ELF section of its own (write MR_PLUGIN_MANIFEST once, at file scope); moonroom reads it
 * from the file before it loads the object, so nothing of a plugin with another ABI ever runs,
 * constructors included.
 *
 * Threads: everything here happens on the thread of the loop, and the functions of `struct mr_host`
 * may be called from there only. A plugin that has threads of its own comes back through its own
 * uv_async_t. Ownership: strings and rows that are handed over stay the plugin's and live until
 * stop() has returned. Errors: 0 or a negative value of enum mr_error (moonroom/errors.h).
 * Encoding: UTF-8 everywhere.
 * Compatibility: `struct mr_host` only ever grows at its end. A plugin may use a member when
 * host->size reaches behind it. The ABI number changes when anything else does.
 *
 * Plugins are stopped in the reverse order of their start and are never unloaded.
 */
#ifndef MOONROOM_PLUGIN_H
#define MOONROOM_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define MR_PLUGIN_ABI 1

/* Section of the manifest: the text "moonroom-plugin ABI NAME VERSION", ended by NUL. */
#define MR_PLUGIN_SECTION ".moonroom"
#define MR_PLUGIN_STR_(x) #x
#define MR_PLUGIN_STR(x) MR_PLUGIN_STR_(x)
#define MR_PLUGIN_MANIFEST(name, version)                                                          \
    __attribute__((used, section(MR_PLUGIN_SECTION))) static const char mr_plugin_manifest[] =     \
        "moonroom-plugin " MR_PLUGIN_STR(MR_PLUGIN_ABI) " " name " " version

struct uv_loop_s;

/* A program of the command line: `moonroom NAME ...`. run() owns the process until it returns the
 * exit code; it drives host->loop itself. argv[0] is NAME. */
struct mr_subcommand {
    const char *name;
    const char *help; /* one line */
    int (*run)(void *ctx, int argc, char **argv);
    void *ctx;
};

enum mr_host_log { MR_HOST_LOG_ERROR, MR_HOST_LOG_WARN, MR_HOST_LOG_INFO, MR_HOST_LOG_DEBUG };

/* What the core hands to a plugin's init(). */
struct mr_host {
    uint32_t abi;  /* MR_PLUGIN_ABI of the core */
    uint32_t size; /* sizeof(struct mr_host) in the core */
    void *core;    /* first argument of the functions below */
    struct uv_loop_s *loop;

    /* Writes one line to the log; control characters are made visible. */
    void (*log)(void *core, enum mr_host_log level, const char *text);
    /* Adds a subcommand; its name must be free (else MR_EEXISTS). */
    int (*add_subcommand)(void *core, const struct mr_subcommand *command);
};

/* The one symbol of a plugin: `const struct mr_plugin moonroom_plugin`. */
struct mr_plugin {
    uint32_t abi;  /* MR_PLUGIN_ABI that it was compiled with */
    uint32_t size; /* sizeof(struct mr_plugin) there */
    const char *name;
    /* Registers what the plugin adds. A negative answer refuses it; stop() is not called then. */
    int (*init)(const struct mr_host *host, void **state);
    void (*stop)(void *state);
};

#endif
