/* Every kernel against the plain SHA-512 of core/base: each lane, both orders, any characters. */
#include "tests/unit/miner/world.h"

#include "plugins/miner/engine/dispatch.h"
#include "plugins/miner/engine/prepare.h"

#include <cjson/cJSON.h>
#include <moonroom/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One block, some y, the x of each lane, and the first words of all digests. */
struct sample {
    struct mr_block block;
    struct mr_context contexts[MR_CONTEXTS];
    struct mr_lanes lanes;
    enum mr_work_order order;
    char prev_hash[MR_WORK_HASH_HEX];
    char s[MR_WORK_S_BYTES];
    char y[MR_CONTEXTS][8], x[MR_LANES_MAX][6];
    uint64_t word[MR_CONTEXTS][MR_LANES_MAX];
    unsigned ys;
};

static uint64_t read_word(const char *chars, int count)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word = word << 8 | (i < count ? (uint8_t)chars[i] : 0);
    return word;
}

static struct sample *new_sample(void)
{
    struct sample *sample = aligned_alloc(alignof(struct sample), sizeof *sample);
    assert_non_null(sample);
    return sample;
}

/* Fills in what follows from order, prev_hash, s, x and y. */
static void finish_sample(struct sample *sample, unsigned ys)
{
    sample->ys = ys;
    mr_prepare_block(&sample->block, sample->order, sample->prev_hash, sample->s);
    for (unsigned c = 0; c < ys; c++) {
        mr_prepare_context(&sample->contexts[c], &sample->block, read_word(sample->y[c], 8));
        for (unsigned lane = 0; lane < MR_LANES_MAX; lane++) {
            char s[MR_WORK_S_BYTES];
            memcpy(s, sample->s, sizeof s);
            memcpy(s + MR_SPACE_Y, sample->y[c], 8);
            memcpy(s + MR_SPACE_X, sample->x[lane], 6);
            sample->word[c][lane] = world_word(sample->order, sample->prev_hash, s);
        }
    }
}

static void random_text(uint64_t *seed, char *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(0x21 + world_random(seed) % MR_SPACE_LETTERS);
}

static void random_sample(struct sample *sample, enum mr_work_order order, uint64_t *seed,
                          unsigned ys)
{
    sample->order = order;
    world_prev(world_random(seed), sample->prev_hash);
    random_text(seed, sample->s, sizeof sample->s);
    random_text(seed, sample->y[0], sizeof sample->y);
    random_text(seed, sample->x[0], sizeof sample->x);
    finish_sample(sample, ys);
}

static void use_kernel(struct sample *sample, const struct mr_kernel *kernel)
{
    for (unsigned lane = 0; lane < kernel->lanes; lane++)
        mr_prepare_lane(&sample->lanes, lane, kernel->lanes, &sample->block,
                        read_word(sample->x[lane], 6));
}

static uint32_t hits_of(struct sample *sample, const struct mr_kernel *kernel, unsigned context,
                        uint64_t limit)
{
    uint32_t hits = 0;
    unsigned at = kernel->sweep(&sample->block, sample->contexts, context, context + 1,
                                &sample->lanes, limit, &hits);
    assert_int_equal(at, hits ? context : context + 1);
    return hits;
}

static uint32_t expected_hits(const struct sample *sample, const struct mr_kernel *kernel,
                              unsigned context, uint64_t limit)
{
    uint32_t hits = 0;
    for (unsigned lane = 0; lane < kernel->lanes; lane++)
        hits |= (uint32_t)(sample->word[context][lane] <= limit) << lane;
    return hits;
}

static void check_limit(struct sample *sample, const struct mr_kernel *kernel, unsigned context,
                        uint64_t limit)
{
    uint32_t hits = hits_of(sample, kernel, context, limit);
    uint32_t expected = expected_hits(sample, kernel, context, limit);
    if (hits != expected)
        fail_msg("%s, %s, y %u: lanes %x, not %x", kernel->name, mr_work_order_name(sample->order),
                 context, hits, expected);
}

/* A limit at a lane's word and one below it say exactly what that lane has computed. */
static void check_lane(struct sample *sample, const struct mr_kernel *kernel, unsigned context,
                       unsigned lane)
{
    uint64_t word = sample->word[context][lane];
    check_limit(sample, kernel, context, word);
    check_limit(sample, kernel, context, word - 1);
}

static void every_lane_is_exact(void **state)
{
    (void)state;
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count = mr_kernels(kernels);
    struct sample *sample = new_sample();
    uint64_t seed = 1;
    unsigned ys = world_scale(MR_CONTEXTS, 8);
    for (int order = MR_WORK_S_PREV; order <= MR_WORK_PREV_S; order++) {
        random_sample(sample, (enum mr_work_order)order, &seed, ys);
        for (size_t k = 0; k < count; k++) {
            use_kernel(sample, kernels[k]);
            for (unsigned c = 0; c < ys; c++)
                for (unsigned lane = 0; lane < kernels[k]->lanes; lane++)
                    check_lane(sample, kernels[k], c, lane);
        }
    }
    free(sample);
}

/* 10^6 lanes: in each context one limit, which all lanes have to be on the right side of. */
static void random_lanes(void **state)
{
    (void)state;
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count = mr_kernels(kernels);
    struct sample *sample = new_sample();
    uint64_t seed = 2;
    unsigned ys = world_scale(MR_CONTEXTS, 8), lanes = 0, wanted = world_scale(1000000, 1000);
    for (int turn = 0; lanes < wanted; turn++) {
        random_sample(sample, turn % 2 ? MR_WORK_PREV_S : MR_WORK_S_PREV, &seed, ys);
        for (size_t k = 0; k < count; k++) {
            use_kernel(sample, kernels[k]);
            for (unsigned c = 0; c < ys; c++)
                check_lane(sample, kernels[k], c,
                           (unsigned)(world_random(&seed) % kernels[k]->lanes));
        }
        lanes += ys * MR_LANES_MAX;
    }
    free(sample);
}

/* A sweep stops at the first context with a hit, and goes on behind it. */
static void sweeps_stop_and_go_on(void **state)
{
    (void)state;
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count = mr_kernels(kernels);
    struct sample *sample = new_sample();
    uint64_t seed = 3, limit = UINT64_MAX / 64;
    unsigned ys = world_scale(MR_CONTEXTS, 16);
    random_sample(sample, MR_WORK_S_PREV, &seed, ys);
    for (size_t k = 0; k < count; k++) {
        unsigned seen = 0, expected = 0;
        use_kernel(sample, kernels[k]);
        for (unsigned c = 0; c < ys; c++)
            expected += expected_hits(sample, kernels[k], c, limit) != 0;
        for (unsigned at = 0; at < ys; at++) {
            uint32_t hits = 0;
            at = kernels[k]->sweep(&sample->block, sample->contexts, at, ys, &sample->lanes, limit,
                                   &hits);
            if (at == ys) {
                assert_int_equal(hits, 0);
                break;
            }
            assert_int_equal(hits, expected_hits(sample, kernels[k], at, limit));
            seen++;
        }
        assert_int_equal(seen, expected);
    }
    free(sample);
}

/* Known solutions, in every lane that there is. */
static void check_solution(struct sample *sample, const char *prev_hash, const char *s,
                           enum mr_work_order order, int zeros)
{
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count = mr_kernels(kernels);
    uint64_t seed = 4;
    sample->order = order;
    memcpy(sample->prev_hash, prev_hash, sizeof sample->prev_hash);
    memcpy(sample->s, s, sizeof sample->s);
    memcpy(sample->y[0], s + MR_SPACE_Y, 8);
    for (unsigned lane = 0; lane < MR_LANES_MAX; lane++) {
        random_text(&seed, sample->x[0], sizeof sample->x);
        memcpy(sample->x[lane], s + MR_SPACE_X, 6);
        finish_sample(sample, 1);
        for (size_t k = 0; k < count; k++) {
            if (lane >= kernels[k]->lanes)
                continue;
            use_kernel(sample, kernels[k]);
            for (int n = 0; n <= zeros; n++) {
                check_limit(sample, kernels[k], 0, mr_prepare_limit(n));
                assert_true(hits_of(sample, kernels[k], 0, mr_prepare_limit(n)) >> lane & 1);
            }
            assert_false(hits_of(sample, kernels[k], 0, mr_prepare_limit(zeros + 1)) >> lane & 1);
        }
    }
}

static const char *string(const cJSON *row, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, key));
    assert_non_null(text);
    return text;
}

static void cases_of_the_vectors(void **state)
{
    (void)state;
    static char text[1 << 21];
    FILE *file = fopen(MR_VECTORS, "rb");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text, file);
    assert_true(len > 0 && len < sizeof text);
    fclose(file);
    cJSON *all = cJSON_ParseWithLength(text, len);
    const cJSON *row;
    struct sample *sample = new_sample();
    int cases = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "mining"))
    {
        enum mr_work_order order =
            strncmp(string(row, "order"), "prev", 4) == 0 ? MR_WORK_PREV_S : MR_WORK_S_PREV;
        uint8_t digest[MR_SHA512_BYTES];
        mr_work_digest(order, string(row, "prev_hash"), string(row, "S"), digest);
        check_solution(sample, string(row, "prev_hash"), string(row, "S"), order,
                       mr_work_zeros(digest));
        cases++;
    }
    assert_true(cases >= 6);
    free(sample);
    cJSON_Delete(all);
}

/* Found with the engine for this block, and checked with Python's hashlib. */
static void solutions_of_many_zeros(void **state)
{
    static const char prev_hash[] =
        "9fad20395a815a68752128454ca2fc17538a5e03178c04e54dcd35bce0f252d2"
        "358be2547596623ab63a0408874c4213c21e50f507c03d73e6f286826a0862e6";
    static const struct {
        enum mr_work_order order;
        int zeros;
        const char *s;
    } known[] = {
        {MR_WORK_PREV_S, 6,
         "MDNDJA_U-PuoqPaZNRUrdBC2GAJsoSTaUuktkGr71kf4GqCcyIJ-qbvBHYKOcNShAAAAAABnAAAAAAAAAAAbOB"},
        {MR_WORK_S_PREV, 6,
         "131_U5Mh20nam7RBM3QNg_OIhFF8kMyhjzUgyJ0lI1aeDmxG3-NS-40JK-u_ktnlAAAAAAA1AAAAAAAAAABGnq"},
        {MR_WORK_PREV_S, 7,
         "xoF64iwohElTQlDLqXEOSFn_dcCS2HHHlExfiS1VxrzR1u0-BjpU4BdTYbM0zbwWAAAAAABhAAAAAAAAAAAtLE"},
        {MR_WORK_S_PREV, 7,
         "Ak6nQT-XTziZMUJgj2m7atl-os1uWBuR-CXTDvv8H-sp6hMjR1MZt0MLDgyewGwEAAAAAAB5AAAAAAAAAAAgeQ"},
    };
    struct sample *sample = new_sample();
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        check_solution(sample, prev_hash, known[i].s, known[i].order, known[i].zeros);
    free(sample);
}

static void limits_are_those_of_the_zeros(void **state)
{
    (void)state;
    for (int zeros = 0; zeros <= 16; zeros++) {
        uint64_t limit = mr_prepare_limit(zeros);
        for (int up = 0; up <= 1; up++) {
            uint8_t digest[MR_SHA512_BYTES] = {0};
            uint64_t word = limit + (uint64_t)up;
            if (up && word == 0)
                continue;
            memset(digest + 8, 0xff, sizeof digest - 8);
            for (int i = 0; i < 8; i++)
                digest[i] = (uint8_t)(word >> (56 - 8 * i));
            assert_int_equal(mr_work_zeros(digest) >= zeros, !up);
        }
    }
    assert_int_equal(mr_prepare_limit(17), 0);
    assert_int_equal(mr_prepare_limit(128), 0);
}

static void kernels_by_name(void **state)
{
    (void)state;
    const struct mr_kernel *kernels[MR_KERNELS_MAX], *one;
    size_t count = mr_kernels(kernels);
    assert_in_range(count, 1, MR_KERNELS_MAX);
    assert_string_equal(kernels[count - 1]->name, "scalar");
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(mr_kernel_by_name(kernels[i]->name, &one), MR_OK);
        assert_ptr_equal(one, kernels[i]);
        assert_in_range(one->lanes, 1, MR_LANES_MAX);
        assert_true(!one->saturate || one->saturate(1000) >= 1000);
    }
    assert_int_equal(mr_kernel_by_name("abacus", &one), MR_ENOTFOUND);
    one = mr_kernel_fastest();
    assert_non_null(one);
    assert_true(one->supported());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lane_is_exact),     cmocka_unit_test(random_lanes),
        cmocka_unit_test(sweeps_stop_and_go_on),   cmocka_unit_test(cases_of_the_vectors),
        cmocka_unit_test(solutions_of_many_zeros), cmocka_unit_test(limits_are_those_of_the_zeros),
        cmocka_unit_test(kernels_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
