/* What a native plugin sees of moonroom.
 *
 * A plugin is a shared object with a manifest and one symbol, `moonroom_plugin`. The manifest lies
 * in an ELF section of its own (write MR_PLUGIN_MANIFEST once, at file scope); moonroom reads it
 * from the file before it loads the object, so nothing of a plugin with another ABI ever runs,
 * constructors included. docs/plugins.md is the guide.
 *
 * Threads: everything here happens on the thread of the loop. moonroom calls a plugin there, and
 * the functions of `struct mr_host` may be called from there only. A plugin that has threads of its
 * own comes back through its own uv_async_t. Nothing that is called may block: the prompt waits.
 *
 * Values are cJSON objects, encoding is UTF-8 everywhere. What came from the network is passed on
 * as it was received, and is never to be written to a terminal as it is.
 *
 * Ownership: strings and rows that are handed to moonroom stay the plugin's, unchanged, until
 * stop() has returned; those of struct mr_helper_options only until start_helper() has. What
 * moonroom hands to a function of the plugin is borrowed for that call. Where a cJSON value is
 * taken or given away, it is said; whoever has it then frees it with cJSON_Delete().
 *
 * Errors: 0 or a negative value of enum mr_error (moonroom/errors.h). A call that fails never calls
 * back later. MR_EINVAL is a mistake of the plugin, about which the log says more.
 *
 * Compatibility: `struct mr_host` only ever grows at its end. A plugin may use a member when
 * host->size reaches behind it (MR_HOST_HAS). The ABI number changes when anything else does.
 *
 * Life: init() registers what the plugin adds, and everything stays registered until its end.
 * Plugins are stopped in the reverse order of their start, and are never unloaded. When stop()
 * returns, moonroom takes back all that the plugin has registered, ends its helpers, answers its
 * open calls with MR_ECANCELED, and calls nothing of the plugin any more, except what the plugin
 * gave to libuv itself: close those handles in stop(), their close callbacks still come.
 *
 * In a process that only runs a subcommand, init() registers everything just the same, but there is
 * no room, no event comes, methods of the core answer MR_EUNSUPPORTED, and settings have their
 * defaults.
 */
#ifndef MOONROOM_PLUGIN_H
#define MOONROOM_PLUGIN_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include <moonroom/errors.h>
#include <moonroom/filters.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MR_PLUGIN_ABI 1

/* Section of the manifest: the text "moonroom-plugin ABI NAME VERSION", ended by NUL. NAME is the
 * file's without ".so": at most 32 of a-z, 0-9, '-' and '_'. */
#define MR_PLUGIN_SECTION ".moonroom"
#define MR_PLUGIN_STR_(x) #x
#define MR_PLUGIN_STR(x) MR_PLUGIN_STR_(x)
#define MR_PLUGIN_MANIFEST(name, version)                                                          \
    __attribute__((used, section(MR_PLUGIN_SECTION))) static const char mr_plugin_manifest[] =     \
        "moonroom-plugin " MR_PLUGIN_STR(MR_PLUGIN_ABI) " " name " " version

/* Whether the moonroom that runs has this member of struct mr_host. */
#define MR_HOST_HAS(host, member)                                                                  \
    ((host)->size >= offsetof(struct mr_host, member) + sizeof((host)->member))

struct uv_loop_s;

/* A call of one of the plugin's methods. It is answered once, now or later. */
struct mr_plugin_call;
/* A child process that speaks JSON-RPC. */
struct mr_helper;

/* A program of the command line: `moonroom NAME ...`. run() owns the process until it returns the
 * exit code; it drives host->loop itself. argv[0] is NAME. */
struct mr_subcommand {
    const char *name;
    const char *help; /* one line */
    int (*run)(void *ctx, int argc, char **argv);
    void *ctx;
};

/* A method: for scripts, for programs over JSON-RPC, and in --describe-api, as the rows of
 * moonroom/methods.def are. */
struct mr_plugin_method {
    const char *name;       /* "space.verb", of a-z, 0-9 and '_' */
    const char *permission; /* what a script must hold: "", one of the core's, or "plugin:NAME" */
    const char *parameters; /* "user:string n?:integer", as in methods.def */
    const char *returns;    /* "array", "true", "table?": a note for readers */
    const char *help;       /* one sentence */
    /* params is an object that fits the row. Answer with host->answer() or host->fail(). */
    void (*fn)(void *ctx, struct mr_plugin_call *call, const cJSON *params);
    void *ctx;
};

/* An event that the plugin emits. */
struct mr_plugin_event {
    const char *name;       /* "PLUGIN.word" */
    const char *permission; /* what a script needs to be told; as above */
    const char *fields;     /* "from:string n:integer", as in events.def */
    const char *help;       /* one sentence */
};

/* A filter of one of the kinds of moonroom/filters.def, which says what its items hold and which of
 * these fields may be changed. */
struct mr_plugin_filter {
    const char *kind; /* "incoming", "outgoing", "input", "display" or "notify" */
    int priority;     /* from -1000 to 1000; lower ones come first, 0 is the usual one */
    /* Looks at an item and answers at once. With MR_VERDICT_CHANGE it puts a new object with the
     * fields that are to be others into *change, which moonroom takes. */
    enum mr_filter_verdict (*fn)(void *ctx, const cJSON *item, cJSON **change);
    void *ctx;
};

enum mr_plugin_setting_type {
    MR_PLUGIN_SETTING_BOOL,
    MR_PLUGIN_SETTING_INT,
    MR_PLUGIN_SETTING_STRING,
    MR_PLUGIN_SETTING_CHOICE
};

/* A setting "PLUGIN.name", for /set, kept with all others. */
struct mr_plugin_setting {
    const char *name; /* without the plugin's: "threads" */
    enum mr_plugin_setting_type type;
    const char *fallback; /* the default, as typed: "on", "10", "text" */
    int64_t min, max;     /* INT: bounds; STRING: max is its maximum in bytes */
    const char *choices;  /* CHOICE: "dark|light"; else NULL */
    const char *unit;     /* "ms", "lines", or "" */
    const char *help;     /* one sentence */
};

/* The answer to something that was asked: err is MR_OK and result what came, or err is negative and
 * text a sentence. result may be NULL. */
typedef void mr_plugin_answer_fn(void *ctx, int err, const char *text, const cJSON *result);
/* An event that the plugin listens to. */
typedef void mr_plugin_event_fn(void *ctx, const char *name, const cJSON *data);

struct mr_helper_options {
    const char *const *argv; /* ended by NULL; argv[0] is an absolute path, like host->program */
    /* A notification of the helper; params may be NULL. */
    void (*on_tell)(void *ctx, const char *method, const cJSON *params);
    /* It has ended by itself: its exit code, or -1 and the signal. Open questions have been
     * answered with MR_ECLOSED before. end_helper() is still to be called, here or later. */
    void (*on_end)(void *ctx, int64_t status, int signum);
    void *ctx;
};

enum mr_host_log { MR_HOST_LOG_ERROR, MR_HOST_LOG_WARN, MR_HOST_LOG_INFO, MR_HOST_LOG_DEBUG };

/* What the core hands to a plugin's init(). It lives until stop() has returned. */
struct mr_host {
    uint32_t abi;  /* MR_PLUGIN_ABI of the core */
    uint32_t size; /* sizeof(struct mr_host) in the core */
    void *core;    /* first argument of the functions below; another one for every plugin */
    /* For timers, sockets and processes of the plugin's own. */
    struct uv_loop_s *loop;
    const char *program; /* absolute path of the moonroom that runs */
    const char *folder;  /* absolute path, for files of this plugin; not made yet, make it 0700 */

    /* Writes one line to the log, under the plugin's name; control characters are made visible. */
    void (*log)(void *core, enum mr_host_log level, const char *text);

    /* Registering, in init() only (else MR_ESTATE). MR_EINVAL for a row that is not complete or not
     * valid, MR_EEXISTS when the name is taken, MR_ELIMIT for too many, MR_ENOMEM. A subcommand of
     * a plugin that does not come with moonroom is run by `moonroom plugins run PATH NAME`. */
    int (*add_subcommand)(void *core, const struct mr_subcommand *command);
    int (*add_method)(void *core, const struct mr_plugin_method *method);
    int (*add_event)(void *core, const struct mr_plugin_event *event);
    int (*add_filter)(void *core, const struct mr_plugin_filter *filter);
    int (*add_setting)(void *core, const struct mr_plugin_setting *setting);
    /* Any event of the core or of another plugin or script; at any time. */
    int (*listen)(void *core, const char *event, mr_plugin_event_fn *fn, void *ctx);

    /* Answers a call; result is taken, NULL stands for null. A call that was answered before, or
     * was ended by stop(), is left alone and result freed. Who asked may have gone: nothing is to
     * be checked. */
    void (*answer)(void *core, struct mr_plugin_call *call, cJSON *result);
    /* The same for what did not work: a negative error and a sentence for the user. */
    void (*fail)(void *core, struct mr_plugin_call *call, int err, const char *text);
    /* The name of the script or program that asks, "you" for the user, "" once it has gone. Lives
     * as long as the call. */
    const char *(*caller)(void *core, const struct mr_plugin_call *call);

    /* Calls a method of the core or of a plugin (moonroom/methods.def), with all permissions and
     * under the plugin's name. params is borrowed and may be NULL; method too is copied. The call
     * is made from the loop, after the present function of the plugin has returned, in the order in
     * which this was called; fn (may be NULL) is then called once, but not after stop().
     * MR_EUNSUPPORTED for what answers with later calls: event.subscribe, filter.register,
     * command.register, timer.start and their like; use listen(), add_filter() and libuv instead.
     * MR_EINVAL, MR_ENOMEM, MR_ELIMIT when too many wait. */
    int (*call)(void *core, const char *method, const cJSON *params, mr_plugin_answer_fn *fn,
                void *ctx);
    /* Tells everybody of an event that was added; data is taken, NULL stands for an empty object.
     * "time" is added. Inside a listener it comes after the event that is being delivered. */
    int (*emit)(void *core, const char *event, cJSON *data);

    /* The value of a setting: of the plugin's own by its short name, else of the core by its full
     * one. A number; 1 and 0 for on and off. */
    int64_t (*setting_number)(void *core, const char *name);
    /* A text or choice; lives until the loop goes on. The event "setting" tells of changes, with
     * the full name; the method settings.set makes them. */
    const char *(*setting_text)(void *core, const char *name);

    /* Starts a child process in a session of its own that speaks JSON-RPC 2.0 with the plugin, one
     * object a line, on its standard input and output, by the rules of docs/rpc.md. What it writes
     * to standard error goes to the log. It is to end when its input ends. MR_EINVAL, MR_ENOMEM,
     * MR_EIO, MR_ENOTFOUND for a program that is not there, MR_ELIMIT for too many. */
    int (*start_helper)(void *core, const struct mr_helper_options *options,
                        struct mr_helper **out);
    /* Asks it something; fn is called once, with MR_ECLOSED when the helper ends first. params is
     * borrowed and may be NULL. MR_ELIMIT when 1 MiB waits to be read by it, MR_ECLOSED. */
    int (*ask_helper)(void *core, struct mr_helper *helper, const char *method, const cJSON *params,
                      mr_plugin_answer_fn *fn, void *ctx);
    /* Tells it something; no answer comes. */
    int (*tell_helper)(void *core, struct mr_helper *helper, const char *method,
                       const cJSON *params);
    /* Kills it if it still runs, and clears the pointer. Open questions are answered with
     * MR_ECLOSED before this returns, on_end is not called any more. May be called inside its
     * callbacks. NULL is allowed. */
    void (*end_helper)(void *core, struct mr_helper **helper);
};

/* The one symbol of a plugin: `const struct mr_plugin moonroom_plugin`. */
struct mr_plugin {
    uint32_t abi;  /* MR_PLUGIN_ABI that it was compiled with */
    uint32_t size; /* sizeof(struct mr_plugin) there */
    const char *name;
    /* Registers what the plugin adds. A negative answer refuses it; what it has registered until
     * then is taken back, and stop() is not called. */
    int (*init)(const struct mr_host *host, void **state);
    void (*stop)(void *state);
};

/* Declares the symbol, so that it is seen whatever the compiler hides. */
extern __attribute__((visibility("default"))) const struct mr_plugin moonroom_plugin;

#ifdef __cplusplus
}
#endif

#endif
