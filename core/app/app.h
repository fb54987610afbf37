/* The program: what the command line asks for, made of the parts below, and unmade in the mirrored
 * order. */
#ifndef MR_APP_APP_H
#define MR_APP_APP_H

/* Exit codes of moonroom; documented in the user guide. Others than these come from nowhere. */
enum mr_exit {
    MR_EXIT_OK = 0,
    MR_EXIT_FAILED = 1, /* moonroom itself could not go on */
    MR_EXIT_USAGE = 2,
    MR_EXIT_UNREACHABLE = 3,
    MR_EXIT_REFUSED = 4,
    MR_EXIT_NOT_REGISTERED = 5,
    MR_EXIT_KICKED = 6,
    MR_EXIT_LOST = 7,
};

int mr_app_main(int argc, char **argv);

#endif
