#include "core/base/job_page.h"

#include <string.h>

enum { MAGIC = 0x6d726a31, TRIES = 10000, HASH_WORDS = MR_WORK_HASH_HEX / 8 };

/* The words behind the hash. */
enum { WORD_ZEROS = HASH_WORDS, WORD_ORDER, WORD_SERIAL, WORD_PAUSED, WORD_VALID };

_Static_assert((int)WORD_VALID < (int)MR_JOB_PAGE_WORDS, "the page has place for every word");

static void put(struct mr_job_page *page, int word, uint64_t value)
{
    atomic_store_explicit(&page->words[word], value, memory_order_relaxed);
}

static uint64_t get(const struct mr_job_page *page, int word)
{
    return atomic_load_explicit(&page->words[word], memory_order_relaxed);
}

void mr_job_page_init(struct mr_job_page *page)
{
    struct mr_job_view none = {.zeros = 0};
    mr_job_page_write(page, &none);
    atomic_store(&page->magic, MAGIC);
}

bool mr_job_page_valid(const struct mr_job_page *page)
{
    return atomic_load(&page->magic) == MAGIC;
}

void mr_job_page_write(struct mr_job_page *page, const struct mr_job_view *view)
{
    uint32_t before = atomic_load_explicit(&page->sequence, memory_order_relaxed);
    atomic_store_explicit(&page->sequence, before + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    bool valid = view->prev_hash[0] != '\0';
    for (int i = 0; valid && i < HASH_WORDS; i++) {
        uint64_t word;
        memcpy(&word, view->prev_hash + (size_t)i * sizeof word, sizeof word);
        put(page, i, word);
    }
    put(page, WORD_ZEROS, view->zeros);
    put(page, WORD_ORDER, (uint64_t)view->order);
    put(page, WORD_SERIAL, view->serial);
    put(page, WORD_PAUSED, view->paused);
    put(page, WORD_VALID, valid);
    atomic_store_explicit(&page->sequence, before + 2, memory_order_release);
}

uint32_t mr_job_page_sequence(const struct mr_job_page *page)
{
    return atomic_load_explicit(&page->sequence, memory_order_acquire);
}

bool mr_job_page_read(const struct mr_job_page *page, struct mr_job_view *out)
{
    for (int i = 0; i < TRIES; i++) {
        uint32_t before = atomic_load_explicit(&page->sequence, memory_order_acquire);
        for (int w = 0; w < HASH_WORDS; w++) {
            uint64_t word = get(page, w);
            memcpy(out->prev_hash + (size_t)w * sizeof word, &word, sizeof word);
        }
        bool valid = get(page, WORD_VALID) != 0;
        out->prev_hash[valid ? MR_WORK_HASH_HEX : 0] = '\0';
        out->zeros = (unsigned)get(page, WORD_ZEROS);
        out->order = get(page, WORD_ORDER) == MR_WORK_PREV_S ? MR_WORK_PREV_S : MR_WORK_S_PREV;
        out->serial = get(page, WORD_SERIAL);
        out->paused = get(page, WORD_PAUSED) != 0;
        atomic_thread_fence(memory_order_acquire);
        if (before % 2 == 0 &&
            atomic_load_explicit(&page->sequence, memory_order_relaxed) == before) {
            return true;
        }
    }
    return false;
}
