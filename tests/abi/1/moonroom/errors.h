/*
 * The errors of moonroom: one list for the core, its plugins and its scripts.
 *
 * Every function that can fail returns MR_OK (zero) or one of the negative values below; where a
 * function has a result to return, non-negative values are that result. The values are part of
 * the plugin interface: new ones are added at the end, none is ever renumbered or given to
 * another meaning. A script sees the name ("not_found"), a person sees the text.
 *
 * All functions here may be called from any thread. The strings are ASCII, static and never
 * freed.
 */
#ifndef MOONROOM_ERRORS_H
#define MOONROOM_ERRORS_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(CONSTANT, value, name, text) */
#define MR_ERROR_LIST(X)                                                                           \
    X(MR_ENOMEM, -1, "no_memory", "out of memory")                                                 \
    X(MR_EINVAL, -2, "invalid", "this is not a valid value")                                       \
    X(MR_ELIMIT, -3, "limit", "this is larger than the limit allows")                              \
    X(MR_ENOTFOUND, -4, "not_found", "there is no such thing")                                     \
    X(MR_EEXISTS, -5, "exists", "this exists already")                                             \
    X(MR_EIO, -6, "io", "reading or writing failed")                                               \
    X(MR_EPROTOCOL, -7, "protocol", "the other side broke the protocol")                           \
    X(MR_ECRYPTO, -8, "crypto", "a cryptographic operation failed")                                \
    X(MR_ETIMEOUT, -9, "timeout", "this took too long")                                            \
    X(MR_EDENIED, -10, "denied", "this is not permitted")                                          \
    X(MR_EREFUSED, -11, "refused", "the other side refused")                                       \
    X(MR_ECLOSED, -12, "closed", "the other side has closed the connection")                       \
    X(MR_EBUSY, -13, "busy", "this is busy, try again later")                                      \
    X(MR_ECANCELED, -14, "canceled", "this was canceled")                                          \
    X(MR_EOFFLINE, -15, "offline", "not connected to a room")                                      \
    X(MR_EUNVERIFIED, -16, "unverified", "this could not be verified")                             \
    X(MR_ESTATE, -17, "state", "this cannot be done now")                                          \
    X(MR_EUNSUPPORTED, -18, "unsupported", "this is not supported")                                \
    X(MR_EBADPASSWORD, -19, "bad_password", "the password is wrong")                               \
    X(MR_EKICKED, -20, "kicked", "the room has ended this session")                                \
    X(MR_ERELOADED, -21, "reloaded", "the script was loaded again meanwhile")                      \
    X(MR_EINTERNAL, -22, "internal", "moonroom itself has made a mistake")

enum mr_error {
    MR_OK = 0,
#define MR_ERROR_ENUM(constant, value, name, text) constant = value,
    MR_ERROR_LIST(MR_ERROR_ENUM)
#undef MR_ERROR_ENUM
};

/* The name of `error` ("ok" for MR_OK and positive values, "unknown" for a value not listed). */
const char *mr_error_name(int error);

/* The sentence for `error`, without capital and full stop, to follow "could not …: ". */
const char *mr_error_text(int error);

/* The error called `name`, a NUL-terminated string; MR_ENOTFOUND if there is none. */
int mr_error_by_name(const char *name);

#ifdef __cplusplus
}
#endif

#endif
