/* Programs that need no client: a plugin's subcommand, and the table of methods. */
#ifndef MR_APP_SUBCOMMAND_H
#define MR_APP_SUBCOMMAND_H

/* `moonroom NAME ...`, in this process: loads the plugin and runs its subcommand argv[0]; or
 * `moonroom plugin FILE.so NAME ...`. The exit code. */
int mr_subcommand_main(int argc, char **argv);

/* `moonroom --describe-api`: the table with the methods of these plugins, paths ended by NULL. home
 * may be NULL. The exit code. */
int mr_describe_api_main(const char *home, const char *const *paths);

#endif
