/* The exit codes of moonroom, as the user guide lists them. */
#ifndef MR_BASE_EXIT_H
#define MR_BASE_EXIT_H

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

#endif
