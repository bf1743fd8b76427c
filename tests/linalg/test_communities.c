/* Communities: planted ones are found whole, at a resolution those that are linked a little are
 * one, and things without links stay alone. */
#include "oddlot/linalg/communities.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot_test.h"

#include <string.h>

enum { THINGS = 90, EACH = 30, NEAR = 8 };

/* Three groups of 30 on a ring each: everyone's nearest are the 8 next to it. Things 0 and 30, and
 * 1 and 31, are near each other, too; the last thing has nobody. */
static void fill_near(int32_t near[THINGS][NEAR + 1])
{
    for (int i = 0; i < THINGS; i++) {
        const int group = i / EACH * EACH;
        for (int j = 0; j < NEAR; j++) {
            const int step = j < NEAR / 2 ? j + 1 : -(j - NEAR / 2 + 1);
            near[i][j] = group + (i - group + step + EACH) % EACH;
        }
        near[i][NEAR] = i < 2 ? i + EACH : -1;
        if (i == EACH || i == EACH + 1) near[i][NEAR] = i - EACH;
    }
    for (int j = 0; j <= NEAR; j++)
        near[THINGS - 1][j] = -1;
}

static odd_status find(double resolution, int32_t community[THINGS], int32_t *count)
{
    int32_t near[THINGS][NEAR + 1];
    odd_links links;
    fill_near(near);
    odd_status st = odd_links_mutual(THINGS, NEAR + 1, near[0], &links);
    for (int32_t i = 0; i < THINGS; i++)
        community[i] = i;
    if (st == ODD_OK) st = odd_communities_join(&links, resolution, community, count);
    odd_links_free(&links);
    return st;
}

static void links_are_mutual(void)
{
    int32_t near[4][2] = {{1, 2}, {0, -1}, {3, -1}, {2, 3}}; /* 0 -> 2 is not answered */
    odd_links l;
    CU_ASSERT_EQUAL_FATAL(odd_links_mutual(4, 2, near[0], &l), ODD_OK);
    const int64_t first[] = {0, 1, 2, 3, 4};
    const int32_t to[] = {1, 0, 3, 2};
    CU_ASSERT(memcmp(l.first, first, sizeof first) == 0);
    CU_ASSERT(memcmp(l.to, to, sizeof to) == 0);
    odd_links_free(&l);
}

/* 4 of about 700 ends lead from the first to the second group: 2 links where chance makes 80. */
static void groups_by_resolution(void)
{
    int32_t c[THINGS], count;
    CU_ASSERT_EQUAL(find(0.1, c, &count), ODD_OK);
    CU_ASSERT_EQUAL(count, 4);
    for (int i = 0; i < THINGS - 1; i++)
        CU_ASSERT_EQUAL(c[i], i / EACH);
    CU_ASSERT_EQUAL(c[THINGS - 1], 3);
    CU_ASSERT_EQUAL(find(0.005, c, &count), ODD_OK);
    CU_ASSERT_EQUAL(count, 3);
    CU_ASSERT_EQUAL(c[EACH], c[0]);
    CU_ASSERT_NOT_EQUAL(c[2 * EACH], c[0]);
}

/* What was found at one resolution goes on at another: the same, or larger ones. */
static void joined_step_by_step(void)
{
    int32_t near[THINGS][NEAR + 1], fine[THINGS], coarse[THINGS], count, fewer;
    odd_links links, between;
    fill_near(near);
    CU_ASSERT_EQUAL_FATAL(odd_links_mutual(THINGS, NEAR + 1, near[0], &links), ODD_OK);
    for (int32_t i = 0; i < THINGS; i++)
        fine[i] = i;
    CU_ASSERT_EQUAL(odd_communities_join(&links, 1, fine, &count), ODD_OK);
    memcpy(coarse, fine, sizeof fine);
    CU_ASSERT_EQUAL(odd_communities_join(&links, 0.1, coarse, &fewer), ODD_OK);
    CU_ASSERT(count >= fewer);
    CU_ASSERT_EQUAL(fewer, 4);
    for (int i = 1; i < THINGS; i++)
        if (fine[i] == fine[i - 1]) CU_ASSERT_EQUAL(coarse[i], coarse[i - 1]);
    CU_ASSERT_EQUAL(odd_communities_links(&links, coarse, fewer, &between), ODD_OK);
    double across = 0, all = 0;
    for (int64_t c = 0; c < between.n; c++)
        for (int64_t j = between.first[c]; j < between.first[c + 1]; j++) {
            all += between.weight[j];
            if (between.to[j] != c) across += between.weight[j];
        }
    CU_ASSERT_EQUAL(across, 4);
    CU_ASSERT_EQUAL(all, (double)links.first[THINGS]);
    odd_links_free(&links);
    odd_links_free(&between);
}

/* The thing with most links within is that in the middle of a star. */
static void medoids(void)
{
    int64_t first[] = {0, 1, 4, 5, 6, 6};
    int32_t to[] = {1, 0, 2, 3, 1, 1}, community[] = {0, 0, 0, 1, 1};
    double weight[] = {1, 1, 1, 1, 1, 1};
    int64_t medoid[3];
    const odd_links star = {.n = 5, .first = first, .to = to, .weight = weight};
    CU_ASSERT_EQUAL(odd_communities_medoids(&star, community, 3, medoid), ODD_OK);
    CU_ASSERT_EQUAL(medoid[0], 1);
    CU_ASSERT_EQUAL(medoid[1], 3); /* none has a link within: the first */
    CU_ASSERT_EQUAL(medoid[2], -1);
}

static void nothing_to_join(void)
{
    odd_links l;
    int32_t c[3] = {0, 1, 2}, near[3] = {-1, -1, -1}, count;
    CU_ASSERT_EQUAL_FATAL(odd_links_mutual(3, 1, near, &l), ODD_OK);
    CU_ASSERT_EQUAL(odd_communities_join(&l, 0.05, c, &count), ODD_OK);
    CU_ASSERT_EQUAL(count, 3);
    odd_links_free(&l);
    CU_ASSERT_EQUAL_FATAL(odd_links_mutual(0, 0, NULL, &l), ODD_OK);
    CU_ASSERT_EQUAL(odd_communities_join(&l, 0.05, c, &count), ODD_OK);
    CU_ASSERT_EQUAL(count, 0);
    odd_links_free(&l);
}

const char *odd_test_name = "linalg/communities";
CU_TestInfo odd_tests[] = {
    {"links are mutual", links_are_mutual},       {"groups by resolution", groups_by_resolution},
    {"joined step by step", joined_step_by_step}, {"medoids", medoids},
    {"nothing to join", nothing_to_join},         CU_TEST_INFO_NULL,
};
