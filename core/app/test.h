/* `moonroom test`: tests of scripts, with the real core on a virtual clock.
 *
 *   test.c          the command line, and one file after the other
 *   test_paths.c    which files are meant
 *   test_case.c     one `it`: a client, the test file, the script, and how it went
 *   test_methods.c  what the test file can do besides (core/api/test_methods.def)
 *   test_world.c    the client, and when it is quiet
 *   test_room.c     the room
 *   test_report.c   what is printed
 */
#ifndef MR_APP_TEST_H
#define MR_APP_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/app/test_world.h"

/* The exit code: 0 when all tests passed, 1 when one has failed, 2 for wrong usage. argv[0] is
 * "test". */
int mr_test_main(int argc, char **argv);

/* A test file and what it is about. */
struct mr_test_place {
    char *file;               /* absolute */
    char *script;             /* the one beside it; NULL: there is none */
    const char *user_scripts; /* the user's scripts folder if the file lies in it; else NULL */
};

struct mr_test_list {
    struct mr_test_place *places;
    size_t count;
    char *user_scripts;
};

/* Every *_test.lua of paths, or of the user's scripts folder when there are none; in order.
 * MR_ENOTFOUND with a sentence in why. The list is freed in any case. */
int mr_test_list_make(struct mr_test_list *list, char **paths, size_t count, char *why,
                      size_t why_size);
void mr_test_list_free(struct mr_test_list *list);

/* How a test went; `text` says what was wrong, over several lines. */
struct mr_test_result {
    char name[256];
    bool ok;
    char text[8192];
    uint64_t ms; /* of the machine's time */
};

/* Runs the test with this index, from 0, of a file. *count is how many it has; where filter is not
 * NULL and the name does not hold it, nothing is run and result->name is "". With a count of 0 and
 * result->ok false the file itself is wrong. */
void mr_test_case_run(const struct mr_test_place *place, const struct mr_test_options *options,
                      size_t index, const char *filter, size_t *count,
                      struct mr_test_result *result);

/* test_methods.c; the world's are unbound with the api. */
int mr_test_methods_bind(struct mr_test_world *world);
/* Ends what is waited for: the client is about to be closed. */
void mr_test_methods_end(struct mr_test_world *world);
/* Lets the next timer fire; false when there is none within `within_ms`. */
bool mr_test_next_timer(struct mr_test_world *world, uint64_t until_ms);
/* name may be NULL: "me". */
int mr_test_enter(struct mr_test_world *world, const char *name, char *why, size_t why_size);

/* What is printed: for people, or as TAP. */
struct mr_test_report {
    bool tap, color;
    size_t passed, failed;
    uint64_t seed;
    uint64_t began_ms;
};

void mr_test_report_begin(struct mr_test_report *report);
void mr_test_report_file(const struct mr_test_report *report, const char *file);
/* Makes the name and the text of the result safe to be shown. */
void mr_test_report_one(struct mr_test_report *report, const char *file,
                        struct mr_test_result *result);
void mr_test_report_end(const struct mr_test_report *report);

#endif
