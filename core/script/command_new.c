/* /script new NAME: a script to begin with, and its test. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/runtime/file.h"
#include "core/runtime/json.h"
#include "core/runtime/paths.h"
#include "core/script/command.h"

enum { TEXT = 4096 };

/* %1$s is the name. */
static const char script_text[] =
    "-- %1$s: say here in a line what it does; /script list shows it.\n"
    "--\n"
    "-- /script load %1$s starts it, saving the file starts it anew, and a line `%1$s` in the "
    "file\n"
    "-- autoload loads it whenever moonroom starts. `moonroom test` runs the tests in "
    "%1$s_test.lua.\n"
    "script {\n"
    "  name = \"%1$s\",\n"
    "  version = \"0.1.0\",\n"
    "  api = \"1.0\",\n"
    "  help = \"Answers hello.\",\n"
    "  needs = { \"send\" }, -- what it may do; without \"send\" it cannot speak in the room\n"
    "  settings = {\n"
    "    answer = { type = \"string\", default = \"Hello\", help = \"What to answer with.\" },\n"
    "  },\n"
    "}\n"
    "\n"
    "-- What outlives a reload: a table that is kept when the file is saved.\n"
    "local state = script.state\n"
    "state.answered = state.answered or 0\n"
    "\n"
    "-- Called whenever somebody says something. `event.self` is true for what you say yourself; "
    "an\n"
    "-- answer to that would be an answer to itself.\n"
    "chat.on(\"message\", function(event)\n"
    "  if event.self or event.text:lower() ~= \"hello\" then\n"
    "    return\n"
    "  end\n"
    "  state.answered = state.answered + 1\n"
    "  chat.say(settings.get(\"answer\") .. \", \" .. event.from .. \"!\")\n"
    "end)\n"
    "\n"
    "-- A command: /%1$s. What follows its name is described by `args`, \"<user:user> [n:int=1]\" "
    "say.\n"
    "command {\n"
    "  name = \"%1$s\",\n"
    "  help = \"How often hello was answered.\",\n"
    "  run = function()\n"
    "    ui.print(\"Answered \" .. state.answered .. \" times.\")\n"
    "  end,\n"
    "}\n";

static const char test_text[] = "-- Tests of %1$s, run by `moonroom test`: the real client, a room "
                                "that does what a test says, and a\n"
                                "-- clock that stands still unless the test moves it.\n"
                                "describe(\"%1$s\", function()\n"
                                "  it(\"answers hello\", function()\n"
                                "    room:recv { from = \"bob\", text = \"hello\" }\n"
                                "    expect(room:sent()):equals { \"Hello, bob!\" }\n"
                                "  end)\n"
                                "\n"
                                "  it(\"does not answer anything else\", function()\n"
                                "    room:recv { from = \"bob\", text = \"good evening\" }\n"
                                "    expect(room:sent()):is_empty()\n"
                                "  end)\n"
                                "\n"
                                "  it(\"answers as the setting says, and counts\", function()\n"
                                "    room:type(\"/set %1$s.answer Ahoy\")\n"
                                "    room:recv { from = \"carol\", text = \"Hello\" }\n"
                                "    expect(room:sent()):equals { \"Ahoy, carol!\" }\n"
                                "    room:type(\"/%1$s\")\n"
                                "    expect(room:shown()):contains(\"Answered 1 times.\")\n"
                                "  end)\n"
                                "end)\n";

/* Puts the name into a text; the caller frees it. */
static char *fill(const char *text, const char *name)
{
    struct mr_buf out;
    int err = MR_OK;
    mr_buf_init(&out, TEXT * 2);
    for (const char *at = text; err == MR_OK && *at;) {
        const char *place = strstr(at, "%1$s");
        size_t len = place ? (size_t)(place - at) : strlen(at);
        err = mr_buf_append(&out, at, len);
        if (err == MR_OK && place) {
            err = mr_buf_append_str(&out, name);
        }
        at += len + (place ? strlen("%1$s") : 0);
    }
    char *result = err == MR_OK ? mr_buf_take(&out) : NULL;
    mr_buf_free(&out);
    return result;
}

static int save(const char *folder, const char *name, const char *end, const char *text)
{
    char path[MR_FIND_PATH];
    char *filled = fill(text, name);
    int err = filled ? MR_OK : MR_ENOMEM;
    if (err == MR_OK &&
        snprintf(path, sizeof path, "%s/%s%s", folder, name, end) >= (int)sizeof path) {
        err = MR_ELIMIT;
    }
    if (err == MR_OK) {
        err = mr_file_save(path, filled, strlen(filled));
    }
    free(filled);
    return err;
}

static bool is_there(const char *folder, const char *name, const char *end)
{
    char path[MR_FIND_PATH];
    return snprintf(path, sizeof path, "%s/%s%s", folder, name, end) < (int)sizeof path &&
           access(path, F_OK) == 0;
}

/* What lua-language-server needs to know of the API in this folder. One that is there is the user's
 * own; without it everything works, so a failure is not told. */
static void help_editor(const struct mr_paths *paths)
{
    char types[MR_FIND_PATH];
    char *path = mr_paths_join(paths->user_scripts, ".luarc.json");
    cJSON *settings = cJSON_CreateObject();
    snprintf(types, sizeof types, "%s/types", paths->shipped_scripts);
    const char *const library[] = {types};
    if (path && settings && access(path, F_OK) != 0 &&
        mr_json_set_string(settings, "runtime.version", "Lua 5.4") == MR_OK &&
        mr_json_set(settings, "workspace.library", cJSON_CreateStringArray(library, 1)) == MR_OK) {
        char *text = cJSON_Print(settings);
        if (text) {
            (void)mr_file_save(path, text, strlen(text));
        }
        cJSON_free(text);
    }
    cJSON_Delete(settings);
    free(path);
}

void mr_script_command_new(struct mr_scripts *scripts, const char *name, const char *rest)
{
    const char *folder = scripts->core->paths->user_scripts;
    struct mr_found found;
    char why[MR_COMMAND_WHY];
    (void)rest;
    if (!mr_manifest_name_valid(name)) {
        mr_script_command_print(
            scripts, "error",
            "A script's name has 1 to %d of a-z 0-9 - _ and begins with a letter.",
            MR_MANIFEST_NAME);
        return;
    }
    if (mr_find_script(scripts->core->paths, name, false, &found, why, sizeof why) == MR_OK) {
        mr_script_command_print(scripts, "error", "There is a script %s already: %s", name,
                                found.path);
        return;
    }
    if (mr_script_command_taken(scripts, name)) {
        mr_script_command_print(scripts, "error",
                                "There is a command /%s already, which the new script would have.",
                                name);
        return;
    }
    if (strcmp(name, "init") == 0 || is_there(folder, name, "_test.lua")) {
        mr_script_command_print(scripts, "error", "%s is no good name here: %s.", name,
                                strcmp(name, "init") == 0
                                    ? "init.lua is what the script of a folder is called"
                                    : "there is a test of that name already");
        return;
    }
    int err = mr_file_make_folder(folder);
    err = err == MR_OK ? save(folder, name, ".lua", script_text) : err;
    err = err == MR_OK ? save(folder, name, "_test.lua", test_text) : err;
    if (err < 0) {
        mr_script_command_print(scripts, "error", "%s could not be written to %s: %s", name, folder,
                                mr_error_text(err));
        return;
    }
    help_editor(scripts->core->paths);
    mr_script_command_print(scripts, "info",
                            "Made %s/%s.lua and its test, %s_test.lua. /script edit %s opens it, "
                            "/script load %s starts it.",
                            folder, name, name, name, name);
}
