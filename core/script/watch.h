/* Inside core/script: a script is loaded anew when its text was saved.
 *
 * The folders of all files that a script was made of are watched, and those in which a file of the
 * user could take the place of one of them. When something changed there, and 100 ms have passed in
 * quiet, the files are read: a script one of whose texts is another now is reloaded
 * (script_reload.c). Nothing is done for a text that stayed the same, that is empty (it is being
 * written) or gone.
 */
#ifndef MR_SCRIPT_WATCH_H
#define MR_SCRIPT_WATCH_H

#include "core/script/scripts.h"

struct mr_script_watch;

int mr_script_watch_new(struct mr_scripts *scripts, struct mr_script_watch **out);
void mr_script_watch_free(struct mr_script_watch *watch);

/* This text of the script was read, for it to run; module "" is its own. A NULL path: there is no
 * such module (yet). */
void mr_script_part_read(struct mr_script *script, const char *module, const char *path,
                         const char *text);
/* The script is up: what it was made of before counts no more. */
void mr_script_parts_settle(struct mr_script *script);
void mr_script_parts_free(struct mr_script *script);
/* Which folders there are to watch may have changed, and files while nobody looked. */
void mr_script_watch_look(struct mr_script_watch *watch);

#endif
