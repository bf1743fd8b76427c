/* EM (no priors) and variational Bayes against scikit-learn, MAP-EM against a plain numpy one,
 * number by number. */
#include "detect_fixture.h"

#include "detect/mixture_internal.h"
#include "detect/moments_internal.h"
#include "mixture_reference.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "detect/mixture_reference";

enum { N = REFERENCE_ROWS, D = REFERENCE_FEATURES };

static double reference_value(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return reference_x[row * D + j];
}

static bool near_all(const char *what, int64_t count, const double is[], const double should[],
                     double tolerance)
{
    for (int64_t i = 0; i < count; i++) {
        if (fabs(is[i] - should[i]) <= tolerance * (1 + fabs(should[i]))) continue;
        fprintf(stderr, "%s [%lld] is %.17g, should be %.17g\n", what, (long long)i, is[i],
                should[i]);
        return false;
    }
    return true;
}

/* One reference problem and its answer. */
typedef struct {
    const char *name;
    int themes;
    odd_form form;
    bool tied, map, clamped, bayes;
    odd_background background;
    const double *rows; /* (G) pseudo-rows of the covariances */
    const double *weight, *mean, *covariance, *objective;
    int objectives; /* how many of the last ones are known */
} problem;

static void set_start(const problem *p, odd_mixture *m)
{
    static const double weights[2][3] = {{.8, .2}, {.5, .3, .2}};
    memcpy(m->weight, weights[p->themes - 1], (size_t)m->components * sizeof(double));
    memcpy(m->mean, reference_start_mean, (size_t)p->themes * D * sizeof(double));
    memcpy(m->mean + (int64_t)p->themes * D, reference_start_mean + 6, D * sizeof(double));
    for (int g = 0; g < m->groups; g++)
        odd_form_add_identity(p->form, D,
                              !p->map              ? 2
                              : g == m->groups - 1 ? 9
                                                   : 1,
                              odd_mixture_covariance(m, g));
    if (!p->bayes) return;
    memcpy(m->weight, bayes_start_weight, sizeof bayes_start_weight);
    memcpy(m->mean, bayes_start_mean, sizeof bayes_start_mean);
    memcpy(m->covariance, bayes_start_covariance, sizeof bayes_start_covariance);
}

/* The same prior for theme and anomaly. */
static void set_bayes(const problem *p, odd_mixture_prior *prior)
{
    prior->bayes = p->bayes;
    prior->n = N;
    if (!p->bayes) return;
    for (int k = 0; k < prior->components; k++) {
        prior->share[k] = 0.7;
        prior->scale[k] = 1;
    }
    memcpy(prior->mean + D, prior->mean, D * sizeof(double));
}

static void set_prior(const problem *p, const odd_mixture *m, const double total[],
                      odd_mixture_prior *prior)
{
    const double theme_mean[D] = {1, -1.5, .5};
    for (int64_t j = 0; j < odd_form_dense(p->form, D); j++)
        prior->spread[j] = prior->spread[prior->dense + j] = total[j] / N;
    for (int g = 0; g < m->groups; g++) {
        prior->rows[g] = p->map ? p->rows[g] : 0;
        prior->scale[g] = g == m->groups - 1 ? map_scale[0] : 1;
    }
    for (int k = 0; k < m->components; k++)
        prior->share[k] = !p->map ? 0 : k == m->themes ? 3 : 12;
    prior->kappa[0] = prior->kappa[1] = p->map ? map_kappa[0] : 0;
    if (p->background == ODD_BACKGROUND_UNIFORM) prior->kappa[1] = prior->rows[m->groups - 1] = 0;
    memcpy(prior->mean, theme_mean, sizeof theme_mean);
    memcpy(prior->mean + D, m->centre, D * sizeof(double));
    set_bayes(p, prior);
}

static bool answers(const problem *p, const odd_mixture *m, const odd_em_history *h)
{
    const int first = REFERENCE_STEPS + 1 - p->objectives;
    return near_all("weight", m->components, m->weight, p->weight, 1e-9) &&
           near_all("mean", (int64_t)m->components * D, m->mean, p->mean, 1e-9) &&
           near_all("covariance", m->groups * odd_form_dense(p->form, D), m->covariance,
                    p->covariance, 1e-9) &&
           h->iterations == REFERENCE_STEPS &&
           near_all("objective", p->objectives, h->objective + first, p->objective, 1e-9);
}

static void solve(const problem *p)
{
    odd_mixture *m = NULL;
    odd_mixture_prior *prior = NULL;
    odd_em_history h = {0};
    const odd_mixture shape = {.d = D,
                               .themes = p->themes,
                               .form = p->form,
                               .tied = p->tied,
                               .background = p->background,
                               .degrees = map_degrees[0]};
    double total[D * D], fourth;
    int64_t n;
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    uint8_t verified[N];
    for (int64_t i = 0; i < rows.part.n_local; i++)
        verified[i] = (uint8_t)reference_verified[rows.part.row0 + i];
    bool ok = odd_mixture_new(&shape, &m) == ODD_OK && odd_mixture_prior_new(m, &prior) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    ok = odd_mean(&rows, ODD_ALL_ROWS, m->centre, &n) == ODD_OK &&
         odd_scatter(&rows, ODD_ALL_ROWS, p->form, m->centre, NULL, total, &fourth) == ODD_OK;
    set_start(p, m);
    if (p->background == ODD_BACKGROUND_UNIFORM)
        ok = ok && odd_mixture_start_bounds(m, &rows) == ODD_OK;
    set_prior(p, m, total, prior);
    const odd_em_limits limits = {REFERENCE_STEPS, -INFINITY};
    ok = ok &&
         odd_mixture_em(&rows, p->clamped ? verified : NULL, prior, total, limits, m, &h) == ODD_OK;
    if (!check_all(WORLD, ok && answers(p, m, &h))) fprintf(stderr, "in %s\n", p->name);
    odd_free(h.objective);
    odd_mixture_prior_free(&prior);
    odd_mixture_free(&m);
    rows_free(&rows);
}

#define LIKELIHOOD(form_name, form_is)                                                             \
    solve(&(problem){.name = "scikit-learn " #form_name,                                           \
                     .themes = 1,                                                                  \
                     .form = form_is,                                                              \
                     .weight = likelihood_##form_name##_weight,                                    \
                     .mean = likelihood_##form_name##_mean,                                        \
                     .covariance = likelihood_##form_name##_covariance,                            \
                     .objective = likelihood_##form_name##_log_likelihood,                         \
                     .objectives = 1})

static void test_likelihood(void)
{
    LIKELIHOOD(full, ODD_FORM_FULL);
    LIKELIHOOD(diagonal, ODD_FORM_DIAGONAL);
    LIKELIHOOD(spherical, ODD_FORM_SPHERICAL);
}

#define MAP(case_name, k, form_is, tied_is, clamped_is, background_is)                             \
    solve(&(problem){.name = "numpy " #case_name,                                                  \
                     .themes = k,                                                                  \
                     .form = form_is,                                                              \
                     .tied = tied_is,                                                              \
                     .map = true,                                                                  \
                     .clamped = clamped_is,                                                        \
                     .background = ODD_BACKGROUND_##background_is,                                 \
                     .rows = map_##case_name##_rows,                                               \
                     .weight = map_##case_name##_weight,                                           \
                     .mean = map_##case_name##_mean,                                               \
                     .covariance = map_##case_name##_covariance,                                   \
                     .objective = map_##case_name##_objective,                                     \
                     .objectives = REFERENCE_STEPS + 1})

static void test_map(void)
{
    MAP(full, 1, ODD_FORM_FULL, false, false, GAUSSIAN);
    MAP(clamped, 1, ODD_FORM_FULL, false, true, GAUSSIAN);
    MAP(two, 2, ODD_FORM_FULL, false, true, GAUSSIAN);
    MAP(tied, 2, ODD_FORM_FULL, true, true, GAUSSIAN);
    MAP(diagonal, 2, ODD_FORM_DIAGONAL, false, true, GAUSSIAN);
    MAP(spherical, 2, ODD_FORM_SPHERICAL, false, false, GAUSSIAN);
    MAP(student, 2, ODD_FORM_FULL, false, true, STUDENT);
    MAP(uniform, 2, ODD_FORM_FULL, false, true, UNIFORM);
}

static void test_bayes(void)
{
    solve(&(problem){.name = "scikit-learn, variational",
                     .themes = 2,
                     .form = ODD_FORM_FULL,
                     .map = true,
                     .bayes = true,
                     .rows = bayes_rows,
                     .weight = bayes_weight,
                     .mean = bayes_mean,
                     .covariance = bayes_covariance});
}

/* The covariance that a prior starts from: of all rows (0, the anomaly's) or the theme's (1). */
static void check_spread_of(value_function value, const char *set, bool theme,
                            const double should[])
{
    odd_job *job;
    odd_mixture_task t = {0};
    odd_rows rows = rows_of(WORLD, N, D, 0, value);
    uint8_t verified[N];
    for (int64_t i = 0; i < rows.part.n_local; i++)
        verified[i] = (uint8_t)reference_verified[rows.part.row0 + i];
    const odd_detector *mixture = odd_detector_find("mixture");
    const odd_status st =
        odd_mixture_task_new(settings(mixture, &set, 1, &job), &rows, verified, 1, &t);
    check_all(WORLD,
              st == ODD_OK && near_all(set, D * D, t.spread + (theme ? 0 : D * D), should, 1e-9));
    odd_mixture_task_free(&t);
    odd_job_free(&job);
    rows_free(&rows);
}

static void check_spread(const char *set, bool theme, const double should[])
{
    check_spread_of(reference_value, set, theme, should);
}

static double stretched_value(int64_t row, int j, uint64_t seed)
{
    return (1 << j) * reference_value(row, j, seed);
}

static void test_spreads(void)
{
    CU_ASSERT(stretched_share[0] > 0.02 && stretched_share[0] < 0.98);
    check_spread_of(stretched_value, "fit.mixture.shrinkage=ledoit_wolf", false, spread_stretched);

    check_spread("fit.mixture.shrinkage=ledoit_wolf", false, spread_shrunk);
    check_spread("fit.mixture.isotropy=0.25", false, spread_isotropic);
    CU_ASSERT(spread_share[0] > 0 && spread_share[0] < 1); /* both parts of it are seen */
    check_spread("fit.mixture.theme_prior=verified", true, spread_theme);
}

/* The detector as a user gets it, from its own start. */
static void test_default_settings(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    const char *const sets[] = {"fit.mixture.max_iterations=12", "fit.mixture.tolerance=0"};
    const odd_status st =
        fit_and_score(odd_detector_find("mixture"), sets, 2, &rows, NULL, &model, &score);
    const odd_array *objective = odd_bundle_find(&model, "objective");
    bool ok = st == ODD_OK && objective && objective->shape.shape[0] == 13 &&
              near_all("objective", 13, objective->data, default_objective, 1e-9);
    for (int64_t i = 0; ok && i < rows.part.n_local; i++) {
        const double *is = score + i * 4, odds = default_log_odds[rows.part.row0 + i];
        const double should[] = {odds, 1 / (1 + exp(-odds)),
                                 default_log_density[rows.part.row0 + i],
                                 default_mahalanobis[rows.part.row0 + i]};
        ok = near_all("score", 4, is, should, 1e-9);
    }
    check_all(WORLD, ok);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* Without priors, the covariances keep what steadies them, and nothing else. */
static void test_ridge(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    const char *const sets[] = {"fit.mixture.max_iterations=12", "fit.mixture.tolerance=0",
                                "fit.mixture.prior=none", "fit.mixture.isotropy=0.25"};
    const odd_status st =
        fit_and_score(odd_detector_find("mixture"), sets, 4, &rows, NULL, &model, &score);
    const odd_array *objective = odd_bundle_find(&model, "objective");
    const odd_array *covariance = odd_bundle_find(&model, "covariance");
    check_all(WORLD,
              st == ODD_OK && objective && objective->shape.shape[0] == 13 &&
                  near_all("objective", 13, objective->data, ridge_objective, 1e-9) &&
                  near_all("covariance", 2 * D * D, covariance->data, ridge_covariance, 1e-8));
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

CU_TestInfo odd_tests[] = {
    {"EM without priors is that of scikit-learn", test_likelihood},
    {"MAP-EM is that of a plain implementation", test_map},
    {"variational Bayes is that of scikit-learn", test_bayes},
    {"covariances of priors, shrunk", test_spreads},
    {"the default fit and its scores", test_default_settings},
    {"no priors, covariances shrunk", test_ridge},
    CU_TEST_INFO_NULL,
};
