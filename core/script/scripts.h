/* Inside core/script: the manager and one script's life.
 *
 * A script's text passes through these stations: found, read, its manifest read in a process of its
 * own
 * ("checking"), permitted ("asking", where the user is asked), loaded by the process that runs it
 * ("starting"), "running". It ends by being unloaded ("stopping"), by itself or by force ("ended"),
 * or because it took too long too often ("suspended"). An edition is one version of the text;
 * during a reload the old edition works until the new one was checked, and comes back when the new
 * one does not load.
 */
#ifndef MR_SCRIPT_SCRIPTS_H
#define MR_SCRIPT_SCRIPTS_H

#include "core/api/core.h"
#include "core/script/find.h"
#include "core/script/grants.h"
#include "core/script/manifest.h"
#include "core/script/process.h"
#include "core/script/script.h"
#include "core/script/store.h"

/* clang-format off */
#define MR_SCRIPT_STATES(X)   \
    X(CHECKING,  "checking")  \
    X(ASKING,    "asking")    \
    X(STARTING,  "starting")  \
    X(RUNNING,   "running")   \
    X(STOPPING,  "stopping")  \
    X(ENDED,     "ended")     \
    X(SUSPENDED, "suspended")
/* clang-format on */

enum mr_script_state {
#define X(id, name) MR_SCRIPT_##id,
    MR_SCRIPT_STATES(X)
#undef X
};

/* Where the next edition of a script that works stands; see script_reload.c. */
enum mr_reload {
    MR_RELOAD_NONE,
    MR_RELOAD_CHECKING,  /* its text, its manifest, its permission */
    MR_RELOAD_LOADING,   /* its process runs the text */
    MR_RELOAD_SAVING,    /* the switch: the old process saves */
    MR_RELOAD_RESTORING, /* the switch: the new process restores */
};

enum mr_script_kind { MR_SCRIPT_PLAIN, MR_SCRIPT_STRATEGY, MR_SCRIPT_TEST };

/* How a script in the user's folder gets what it needs (shipped ones get what they name). */
enum mr_script_trust {
    MR_TRUST_ASK,   /* ask, also after an earlier no: the user loads it now */
    MR_TRUST_KEEP,  /* ask, but a remembered no is a no: it is on the autoload list */
    MR_TRUST_NAMED, /* what it names: `moonroom run` */
    MR_TRUST_TEST,  /* all that it names: `moonroom test` */
    MR_TRUST_ALL,   /* everything: a test file itself */
};

/* Told once when a script is up, ended or failed, whatever comes first of what was asked for. */
typedef void mr_script_fn(void *ctx, int err, const char *text);

struct mr_script_edition {
    struct mr_found found;
    char *source; /* NULL: there is none */
    struct mr_manifest manifest;
    bool stands_in; /* the shipped file, for the user's that does not load */
    bool changed;   /* outside /script, since it was installed */
};

struct mr_install;
struct mr_removal;
struct mr_editing;
struct mr_run;
struct mr_script_waiter;
struct mr_script_filter;
struct mr_script_visit;
struct mr_script_part;
struct mr_script_watch;
struct mr_strategy;

struct mr_script {
    struct mr_script *next;
    struct mr_scripts *scripts;
    enum mr_script_kind kind;
    enum mr_script_trust trust;
    enum mr_script_state state;
    char *asked; /* name or path under which it is found again */
    struct mr_script_edition now, coming;
    struct mr_run *run;     /* at work, or coming up for the first time; NULL: none */
    struct mr_run *heir;    /* the next edition's, until it takes over */
    struct mr_run *leaving; /* on their way out */
    struct mr_reader *reader;
    struct mr_store *store;
    struct mr_timer *timer; /* something that is done from the loop, or the end of patience */
    struct mr_script_waiter *waiters;
    struct mr_script_part *parts; /* the texts that it was made of (watch.h) */
    unsigned part_round;
    enum mr_reload reload;
    bool again;  /* it was asked for once more on the way */
    bool asking; /* the user is asked about the coming edition */
    bool holds;  /* the command table waits for it */
    uint64_t calls, errors, overruns, lost;
    uint64_t started_ms;
    uint64_t error_window_ms; /* since when errors_shown counts */
    uint64_t print_window_ms; /* since when prints counts */
    unsigned prints;
    unsigned errors_shown;
    unsigned warnings;
    int64_t last_filter;     /* number of a filter */
    uint64_t filter_told_ms; /* when it was last said that one does not answer */
    uint64_t top_cpu_us;     /* at the first look of /script top, */
    int top_pid;             /* which was at this process */
    char last_error[400];
    bool died; /* its end was not asked for */
};

struct mr_scripts {
    struct mr_core *core;
    struct mr_caller *self; /* asks and speaks for the manager */
    struct mr_grants *grants;
    struct mr_script *first;
    struct mr_command *command, *lua_command;
    struct mr_install *install; /* /script install, /script remove: what is under way */
    struct mr_removal *removal;
    struct mr_editing *editing;     /* /script edit: the editor runs */
    struct mr_lua_input *lua_input; /* its next line is being asked for */
    struct mr_strategy *strategy;
    struct mr_script_watch *watch;
    struct mr_script_filter *filters;
    struct mr_script_visit *visits; /* items that are with them */
    uint64_t last_visit;
    struct mr_buf params;        /* of the item that is handed over */
    struct mr_timer *tick;       /* while there are some */
    bool list_due;               /* the scripts of the list "autoload" are still to be loaded */
    struct mr_filter *early;     /* holds what comes in until the first scripts are up */
    struct mr_timer *early_look; /* whether they are */
    uint64_t early_ms;           /* since when */
    unsigned gaps;               /* of the loop, as of the last tick */
    char *store_folder;
    char *listed;  /* what --grant lists, for scripts that are run; may be NULL */
    uint64_t seed; /* of the next process's random numbers; tests only */
    void (*on_error)(void *ctx, const char *text); /* of a handler; tests only */
    void *on_error_ctx;
    struct mr_timer *restart; /* the commands script comes back */
    unsigned restarts;        /* since restart_window_ms */
    uint64_t restart_window_ms;
    struct mr_timer *top; /* the second look of /script top */
    uint64_t top_ms;      /* when the first was */
    int runaway_pid;      /* the process that the user is being asked about; 0: none */
    bool gap_told;        /* the user knows that this system has no seccomp */
    bool freeing;
};

/* script_life.c and its parts (life.h)
 * ----------------------------------------------------------------------------- */

/* Starts on its way what was found; `fn` (may be NULL) is told when it runs or failed. */
int mr_script_begin(struct mr_scripts *scripts, const struct mr_found *found, const char *asked,
                    enum mr_script_trust trust, mr_script_fn *fn, void *ctx,
                    struct mr_script **out);
/* Puts the text as it is now in the place of the old one; fn (may be NULL) is told how that went.
 */
void mr_script_reload(struct mr_script *script, mr_script_fn *fn, void *ctx);
/* Lets it say goodbye, at most within_ms; fn is told when it is gone. */
void mr_script_stop(struct mr_script *script, uint64_t within_ms, mr_script_fn *fn, void *ctx);
void mr_script_free(struct mr_script *script);
bool mr_script_alive(const struct mr_script *script);
const char *mr_script_name(const struct mr_script *script);
const char *mr_script_state_name(const struct mr_script *script);

/* script_run.c ------------------------------------------------------------------------------ */

/* A line (or several) for the user under the script's name, and into the log. */
void mr_script_tell(struct mr_script *script, bool error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A mistake in what the script has answered, as an error in a handler. */
void mr_script_error(struct mr_script *script, const char *what, const char *text);

/* script_rights.c --------------------------------------------------------------------------- */

/* What of its needs a script has: fills out, which ends with NULL. */
void mr_script_granted(const struct mr_script *script, const struct mr_script_edition *edition,
                       const char *out[MR_MANIFEST_NEEDS + 1]);
/* Tells the user of what it goes without. */
void mr_script_tell_withheld(struct mr_script *script, const struct mr_script_edition *edition);
/* A mr_caller_options.how whose ctx is the script. */
void mr_script_how(void *run, const char *permission, char *out, size_t size);
/* At once: from the script that runs, and on disk. The permission is one of its needs. */
int mr_script_take(struct mr_script *script, const char *permission);
int mr_script_give(struct mr_script *script, const char *permission);

/* script_filter.c --------------------------------------------------------------------------- */

int mr_script_filters_bind(struct mr_scripts *scripts);
/* What comes in waits until the scripts that are starting now are up: one of them may be there to
 * keep it away. Not for ever: at most MR_LIMIT_EARLY_FILTER_TIME. */
void mr_script_filters_wait(struct mr_scripts *scripts);
/* Frees them all besides. */
void mr_script_filters_unbind(struct mr_scripts *scripts);
/* Its process is up: its filters are in force, in the places of those of an earlier process; or
 * ends: then those that are required hold what is with them until the script is up again, unless
 * the user has unloaded it. */
void mr_script_filters_ready(struct mr_script *script);
void mr_script_filters_release(struct mr_script *script);
void mr_script_filters_review(struct mr_script *script);
/* The heir gave up; or the old process goes on, and gets what came in meanwhile. */
void mr_script_filters_drop(const struct mr_run *heir);
void mr_script_filters_resume(struct mr_scripts *scripts);
/* The user does without those that a dead script left behind. */
void mr_script_filters_forget(struct mr_scripts *scripts, const char *name);
/* Whether a dead script left some; their kinds as words for the user. */
bool mr_script_filters_hold(const struct mr_script *script, char *kinds, size_t size);
/* The process used up its time. */
void mr_script_filters_overrun(struct mr_script *script);
/* The handler of a filter waits for something itself. */
void mr_script_filter_waits(const struct mr_run *run, const cJSON *params);
/* Their kinds as an array. */
cJSON *mr_script_filters_list(const struct mr_script *script);

/* manager.c --------------------------------------------------------------------------------- */

struct mr_script *mr_scripts_find(struct mr_scripts *scripts, const char *name);
/* Finds by name or path and begins, or begins again what had ended. MR_EEXISTS when it runs. */
int mr_scripts_open(struct mr_scripts *scripts, const char *name_or_path,
                    enum mr_script_trust trust, mr_script_fn *fn, void *ctx, char *why,
                    size_t why_size);
/* A script has ended; it is started again where it has to be there. */
void mr_scripts_ended(struct mr_script *script);
cJSON *mr_scripts_list(struct mr_scripts *scripts);
cJSON *mr_scripts_info(struct mr_scripts *scripts, const struct mr_script *script);
/* Resident memory of a process in KiB; 0 when it cannot be told. */
int64_t mr_scripts_memory_kib(int pid);

/* The script on whose behalf a call is made; fails the call when there is none. */
struct mr_script *mr_scripts_caller(struct mr_scripts *scripts, struct mr_call *call);

/* methods_script.c, command_script.c -------------------------------------------------------- */

int mr_script_methods_bind(struct mr_scripts *scripts);
void mr_script_methods_unbind(struct mr_scripts *scripts);
int mr_script_command_add(struct mr_scripts *scripts);
void mr_install_free(struct mr_install *install);
void mr_editing_free(struct mr_editing *editing);

/* runaway.c: binds script.interrupt ---------------------------------------------------------- */

int mr_script_runaway_bind(struct mr_scripts *scripts);
void mr_script_runaway_unbind(struct mr_scripts *scripts);

/* strategy.c -------------------------------------------------------------------------------- */

int mr_strategy_new(struct mr_scripts *scripts, struct mr_strategy **out);
void mr_strategy_free(struct mr_strategy *strategy);
/* The descriptor of the job page for a new process, or a negative error. */
int mr_strategy_job_fd(struct mr_strategy *strategy);
void mr_strategy_attempts(struct mr_strategy *strategy, const struct mr_script *script,
                          uint64_t attempts);
/* A script of this kind was made, is up, or is gone. */
void mr_strategy_begun(struct mr_strategy *strategy, struct mr_script *script);
/* Another process of it mines from now on, and counts its attempts from 0. */
void mr_strategy_replaced(struct mr_strategy *strategy, const struct mr_script *script);
void mr_strategy_gone(struct mr_strategy *strategy, const struct mr_script *script);

#endif
