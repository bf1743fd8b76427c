/* What a mixture's parameters mean: its fast E-step is the plain one, its scatter is not what
 * rounding leaves, and a bundle keeps it. */
#include "mixture_fixture.h"

#include "detect/moments_internal.h"
#include "oddlot/linalg/blas.h"

const char *odd_test_name = "detect/mixture_density";

enum { RANK = 2 };

static odd_mixture shape_of(int form, int d, int themes)
{
    return (odd_mixture){.d = d,
                         .themes = themes,
                         .form = form == 2   ? ODD_FORM_DIAGONAL
                                 : form == 3 ? ODD_FORM_SPHERICAL
                                             : ODD_FORM_FULL,
                         .tied = form == 1,
                         .rank = form == 4 ? (d < RANK ? d : RANK) : 0,
                         .degrees = 3};
}

/* ---- E-step ---- */

/* A mixture with any parameters. Owned by caller. */
static odd_mixture *any_mixture(odd_mixture shape, uint64_t seed)
{
    odd_mixture *m = NULL;
    const int d = shape.d;
    ODD_CHECK(odd_mixture_new(&shape, &m) == ODD_OK);
    for (int j = 0; j < d; j++)
        m->centre[j] = draw(seed, j, 50);
    for (int k = 0; k < m->components; k++) {
        m->weight[k] = 1.0 / m->components;
        for (int j = 0; j < d; j++)
            m->mean[k * d + j] = draw(seed, j, 60 + k);
    }
    for (int g = 0; g < m->groups; g++) {
        double *a = odd_mixture_covariance(m, g), v[64];
        for (int j = 0; j < d; j++)
            v[j] = draw(seed, j, 80 + g);
        for (int64_t j = 0; m->rank && j < odd_mixture_size(m); j++)
            a[j] = j < d ? 0.5 + g : draw(seed, j, 90 + g);
        if (m->rank) continue;
        odd_form_add_identity(m->form, d, 0.5 + g, a);
        odd_form_add_outer(m->form, d, 1, v, v, a);
    }
    ODD_CHECK(odd_mixture_factorize(m) == ODD_OK);
    return m;
}

static bool fast_is_plain(const odd_mixture *m, uint64_t seed)
{
    enum { ROWS = 37, WIDE = 20, MANY = 4 };
    float x[ROWS * WIDE];
    double z[ROWS * WIDE], white[ROWS * (WIDE + RANK)], joint[MANY * ROWS], square[MANY * ROWS];
    double plain[MANY], distance[MANY];
    for (int i = 0; i < ROWS * m->d; i++)
        x[i] = (float)(3 * draw(seed, i, 7));
    odd_centre_rows(ROWS, m->d, x, m->centre, z);
    odd_mixture_joint(m, ROWS, z, white, joint, square);
    for (int i = 0; i < ROWS; i++) {
        odd_mixture_joint_plain(m, x + i * m->d, plain, distance);
        for (int k = 0; k < m->components; k++)
            if (fabs(joint[k * ROWS + i] - plain[k]) > 1e-11 * (1 + fabs(plain[k])) ||
                fabs(square[k * ROWS + i] - distance[k]) > 1e-11 * (1 + distance[k]))
                return false;
    }
    return true;
}

static void test_fast_is_plain(void)
{
    for (int form = 0; form < FORMS; form++)
        for (int d = 1; d <= 20; d += 19 - form) {
            odd_mixture shape = shape_of(form, d, 1 + form % 3);
            shape.background = (odd_background)((form + d) % 3);
            odd_mixture *m = any_mixture(shape, 9);
            CU_ASSERT(fast_is_plain(m, (uint64_t)d));
            odd_mixture_free(&m);
        }
}

static void test_log_sum_exp(void)
{
    const double far[] = {-1000, 0, -1000.5}, none[] = {-INFINITY, -INFINITY};
    CU_ASSERT_DOUBLE_EQUAL(odd_log_sum_exp(2, far, 2), -1000 + log1p(exp(-0.5)), 1e-12);
    CU_ASSERT(odd_log_sum_exp(2, none, 1) == -INFINITY);
}

/* ---- scatter ---- */

/* Where the anomalies hold nearly all of the variance, the theme's scatter must not be what
 * rounding leaves of the total: the derived one is the direct one. */
static double wide_and_narrow(int64_t row, int j, uint64_t seed)
{
    return draw(seed, row, j) * (is_odd(row) ? 1e7 : 1);
}

static void test_cancellation(void)
{
    odd_rows rows = rows_of(WORLD, 500, 4, 8, wide_and_narrow);
    odd_mixture *m = any_mixture(shape_of(0, 4, 1), 1);
    odd_mixture_sums *derived = NULL, *direct = NULL;
    double total[16], fourth;
    int64_t n;
    bool ok =
        odd_mixture_sums_new(m, &derived) == ODD_OK && odd_mixture_sums_new(m, &direct) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    ok = odd_mean(&rows, ODD_ALL_ROWS, m->centre, &n) == ODD_OK &&
         odd_scatter(&rows, ODD_ALL_ROWS, ODD_FORM_FULL, m->centre, NULL, total, &fourth) == ODD_OK;
    memset(m->covariance, 0, 32 * sizeof(double));
    odd_form_add_identity(ODD_FORM_FULL, 4, 1, odd_mixture_covariance(m, 0));
    odd_form_add_identity(ODD_FORM_FULL, 4, 1e14, odd_mixture_covariance(m, 1));
    memset(m->mean, 0, 8 * sizeof(double));
    m->weight[0] = 0.9;
    m->weight[1] = 0.1;
    ok = ok && odd_mixture_factorize(m) == ODD_OK;
    derived->total = direct->total = total;
    direct->direct = true;
    ok = ok && odd_mixture_pass(m, &rows, NULL, derived) == ODD_OK &&
         odd_mixture_pass(m, &rows, NULL, direct) == ODD_OK;
    check_all(WORLD, ok && derived->direct &&
                         memcmp(derived->scatter, direct->scatter, 32 * sizeof(double)) == 0);
    odd_mixture_sums_free(&derived);
    odd_mixture_sums_free(&direct);
    odd_mixture_free(&m);
    rows_free(&rows);
}

/* On ordinary rows the derived scatter agrees with the direct one to rounding. */
static void test_derived_is_direct(void)
{
    odd_rows rows = rows_of(WORLD, 500, 4, 8, theme_and_odd);
    for (int form = 0; form < FORMS; form++) {
        odd_mixture *m = any_mixture(shape_of(form, 4, 2), 1);
        odd_mixture_sums *derived = NULL, *direct = NULL;
        double total[16], fourth;
        int64_t n;
        bool ok = odd_mixture_sums_new(m, &derived) == ODD_OK &&
                  odd_mixture_sums_new(m, &direct) == ODD_OK;
        if (!check_all(WORLD, ok)) return;
        ok = odd_mean(&rows, ODD_ALL_ROWS, m->centre, &n) == ODD_OK &&
             odd_scatter(&rows, ODD_ALL_ROWS, m->form, m->centre, NULL, total, &fourth) == ODD_OK;
        derived->total = direct->total = total;
        direct->direct = true;
        ok = ok && odd_mixture_factorize(m) == ODD_OK &&
             odd_mixture_pass(m, &rows, NULL, derived) == ODD_OK &&
             odd_mixture_pass(m, &rows, NULL, direct) == ODD_OK && !derived->direct;
        for (int64_t j = 0; ok && j < m->groups * odd_form_dense(m->form, 4); j++)
            ok = fabs(derived->scatter[j] - direct->scatter[j]) < 1e-9 * fabs(total[0]);
        check_all(WORLD, ok);
        odd_mixture_sums_free(&derived);
        odd_mixture_sums_free(&direct);
        odd_mixture_free(&m);
    }
    rows_free(&rows);
}

/* ---- bundles ---- */

/* A mixture that went through a bundle gives the same densities: it is made of the same numbers. */
static void test_save_and_load(void)
{
    for (int form = 0; form < FORMS; form++) {
        odd_mixture shape = shape_of(form, 7, 2), *loaded = NULL;
        shape.background = (odd_background)(form % 3);
        odd_mixture *m = any_mixture(shape, 21);
        odd_bundle b = ODD_BUNDLE_EMPTY;
        const odd_status st = odd_mixture_save(m, &b);
        CU_ASSERT(st == ODD_OK && odd_mixture_load(&b, &loaded) == ODD_OK);
        CU_ASSERT(loaded && loaded->count == m->count && loaded->tied == m->tied &&
                  loaded->rank == m->rank && loaded->background == m->background &&
                  memcmp(loaded->parameter, m->parameter, (size_t)m->count * sizeof(double)) == 0);
        odd_mixture_free(&loaded);
        odd_mixture_free(&m);
        odd_bundle_free(&b);
    }
}

/* A damaged model is told as such. */
static void test_damaged_model(void)
{
    static const char *const needed[] = {
        "features",        "theme_components", "form",   "tied", "rank",       "background",
        "degrees",         "centre",           "weight", "mean", "covariance", "factor",
        "log_determinant", "constant"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        odd_mixture *m = any_mixture(shape_of(0, 5, 1), 2), *loaded = NULL;
        odd_bundle b = ODD_BUNDLE_EMPTY;
        CU_ASSERT(odd_mixture_save(m, &b) == ODD_OK);
        for (int a = 0; a < b.count; a++)
            if (strcmp(b.array[a].name, needed[i]) == 0) b.array[a].name[0] = 'X';
        CU_ASSERT(odd_mixture_load(&b, &loaded) == ODD_FORMAT && !loaded);
        odd_bundle_free(&b);
        odd_mixture_free(&m);
    }
    odd_mixture *m = any_mixture(shape_of(0, 5, 1), 2), *loaded = NULL;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    CU_ASSERT(odd_mixture_save(m, &b) == ODD_OK);
    *(int64_t *)odd_bundle_find(&b, "features")->data = 1 << 20;
    CU_ASSERT(odd_mixture_load(&b, &loaded) == ODD_FORMAT && !loaded);
    odd_bundle_free(&b);
    odd_mixture_free(&m);
}

CU_TestInfo odd_tests[] = {
    {"the fast E-step is the plain one", test_fast_is_plain},
    {"log sum exp", test_log_sum_exp},
    {"no scatter from cancelled digits", test_cancellation},
    {"a derived scatter is the direct one", test_derived_is_direct},
    {"a mixture survives its bundle", test_save_and_load},
    {"a damaged model is told", test_damaged_model},
    CU_TEST_INFO_NULL,
};
