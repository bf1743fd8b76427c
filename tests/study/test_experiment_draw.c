/* Draws of an experiment: the images fitted and tested are of the right kinds, as many as asked,
 * never the same ones, and the seed alone tells which. */
#include "stage_fixture.h"

#include "study/experiment_internal.h"

#include "oddlot/detect/detector.h"

const char *odd_test_name = "stage/experiment_draw";

/* 60 shoes, 40 hats, 30 bags and 10 without a label, mixed. */
enum { SHOES = 60, HATS = 40, BAGS = 30, NAMELESS = 10, ALL = SHOES + HATS + BAGS + NAMELESS };

static const char *label_of(int64_t row)
{
    const int64_t i = row * 37 % ALL;
    return i < SHOES ? "shoe" : i < SHOES + HATS ? "hat" : i < SHOES + HATS + BAGS ? "bag" : "";
}

#define MIXTURE                                                                                    \
    "experiment.mixtures=['mine | shoe | bag', 'others | hat, bag', 'all | shoe | hat, bag']"

typedef struct {
    odd_job *job;
    odd_design *design;
    odd_drawn drawn;
} draw;

static odd_status draw_new(const char *const sets[], odd_trial_key key, draw *out)
{
    const char *label[ALL];
    *out = (draw){.job = job_of(sets)};
    for (int64_t i = 0; i < ALL; i++)
        label[i] = label_of(i);
    odd_status st = odd_design_new(out->job, &out->design);
    return st == ODD_OK ? odd_experiment_draw(out->design, ALL, label, &key, &out->drawn) : st;
}

static void draw_free(draw *d)
{
    odd_drawn_free(&d->drawn);
    odd_design_free(&d->design);
    odd_job_free(&d->job);
}

#define DRAW(out, key, ...) draw_new((const char *const[]){MIXTURE, __VA_ARGS__, NULL}, key, out)

static int count_odd(const odd_sample *s)
{
    int count = 0;
    for (int64_t i = 0; i < s->n; i++)
        count += s->odd[i];
    return count;
}

/* Rows rise, and are odd if they are not of these labels. */
static bool is_right(const odd_sample *s, const char *theme, const char *other_theme)
{
    bool good = true;
    for (int64_t i = 0; i < s->n; i++) {
        const char *label = label_of(s->row[i]);
        const bool is_theme = strcmp(label, theme) == 0 || strcmp(label, other_theme) == 0;
        good = good && s->odd[i] == !is_theme && *label && (i == 0 || s->row[i] > s->row[i - 1]);
    }
    return good;
}

static bool are_apart(const odd_drawn *d)
{
    bool apart = true;
    for (int64_t i = 0; i < d->fit.n; i++)
        for (int64_t j = 0; j < d->test.n; j++)
            apart = apart && d->fit.row[i] != d->test.row[j];
    return apart;
}

/* ---- how many of which kind ---- */

static void test_sizes(void)
{
    draw d;
    CU_ASSERT_EQUAL(DRAW(&d, ((odd_trial_key){0}), "experiment.theme_images=35",
                         "experiment.odd_images=7", "experiment.test_images=10"),
                    ODD_OK);
    CU_ASSERT(d.drawn.fit.n == 42 && count_odd(&d.drawn.fit) == 7);
    CU_ASSERT(d.drawn.test.n == 20 && count_odd(&d.drawn.test) == 10);
    CU_ASSERT(is_right(&d.drawn.fit, "shoe", "") && is_right(&d.drawn.test, "shoe", ""));
    CU_ASSERT(are_apart(&d.drawn) && fabs(odd_drawn_share(&d.drawn) - 7. / 42) < 1e-15);
    draw_free(&d);
    /* all but those of the test; without odd labels all others are odd, but for the nameless */
    CU_ASSERT_EQUAL(DRAW(&d, ((odd_trial_key){.mixture = 1}), "experiment.test_images=20"), ODD_OK);
    CU_ASSERT(d.drawn.fit.n == HATS + BAGS + SHOES - 40);
    CU_ASSERT(count_odd(&d.drawn.fit) == SHOES - 20 && count_odd(&d.drawn.test) == 20);
    CU_ASSERT(is_right(&d.drawn.fit, "hat", "bag") && are_apart(&d.drawn));
    draw_free(&d);
    CU_ASSERT_EQUAL(DRAW(&d, ((odd_trial_key){.mixture = 2}), "seed=1"), ODD_OK);
    CU_ASSERT(d.drawn.fit.n == SHOES + HATS + BAGS && d.drawn.test.n == 0);
    CU_ASSERT(count_odd(&d.drawn.fit) == HATS + BAGS);
    draw_free(&d);
}

/* theme share / (1 - share) odd ones, rounded: 45 x 0.25 / 0.75 = 15, 45 / 19 = 2.4. */
static void test_shares(void)
{
    static const int odd[] = {15, 2};
    for (int share = 0; share < 2; share++) {
        draw d;
        CU_ASSERT_EQUAL(DRAW(&d, ((odd_trial_key){.share = share}), "experiment.theme_images=45",
                             "experiment.shares=[0.25, 0.05]"),
                        ODD_OK);
        CU_ASSERT(d.drawn.fit.n == 45 + odd[share] && count_odd(&d.drawn.fit) == odd[share]);
        draw_free(&d);
    }
}

static void test_verified(void)
{
    draw d;
    int verified = 0, others = 0;
    CU_ASSERT_EQUAL(DRAW(&d, ((odd_trial_key){0}), "experiment.theme_images=35",
                         "experiment.odd_images=20", "experiment.verified_theme=12",
                         "experiment.test_images=5"),
                    ODD_OK);
    for (int64_t i = 0; i < d.drawn.fit.n; i++) {
        verified += d.drawn.fit.verified[i] == ODD_VERIFIED_THEME && !d.drawn.fit.odd[i];
        others += d.drawn.fit.verified[i] != ODD_UNVERIFIED && d.drawn.fit.odd[i];
    }
    for (int64_t i = 0; i < d.drawn.test.n; i++)
        others += d.drawn.test.verified[i] != ODD_UNVERIFIED;
    CU_ASSERT(verified == 12 && others == 0);
    draw_free(&d);
}

/* ---- seeds ---- */

static bool same_sample(const odd_sample *a, const odd_sample *b)
{
    return a->n == b->n && memcmp(a->row, b->row, (size_t)a->n * sizeof *a->row) == 0 &&
           memcmp(a->odd, b->odd, (size_t)a->n) == 0 &&
           memcmp(a->verified, b->verified, (size_t)a->n) == 0;
}

#define SOME                                                                                       \
    "experiment.theme_images=20", "experiment.odd_images=10", "experiment.test_images=5",          \
        "experiment.verified_theme=4"

/* The trial's number is added to the job's; techniques share their images. */
static void test_seeds(void)
{
    draw a, b, c, other;
    CU_ASSERT_EQUAL(DRAW(&a, ((odd_trial_key){.seed = 2}), SOME, "seed=5"), ODD_OK);
    CU_ASSERT_EQUAL(DRAW(&b, ((odd_trial_key){.seed = 2, .technique = 3}), SOME, "seed=5"), ODD_OK);
    CU_ASSERT_EQUAL(DRAW(&c, ((odd_trial_key){.seed = 0}), SOME, "seed=7"), ODD_OK);
    CU_ASSERT_EQUAL(DRAW(&other, ((odd_trial_key){.seed = 1}), SOME, "seed=5"), ODD_OK);
    CU_ASSERT(same_sample(&a.drawn.fit, &b.drawn.fit) && same_sample(&a.drawn.test, &b.drawn.test));
    CU_ASSERT(same_sample(&a.drawn.fit, &c.drawn.fit) && same_sample(&a.drawn.test, &c.drawn.test));
    CU_ASSERT(!same_sample(&a.drawn.fit, &other.drawn.fit));
    CU_ASSERT(!same_sample(&a.drawn.test, &other.drawn.test));
    draw_free(&a);
    draw_free(&b);
    draw_free(&c);
    draw_free(&other);
}

/* Rank 0's draw is every rank's. */
static void test_ranks(void)
{
    draw d;
    int64_t first[64] = {0};
    if (!check_all(WORLD, DRAW(&d, ((odd_trial_key){0}), SOME) == ODD_OK)) return;
    const size_t bytes = (size_t)d.drawn.fit.n * sizeof *first;
    memcpy(first, d.drawn.fit.row, bytes);
    odd_broadcast(WORLD, 0, first, sizeof first);
    check_all(WORLD, d.drawn.fit.n == 30 && memcmp(first, d.drawn.fit.row, bytes) == 0);
    draw_free(&d);
}

/* Over many seeds every shoe is fitted as often: 20 of 60. */
static void test_fair(void)
{
    enum { SEEDS = 300 };
    int times[ALL] = {0};
    const char *label[ALL];
    draw d;
    bool good = DRAW(&d, ((odd_trial_key){0}), SOME) == ODD_OK;
    for (int64_t i = 0; i < ALL; i++)
        label[i] = label_of(i);
    for (int seed = 0; good && seed < SEEDS; seed++) {
        const odd_trial_key key = {.seed = seed};
        odd_drawn_free(&d.drawn);
        good = odd_experiment_draw(d.design, ALL, label, &key, &d.drawn) == ODD_OK;
        for (int64_t i = 0; i < d.drawn.fit.n; i++)
            times[d.drawn.fit.row[i]]++;
    }
    draw_free(&d);
    /* 100 expected, standard deviation 8.2 */
    for (int64_t i = 0; i < ALL; i++)
        if (strcmp(label_of(i), "shoe") == 0) good = good && times[i] > 55 && times[i] < 145;
    CU_ASSERT(good);
}

/* ---- what cannot be drawn ---- */

static void refused(odd_status st, draw *d, const char *words)
{
    CU_ASSERT_EQUAL(st, ODD_USAGE);
    if (!strstr(odd_fail_reason(), words)) fprintf(stderr, "%s\n", odd_fail_reason());
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), words));
    CU_ASSERT(d->drawn.fit.n == 0 && !d->drawn.fit.row && !d->drawn.test.row);
    draw_free(d);
}

static void test_refused(void)
{
    const odd_trial_key first = {0};
    draw d;
    refused(DRAW(&d, first, "experiment.theme_images=61"), &d,
            "'mine' wants 61 theme images, 60 are there");
    refused(DRAW(&d, first, "experiment.theme_images=55", "experiment.test_images=6"), &d,
            "'mine' wants 61 theme images, 60 are there");
    refused(DRAW(&d, first, "experiment.odd_images=31"), &d, "wants 31 odd images, 30 are there");
    refused(DRAW(&d, first, "experiment.shares=[0.5]"), &d, "wants 60 odd images, 30 are there");
    refused(DRAW(&d, first, "experiment.shares=[0.99999999999999994]"), &d, "odd images");
    refused(DRAW(&d, first, "experiment.odd_images=0"), &d, "needs theme and odd images");
    refused(DRAW(&d, first, "experiment.theme_images=10", "experiment.verified_theme=11"), &d,
            "11 images to verify, only 10");
    refused(DRAW(&d, first, "experiment.verified_theme=1000000000000000"), &d,
            "1000000000000000 images to verify, only 60");
}

/* A slip of the pen is no other experiment. */
static void test_labels(void)
{
    static const char *const wrong[][2] = {
        {"experiment.mixtures=['mine | shoe, sock | bag']", "mixture 'mine': 'sock' is the label "
                                                            "of no image"},
        {"experiment.mixtures=['mine | shoe | bag, hatt']", "'hatt' is the label of no image"},
        {"experiment.mixtures=['mine | shoe, hat | hat, bag']", "'hat' is both theme and odd"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *const sets[] = {wrong[i][0], NULL};
        draw d;
        refused(draw_new(sets, (odd_trial_key){0}, &d), &d, wrong[i][1]);
    }
}

CU_TestInfo odd_tests[] = {
    {"how many of which kind", test_sizes},
    {"shares", test_shares},
    {"verified images", test_verified},
    {"seeds", test_seeds},
    {"the same on every rank", test_ranks},
    {"draws are fair", test_fair},
    {"what cannot be drawn", test_refused},
    {"labels that are not there", test_labels},
    CU_TEST_INFO_NULL,
};
