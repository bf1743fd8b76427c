/* Covariances of low rank plus diagonal: against scikit-learn's factor analysis, and against the
 * same covariance as a full one. */
#include "detect_fixture.h"

#include "detect/covariance_internal.h"
#include "detect/lowrank_internal.h"
#include "lowrank_reference.h"

#include <math.h>

const char *odd_test_name = "detect/lowrank";

enum { D = LOWRANK_FEATURES, R = LOWRANK_RANK, PARTS = D * (R + 1), ROWS = 9 };

static bool near_all(int64_t count, const double is[], const double should[], double tolerance)
{
    for (int64_t i = 0; i < count; i++)
        if (!(fabs(is[i] - should[i]) <= tolerance * (1 + fabs(should[i])))) return false;
    return true;
}

static void any_parts(uint64_t seed, double parts[])
{
    for (int i = 0; i < PARTS; i++)
        parts[i] = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)i, 0);
    for (int j = 0; j < D; j++)
        parts[j] = 0.1 + parts[j] * parts[j];
}

/* log|V| + tr(inverse(V) a), which a factor analysis of a makes small. */
static double misfit(const double parts[], const double a[])
{
    double factor[PARTS], scratch[2 * D], log_det = NAN;
    CU_ASSERT(odd_lowrank_factor(D, R, parts, factor, &log_det) == ODD_OK);
    return log_det + odd_lowrank_trace_solve(D, R, factor, a, scratch);
}

static void test_as_full(void)
{
    double parts[PARTS], full[D * D], factor[PARTS], full_factor[D * D], log_det, full_log_det;
    double z[ROWS * D], y[ROWS * D], square[ROWS], full_square[ROWS], scratch[D * D];
    const double origin[D] = {0};
    any_parts(3, parts);
    for (int i = 0; i < ROWS * D; i++)
        z[i] = 3 * odd_normal(4, ODD_STREAM_TEST, (uint64_t)i, 0);
    odd_lowrank_expand(D, R, parts, full);
    CU_ASSERT(odd_lowrank_factor(D, R, parts, factor, &log_det) == ODD_OK);
    CU_ASSERT(odd_form_factor(ODD_FORM_FULL, D, full, full_factor, &full_log_det) == ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(log_det, full_log_det, 1e-12);
    odd_lowrank_whiten(ROWS, D, R, factor, z, y, scratch);
    odd_squared_distances(ROWS, D, y, origin, square);
    odd_form_whiten(ODD_FORM_FULL, ROWS, D, full_factor, z, z);
    odd_squared_distances(ROWS, D, z, origin, full_square);
    CU_ASSERT(near_all(ROWS, square, full_square, 1e-11));
    const double trace = odd_lowrank_trace_solve(D, R, factor, lowrank_covariance, scratch);
    const double full_trace =
        odd_form_trace_solve(ODD_FORM_FULL, D, full_factor, lowrank_covariance, scratch);
    CU_ASSERT_DOUBLE_EQUAL(trace, full_trace, 1e-10 * full_trace);
    odd_lowrank_scale(D, R, 3, parts);
    odd_lowrank_expand(D, R, parts, scratch);
    for (int i = 0; i < D * D; i++)
        full[i] *= 3;
    CU_ASSERT(near_all(D * D, scratch, full, 1e-13));
}

/* No factor at all is a diagonal covariance, without a division of zero by zero. */
static void test_empty_loading(void)
{
    double parts[PARTS] = {0}, factor[PARTS], scratch[2 * D], log_det;
    for (int j = 0; j < D; j++)
        parts[j] = 4;
    CU_ASSERT(odd_lowrank_factor(D, R, parts, factor, &log_det) == ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(log_det, D * log(4), 1e-12);
    const double trace = odd_lowrank_trace_solve(D, R, factor, lowrank_covariance, scratch);
    CU_ASSERT_DOUBLE_EQUAL(trace, odd_form_trace(ODD_FORM_FULL, D, lowrank_covariance) / 4, 1e-10);
    parts[2] = 0;
    CU_ASSERT(odd_lowrank_factor(D, R, parts, factor, &log_det) == ODD_NUMERIC);
}

static void test_factor_analysis(void)
{
    double parts[PARTS], fitted[D * D], before = INFINITY;
    const double least[D] = {0};
    CU_ASSERT(odd_lowrank_start(D, R, lowrank_covariance, least, parts) == ODD_OK);
    for (int i = 0; i < 60; i++) {
        const double now = misfit(parts, lowrank_covariance);
        CU_ASSERT(now <= before + 1e-12 * fabs(before));
        before = now;
        CU_ASSERT(odd_lowrank_improve(D, R, lowrank_covariance, least, 1 << (i / 5), parts) ==
                  ODD_OK);
    }
    odd_lowrank_expand(D, R, parts, fitted);
    CU_ASSERT(near_all(D, parts, lowrank_noise, 1e-5));
    CU_ASSERT(near_all(D * D, fitted, lowrank_fitted, 1e-5));
}

/* The start is the best isotropic one: of a covariance that has the form, it is exact; and the
 * noise keeps its least. */
static void test_start(void)
{
    double parts[PARTS] = {0}, full[D * D], again[D * D];
    const double none[D] = {0}, least[D] = {0, 9, 0, 0, 0, 0, 0, 0};
    for (int j = 0; j < D; j++) { /* unit variances, so that correlations are covariances */
        parts[j] = 0.5;
        parts[D + j] = (j % 2 ? 1 : -1) * sqrt(0.5);
    }
    odd_lowrank_expand(D, R, parts, full);
    CU_ASSERT(odd_lowrank_start(D, R, full, none, parts) == ODD_OK);
    odd_lowrank_expand(D, R, parts, again);
    CU_ASSERT(near_all(D * D, again, full, 1e-12));
    CU_ASSERT(odd_lowrank_start(D, R, full, least, parts) == ODD_OK && parts[1] == 9);
    CU_ASSERT(odd_lowrank_improve(D, R, full, least, 5, parts) == ODD_OK && parts[1] == 9);
    full[3 * D + 3] = 0;
    CU_ASSERT(odd_lowrank_start(D, R, full, none, parts) == ODD_NUMERIC);
}

CU_TestInfo odd_tests[] = {
    {"distances, determinant and trace are those of the full covariance", test_as_full},
    {"no loading", test_empty_loading},
    {"EM finds scikit-learn's factor analysis, never getting worse", test_factor_analysis},
    {"the start", test_start},
    CU_TEST_INFO_NULL,
};
