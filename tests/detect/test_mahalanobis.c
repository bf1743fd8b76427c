/* Detector `mahalanobis` against scikit-learn, and what it makes of hostile rows. */
#include "detect_fixture.h"
#include "mahalanobis_reference.h"
#include "mixture_reference.h"

#include <math.h>

const char *odd_test_name = "detect/mahalanobis";

enum { N = REFERENCE_ROWS, D = REFERENCE_FEATURES, COLUMNS = 3 };

static const odd_detector *detector(void)
{
    return odd_detector_find("mahalanobis");
}

static double reference_value(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return reference_x[row * D + j];
}

static double constant_value(int64_t row, int j, uint64_t seed)
{
    (void)row;
    (void)seed;
    return 0.1 + j;
}

static bool near(double is, double should)
{
    return fabs(is - should) <= 1e-10 * (1 + fabs(should));
}

static void mark_theme(const odd_rows *rows, uint8_t verified[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++)
        verified[i] = rows->part.row0 + i < 50 ? ODD_VERIFIED_THEME : ODD_VERIFIED_ODD;
}

/* Fit the reference rows with a setting and compare with what was computed beforehand. */
static void compare(const char *set, bool marked, const double covariance[], const double shrinkage,
                    const double distance[], const double log_density[])
{
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score, used = -1;
    uint8_t verified[N];
    mark_theme(&rows, verified);
    bool ok = fit_and_score(detector(), &set, 1, &rows, marked ? verified : NULL, &model, &score) ==
                  ODD_OK &&
              odd_bundle_get_f64(&model, "shrinkage", &used) == ODD_OK && near(used, shrinkage);
    const odd_array *found = odd_bundle_find(&model, "covariance");
    for (int i = 0; ok && i < D * D; i++)
        ok = near(((const double *)found->data)[i], covariance[i]);
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = near(score[COLUMNS * i], distance[rows.part.row0 + i]) &&
             near(score[COLUMNS * i + 1], log_density[rows.part.row0 + i]);
    if (!check_all(WORLD, ok)) fprintf(stderr, "with %s\n", set);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

#define COMPARE(set, marked, name)                                                                 \
    compare(set, marked, mahalanobis_##name##_covariance, mahalanobis_##name##_shrinkage[0],       \
            mahalanobis_##name##_distance, mahalanobis_##name##_log_density)

static void test_reference(void)
{
    COMPARE("fit.mahalanobis.shrinkage=ledoit_wolf", false, all);
    COMPARE("fit.mahalanobis.shrinkage=none", false, plain);
    COMPARE("fit.mahalanobis.rows=auto", true, theme);
    COMPARE("fit.mahalanobis.rows=theme", true, theme);
    COMPARE("fit.mahalanobis.rows=all", true, all);
}

/* Squared distance from the theme less that from all rows, both as scikit-learn has them. */
static void test_relative(void)
{
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    uint8_t verified[N];
    const char *set = "fit.mahalanobis.rows=theme";
    mark_theme(&rows, verified);
    bool ok = fit_and_score(detector(), &set, 1, &rows, verified, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < rows.part.n_local; i++) {
        const double theme = mahalanobis_theme_distance[rows.part.row0 + i];
        const double all = mahalanobis_all_distance[rows.part.row0 + i];
        ok = near(score[COLUMNS * i + 2], theme * theme - all * all);
    }
    check_all(WORLD, ok);
    odd_free(score);
    odd_bundle_free(&model);
    ok = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = score[COLUMNS * i + 2] == 0;
    check_all(WORLD, ok);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* Scores must be finite, whatever the rows are. */
static void finite_for(int64_t n, int d, value_function value)
{
    odd_rows rows = rows_of(WORLD, n, d, 3, value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    bool ok = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < COLUMNS * rows.part.n_local; i++)
        ok = isfinite(score[i]);
    check_all(WORLD, ok);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void test_few_rows(void)
{
    finite_for(1, 4, theme_and_odd);
    finite_for(2, 4, theme_and_odd);
    finite_for(6, 20, theme_and_odd);
    finite_for(10, 50, theme_and_odd);
    finite_for(40, 5, constant_value);
    finite_for(1, 1, constant_value);
}

static void test_errors(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY, empty = ODD_BUNDLE_EMPTY;
    double *score;
    const char *set = "fit.mahalanobis.rows=theme";
    odd_rows none = rows_of(WORLD, 0, 3, 1, theme_and_odd);
    odd_rows some = rows_of(WORLD, 20, 3, 1, theme_and_odd);
    odd_rows wide = rows_of(WORLD, 20, 4, 1, theme_and_odd);
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &none, NULL, &empty, &score) == ODD_ARG);
    odd_free(score);
    check_all(WORLD, fit_and_score(detector(), &set, 1, &some, NULL, &empty, &score) == ODD_ARG);
    odd_free(score);
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &some, NULL, &model, &score) == ODD_OK);
    check_all(WORLD, detector()->score(&model, &wide, score) == ODD_ARG);
    odd_bundle_free(&empty);
    check_all(WORLD, detector()->score(&empty, &some, score) == ODD_FORMAT);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&none);
    rows_free(&some);
    rows_free(&wide);
}

static void test_reason(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_rows rows = rows_of(WORLD, 40, 4, 1, theme_and_odd);
    double *score;
    char reason[128] = "";
    bool ok = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK;
    detector()->reason(&model, (const double[]){28, -9}, reason, sizeof reason);
    check_all(WORLD, ok && strcmp(reason, "14 times the usual distance from the mean") == 0);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

CU_TestInfo odd_tests[] = {
    {"covariance, distance and density are those of scikit-learn", test_reference},
    {"relative distance", test_relative},
    {"few or equal rows give finite scores", test_few_rows},
    {"errors", test_errors},
    {"the reason is a sentence", test_reason},
    CU_TEST_INFO_NULL,
};
