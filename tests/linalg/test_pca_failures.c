/* PCA: what it refuses, on every rank alike, and models from files that are not whole. */
#include "pca_fixture.h"

#include "oddlot/par/fault.h"

#include <stdio.h>

static char *const covariance = "covariance", *const gram = "gram";

static float plain(int64_t i, int j)
{
    return (float)odd_normal(3, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
}

static odd_status try_fit(const odd_rows *rows, int64_t k, char *solver, int64_t *bad_row)
{
    odd_pca *pca = NULL;
    const odd_pca_options options = {.components = k, .solver = solver};
    const odd_status st = odd_pca_fit(rows, &options, &pca, bad_row);
    CU_ASSERT(!pca == (st != ODD_OK));
    odd_pca_free(&pca);
    return st;
}

static void spoil(fixture *f, int64_t row, int feature, float value)
{
    const int64_t local = row - f->rows.part.row0;
    if (local >= 0 && local < f->rows.part.n_local) f->x[local * f->rows.d + feature] = value;
}

/* Two rows are bad; the first is named, wherever it lies. */
static void check_bad_row(int64_t n, int d, int64_t row, float value)
{
    fixture f;
    int64_t bad_row;
    char name[64];
    if (!check_all(WORLD, open_fixture(WORLD, plain, n, d, &f) == ODD_OK)) return;
    spoil(&f, row, d - 1, value);
    spoil(&f, n - 1, 0, NAN);
    snprintf(name, sizeof name, "feature %d of row %lld is not finite", row == n - 1 ? 0 : d - 1,
             (long long)row);
    const odd_rows read = read_rows_of(&f);
    const odd_rows *both[] = {&f.rows, &read};
    for (int i = 0; i < 2; i++) {
        check_all(WORLD, try_fit(both[i], 2, covariance, &bad_row) == ODD_NUMERIC);
        check_all(WORLD, bad_row == row && strcmp(odd_fail_reason(), name) == 0);
    }
    odd_free(f.x);
}

static void test_not_finite(void)
{
    check_bad_row(100, 5, 0, NAN);
    check_bad_row(100, 5, 57, INFINITY);
    check_bad_row(100, 5, 98, -INFINITY);
    check_bad_row(8, 50, 3, NAN);
    check_bad_row(3000, 4, 2999, NAN);
}

static void test_arguments(void)
{
    fixture f;
    int64_t bad_row;
    if (!check_all(WORLD, open_fixture(WORLD, plain, 20, 3, &f) == ODD_OK)) return;
    check_all(WORLD, try_fit(&f.rows, 0, covariance, &bad_row) == ODD_ARG && bad_row == -1);
    check_all(WORLD, try_fit(&f.rows, -7, gram, &bad_row) == ODD_ARG);
    const bool last = odd_rank(WORLD) == odd_size(WORLD) - 1;
    check_all(WORLD, try_fit(&f.rows, 2 + last, covariance, &bad_row) ==
                         (odd_size(WORLD) > 1 ? ODD_DIFFER : ODD_OK));
    const odd_rows none = odd_rows_in_memory(WORLD, 0, 3, f.x),
                   one = odd_rows_in_memory(WORLD, 1, 3, f.x);
    check_all(WORLD, try_fit(&none, 2, covariance, &bad_row) == ODD_ARG);
    check_all(WORLD, try_fit(&one, 2, covariance, &bad_row) == ODD_OK); /* a mean alone */
    const odd_rows narrow = odd_rows_in_memory(WORLD, 20, 0, f.x);
    check_all(WORLD, try_fit(&narrow, 2, covariance, &bad_row) == ODD_ARG);
    const odd_rows vast = odd_rows_in_memory(WORLD, (int64_t)1 << 40, 1 << 26, f.x);
    check_all(WORLD, try_fit(&vast, 2, covariance, &bad_row) == ODD_NOMEM);
    odd_free(f.x);
}

static void test_wrong_width(void)
{
    fixture f;
    float score[64];
    if (!check_all(WORLD, open_fixture(WORLD, plain, 20, 3, &f) == ODD_OK)) return;
    odd_pca *pca = fit(&f.rows, 2, covariance);
    const odd_rows other = odd_rows_in_memory(WORLD, 20, 2, f.x);
    if (pca) check_all(WORLD, odd_pca_apply(pca, &other, score, NULL) == ODD_ARG);
    odd_pca_free(&pca);
    odd_free(f.x);
}

enum { MANY = 1000 };

typedef struct {
    fixture *f;
    int left; /* reads that still succeed on this rank */
} failing;

static odd_status read_or_fail(void *context, int64_t local, int64_t count, float x[])
{
    failing *r = context;
    if (r->left-- <= 0) return odd_fail(ODD_IO, "cannot read rows");
    return read_fixture(r->f, local, count, x);
}

/* Each read of the first rank fails in turn: those for the mean, the products and the axes. */
static void check_reads(int64_t n, int d, char *solver, int passes)
{
    fixture f;
    int64_t bad_row;
    int reads = 0;
    if (!check_all(WORLD, open_fixture(WORLD, plain, n, d, &f) == ODD_OK)) return;
    for (int fail = MANY; fail >= 0; fail = fail == MANY ? reads - 1 : fail - 1) {
        failing r = {&f, odd_rank(WORLD) == 0 ? fail : MANY};
        odd_rows rows = read_rows_of(&f);
        rows.read = read_or_fail;
        rows.reader = &r;
        check_all(WORLD, try_fit(&rows, 3, solver, &bad_row) == (fail == MANY ? ODD_OK : ODD_IO));
        check_all(WORLD, bad_row == -1);
        if (fail == MANY) reads = MANY - r.left;
        odd_broadcast(WORLD, 0, &reads, sizeof reads);
    }
    CU_ASSERT(reads >= passes);
    odd_free(f.x);
}

static void test_reads_fail(void)
{
    check_reads(64, 5, covariance, 2);
    check_reads(64, 90, gram, 3);
}

static void test_fault(void)
{
    fixture f;
    int64_t bad_row;
    static const char fault[] = "eigh.allocate:rank=0";
    if (!check_all(WORLD, open_fixture(WORLD, plain, 40, 5, &f) == ODD_OK)) return;
    char *const solvers[] = {covariance, gram};
    for (int i = 0; i < 2; i++) {
        odd_fault_setup(fault, odd_rank(WORLD));
        check_all(WORLD, try_fit(&f.rows, 2, solvers[i], &bad_row) == ODD_IO);
        odd_fault_setup(NULL, odd_rank(WORLD));
        check_all(WORLD, try_fit(&f.rows, 2, solvers[i], &bad_row) == ODD_OK);
    }
    odd_free(f.x);
}

/* A model of 2 axes of 3 features, all right but for what a caller spoils. */
static void make_bundle(odd_bundle *b, int64_t mean_width, int64_t k, double first)
{
    double *mean, *axis, *value;
    *b = (odd_bundle)ODD_BUNDLE_EMPTY;
    CU_ASSERT_EQUAL(odd_bundle_add(b, "mean", ODD_F64, "", &mean, 1, mean_width), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add(b, "axis", ODD_F64, "", &axis, 2, k, (int64_t)3), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add(b, "value", ODD_F64, "", &value, 1, (int64_t)2), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_f64(b, "total_variance", "", 3), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_i64(b, "rows", "", 9), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_i64(b, "whiten", "", 0), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_text(b, "solver", "", "gram"), ODD_OK);
    mean[0] = first;
}

static odd_status try_load(odd_bundle *b)
{
    odd_pca *pca;
    const odd_status st = odd_pca_load(b, &pca);
    CU_ASSERT(!pca == (st != ODD_OK));
    odd_pca_free(&pca);
    odd_bundle_free(b);
    return st;
}

static void test_load(void)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    CU_ASSERT_EQUAL(try_load(&b), ODD_FORMAT); /* nothing there */
    make_bundle(&b, 3, 2, 1);
    CU_ASSERT_EQUAL(try_load(&b), ODD_OK);
    make_bundle(&b, 4, 2, 1); /* mean too long */
    CU_ASSERT_EQUAL(try_load(&b), ODD_FORMAT);
    make_bundle(&b, 3, 1, 1); /* value too long */
    CU_ASSERT_EQUAL(try_load(&b), ODD_FORMAT);
    make_bundle(&b, 3, 4, 1); /* more axes than features */
    CU_ASSERT_EQUAL(try_load(&b), ODD_FORMAT);
    make_bundle(&b, 3, 0, 1);
    CU_ASSERT_EQUAL(try_load(&b), ODD_FORMAT);
    make_bundle(&b, 3, 2, NAN);
    CU_ASSERT_EQUAL(try_load(&b), ODD_FORMAT);
}

const char *odd_test_name = "linalg/pca_failures";
CU_TestInfo odd_tests[] = {
    {"a value that is not finite", test_not_finite},
    {"arguments it refuses", test_arguments},
    {"rows of another width", test_wrong_width},
    {"reads that fail on one rank", test_reads_fail},
    {"a rank without memory", test_fault},
    {"models that are not whole", test_load},
    CU_TEST_INFO_NULL,
};
