/* The contract of reductions: any finite rows have finite scores, or are reported to be too few;
 * rows that are not finite are named; any shape can be planned. */
#include "oddlot/stage/reductions.h"
#include "reductions_fixture.h"

const char *odd_test_name = "stage/contract of reductions: hostile rows";

/* ---- hostile rows ---- */

static double equal(int64_t row, int j)
{
    (void)row;
    return 0.1 + j;
}

static double constant_column(int64_t row, int j)
{
    return j == 1 ? 7.3 : plain(row, j);
}

static double each_twice(int64_t row, int j)
{
    return plain(row / 2, j);
}

static double two_values(int64_t row, int j)
{
    return row % 2 ? j : -1;
}

static double far_from_0(int64_t row, int j)
{
    return 1e5 + plain(row, j);
}

static double very_small(int64_t row, int j)
{
    return 1e-30 * plain(row, j);
}

static double very_large(int64_t row, int j)
{
    return 1e30 * plain(row, j);
}

static double one_large(int64_t row, int j)
{
    return row == 11 && j == 2 ? 1e37 : plain(row, j);
}

static const struct {
    const char *name;
    int64_t n;
    int d;
    value_function value;
    bool may_refuse; /* too few to learn from, if it says so */
} cases[] = {
    {"no rows", 0, 4, plain, true},
    {"one row", 1, 4, plain, true},
    {"two rows", 2, 4, plain, true},
    {"three rows", 3, 8, plain, false},
    {"one feature", 60, 1, plain, false},
    {"fewer rows than features", 12, 30, plain, false},
    {"equal rows", 40, 5, equal, false},
    {"a constant column", N, 5, constant_column, false},
    {"each row twice", N, 5, each_twice, false},
    {"two different rows", 40, 4, two_values, false},
    {"rows far from 0", N, 5, far_from_0, false},
    {"very small values", N, 5, very_small, false},
    {"very large values", N, 5, very_large, false},
    {"one very large value", N, 5, one_large, false},
};

static void test_hostile(void)
{
    const odd_reduction *r;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int i = 0; (r = odd_stage_reductions[i]); i++) {
            odd_rows rows = rows_of(WORLD, cases[c].n, cases[c].d, cases[c].value);
            outcome o = reduce(r, &rows);
            const bool refused = cases[c].may_refuse && o.st == ODD_ARG;
            promise(r, cases[c].name,
                    refused || (o.st == ODD_OK && is_finite(&o, rows.part.n_local)));
            outcome_free(&o);
            rows_free(&rows);
        }
}

enum { WRONG = 33 };
static double wrong_value;

static double with_wrong_value(int64_t row, int j)
{
    return row == WRONG && j == 1 ? wrong_value : plain(row, j);
}

/* It learns from all rows, and names the one; or it learns nothing from rows, and that one's scores
 * are not finite. */
static void test_not_finite(void)
{
    static const double wrong[] = {NAN, INFINITY, -INFINITY};
    const odd_reduction *r;
    for (size_t w = 0; w < 3; w++)
        for (int i = 0; (r = odd_stage_reductions[i]); i++) {
            wrong_value = wrong[w];
            odd_rows rows = rows_of(WORLD, N, D, with_wrong_value);
            outcome o = reduce(r, &rows);
            bool told = o.st == ODD_NUMERIC && o.bad_row == WRONG;
            for (int64_t at = 0; o.st == ODD_OK && at < rows.part.n_local; at++) {
                bool sound = true;
                for (int c = 0; c < o.k; c++)
                    sound = sound && isfinite(o.score[at * o.k + c]);
                told = (at == 0 || told) && sound == (rows.part.row0 + at != WRONG);
            }
            promise(r, "a row that is not finite is reported",
                    told || (o.st == ODD_OK && rows.part.n_local == 0));
            outcome_free(&o);
            rows_free(&rows);
        }
}

/* Such a row by a model of good rows: refused, or it alone is not finite. */
static void test_not_finite_later(void)
{
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        wrong_value = NAN;
        odd_rows good = rows_of(SELF, N, D, plain), bad = rows_of(SELF, N, D, with_wrong_value);
        outcome o = reduce(r, &good);
        outcome later = {.k = o.k, .score = odd_alloc(N * (int64_t)MOST_K, sizeof(float))};
        bool ok = o.st == ODD_OK;
        const odd_status st = ok ? r->apply(&o.model, &bad, later.score, NULL) : ODD_OK;
        for (int64_t at = 0; ok && st == ODD_OK && at < N; at++)
            for (int c = 0; c < o.k; c++) {
                const float is = later.score[at * o.k + c], was = o.score[at * o.k + c];
                ok = ok && (at == WRONG || is == was);
            }
        if (st == ODD_OK) {
            bool sound = true;
            for (int c = 0; c < o.k; c++)
                sound = sound && isfinite(later.score[WRONG * o.k + c]);
            ok = ok && !sound;
        }
        promise(r, "a row that is not finite does not spoil others, nor passes for a good one",
                ok &&
                    (st == ODD_OK || (st == ODD_NUMERIC && strstr(odd_fail_reason(), "row 33 "))));
        odd_free(later.score);
        outcome_free(&o);
        rows_free(&good);
        rows_free(&bad);
    }
}

/* ---- plans ---- */

static void test_plan(void)
{
    static const int64_t rows[] = {0, 1, N, 100000000};
    static const int features[] = {0, 1, D, 100000};
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        odd_job *job;
        const void *options = settings(r, &job);
        odd_rows some = rows_of(SELF, N, D, plain);
        outcome o = reduce(r, &some);
        for (int s = 0; s < 16; s++) {
            const int64_t n = rows[s / 4];
            const int d = features[s % 4];
            odd_text what = ODD_TEXT_EMPTY;
            int64_t bytes = -1;
            int k = -1;
            bool ok = r->plan(options, n, d, 2, 2, &k, &bytes, &what) == ODD_OK && k >= 0 &&
                      bytes >= 0 && strlen(odd_text_string(&what)) > 10;
            if (n == N && d == D) ok = ok && k == o.k;
            promise(r, "it plans any shape, and keeps to the plan", ok);
            odd_text_free(&what);
        }
        outcome_free(&o);
        rows_free(&some);
        odd_job_free(&job);
    }
}

CU_TestInfo odd_tests[] = {
    {"hostile rows", test_hostile},
    {"rows that are not finite", test_not_finite},
    {"rows that are not finite later", test_not_finite_later},
    {"plans", test_plan},
    CU_TEST_INFO_NULL,
};
