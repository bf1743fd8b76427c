/* Crowds of pictures much alike: which pairs are copies there. */
#include "oddlot_test.h"

#include "stage/copies/copies_internal.h"

const char *odd_test_name = "stage/copies_crowds";

#define MOST 10.0

/* A crowd: rows 0 ... 9, all but those given 15 levels apart. */
static void make_crowd(odd_pairs *pairs, int given, const odd_pair pair[])
{
    for (int a = 0; a < 10; a++)
        for (int b = a + 1; b < 10; b++) {
            double value = 15;
            for (int i = 0; i < given; i++)
                if (pair[i].first == a && pair[i].second == b) value = pair[i].value;
            CU_ASSERT_EQUAL(odd_pairs_add(pairs, a, b, value, ODD_COPY_PLAIN), ODD_OK);
        }
}

/* How many pairs stay. */
static int64_t thinned(int given, const odd_pair pair[])
{
    odd_pairs pairs = {0};
    odd_copy_crowds crowds = {0};
    make_crowd(&pairs, given, pair);
    CU_ASSERT_EQUAL(odd_copies_find_crowds(&pairs, MOST, &crowds), ODD_OK);
    CU_ASSERT_EQUAL(crowds.count, 10);
    odd_copies_thin(&crowds, &pairs);
    const int64_t left = pairs.count;
    odd_copy_crowds_free(&crowds);
    odd_pairs_free(&pairs);
    return left;
}

static void nearest_of_each_other(void)
{
    /* a copy, one that is a little farther from both, and so on */
    odd_pair ladder[] = {{0, 1, 2.0, 0}, {0, 2, 2.3, 0}, {1, 2, 2.3, 0},
                         {0, 3, 4.0, 0}, {1, 3, 4.0, 0}, {2, 3, 4.0, 0}};
    CU_ASSERT_EQUAL(thinned(6, ladder), 1);
    /* no farther: nobody can tell */
    ladder[1].value = ladder[2].value = 2.1;
    CU_ASSERT_EQUAL(thinned(6, ladder), 0);
    /* farther from one of them alone */
    ladder[1].value = 2.3;
    CU_ASSERT_EQUAL(thinned(6, ladder), 0);
    /* nearer than that the same even in a crowd */
    const odd_pair same[] = {{0, 1, 0.9, 0}, {0, 2, 0.95, 0}, {1, 2, 1.0, 0}};
    CU_ASSERT_EQUAL(thinned(3, same), 3);
    /* too far for a crowd */
    const odd_pair far[] = {{0, 1, 3.1, 0}};
    CU_ASSERT_EQUAL(thinned(1, far), 0);
}

/* After several that are near, the gap has to be twice as far. */
static void gap_after_several(void)
{
    const odd_pair small[] = {{0, 1, 2.0, 0}, {0, 2, 2.1, 0}, {0, 3, 3.5, 0},
                              {1, 2, 2.1, 0}, {1, 3, 3.5, 0}, {2, 3, 3.5, 0}};
    CU_ASSERT_EQUAL(thinned(6, small), 0);
    const odd_pair large[] = {{0, 1, 2.0, 0}, {0, 2, 2.1, 0}, {0, 3, 4.5, 0},
                              {1, 2, 2.1, 0}, {1, 3, 4.5, 0}, {2, 3, 4.5, 0}};
    CU_ASSERT_EQUAL(thinned(6, large), 3);
}

/* Where few are alike every pair up to the limit is a copy. */
static void no_crowd(void)
{
    odd_pairs pairs = {0};
    odd_copy_crowds crowds = {0};
    CU_ASSERT_EQUAL(odd_pairs_add(&pairs, 0, 1, 9, 0), ODD_OK);
    CU_ASSERT_EQUAL(odd_pairs_add(&pairs, 1, 2, 9.5, 0), ODD_OK);
    CU_ASSERT_EQUAL(odd_pairs_add(&pairs, 2, 3, 12, 0), ODD_OK);
    CU_ASSERT_EQUAL(odd_copies_find_crowds(&pairs, MOST, &crowds), ODD_OK);
    CU_ASSERT_EQUAL(crowds.count, 0);
    odd_copies_thin(&crowds, &pairs);
    CU_ASSERT_EQUAL(pairs.count, 2);
    odd_copy_crowds_free(&crowds);
    odd_pairs_free(&pairs);
}

CU_TestInfo odd_tests[] = {
    {"nearest of each other", nearest_of_each_other},
    {"a gap after several", gap_after_several},
    {"no crowd", no_crowd},
    CU_TEST_INFO_NULL,
};
