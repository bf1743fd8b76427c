/* The contract of detectors: finite rows get finite scores, whatever they are; others are refused
 * by their number. */
#include "contract_fixture.h"

const char *odd_test_name = "detect/contract: hostile rows";

/* ---- rows as catalogues may have them ---- */

static double equal(int64_t row, int j, uint64_t seed)
{
    (void)row;
    (void)seed;
    return 0.1 + j;
}

static double zero(int64_t row, int j, uint64_t seed)
{
    (void)row;
    (void)j;
    (void)seed;
    return 0;
}

static double constant_column(int64_t row, int j, uint64_t seed)
{
    return j == 1 ? 7.3 : theme_and_odd(row, j, seed);
}

/* Columns that are sums of others. */
static double dependent(int64_t row, int j, uint64_t seed)
{
    const double a = theme_and_odd(row, 0, seed), b = theme_and_odd(row, 1, seed);
    return j % 3 == 0 ? a : j % 3 == 1 ? b : a + b;
}

static double two_values(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return row % 2 ? j : -1;
}

static double each_twice(int64_t row, int j, uint64_t seed)
{
    return theme_and_odd(row / 2, j, seed);
}

static double zeros_and_ones(int64_t row, int j, uint64_t seed)
{
    return odd_uniform(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j) < 0.3;
}

static double far_from_0(int64_t row, int j, uint64_t seed)
{
    return 1e6 + theme_and_odd(row, j, seed);
}

static double very_small(int64_t row, int j, uint64_t seed)
{
    return 1e-40 * theme_and_odd(row, j, seed);
}

static double very_large(int64_t row, int j, uint64_t seed)
{
    return 1e37 * theme_and_odd(row, j, seed);
}

/* All but one row are usual. */
static double one_large(int64_t row, int j, uint64_t seed)
{
    return row == 11 && j == 2 ? 3e38 : theme_and_odd(row, j, seed);
}

static const struct {
    const char *name;
    int64_t n;
    int d;
    value_function value;
} cases[] = {
    {"one row", 1, 4, theme_and_odd},
    {"one value", 1, 1, theme_and_odd},
    {"two rows", 2, 4, theme_and_odd},
    {"fewer rows than clusters, components and neighbours", 4, 2, theme_and_odd},
    {"fewer rows than features", 6, 20, theme_and_odd},
    {"one feature", 80, 1, theme_and_odd},
    {"equal rows", 40, 5, equal},
    {"rows of zeros", 40, 5, zero},
    {"a constant column", 160, 4, constant_column},
    {"dependent columns", 160, 6, dependent},
    {"two different rows", 40, 3, two_values},
    {"each row twice", 160, 4, each_twice},
    {"zeros and ones", 160, 12, zeros_and_ones},
    {"rows far from 0", 160, 4, far_from_0},
    {"very small values", 160, 4, very_small},
    {"very large values", 160, 4, very_large},
    {"one very large value", 160, 4, one_large},
};

static void test_finite_scores(void)
{
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int i = 0; learners()[i]; i++) {
            odd_rows rows = rows_of(WORLD, cases[c].n, cases[c].d, 3, cases[c].value);
            outcome o = learn(learners()[i], &rows, NULL);
            char reason[256] = "";
            promise(learners()[i], cases[c].name,
                    o.st == ODD_OK && all_finite(o.score, rows.part.n_local * o.columns));
            if (rows.part.n_local > 0)
                learners()[i]->reason(&o.model, o.score, reason, sizeof reason);
            promise(learners()[i], "a sentence without strange numbers",
                    !strstr(reason, "nan") && !strstr(reason, "inf"));
            outcome_free(&o);
            rows_free(&rows);
        }
}

/* Whichever comes first: 0, 2, ... and 1, 3, ... are the same rows. */
static void test_equal_rows_score_alike(void)
{
    enum { N = 160 };
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(SELF, N, 4, 3, each_twice);
        outcome o = learn(learners()[i], &rows, NULL);
        bool alike = o.st == ODD_OK;
        for (int64_t row = 0; alike && row < N; row += 2)
            alike = close_to(o.score + row * o.columns, o.score + (row + 1) * o.columns, o.columns,
                             1e-9);
        promise(learners()[i], "equal rows have equal scores", alike);
        outcome_free(&o);
        rows_free(&rows);
    }
}

/* ---- rows that are refused ---- */

enum { N = 90, D = 4, WRONG = 33 };

static double wrong_value;

static double with_wrong_value(int64_t row, int j, uint64_t seed)
{
    return row == WRONG && j == 1 ? wrong_value : theme_and_odd(row, j, seed);
}

static bool is_refused(odd_status st)
{
    return st == ODD_NUMERIC && strstr(odd_fail_reason(), "row 33 ");
}

static void test_not_finite(void)
{
    static const double wrong[] = {NAN, INFINITY, -INFINITY};
    for (size_t w = 0; w < sizeof wrong / sizeof *wrong; w++)
        for (int i = 0; learners()[i]; i++) {
            wrong_value = wrong[w];
            odd_rows good = rows_of(WORLD, N, D, 3, theme_and_odd);
            odd_rows bad = rows_of(WORLD, N, D, 3, with_wrong_value);
            outcome o = learn(learners()[i], &good, NULL), none;
            promise(learners()[i], "a row that is not finite is not scored, but named",
                    o.st == ODD_OK && is_refused(learners()[i]->score(&o.model, &bad, o.score)));
            none = learn(learners()[i], &bad, NULL);
            promise(learners()[i], "a row that is not finite is not learnt from, but named",
                    is_refused(none.st));
            outcome_free(&o);
            outcome_free(&none);
            rows_free(&good);
            rows_free(&bad);
        }
}

static void test_no_rows(void)
{
    for (int i = 0; learners()[i]; i++) {
        odd_rows none = rows_of(WORLD, 0, D, 3, theme_and_odd);
        outcome o = learn(learners()[i], &none, NULL);
        promise(learners()[i], "nothing to learn from is told",
                o.st == ODD_ARG && strstr(odd_fail_reason(), learners()[i]->name));
        outcome_free(&o);
        rows_free(&none);
    }
}

/* ---- verified rows ---- */

static odd_status learn_marked(const odd_detector *detector, uint8_t mark, odd_bundle *model,
                               bool *finite)
{
    odd_rows rows = rows_of(WORLD, N, D, 3, theme_and_odd);
    uint8_t verified[N];
    memset(verified, mark, sizeof verified);
    outcome o = learn(detector, &rows, verified);
    *finite = o.st == ODD_OK && all_finite(o.score, rows.part.n_local * o.columns);
    *model = o.model;
    odd_free(o.score);
    rows_free(&rows);
    return o.st;
}

static void test_verified(void)
{
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 3, theme_and_odd);
        outcome plain = learn(learners()[i], &rows, NULL);
        odd_bundle model;
        bool finite;
        odd_status st = learn_marked(learners()[i], ODD_UNVERIFIED, &model, &finite);
        promise(learners()[i], "no row verified is nothing verified",
                st == ODD_OK && finite && same_bundle(&plain.model, &model));
        odd_bundle_free(&model);
        st = learn_marked(learners()[i], ODD_VERIFIED_THEME, &model, &finite);
        promise(learners()[i], "all rows may be theme", st == ODD_OK && finite);
        odd_bundle_free(&model);
        st = learn_marked(learners()[i], ODD_VERIFIED_ODD, &model, &finite);
        promise(learners()[i], "where all rows are odd it scores them or says that it cannot",
                (st == ODD_OK && finite) ||
                    (st == ODD_ARG && strstr(odd_fail_reason(), learners()[i]->name)));
        odd_bundle_free(&model);
        outcome_free(&plain);
        rows_free(&rows);
    }
}

CU_TestInfo odd_tests[] = {
    {"finite rows have finite scores", test_finite_scores},
    {"equal rows have equal scores", test_equal_rows_score_alike},
    {"rows that are not finite are named", test_not_finite},
    {"nothing to learn from", test_no_rows},
    {"verified rows", test_verified},
    CU_TEST_INFO_NULL,
};
