/* Clusters against labels: the values of scikit-learn and SciPy, all permutations tried, and input
 * that nobody should give. */
#include "oddlot/eval/assignment.h"
#include "oddlot/eval/clustering.h"

#include "clustering_reference.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot_test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

const char *odd_test_name = "eval/clustering";

/* The sum of an assignment; NaN where a column is given twice, is none, or too few are given. */
static double worth(int64_t rows, int64_t columns, const double value[], const int64_t column_of[])
{
    bool taken[64] = {false};
    int64_t pairs = 0;
    double sum = 0;
    for (int64_t i = 0; i < rows; i++) {
        const int64_t j = column_of[i];
        if (j == -1) continue;
        if (j < 0 || j >= columns || taken[j]) return NAN;
        taken[j] = true;
        sum += value[i * columns + j];
        pairs++;
    }
    return pairs == (rows < columns ? rows : columns) ? sum : NAN;
}

/* The most that rows i ... can be worth with the columns that are left; rows may be left out only
 * where columns are fewer. */
static double try_all(int rows, int columns, const double value[], int i, unsigned taken)
{
    double best = -INFINITY;
    const int left = columns - __builtin_popcount(taken);
    if (i == rows) return 0;
    if (rows - i > left) best = try_all(rows, columns, value, i + 1, taken);
    for (int j = 0; j < columns; j++)
        if (!(taken >> j & 1))
            best = fmax(best, value[i * columns + j] +
                                  try_all(rows, columns, value, i + 1, taken | 1U << j));
    return best;
}

/* Whole numbers, many of them equal and some negative, so that sums are exact. */
static void test_all_permutations(void)
{
    double value[49];
    int64_t column_of[7];
    for (int rows = 1; rows <= 7; rows++)
        for (int columns = 1; columns <= 7; columns++)
            for (uint64_t seed = 0; seed < 4; seed++) {
                for (int i = 0; i < rows * columns; i++)
                    value[i] = (double)odd_below(seed % 2 ? 9 : 1000, seed, ODD_STREAM_TEST,
                                                 (uint64_t)i, 0) -
                               4;
                CU_ASSERT_EQUAL(odd_assignment(rows, columns, value, column_of), ODD_OK);
                CU_ASSERT_EQUAL(worth(rows, columns, value, column_of),
                                try_all(rows, columns, value, 0, 0));
            }
}

static void test_scipy(void)
{
    int64_t column_of[64];
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        const int rows = tables[t].rows, columns = tables[t].columns;
        CU_ASSERT_EQUAL(odd_assignment(rows, columns, tables[t].value, column_of), ODD_OK);
        CU_ASSERT_DOUBLE_EQUAL(worth(rows, columns, tables[t].value, column_of), tables[t].best,
                               1e-12);
    }
}

static void test_not_finite(void)
{
    int64_t column_of[2];
    const double bad[] = {1, 2, NAN, 3}, worse[] = {1, INFINITY};
    CU_ASSERT_EQUAL(odd_assignment(2, 2, bad, column_of), ODD_NUMERIC);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "row 1 and column 0"));
    CU_ASSERT_EQUAL(odd_assignment(1, 2, worse, column_of), ODD_NUMERIC);
    CU_ASSERT_EQUAL(odd_assignment(0, 2, worse, column_of), ODD_OK);
}

/* The table of these rows. */
static odd_status count_rows(int64_t n, const int64_t label[], int64_t labels,
                             const double cluster[], odd_contingency *out)
{
    double largest;
    odd_status st;
    *out = (odd_contingency){0};
    ODD_TRY(odd_contingency_largest(0, n, cluster, &largest));
    ODD_TRY(odd_contingency_new(labels, largest, out));
    odd_contingency_add(out, n, label, cluster);
done:
    return st;
}

static void test_scikit_learn(void)
{
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        int64_t label[ROWS], cluster_of[ROWS], labels = 0;
        double cluster[ROWS];
        odd_contingency table;
        odd_agreement found;
        for (int i = 0; i < ROWS; i++) {
            label[i] = cases[c].label[i];
            cluster[i] = cases[c].cluster[i];
            if (label[i] >= labels) labels = label[i] + 1;
        }
        CU_ASSERT_EQUAL(count_rows(ROWS, label, labels, cluster, &table), ODD_OK);
        CU_ASSERT_EQUAL(table.rows, ROWS);
        CU_ASSERT_EQUAL(odd_agreement_of(&table, cluster_of, &found), ODD_OK);
        CU_ASSERT_DOUBLE_EQUAL(found.accuracy, cases[c].accuracy, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(found.nmi, cases[c].nmi, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(found.ari, cases[c].ari, 1e-12);
        odd_contingency_free(&table);
    }
}

/* Rows 1 and 3 have no label or no cluster; cluster 1 is empty. */
static void test_gaps(void)
{
    const int64_t label[] = {0, -1, 1, 1, 0};
    const double cluster[] = {2, 0, 0, NAN, 2};
    const int64_t should[] = {0, 0, 2, 1, 0, 0};
    int64_t cluster_of[2];
    odd_contingency table;
    odd_agreement found;
    CU_ASSERT_EQUAL(count_rows(5, label, 2, cluster, &table), ODD_OK);
    CU_ASSERT(table.rows == 3 && table.labels == 2 && table.clusters == 3);
    CU_ASSERT_EQUAL(memcmp(table.count, should, sizeof should), 0);
    CU_ASSERT_EQUAL(odd_agreement_of(&table, cluster_of, &found), ODD_OK);
    CU_ASSERT(cluster_of[0] == 2 && cluster_of[1] == 0);
    CU_ASSERT(found.accuracy == 1 && found.ari == 1);
    CU_ASSERT_DOUBLE_EQUAL(found.nmi, 1, 1e-15);
    odd_contingency_free(&table);
}

/* Rows counted in parts, as ranks do. */
static void test_parts(void)
{
    const int64_t label[] = {0, 1, 1, 0}, should[] = {1, 1, 2, 0};
    const double cluster[] = {0, 0, 0, 1}, wrong[] = {0, -2};
    odd_contingency table;
    double largest;
    CU_ASSERT_EQUAL(odd_contingency_largest(40, 3, cluster, &largest), ODD_OK);
    CU_ASSERT_EQUAL(largest, 0);
    CU_ASSERT_EQUAL(odd_contingency_largest(0, 0, NULL, &largest), ODD_OK);
    CU_ASSERT_EQUAL(largest, -1);
    CU_ASSERT_EQUAL(odd_contingency_largest(40, 2, wrong, &largest), ODD_NUMERIC);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "row 41 "));
    CU_ASSERT_EQUAL(odd_contingency_new(2, 1, &table), ODD_OK);
    odd_contingency_add(&table, 1, label, cluster);
    odd_contingency_add(&table, 3, label + 1, cluster + 1);
    CU_ASSERT(table.rows == 4 && memcmp(table.count, should, sizeof should) == 0);
    odd_contingency_free(&table);
}

static void test_hostile(void)
{
    const int64_t label[] = {0, 1}, unknown[] = {-1, -1};
    const double none[] = {NAN, NAN}, fine[] = {0, 1};
    const double bad[][2] = {{0, -1}, {0, 0.5}, {0, INFINITY}, {0, 1e300}, {0, -INFINITY}};
    int64_t cluster_of[2];
    odd_contingency table;
    odd_agreement found;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const odd_status st = count_rows(2, label, 2, bad[i], &table);
        CU_ASSERT(st == (bad[i][1] > 1 ? ODD_ARG : ODD_NUMERIC) && !table.count);
    }
    CU_ASSERT_EQUAL(count_rows(2, label, 2, none, &table), ODD_OK);
    CU_ASSERT_EQUAL(odd_agreement_of(&table, cluster_of, &found), ODD_ARG);
    odd_contingency_free(&table);
    CU_ASSERT_EQUAL(count_rows(2, unknown, 2, fine, &table), ODD_OK);
    CU_ASSERT_EQUAL(odd_agreement_of(&table, cluster_of, &found), ODD_ARG);
    odd_contingency_free(&table);
    CU_ASSERT_EQUAL(count_rows(2, label, ODD_CONTINGENCY_MOST, fine, &table), ODD_ARG);
    CU_ASSERT_EQUAL(count_rows(0, label, 0, fine, &table), ODD_OK);
    CU_ASSERT_EQUAL(odd_agreement_of(&table, cluster_of, &found), ODD_ARG);
    odd_contingency_free(&table);
}

CU_TestInfo odd_tests[] = {
    {"assignments: the best of all permutations", test_all_permutations},
    {"assignments: the values of SciPy", test_scipy},
    {"assignments: values that are not finite", test_not_finite},
    {"agreement: the values of scikit-learn", test_scikit_learn},
    {"agreement: rows without label or cluster, empty clusters", test_gaps},
    {"agreement: rows in parts", test_parts},
    {"agreement: hostile input", test_hostile},
    CU_TEST_INFO_NULL,
};
