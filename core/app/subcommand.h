/* `moonroom NAME ...`: a program that a plugin brings, in this process. */
#ifndef MR_APP_SUBCOMMAND_H
#define MR_APP_SUBCOMMAND_H

/* Loads the plugin and runs its subcommand argv[0]. The exit code. */
int mr_subcommand_main(int argc, char **argv);

#endif
