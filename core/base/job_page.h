/*
 * The job page: what to mine on, in memory that one process writes and others read.
 *
 * The core writes the page on every new block; the process of a mining strategy reads it between
 * two tries, which costs nanoseconds where a question over its link would cost microseconds. A
 * counter makes a torn read impossible: it is odd while the page is being written, and a reader
 * tries again when it was odd or has changed meanwhile.
 *
 * One writer, any number of readers; the readers map the page read-only.
 */
#ifndef MR_BASE_JOB_PAGE_H
#define MR_BASE_JOB_PAGE_H

#include "core/base/work.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { MR_JOB_PAGE_WORDS = 24 };

/* All words are atomic, so that a read that meets a write is torn but never undefined. */
struct mr_job_page {
    _Atomic uint32_t sequence;
    _Atomic uint32_t magic;
    _Atomic uint64_t words[MR_JOB_PAGE_WORDS];
};

struct mr_job_view {
    char prev_hash[MR_WORK_HASH_HEX + 1]; /* ended by NUL; "" when there is no job */
    unsigned zeros;
    enum mr_work_order order;
    uint64_t serial; /* grows with every change */
    bool paused;     /* a strategy is to rest */
};

/* Fills a page of zeros with "no job". */
void mr_job_page_init(struct mr_job_page *page);

/* Whether the page was made by mr_job_page_init() of this version. */
bool mr_job_page_valid(const struct mr_job_page *page);

void mr_job_page_write(struct mr_job_page *page, const struct mr_job_view *view);

/* The counter as of now: as long as it is even and the same, the page has not changed. */
uint32_t mr_job_page_sequence(const struct mr_job_page *page);

/* Reads a whole view. False when the writer is in the middle of it (after many tries: it died
 * there). */
bool mr_job_page_read(const struct mr_job_page *page, struct mr_job_view *out);

#endif
