/* /script load, unload, reload. */
#include <moonroom/errors.h>
#include <string.h>

#include "core/script/command.h"

/* Failures of a script's text were told already, by the script itself. */
static void loaded(void *ctx, int err, const char *text)
{
    if (err == MR_OK) {
        mr_script_command_print(ctx, "info", "%s is loaded.", text);
    }
}

static void reloaded(void *ctx, int err, const char *text)
{
    if (err == MR_OK) {
        mr_script_command_print(ctx, "info", "%s is loaded anew.", text);
    } else if (err == MR_EBUSY || err == MR_ENOTFOUND) {
        mr_script_command_print(ctx, "error", "%s", text);
    }
}

static void unloaded(void *ctx, int err, const char *text)
{
    (void)text;
    if (err == MR_OK) {
        mr_script_command_print(ctx, "info", "Unloaded.");
    }
}

void mr_script_command_load(struct mr_scripts *scripts, const char *name, const char *rest)
{
    char why[MR_COMMAND_WHY];
    (void)rest;
    if (mr_scripts_open(scripts, name, MR_TRUST_ASK, loaded, scripts, why, sizeof why) < 0) {
        mr_script_command_print(scripts, "error", "%s", why);
    }
}

void mr_script_command_unload(struct mr_scripts *scripts, const char *name, const char *rest)
{
    struct mr_script *script = mr_script_command_find(scripts, name);
    (void)rest;
    if (script) {
        mr_script_stop(script, MR_COMMAND_STOP_MS, unloaded, scripts);
    }
}

void mr_script_command_reload(struct mr_scripts *scripts, const char *name, const char *rest)
{
    struct mr_script *script = mr_script_command_find(scripts, name);
    if (script && mr_script_alive(script)) {
        mr_script_reload(script, reloaded, scripts);
    } else if (script) {
        mr_script_command_load(scripts, script->asked, rest);
    }
}
