/* Inside the command /script: its subcommands, and what they print with.
 *
 * One file has a group of subcommands (command_*.c); the table in command_script.c names them all,
 * and usage, help and completion follow from it.
 */
#ifndef MR_SCRIPT_COMMAND_H
#define MR_SCRIPT_COMMAND_H

#include "core/script/scripts.h"

enum { MR_COMMAND_WHY = 512, MR_COMMAND_TEXT = 4352, MR_COMMAND_STOP_MS = 500 };

/* name: the word behind the subcommand, "" if there is none and it need not be given; rest: what
 * follows it, "" for nothing. */
typedef void mr_script_command_fn(struct mr_scripts *scripts, const char *name, const char *rest);

/* A sentence for the user, from moonroom itself. Styles: plain, info, error, title. */
void mr_script_command_print(struct mr_scripts *scripts, const char *style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* header and rows are taken; header may be NULL. */
void mr_script_command_table(struct mr_scripts *scripts, cJSON *header, cJSON *rows);
void mr_script_command_row(cJSON *rows, const char *const *cells, int count);
/* The loaded script of this name; NULL, and the user is told, if there is none. */
struct mr_script *mr_script_command_find(struct mr_scripts *scripts, const char *name);

/* command_grants.c */
mr_script_command_fn mr_script_command_grants, mr_script_command_grant, mr_script_command_revoke;
/* Asks yes or no; Enter alone is no. fn is called as by mr_api_call(). */
void mr_script_command_confirm(struct mr_scripts *scripts, const char *question, mr_done_fn *fn,
                               void *ctx);
/* Whether there is a command /name. */
bool mr_script_command_taken(struct mr_scripts *scripts, const char *name);

/* command_install.c, command_remove.c, command_new.c, command_edit.c */
mr_script_command_fn mr_script_command_install, mr_script_command_remove, mr_script_command_new,
    mr_script_command_edit;
/* command_list.c */
mr_script_command_fn mr_script_command_list, mr_script_command_info;
/* command_top.c */
mr_script_command_fn mr_script_command_top;
/* command_load.c */
mr_script_command_fn mr_script_command_load, mr_script_command_unload, mr_script_command_reload;

#endif
