/* Tests of random numbers: the known answers of Philox's authors, the distributions, subsets. */
#include "oddlot_test.h"

#include "base/philox_internal.h"
#include "oddlot/base/isa.h"
#include "oddlot/base/random.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

const char *odd_test_name = "base/random";

/* kat_vectors of the Random123 distribution, philox4x32 10 rounds. */
static void known_answers(void)
{
    static const struct {
        uint32_t counter[4], key[2], answer[4];
    } known[] = {
        {{0}, {0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        odd_philox_block(known[i].counter, known[i].key, out);
        CU_ASSERT_EQUAL(memcmp(out, known[i].answer, sizeof out), 0);
    }
}

/* Many at once are those of one by one, by every instruction set. */
static void runs_are_single_draws(void)
{
    enum { MOST = 75 };
    static const int64_t count[] = {0, 1, 31, 32, 33, MOST};
    const odd_isa best = odd_isa_now;
    for (int isa = ODD_ISA_SSE41; isa <= (int)best; isa++) {
        odd_isa_now = (odd_isa)isa;
        for (size_t c = 0; c < sizeof count / sizeof *count; c++) {
            uint32_t out[4 * MOST + 1], one[4];
            bool same = true;
            out[4 * count[c]] = 12345;
            odd_philox_run(7, ODD_STREAM_TEST, 1ULL << 40 | 3, UINT32_MAX - 8, count[c], out);
            for (int64_t i = 0; i < count[c]; i++) {
                odd_philox(7, ODD_STREAM_TEST, 1ULL << 40 | 3, UINT32_MAX - 8 + (uint32_t)i, one);
                same = same && memcmp(one, out + 4 * i, sizeof one) == 0;
            }
            CU_ASSERT(same && out[4 * count[c]] == 12345);
        }
    }
    odd_isa_now = best;
}

static void each_part_of_the_counter_matters(void)
{
    uint32_t a[4], b[4], swapped[4];
    odd_philox(1, 2, 3, 4, a);
    odd_philox(1, 2, 3, 4, b);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    const uint32_t counter[4] = {3, 0, 4, 2}, key[2] = {1, 0};
    odd_philox_block(counter, key, b);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    odd_philox(1, 4, 3, 2, swapped);
    CU_ASSERT_NOT_EQUAL(memcmp(a, swapped, sizeof a), 0);
    odd_philox(1 + (1ULL << 32), 2, 3, 4, b);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
    odd_philox(1, 2, 3 + (1ULL << 32), 4, b);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
}

#define DRAWS 100000

/* Moments of U[0, 1): 5 standard errors wide. */
static void uniform(void)
{
    double sum = 0, squares = 0;
    int cells[16] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        double u = odd_uniform(42, ODD_STREAM_TEST, i, 0);
        if (!(u >= 0 && u < 1)) CU_FAIL("out of [0, 1)");
        sum += u;
        squares += u * u;
        cells[(int)(16 * u)]++;
    }
    CU_ASSERT_DOUBLE_EQUAL(sum / DRAWS, 0.5, 5 * sqrt(1.0 / 12 / DRAWS));
    CU_ASSERT_DOUBLE_EQUAL(squares / DRAWS, 1.0 / 3, 5 * sqrt(4.0 / 45 / DRAWS));
    double chi2 = 0;
    for (int c = 0; c < 16; c++)
        chi2 += pow(cells[c] - DRAWS / 16.0, 2) / (DRAWS / 16.0);
    CU_ASSERT(chi2 < 44.3); /* 15 degrees of freedom, 1e-4 */
}

static void normal(void)
{
    double moment[5] = {0};
    int inside = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double z = odd_normal(42, ODD_STREAM_TEST, i, 1), power = 1;
        if (!isfinite(z)) CU_FAIL("not finite");
        for (int k = 1; k <= 4; k++)
            moment[k] += (power *= z) / DRAWS;
        inside += fabs(z) < 1;
    }
    CU_ASSERT_DOUBLE_EQUAL(moment[1], 0, 5 / sqrt(DRAWS));
    CU_ASSERT_DOUBLE_EQUAL(moment[2], 1, 5 * sqrt(2.0 / DRAWS));
    CU_ASSERT_DOUBLE_EQUAL(moment[3], 0, 5 * sqrt(15.0 / DRAWS));
    CU_ASSERT_DOUBLE_EQUAL(moment[4], 3, 5 * sqrt(96.0 / DRAWS));
    CU_ASSERT_DOUBLE_EQUAL(inside / (double)DRAWS, 0.682689, 5 * sqrt(0.2166 / DRAWS));
}

static void below(void)
{
    int cells[7] = {0};
    for (uint64_t i = 0; i < 70000; i++) {
        uint64_t x = odd_below(7, 1, ODD_STREAM_TEST, i, 2);
        if (x >= 7) CU_FAIL("not below");
        if (x < 7) cells[x]++;
    }
    for (int c = 0; c < 7; c++)
        CU_ASSERT_DOUBLE_EQUAL(cells[c], 10000, 5 * sqrt(70000 * (1 / 7.0) * (6 / 7.0)));
    CU_ASSERT_EQUAL(odd_below(1, 1, ODD_STREAM_TEST, 0, 0), 0);
    CU_ASSERT(odd_below(UINT64_MAX, 1, ODD_STREAM_TEST, 0, 0) > UINT32_MAX);
}

static bool contains(const int64_t set[], int64_t count, int64_t x)
{
    for (int64_t i = 0; i < count; i++)
        if (set[i] == x) return true;
    return false;
}

/* The plain way: an item is chosen if fewer than k items have a smaller key. */
static void choose_plainly(int64_t n, int64_t k, uint64_t seed, int64_t chosen[])
{
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t mine[4], other[4];
        int64_t smaller = 0;
        odd_philox(seed, ODD_STREAM_TEST, (uint64_t)i, 0, mine);
        for (int64_t j = 0; j < n; j++) {
            odd_philox(seed, ODD_STREAM_TEST, (uint64_t)j, 0, other);
            smaller += ((uint64_t)other[1] << 32 | other[0]) < ((uint64_t)mine[1] << 32 | mine[0]);
        }
        if (smaller < k) chosen[found++] = i;
    }
}

static void subsets(void)
{
    int64_t chosen[50], plain[50], fewer[50];
    for (int64_t n = 0; n <= 50; n += 5) {
        for (int64_t k = 0; k <= n; k++) {
            CU_ASSERT_EQUAL(odd_choose(n, k, 9, ODD_STREAM_TEST, chosen), ODD_OK);
            choose_plainly(n, k, 9, plain);
            CU_ASSERT_EQUAL(memcmp(chosen, plain, (size_t)k * sizeof *chosen), 0);
            if (k == 0) continue;
            CU_ASSERT_EQUAL(odd_choose(n, k - 1, 9, ODD_STREAM_TEST, fewer), ODD_OK);
            for (int64_t i = 0; i < k - 1; i++)
                CU_ASSERT_TRUE(contains(chosen, k, fewer[i]));
        }
    }
    CU_ASSERT_EQUAL(odd_choose(3, 4, 9, ODD_STREAM_TEST, chosen), ODD_ARG);
    CU_ASSERT_EQUAL(odd_choose(3, -1, 9, ODD_STREAM_TEST, chosen), ODD_ARG);
}

/* Over many seeds each item is chosen as often. */
static void subsets_are_fair(void)
{
    int times[10] = {0};
    for (uint64_t seed = 0; seed < 10000; seed++) {
        int64_t chosen[3];
        odd_choose(10, 3, seed, ODD_STREAM_TEST, chosen);
        for (int i = 0; i < 3; i++)
            times[chosen[i]]++;
    }
    for (int i = 0; i < 10; i++)
        CU_ASSERT_DOUBLE_EQUAL(times[i], 3000, 5 * sqrt(10000 * 0.3 * 0.7));
}

CU_TestInfo odd_tests[] = {
    {"known answers", known_answers},
    {"runs are single draws", runs_are_single_draws},
    {"each part of the counter matters", each_part_of_the_counter_matters},
    {"uniform", uniform},
    {"normal", normal},
    {"below n", below},
    {"subsets are those of the plain way", subsets},
    {"subsets are fair", subsets_are_fair},
    CU_TEST_INFO_NULL,
};
