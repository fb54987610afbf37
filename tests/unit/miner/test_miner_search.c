/* The space and the search: nothing is skipped, nothing comes twice, and every solution is found.
 */
#include "tests/unit/miner/world.h"

#include "plugins/miner/engine/dispatch.h"
#include "plugins/miner/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mr_search *new_search(void)
{
    struct mr_search *search = aligned_alloc(alignof(struct mr_search), sizeof *search);
    assert_non_null(search);
    return search;
}

static struct mr_search_job job_of(const char *alphabet, const char *prefix, int zeros)
{
    struct mr_search_job job = {.zeros = zeros};
    world_prev(7, job.prev_hash);
    snprintf(job.alphabet, sizeof job.alphabet, "%s", alphabet);
    snprintf(job.prefix, sizeof job.prefix, "%s", prefix);
    return job;
}

static void check(const struct mr_search_job *job, struct world_sum found,
                  struct world_sum expected)
{
    if (found.count != expected.count || found.sum != expected.sum)
        fail_msg("%s, %s: %llu solutions, not %llu", job->kernel->name,
                 mr_work_order_name(job->order), (unsigned long long)found.count,
                 (unsigned long long)expected.count);
}

/* All x with the first 256 y: alphabets of 6, 4 and 2 letters make 11.9 million attempts, 1.0
 * million and 16,384. */
static void every_solution_is_found(const char *alphabet, enum mr_work_order order, int zeros,
                                    unsigned fewest_lanes)
{
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count = mr_kernels(kernels);
    struct mr_search *search = new_search();
    struct mr_search_job job = job_of(alphabet, "known", zeros);
    uint8_t random[MR_SPACE_FILLER];
    job.order = order;
    job.kernel = kernels[0];
    memset(random, 77, sizeof random);
    mr_search_begin(search, &job, 5, random);
    uint64_t wanted = search->space.xs * MR_CONTEXTS;
    struct world_sum expected = world_brute_force(&job, &search->space, MR_CONTEXTS);
    assert_true(expected.count > 0);
    for (size_t k = 0; k < count; k++) {
        struct world_sum found = {0};
        uint64_t attempts = 0;
        if (kernels[k]->lanes < fewest_lanes)
            continue;
        job.kernel = kernels[k];
        mr_search_begin(search, &job, 5, random);
        while (attempts < wanted)
            attempts += mr_search_step(search, world_add, &found);
        assert_int_equal(attempts, wanted);
        check(&job, found, expected);
    }
    free(search);
}

static void every_solution_of_a_million(void **state)
{
    (void)state;
    const char *letters = world_scale(1, 0) ? "abcd" : "ab";
    every_solution_is_found(letters, MR_WORK_S_PREV, 2, 1);
    every_solution_is_found(letters, MR_WORK_PREV_S, 2, 1);
}

static void every_solution_of_ten_million(void **state)
{
    (void)state;
    if (world_scale(1, 0))
        every_solution_is_found("abcdef", MR_WORK_S_PREV, 3, 2);
}

/* Two letters, up to three places of filler: 8 fillers of 256 y and 64 x each. */
enum { PLACES = 3, EACH_FILLER = 256 * 64 };

static void count_all(void *ctx, const struct mr_solution *solution)
{
    uint8_t *seen = ctx;
    unsigned number = 0;
    for (unsigned i = MR_SPACE_Y - PLACES; i < MR_WORK_S_BYTES; i++)
        if (i < MR_SPACE_WORKER || i >= MR_SPACE_X)
            number = 2 * number + (solution->s[i] == 'b');
    assert_int_equal(seen[number], 0);
    seen[number] = 1;
}

static void spaces_wrap_around(void **state)
{
    (void)state;
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count = mr_kernels(kernels);
    struct mr_search *search = new_search();
    uint8_t *seen = malloc(EACH_FILLER << PLACES), random[MR_SPACE_FILLER];
    unsigned places = world_scale(PLACES, 1), all = (unsigned)EACH_FILLER << places;
    char prefix[MR_SPACE_Y];
    assert_non_null(seen);
    memset(random, 1, sizeof random); /* the filler begins at its last letters */
    snprintf(prefix, sizeof prefix, "%0*d", (int)(MR_SPACE_Y - places), 0);
    struct mr_search_job job = job_of("ab", prefix, 0);
    for (size_t k = 0; k < count; k++) {
        uint64_t attempts = 0, step;
        unsigned distinct = 0;
        memset(seen, 0, EACH_FILLER << PLACES);
        job.kernel = kernels[k];
        mr_search_begin(search, &job, 0, random);
        while ((step = mr_search_step(search, count_all, seen)) > 0)
            attempts += step;
        for (unsigned i = 0; i < EACH_FILLER << PLACES; i++)
            distinct += seen[i];
        assert_int_equal(attempts, all);
        assert_int_equal(distinct, all);
        assert_int_equal(mr_search_step(search, count_all, seen), 0);
    }
    free(seen);
    free(search);
}

static void ignore(void *ctx, const struct mr_solution *solution)
{
    (void)ctx;
    (void)solution;
}

/* Also when nothing solves the block, the best digest is known. */
static void the_best_is_kept(void **state)
{
    (void)state;
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count = mr_kernels(kernels);
    struct mr_search *search = new_search();
    struct mr_search_job job = job_of("abc", "", 128);
    for (size_t k = 0; k < count; k++) {
        uint8_t best[MR_SHA512_BYTES], digest[MR_SHA512_BYTES];
        job.kernel = kernels[k];
        mr_search_begin(search, &job, 1, NULL);
        mr_search_step(search, ignore, NULL);
        memset(best, 0xff, sizeof best);
        for (unsigned y = 0; y < MR_CONTEXTS; y++) {
            for (unsigned x = 0; x < kernels[k]->lanes; x++) {
                char s[MR_WORK_S_BYTES];
                mr_space_write(&search->space, x, y, s);
                mr_work_digest(job.order, job.prev_hash, s, digest);
                if (memcmp(digest, best, sizeof best) < 0)
                    memcpy(best, digest, sizeof best);
            }
        }
        assert_true(search->better);
        assert_memory_equal(search->best.digest, best, sizeof best);
    }
    free(search);
}

static void all_alphabets(void **state)
{
    (void)state;
    char letters[MR_SPACE_LETTERS + 1] = "", shuffled[MR_SPACE_LETTERS + 1];
    uint64_t seed = 11;
    struct mr_space space;
    for (int i = 0; i < MR_SPACE_LETTERS; i++)
        letters[i] = (char)(0x21 + i);
    for (size_t len = 2; len <= MR_SPACE_LETTERS; len++) {
        char s[MR_WORK_S_BYTES];
        uint8_t random[MR_SPACE_FILLER];
        memcpy(shuffled, letters, sizeof shuffled);
        for (size_t i = MR_SPACE_LETTERS - 1; i > 0; i--) {
            size_t j = world_random(&seed) % (i + 1);
            char c = shuffled[i];
            shuffled[i] = shuffled[j];
            shuffled[j] = c;
        }
        shuffled[len] = '\0';
        for (size_t i = 0; i < sizeof random; i++)
            random[i] = (uint8_t)world_random(&seed);
        assert_null(mr_space_alphabet_problem(shuffled));
        mr_space_init(&space, shuffled, "~!", mr_space_workers(shuffled) - 1, random);
        mr_space_write(&space, space.xs - 1, space.ys - 1, s);
        assert_memory_equal(s, "~!", 2);
        for (size_t i = 2; i < sizeof s; i++)
            assert_non_null(memchr(shuffled, s[i], len));
        for (size_t i = MR_SPACE_Y; i < sizeof s; i++)
            assert_int_equal(s[i], shuffled[len - 1]);
    }
}

static void bad_alphabets_and_prefixes(void **state)
{
    (void)state;
    char prefix[MR_LIMIT_MINE_PREFIX + 2];
    assert_non_null(mr_space_alphabet_problem(""));
    assert_non_null(mr_space_alphabet_problem("a"));
    assert_non_null(mr_space_alphabet_problem("aba"));
    assert_non_null(mr_space_alphabet_problem("ab c"));
    assert_non_null(mr_space_alphabet_problem("ab\x7f"));
    assert_non_null(mr_space_alphabet_problem("ab\xc3\xa4"));
    assert_null(mr_space_alphabet_problem(MR_SPACE_ALPHABET));
    memset(prefix, 'x', sizeof prefix);
    prefix[MR_LIMIT_MINE_PREFIX + 1] = '\0';
    assert_non_null(mr_space_prefix_problem(prefix));
    prefix[MR_LIMIT_MINE_PREFIX] = '\0';
    assert_null(mr_space_prefix_problem(prefix));
    assert_null(mr_space_prefix_problem(""));
    assert_non_null(mr_space_prefix_problem("a b"));
    assert_non_null(mr_space_prefix_problem("a\n"));
}

/* Workers differ in their number, so whatever else they choose they never meet. */
static void workers_have_numbers(void **state)
{
    (void)state;
    struct mr_space a, b;
    for (uint64_t i = 0; i < 256; i++) {
        for (uint64_t j = 0; j < i; j++) {
            mr_space_init(&a, "01", "", i, NULL);
            mr_space_init(&b, "01", "", j, NULL);
            assert_memory_not_equal(a.s + MR_SPACE_WORKER, b.s + MR_SPACE_WORKER, 8);
        }
    }
    assert_int_equal(mr_space_workers("01"), 256);
}

static void figures(void **state)
{
    (void)state;
    static const struct {
        double count;
        const char *text;
    } counts[] = {{0, "0"},          {999, "999"},     {999.7, "1.00 k"},  {1234, "1.23 k"},
                  {12345, "12.3 k"}, {99960, "100 k"}, {32.9e6, "32.9 M"}, {4.2e21, "4200 E"}};
    static const struct {
        double seconds;
        const char *text;
    } times[] = {{0.04, "0.0 s"},     {8.24, "8.2 s"},     {59, "59 s"},       {200, "3 min 20 s"},
                 {7500, "2 h 5 min"}, {356400, "4 d 3 h"}, {378683424, "12 y"}};
    char text[64];
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        mr_figures_count(counts[i].count, text, sizeof text);
        assert_string_equal(text, counts[i].text);
    }
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        mr_figures_time(times[i].seconds, text, sizeof text);
        assert_string_equal(text, times[i].text);
    }
    assert_true(mr_figures_expected(7) == 268435456.0);
    assert_true(mr_figures_chance(2, 256) > 0.632 && mr_figures_chance(2, 256) < 0.633);
    assert_true(mr_figures_chance(30, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_solution_of_a_million),
        cmocka_unit_test(every_solution_of_ten_million),
        cmocka_unit_test(spaces_wrap_around),
        cmocka_unit_test(the_best_is_kept),
        cmocka_unit_test(all_alphabets),
        cmocka_unit_test(bad_alphabets_and_prefixes),
        cmocka_unit_test(workers_have_numbers),
        cmocka_unit_test(figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
