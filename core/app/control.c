#include "core/app/control.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/api/door.h"
#include "core/api/permission.h"
#include "core/runtime/file.h"
#include "core/runtime/listener.h"

enum { DOORS_MAX = 16, GRANTS_MAX = 32 };

struct guest {
    struct mr_control *control;
    struct mr_door *door; /* NULL: a free place */
    bool gone;
};

struct mr_control {
    struct mr_core *core;
    struct mr_listener *listener;
    struct guest guests[DOORS_MAX];
    unsigned served;
    struct mr_timer *sweep;
};

/* Runs from the loop: a door must not be closed inside its own callback. */
static void sweep(void *ctx)
{
    struct mr_control *control = ctx;
    mr_timer_stop(&control->sweep);
    for (size_t i = 0; i < DOORS_MAX; i++) {
        if (control->guests[i].gone) {
            control->guests[i].gone = false;
            mr_door_close(&control->guests[i].door);
        }
    }
}

static void on_end(void *ctx, int err, const char *why)
{
    struct guest *guest = ctx;
    struct mr_control *control = guest->control;
    guest->gone = true;
    if (err < 0) {
        mr_log_write(control->core->log, MR_LOG_WARN, "control socket: %s", why);
    }
    if (!control->sweep) {
        (void)mr_timer_start(control->core->loop, 0, 0, sweep, control, &control->sweep);
    }
}

/* Splits "send whisper" into names, in place. */
static void split(char *text, const char *out[GRANTS_MAX + 1])
{
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(text, " ,", &rest); word && count < GRANTS_MAX;
         word = strtok_r(NULL, " ,", &rest)) {
        out[count++] = word;
    }
    out[count] = NULL;
}

/* A word that is misspelled grants nothing. */
static void warn_of_unknown(const struct mr_control *control, const char *const *grants)
{
    char why[256];
    for (; *grants; grants++) {
        if (mr_permission_check(*grants, why, sizeof why) < 0) {
            mr_log_write(control->core->log, MR_LOG_WARN, "listen.grants: %s", why);
        }
    }
}

static struct guest *free_place(struct mr_control *control)
{
    for (size_t i = 0; i < DOORS_MAX; i++) {
        if (!control->guests[i].door) {
            return &control->guests[i];
        }
    }
    return NULL;
}

static void on_connection(void *ctx, int fd)
{
    struct mr_control *control = ctx;
    struct guest *guest = free_place(control);
    char name[32];
    char granted[512];
    const char *grants[GRANTS_MAX + 1];
    if (!guest) {
        mr_log_write(control->core->log, MR_LOG_WARN,
                     "control socket: at most %d programs at once, one was turned away", DOORS_MAX);
        close(fd);
        return;
    }
    snprintf(name, sizeof name, "control%u", ++control->served);
    snprintf(granted, sizeof granted, "%s",
             mr_settings_string(control->core->settings, "listen.grants"));
    split(granted, grants);
    warn_of_unknown(control, grants);
    guest->control = control;
    const struct mr_door_options options = {
        .kind = MR_CALLER_SCRIPT,
        .name = name,
        .grants = grants,
        .how = "add it to the setting listen.grants (/set listen.grants) and connect again",
        .in_fd = fd,
        .out_fd = -1,
        .on_end = on_end,
        .ctx = guest,
    };
    int err = mr_door_open(control->core, &options, &guest->door);
    if (err < 0) {
        mr_log_write(control->core->log, MR_LOG_WARN, "control socket: %s", mr_error_text(err));
    }
}

int mr_control_start(struct mr_core *core, const char *path, struct mr_control **out, char *why,
                     size_t why_size)
{
    struct mr_control *control = calloc(1, sizeof *control);
    char *standard = mr_paths_join(core->paths->state, "control.sock");
    *out = control;
    int err = control && standard ? MR_OK : MR_ENOMEM;
    if (err == MR_OK) {
        control->core = core;
        err = mr_file_make_folder(core->paths->state);
    }
    if (err < 0) {
        snprintf(why, why_size, "The control socket: %s.", mr_error_text(err));
    } else {
        err = mr_listener_open(core->loop, path ? path : standard, on_connection, control,
                               &control->listener, why, why_size);
    }
    free(standard);
    if (err < 0) {
        mr_control_stop(out);
    }
    return err;
}

void mr_control_stop(struct mr_control **control_at)
{
    struct mr_control *control = *control_at;
    if (!control) {
        return;
    }
    *control_at = NULL;
    mr_listener_close(&control->listener);
    mr_timer_stop(&control->sweep);
    for (size_t i = 0; i < DOORS_MAX; i++) {
        mr_door_close(&control->guests[i].door);
    }
    free(control);
}
