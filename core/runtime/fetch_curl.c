/* libcurl, mapped when it is first needed. */
#include <dlfcn.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/runtime/fetch_inside.h"

int mr_curl_load(struct mr_curl *curl, char *why, size_t why_size)
{
    /* Never closed: the libraries it draws in leave things behind that point into them. */
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(why, why_size, "this needs libcurl (Debian: libcurl4): %s", dlerror());
        return MR_EUNSUPPORTED;
    }
    /* POSIX lets a void pointer hold a function's address; C has no cast for it. */
    void *found;
#define MR_CURL_LOAD(name)                                                                         \
    found = dlsym(library, "curl_" #name);                                                         \
    if (!found) {                                                                                  \
        snprintf(why, why_size, "libcurl is too old: it has no curl_" #name);                      \
        return MR_EUNSUPPORTED;                                                                    \
    }                                                                                              \
    memcpy(&curl->name, &found, sizeof found);
    MR_CURL_FUNCTIONS(MR_CURL_LOAD)
#undef MR_CURL_LOAD
    return MR_OK;
}
