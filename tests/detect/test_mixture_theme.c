/* What the mixtures make of their theme: how many components it has, what verified rows say of it,
 * which component is the anomaly, and where the names are in doubt. */
#include "mixture_fixture.h"

#include "oddlot/par/threads.h"

const char *odd_test_name = "detect/mixture_theme";

/* A theme of three heaps far from each other; the odd rows lie between and around them. */
static double three_heaps(int64_t row, int j, uint64_t seed)
{
    if (is_odd(row)) return 12 * draw(seed, row, j);
    const int heap = (int)(row / 8 % 3);
    return draw(seed, row, j) + (j == heap ? 12 : 0);
}

static double one_heap(int64_t row, int j, uint64_t seed)
{
    return (is_odd(row) ? 8 : 1) * draw(seed, row, j);
}

static int64_t components_of(const odd_bundle *model)
{
    int64_t components = 0;
    CU_ASSERT(odd_bundle_get_i64(model, "theme_components", &components) == ODD_OK);
    return components;
}

/* ---- how many components ---- */

/* The number with the least criterion is the one that the rows were drawn with; that criterion
 * is checked next. */
static void choose(value_function value, const char *covariance, int64_t should)
{
    const char *sets[] = {covariance, "fit.mixture.theme_components=0",
                          "fit.mixture.most_theme_components=4", "fit.mixture.rank=1"};
    odd_rows rows = rows_of(WORLD, 480, 4, 3, value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    const odd_status st =
        fit_and_score(odd_detector_find("mixture"), sets, 4, &rows, NULL, &model, &score);
    const odd_array *bic = odd_bundle_find(&model, "bic");
    bool ok = st == ODD_OK && bic && bic->shape.shape[0] == 4 && components_of(&model) == should;
    for (int k = 0; ok && k < 4; k++)
        ok = ((double *)bic->data)[k] >= ((double *)bic->data)[should - 1];
    if (!check_all(WORLD, ok)) fprintf(stderr, "%s\n", covariance);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void test_number_is_found(void)
{
    for (int form = 0; form < FORMS; form++) {
        char covariance[64];
        snprintf(covariance, sizeof covariance, "fit.mixture.covariance=%s", forms[form]);
        choose(one_heap, covariance, 1);
        if (form != 3) choose(three_heaps, covariance, 3); /* spheres: the odd rows make a fourth */
    }
}

/* BIC of the number that is given too: log likelihood from the scores, free numbers counted. */
static void test_criterion(void)
{
    const char *sets[] = {"fit.mixture.theme_components=0", "fit.mixture.most_theme_components=1"};
    odd_rows rows = rows_of(SELF, 300, 3, 3, one_heap);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score, likelihood = 0;
    const odd_status st =
        fit_and_score(odd_detector_find("mixture"), sets, 2, &rows, NULL, &model, &score);
    for (int64_t i = 0; st == ODD_OK && i < 300; i++)
        likelihood += score[i * COLUMNS + ODD_MIXTURE_LOG_DENSITY];
    const odd_array *bic = odd_bundle_find(&model, "bic");
    const double numbers = 1 + 3 + 6, should = numbers * log(300) - 2 * likelihood;
    CU_ASSERT(st == ODD_OK && bic && fabs(*(double *)bic->data - should) < 1e-6);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* Of six components three are needed; the others keep less than a row. */
static void test_bayes_empties(void)
{
    odd_rows rows = rows_of(WORLD, 480, 4, 3, three_heaps);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    const char *set = "fit.bayes_mixture.start=kmeans";
    const odd_status st =
        fit_and_score(odd_detector_find("bayes_mixture"), &set, 1, &rows, NULL, &model, &score);
    const odd_array *weight = odd_bundle_find(&model, "weight");
    int used = 0;
    for (int k = 0; weight && k < 6; k++)
        used += ((double *)weight->data)[k] * 480 > 1;
    check_all(WORLD,
              st == ODD_OK && weight && weight->shape.shape[0] == 7 && used < 6 && used >= 3);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- anomalies are found, whatever is behind the theme ---- */

static double found_by(const char *name, const char *set)
{
    odd_rows rows = rows_of(SELF, 1000, 8, 12, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score, auc = 0;
    if (fit_and_score(odd_detector_find(name), &set, set != NULL, &rows, NULL, &model, &score) ==
        ODD_OK)
        auc = found(&rows, score, COLUMNS);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
    return auc;
}

static void test_finds_anomalies(void)
{
    CU_ASSERT(found_by("mixture", "fit.mixture.background=student") > 0.99);
    CU_ASSERT(found_by("mixture", "fit.mixture.background=uniform") > 0.99);
    CU_ASSERT(found_by("bayes_mixture", NULL) > 0.99);
}

/* ---- what verified rows say ---- */

/* Half of the rows are odd and as dense as the theme: only the verified ones tell which is which.
 */
static double two_kinds(int64_t row, int j, uint64_t seed)
{
    const bool odd = row % 2;
    return draw(seed, row, j) * (j < 10 ? (odd ? 3 : 1) : (odd ? 1 : 0.3)) + (odd ? 0.5 : 0);
}

/* The share of right posteriors with the priors of 20 verified theme rows in 40 features. */
static void test_verified_prior(void)
{
    enum { N = 400, D = 40 };
    const char *sets[] = {"fit.mixture.theme_prior=verified", "fit.mixture.start=verified",
                          "fit.mixture.theme_strength=1", "fit.mixture.anomaly_share=0.5",
                          "fit.mixture.prior_scale=2"};
    odd_rows rows = rows_of(WORLD, N, D, 9, two_kinds);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    int64_t right = 0;
    uint8_t *verified = odd_alloc(rows.part.n_local, 1);
    for (int64_t i = 0; i < rows.part.n_local; i++)
        verified[i] = (rows.part.row0 + i) % 2 == 0 && rows.part.row0 + i < 40 ? ODD_VERIFIED_THEME
                                                                               : ODD_UNVERIFIED;
    const odd_status st =
        fit_and_score(odd_detector_find("mixture"), sets, 5, &rows, verified, &model, &score);
    for (int64_t i = 0; st == ODD_OK && i < rows.part.n_local; i++)
        right += (score[i * COLUMNS + ODD_MIXTURE_POSTERIOR] > 0.5) == (rows.part.row0 + i) % 2;
    odd_sum_i64(WORLD, &right, 1);
    check_all(WORLD, st == ODD_OK && (double)right > 0.97 * N);
    odd_free(verified);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- names ---- */

static odd_mixture *with_variances(double theme, double anomaly, odd_background background)
{
    const odd_mixture shape = {
        .d = 3, .themes = 1, .form = ODD_FORM_DIAGONAL, .background = background, .degrees = 4};
    odd_mixture *m = NULL;
    ODD_CHECK(odd_mixture_new(&shape, &m) == ODD_OK);
    for (int j = 0; j < 3; j++) {
        m->mean[j] = 1;
        m->covariance[j] = theme;
        m->covariance[3 + j] = j == 1 ? anomaly : 20 * anomaly;
    }
    m->weight[0] = 0.7;
    m->weight[1] = 0.3;
    ODD_CHECK(odd_mixture_factorize(m) == ODD_OK);
    return m;
}

static int caution_of(double theme, double anomaly, odd_background background)
{
    odd_mixture *m = with_variances(theme, anomaly, background);
    double dominance = 0;
    CU_ASSERT(odd_mixture_dominance(m, &dominance) == ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(dominance, anomaly / theme, 1e-12);
    const int caution = odd_mixture_caution(m, dominance);
    odd_mixture_free(&m);
    return caution;
}

static void test_cautions(void)
{
    CU_ASSERT(caution_of(1, 2, ODD_BACKGROUND_GAUSSIAN) == ODD_CAUTION_NONE);
    CU_ASSERT(caution_of(1, 0.5, ODD_BACKGROUND_GAUSSIAN) == ODD_CAUTION_NARROW);
    CU_ASSERT(caution_of(1, 0.5, ODD_BACKGROUND_STUDENT) == ODD_CAUTION_NONE);
    CU_ASSERT(caution_of(1, 0.01, ODD_BACKGROUND_GAUSSIAN) == ODD_CAUTION_SWAPPED);
    CU_ASSERT(caution_of(1, 0.01, ODD_BACKGROUND_STUDENT) == ODD_CAUTION_SWAPPED);
}

/* Everything of a component goes with its name: the densities of a row are exchanged. */
static void test_swap(void)
{
    odd_mixture *m = with_variances(1, 0.01, ODD_BACKGROUND_GAUSSIAN);
    const float x[3] = {1, 2, -1};
    const double z[3] = {1, 2, -1};
    double before[2], after[2], square[2], white[3];
    odd_mixture_joint_plain(m, x, before, square);
    odd_mixture_swap(m);
    odd_mixture_joint(m, 1, z, white, after, square);
    CU_ASSERT_DOUBLE_EQUAL(after[0], before[1], 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(after[1], before[0], 1e-12);
    CU_ASSERT(m->weight[0] == 0.3 && odd_mixture_caution(m, 2) == ODD_CAUTION_NONE);
    odd_mixture_free(&m);
}

/* ---- few rows, ranks ---- */

static void test_few_rows(void)
{
    odd_rows rows = rows_of(WORLD, 10, 50, 3, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    bool ok = fit_and_score(odd_detector_find("bayes_mixture"), NULL, 0, &rows, NULL, &model,
                            &score) == ODD_OK;
    for (int64_t i = 0; ok && i < COLUMNS * rows.part.n_local; i++)
        ok = isfinite(score[i]);
    check_all(WORLD, ok);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void fit_on(MPI_Comm comm, int threads, const char *name, const char *set, odd_bundle *model)
{
    double *score;
    odd_threads_setup(threads, 1);
    odd_rows rows = rows_of(comm, 480, 4, 3, three_heaps);
    ODD_CHECK(fit_and_score(odd_detector_find(name), &set, 1, &rows, NULL, model, &score) ==
              ODD_OK);
    odd_free(score);
    rows_free(&rows);
    odd_threads_setup(1, 1);
}

static void test_ranks_and_threads(void)
{
    static const char *const name[] = {"mixture", "bayes_mixture"};
    static const char *const set[] = {"fit.mixture.theme_components=0",
                                      "fit.bayes_mixture.restarts=2"};
    for (int i = 0; i < 2; i++) {
        odd_bundle self = ODD_BUNDLE_EMPTY, world = ODD_BUNDLE_EMPTY;
        fit_on(SELF, 1, name[i], set[i], &self);
        fit_on(WORLD, 2, name[i], set[i], &world);
        check_all(WORLD, same_bundle(&self, &world));
        odd_bundle_free(&self);
        odd_bundle_free(&world);
    }
}

CU_TestInfo odd_tests[] = {
    {"the number of theme components is found", test_number_is_found},
    {"the criterion by hand", test_criterion},
    {"a variational fit empties components", test_bayes_empties},
    {"anomalies are found before any background", test_finds_anomalies},
    {"20 verified rows tell theme from anomaly", test_verified_prior},
    {"cautions", test_cautions},
    {"exchanged names", test_swap},
    {"10 rows of 50 features", test_few_rows},
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    CU_TEST_INFO_NULL,
};
