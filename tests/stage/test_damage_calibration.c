/* Calibration: log odds that say too much or too little become probabilities that hold; no image
 * calibrates itself; the share of damaged images is that of the catalogue. */
#include "training_fixture.h"

#include "stage/train/damage_calibration_internal.h"

#include <stdlib.h>

const char *odd_test_name = "stage/damage_calibration";

enum { MANY = 3000, PARTS = 5 };

static double uniform(int64_t row, uint32_t draw)
{
    return odd_uniform(9, ODD_STREAM_TEST, (uint64_t)row, draw);
}

static double chance(double odds)
{
    return 1 / (1 + exp(-odds));
}

static double odds_of(double probability)
{
    return log(probability / (1 - probability));
}

static const char *const sets[] = {"train.network=[dense 2]", "train.folds=2", NULL};

/* A training over many images of no pixels, the last of which is not readable. */
static void open_many(training *t)
{
    *t = (training){.job = job_of(sets)};
    t->run = (odd_run){.comm = WORLD, .job = t->job, .options = odd_job_section(t->job, "")};
    t->t = (odd_training){.run = &t->run,
                          .comm = WORLD,
                          .options = odd_job_section(t->job, "train"),
                          .images = {.n = MANY + 1}};
    ODD_CHECK(ODD_NEW(t->t.images.row, MANY) == ODD_OK);
    for (int64_t i = 0; i < MANY; i++)
        t->t.images.row[t->t.images.readable++] = i;
    ODD_CHECK(odd_damage_result_new(&t->t) == ODD_OK);
}

#define MIDDLE (-1.) /* of the true log odds: fewer images are damaged than not */

static double true_odds(int64_t row)
{
    return 3 * (2 * uniform(row, 0) - 1) + MIDDLE;
}

static bool damaged[MANY];

static void draw_damage(void)
{
    for (int64_t i = 0; i < MANY; i++)
        damaged[i] = uniform(i, 1) < chance(true_odds(i));
}

/* The network of fold 1 is less sure. */
static double slope_of(double slope, int64_t fold)
{
    return fold == 1 ? 2 * slope : slope;
}

/* Networks whose true log odds of the images of the task are slope x + offset; in the
 * catalogue as it is, a share of them is damaged. */
static void say(training *t, double slope, double offset, double share)
{
    odd_damage_result *r = odd_damage_of(&t->t);
    draw_damage();
    for (int64_t i = 0; i < MANY; i++) {
        r->kind[i] = damaged[i] ? 0 : -1;
        const double mine = slope_of(slope, r->fold[i]);
        r->odds_in_task[i] = (true_odds(i) - offset) / mine;
        /* an image as it is: drawn from those of the task, so that `share` of them are damaged */
        const bool wanted = uniform(i, 2) < share;
        int64_t from = i;
        while (damaged[from] != wanted)
            from = (from + 1) % MANY;
        r->odds_as_is[i] = (true_odds(from) - offset) / mine;
    }
}

/* ---- what comes of it ---- */

/* What is shared by all images is not in the maps: the log odds of being damaged at all. */
static void check_slopes(const odd_damage_calibration *c, double slope, double offset)
{
    bool good = true;
    int64_t count = 0;
    for (int64_t i = 0; i < MANY; i++)
        count += damaged[i];
    offset -= odds_of((double)count / MANY);
    for (int i = 0; i < 2 * PARTS; i++)
        good = good && fabs(c->slope[i] / slope_of(slope, i / PARTS) - 1) < 0.15 &&
               fabs(c->offset[i] - offset) < 0.25;
    check_all(WORLD, good);
}

static void test_maps(void)
{
    static const double slope[] = {0.25, 2}, offset[] = {1, -0.5}; /* too sure, not sure enough */
    for (int k = 0; k < 2; k++) {
        training t;
        odd_damage_calibration c;
        open_many(&t);
        say(&t, slope[k], offset[k], 0.5);
        if (!check_all(WORLD, odd_damage_calibrate(&t.t, &c) == ODD_OK)) return;
        check_slopes(&c, slope[k], offset[k]);
        check_all(WORLD, c.after.error < 0.02 && c.before.error > 3 * c.after.error);
        check_all(WORLD, c.after.brier < c.before.brier);
        odd_damage_calibration_free(&c);
        training_close(&t);
    }
}

/* The log odds of the truth order images as the networks do: AUC of P(damaged) = chance(u) for u
 * uniform over 6 about the middle, by quadrature. */
static double expected_auc(void)
{
    enum { CELLS = 600 };
    double below = 0, area = 0, odd = 0, theme = 0;
    for (int i = 0; i < CELLS; i++) {
        const double p = chance(6 * (i + 0.5) / CELLS - 3 + MIDDLE);
        area += p * (below + 0.5 * (1 - p));
        below += 1 - p;
        odd += p;
        theme += 1 - p;
    }
    return area / (odd * theme);
}

static void test_share(void)
{
    static const double share[] = {0.5, 0.1, 0.02};
    for (int k = 0; k < 3; k++) {
        training t;
        odd_damage_calibration c;
        double sum = 0;
        bool bayes = true;
        open_many(&t);
        say(&t, 0.5, 0.3, share[k]);
        if (!check_all(WORLD, odd_damage_calibrate(&t.t, &c) == ODD_OK)) return;
        check_all(WORLD, fabs(c.share - share[k]) < 0.05);
        for (int64_t i = 0; i < MANY; i++) {
            sum += c.probability[i];
            bayes =
                bayes && fabs(c.probability[i] - chance(c.evidence[i] + odds_of(c.share))) < 1e-9;
        }
        check_all(WORLD, bayes && fabs(sum / MANY - c.share) < 1e-9);
        check_all(WORLD, fabs(c.auc - expected_auc()) < 0.02);
        check_all(WORLD,
                  isnan(c.probability[MANY]) && isnan(c.evidence[MANY]) && c.part[MANY] == -1);
        odd_damage_calibration_free(&c);
        training_close(&t);
    }
}

/* ---- parts ---- */

/* What one image says changes the maps of the other parts of its fold, not that of its own, nor
 * those of the other fold. */
static void test_no_image_calibrates_itself(void)
{
    enum { ONE = 17 };
    training t;
    odd_damage_calibration before, after;
    open_many(&t);
    say(&t, 0.5, 0, 0.5);
    if (!check_all(WORLD, odd_damage_calibrate(&t.t, &before) == ODD_OK)) return;
    odd_damage_of(&t.t)->odds_in_task[ONE] = 40;
    odd_damage_of(&t.t)->kind[ONE] = -1;
    if (!check_all(WORLD, odd_damage_calibrate(&t.t, &after) == ODD_OK)) return;
    bool good = true;
    for (int map = 0; map < 2 * PARTS; map++) {
        const bool other_fold = map / PARTS != odd_damage_of(&t.t)->fold[ONE];
        const bool stays = other_fold || map % PARTS == before.part[ONE];
        good = good && (before.slope[map] == after.slope[map]) == stays;
    }
    check_all(WORLD, good);
    odd_damage_calibration_free(&before);
    odd_damage_calibration_free(&after);
    training_close(&t);
}

/* Parts are about as large, and the seed draws them. */
static void test_parts(void)
{
    training t;
    odd_damage_calibration c;
    int count[PARTS] = {0};
    open_many(&t);
    say(&t, 0.5, 0, 0.5);
    if (!check_all(WORLD, odd_damage_calibrate(&t.t, &c) == ODD_OK)) return;
    for (int64_t i = 0; i < MANY; i++)
        count[c.part[i]]++;
    for (int p = 0; p < PARTS; p++) /* 600 expected, standard deviation 22 */
        check_all(WORLD, abs(count[p] - MANY / PARTS) < 5 * 22);
    odd_damage_calibration_free(&c);
    training_close(&t);
}

/* ---- few images ---- */

/* Where no image of a fold was damaged, its network is taken at its word, of an even share. */
static void test_one_kind_missing(void)
{
    training t;
    odd_damage_calibration c;
    bool good = true;
    open_many(&t);
    say(&t, 0.5, 0, 0.5);
    for (int64_t i = 0; i < MANY; i++)
        if (odd_damage_of(&t.t)->fold[i] == 1) odd_damage_of(&t.t)->kind[i] = -1;
    if (!check_all(WORLD, odd_damage_calibrate(&t.t, &c) == ODD_OK)) return;
    for (int p = 0; p < PARTS; p++)
        good = good && fabs(c.slope[p] - 0.5) < 0.1 && c.slope[PARTS + p] == 1 &&
               fabs(c.offset[PARTS + p]) < 1e-12; /* half are damaged: log odds 0 */
    check_all(WORLD, good && isfinite(c.auc));
    odd_damage_calibration_free(&c);
    for (int64_t i = 0; i < MANY; i++)
        odd_damage_of(&t.t)->kind[i] = -1;
    check_all(WORLD, odd_damage_calibrate(&t.t, &c) == ODD_OK && isnan(c.auc));
    odd_damage_calibration_free(&c);
    odd_damage_of(&t.t)->odds_in_task[0] = NAN;
    odd_damage_of(&t.t)->kind[1] = 0;
    odd_damage_of(&t.t)->fold[0] = odd_damage_of(&t.t)->fold[1] = 0;
    check_all(WORLD, odd_damage_calibrate(&t.t, &c) == ODD_NUMERIC);
    odd_damage_calibration_free(&c);
    training_close(&t);
}

/* ---- arrays of the result ---- */

static void test_arrays(void)
{
    training t;
    odd_damage_calibration c;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    const odd_array *slope, *count;
    double share = 0;
    int64_t images = 0;
    open_many(&t);
    say(&t, 0.5, 0, 0.1);
    if (!check_all(WORLD, odd_damage_calibrate(&t.t, &c) == ODD_OK)) return;
    const odd_level before = odd_log_hush(ODD_LOG_ERROR);
    check_all(WORLD, odd_damage_calibration_add(&t.t, &c, &b) == ODD_OK);
    odd_log_hush(before);
    check_all(WORLD, odd_bundle_get_f64(&b, "share", &share) == ODD_OK && share == c.share);
    check_all(WORLD, odd_bundle_get(&b, "calibration/slope", ODD_F64, 2, &slope) == ODD_OK &&
                         slope->shape.shape[0] == 2 && slope->shape.shape[1] == PARTS &&
                         memcmp(slope->data, c.slope, 2 * PARTS * sizeof(double)) == 0);
    check_all(WORLD,
              odd_bundle_get(&b, "reliability/calibrated/count", ODD_I64, 1, &count) == ODD_OK);
    for (int i = 0; i < ODD_RELIABILITY_BINS; i++)
        images += ((const int64_t *)count->data)[i];
    check_all(WORLD, images == MANY && odd_bundle_find(&b, "reliability/raw/brier"));
    odd_bundle_free(&b);
    odd_damage_calibration_free(&c);
    training_close(&t);
}

CU_TestInfo odd_tests[] = {
    {"maps are those of the truth", test_maps},
    {"the share of the catalogue", test_share},
    {"no image calibrates itself", test_no_image_calibrates_itself},
    {"parts", test_parts},
    {"a kind is missing", test_one_kind_missing},
    {"arrays of the result", test_arrays},
    CU_TEST_INFO_NULL,
};
