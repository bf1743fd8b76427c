/* Pairs and groups: the same wherever the pairs were found. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/pairs.h"

#include <math.h>

const char *odd_test_name = "par.pairs";

#define WORLD MPI_COMM_WORLD
enum { ROWS = 500, PAIRS = 300 };

static int64_t any_row(int64_t i, uint32_t draw)
{
    return (int64_t)odd_below(ROWS, 3, ODD_STREAM_TEST, (uint64_t)i, draw);
}

/* Pair i of all, as one of some ranks finds it, or two. */
static void find_pairs(int finders, odd_pairs *out)
{
    const int rank = odd_rank(WORLD), size = odd_size(WORLD);
    for (int64_t i = 0; i < PAIRS; i++)
        for (int f = 0; f < finders; f++)
            if ((i + f) % size == rank) {
                const int64_t a = any_row(i, 0), b = any_row(i, 1);
                CU_ASSERT_EQUAL(
                    odd_pairs_add(out, f ? b : a, f ? a : b, (double)(i + f), (uint64_t)1 << f),
                    ODD_OK);
            }
}

static void test_settle(void)
{
    const odd_partition part = odd_partition_rows(WORLD, ROWS);
    odd_pairs pairs = {0};
    find_pairs(2, &pairs);
    if (!check_all(WORLD, odd_pairs_settle(WORLD, &part, &pairs) == ODD_OK)) return;
    for (int64_t i = 0; i < pairs.count; i++) {
        const odd_pair *p = &pairs.pair[i];
        CU_ASSERT(p->first >= part.row0 && p->first < part.row0 + part.n_local);
        CU_ASSERT(p->first < p->second);
        CU_ASSERT_EQUAL(p->marks, 3);
        if (i > 0)
            CU_ASSERT(p[-1].first < p->first ||
                      (p[-1].first == p->first && p[-1].second < p->second));
    }
    check_all(WORLD, odd_pairs_share(WORLD, &pairs) == ODD_OK);
    int64_t unlike = 0;
    for (int64_t i = 0; i < PAIRS; i++)
        unlike += any_row(i, 0) != any_row(i, 1);
    CU_ASSERT(pairs.count > unlike * 9 / 10 && pairs.count <= unlike); /* few come twice */
    double least = INFINITY;
    for (int64_t i = 0; i < pairs.count; i++)
        least = fmin(least, pairs.pair[i].value);
    CU_ASSERT_EQUAL(least, 0);
    odd_pairs_free(&pairs);
}

/* Row r has the digest of r % 100, or none. */
static odd_hash digest_of(int64_t row)
{
    const uint64_t kind = (uint64_t)(row % 100);
    return row % 100 < 10 ? (odd_hash){0, 0} : (odd_hash){kind % 7, kind};
}

static void test_equals(void)
{
    const odd_partition part = odd_partition_rows(WORLD, ROWS);
    odd_hash *digest = odd_alloc(part.n_local, sizeof *digest);
    odd_pairs pairs = {0};
    for (int64_t i = 0; i < part.n_local; i++)
        digest[i] = digest_of(part.row0 + i);
    bool good = odd_pairs_of_equals(WORLD, &part, digest, &pairs) == ODD_OK;
    good = good && odd_pairs_share(WORLD, &pairs) == ODD_OK;
    if (!check_all(WORLD, good)) return;
    CU_ASSERT_EQUAL(pairs.count, 90 * (ROWS / 100 - 1));
    for (int64_t i = 0; i < pairs.count; i++) {
        CU_ASSERT(pairs.pair[i].first < 100 && pairs.pair[i].first >= 10);
        CU_ASSERT_EQUAL(pairs.pair[i].second % 100, pairs.pair[i].first);
    }
    odd_pairs_free(&pairs);
    odd_free(digest);
}

/* The smallest row that is reached, by going along all pairs until nothing changes. */
static void spread_roots(const odd_pairs *pairs, int64_t root[ROWS])
{
    bool changed = true;
    for (int64_t i = 0; i < ROWS; i++)
        root[i] = i;
    while (changed) {
        changed = false;
        for (int64_t i = 0; i < pairs->count; i++) {
            int64_t *a = &root[pairs->pair[i].first], *b = &root[pairs->pair[i].second];
            const int64_t least = *a < *b ? *a : *b;
            changed |= *a != least || *b != least;
            *a = *b = least;
        }
    }
}

static void test_groups(void)
{
    odd_pairs pairs = {0};
    odd_groups groups;
    int64_t root[ROWS], last = -1;
    find_pairs(1, &pairs);
    if (!check_all(WORLD, odd_pairs_share(WORLD, &pairs) == ODD_OK)) return;
    CU_ASSERT_EQUAL(odd_groups_of_pairs(&pairs, &groups), ODD_OK);
    spread_roots(&pairs, root);
    CU_ASSERT(groups.groups > 5);
    CU_ASSERT_EQUAL(groups.first[groups.groups], groups.members);
    for (int64_t g = 0; g < groups.groups; g++) {
        const int64_t *row = groups.row + groups.first[g];
        CU_ASSERT(row[0] > last && groups.first[g + 1] - groups.first[g] >= 2);
        last = row[0];
        for (int64_t i = 0; i < groups.first[g + 1] - groups.first[g]; i++) {
            CU_ASSERT_EQUAL(root[row[i]], row[0]);
            if (i > 0) CU_ASSERT(row[i - 1] < row[i]);
        }
    }
    for (int64_t i = 0; i < pairs.count; i++)
        CU_ASSERT_EQUAL(groups.row[groups.first[groups.group[i]]], root[pairs.pair[i].first]);
    odd_groups_free(&groups);
    odd_pairs_free(&pairs);
}

static void test_none(void)
{
    const odd_partition part = odd_partition_rows(WORLD, 1);
    odd_pairs pairs = {0};
    odd_groups groups;
    CU_ASSERT_EQUAL(odd_pairs_add(&pairs, 0, 0, 0, 0), ODD_OK);
    check_all(WORLD, odd_pairs_settle(WORLD, &part, &pairs) == ODD_OK && pairs.count == 0);
    CU_ASSERT_EQUAL(odd_groups_of_pairs(&pairs, &groups), ODD_OK);
    CU_ASSERT(groups.groups == 0 && groups.members == 0);
    odd_groups_free(&groups);
    odd_pairs_free(&pairs);
}

CU_TestInfo odd_tests[] = {
    {"pairs come to their owners once", test_settle},
    {"rows of equal digests", test_equals},
    {"groups have their smallest row first", test_groups},
    {"no pairs", test_none},
    CU_TEST_INFO_NULL,
};
