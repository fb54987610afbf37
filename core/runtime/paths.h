/* Where things are: XDG folders, or everything below one folder with --home DIR.
 *
 * All strings live as long as the struct. Folders are made when first written to, not here.
 */
#ifndef MR_RUNTIME_PATHS_H
#define MR_RUNTIME_PATHS_H

struct mr_paths {
    char *config;       /* $XDG_CONFIG_HOME/moonroom, or HOME/config */
    char *state;        /* $XDG_STATE_HOME/moonroom (chat logs, history), or HOME/state */
    char *data;         /* $XDG_DATA_HOME/moonroom (script stores, the local room), or HOME/data */
    char *user_scripts; /* CONFIG/scripts: overrides the shipped ones file by file */
    char *user_plugins; /* CONFIG/plugins: native plugins of the user */
    char *shipped_scripts; /* installed, or the source tree's scripts/ when run from a build */
    char *plugins;         /* the folder of the native plugins that come with moonroom */
    char *self;            /* this executable */
    char *lua_host;        /* moonroom-lua, beside it */
};

/* home may be NULL. Reads HOME and the XDG variables (relative ones are ignored, as XDG says). */
int mr_paths_init(struct mr_paths *paths, const char *home);
void mr_paths_free(struct mr_paths *paths);
/* A new string: path, or what it is below the working folder; the caller frees it. NULL without
 * memory. */
char *mr_paths_absolute(const char *path);
/* A new string FOLDER/NAME; the caller frees it. NULL without memory. */
char *mr_paths_join(const char *folder, const char *name);

#endif
