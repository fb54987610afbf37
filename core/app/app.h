/* The program: what the command line asks for, made of the parts below, and unmade in the mirrored
 * order. */
#ifndef MR_APP_APP_H
#define MR_APP_APP_H

/* The exit code of the process, one of core/base/exit.h. */
int mr_app_main(int argc, char **argv);

#endif
