/* ROC: known answers of scikit-learn, pairs counted one by one on random small cases, the thinned
 * curve, and what may not be ranked. */
#include "oddlot/eval/roc.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot_test.h"

#include <math.h>

#define MOST 60

/* Printed by make_roc.py. */
static const struct {
    const char *name;
    int64_t n;
    double score[MOST];
    uint8_t truth[MOST];
    double threshold, auc, average_precision, sensitivity, recall, precision, f1;
} cases[] = {
    {"no ties",
     24,
     {-0.35966799999999999,
      1.2036750000000001,
      1.396868,
      0.31723600000000002,
      0.414134,
      -0.48954999999999999,
      -0.91412099999999996,
      -0.90036099999999997,
      -0.99843099999999996,
      0.92920499999999995,
      -0.056292000000000002,
      0.128279,
      -0.63997000000000004,
      -1.087817,
      -1.201954,
      -0.84156900000000001,
      0.59915700000000005,
      0.018440000000000002,
      -0.45677200000000001,
      -0.23927799999999999,
      -1.427335,
      1.2306820000000001,
      -1.216415,
      0.042382000000000003},
     {0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1},
     -0.29947299999999999,
     0.33571428571428574,
     0.3420819204874932,
     0.40000000000000002,
     0.42857142857142855,
     0.33333333333333331,
     0.36363636363636359},
    {"many ties",
     40,
     {-0.5, 1, 1,   -0.5, -0.5, 0,   0.5,  -0.5, -1,  -1, -1,   -0.5, 1,  -0.5,
      1,    0, -1,  -1,   0.5,  1,   -0.5, -1,   0,   0,  0,    -0.5, -1, -0.5,
      0,    1, 0.5, 1,    1,    0.5, 0,    -0.5, 0.5, -1, -0.5, 0},
     {1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1},
     0,
     0.484375,
     0.18950606684981686,
     0.5,
     0.46875,
     0.19047619047619047,
     0.27586206896551724},
    {"rare",
     60,
     {0.0056899999999999997,
      0.0040600000000000002,
      0.01453,
      19.26558,
      0.00019000000000000001,
      0.071209999999999996,
      84.589830000000006,
      0.016879999999999999,
      0.38363999999999998,
      14.444570000000001,
      1.79819,
      0.00040000000000000002,
      0.17623,
      0.1986,
      2.3559399999999999,
      0.00044999999999999999,
      0.052999999999999999,
      0.66979999999999995,
      0.04385,
      6.5126200000000001,
      3.5485799999999998,
      1.0000000000000001e-05,
      0.0022100000000000002,
      0.074029999999999999,
      0.18789,
      2.2189700000000001,
      15.304399999999999,
      18.502040000000001,
      0.00022000000000000001,
      0.15536,
      0.69986999999999999,
      1.70272,
      42.216900000000003,
      6.9974999999999996,
      6.9516299999999998,
      0.26124000000000003,
      38.800260000000002,
      1.0133000000000001,
      1.6997800000000001,
      1.2196,
      0.61297000000000001,
      0.14777999999999999,
      0.01172,
      0.080890000000000004,
      0.00464,
      0.64941000000000004,
      0.017239999999999998,
      0.0039399999999999999,
      0.023789999999999999,
      0.59660999999999997,
      2.7810800000000002,
      21.49372,
      0.16980000000000001,
      0.030540000000000001,
      0.00131,
      0.14022999999999999,
      0.2162,
      46.231960000000001,
      0.24207000000000001,
      33.996839999999999},
     {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
     0.22913500000000001,
     0.62068965517241381,
     0.52173913043478259,
     0.5,
     0.5,
     0.033333333333333333,
     0.0625},
    {"all equal",
     7,
     {3.25, 3.25, 3.25, 3.25, 3.25, 3.25, 3.25},
     {1, 0, 0, 1, 0, 0, 1},
     3.25,
     0.5,
     0.42857142857142855,
     1,
     0,
     0.42857142857142855,
     0.59999999999999998},
    {"perfect",
     10,
     {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
     {0, 0, 0, 0, 0, 0, 1, 1, 1, 1},
     4.5,
     1,
     1,
     1,
     0.83333333333333337,
     0.80000000000000004,
     0.88888888888888895},
    {"upside down",
     10,
     {-0, -1, -2, -3, -4, -5, -6, -7, -8, -9},
     {0, 0, 0, 0, 0, 0, 1, 1, 1, 1},
     -4.5,
     0,
     0.28154761904761905,
     0,
     0.16666666666666666,
     0,
     0},
};
#define CASES (sizeof cases / sizeof *cases)

static void near(double value, double expected)
{
    CU_ASSERT_DOUBLE_EQUAL(value, expected, 1e-12);
}

static void equals_scikit_learn(void)
{
    for (size_t i = 0; i < CASES; i++) {
        odd_roc roc;
        odd_confusion c;
        CU_ASSERT_EQUAL(odd_roc_curve(cases[i].n, cases[i].score, cases[i].truth, &roc), ODD_OK);
        near(roc.auc, cases[i].auc);
        near(roc.average_precision, cases[i].average_precision);
        odd_roc_free(&roc);
        odd_confusion_at(cases[i].n, cases[i].score, cases[i].truth, cases[i].threshold, &c);
        near(c.sensitivity, cases[i].sensitivity);
        near(c.recall, cases[i].recall);
        near(c.precision, cases[i].precision);
        near(c.f1, cases[i].f1);
    }
}

/* Random small cases with many ties, some scores infinite. At least one row of each kind. */
static int64_t draw_case(uint64_t seed, double score[MOST], uint8_t truth[MOST])
{
    int64_t n = 2 + (int64_t)odd_below(MOST - 2, seed, ODD_STREAM_TEST, 0, 0);
    for (int64_t i = 0; i < n; i++) {
        score[i] = (double)odd_below(12, seed, ODD_STREAM_TEST, (uint64_t)i + 1, 0) - 6;
        truth[i] = odd_below(3, seed, ODD_STREAM_TEST, (uint64_t)i + 1, 1) == 0;
        if (score[i] == -6) score[i] = -INFINITY;
        if (score[i] == 5) score[i] = INFINITY;
    }
    truth[0] = 0;
    truth[n - 1] = 1;
    return n;
}

/* The share of pairs that are ranked right, a tie counts half. */
static double pairs_ranked_right(int64_t n, const double score[], const uint8_t truth[])
{
    double right = 0, pairs = 0;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < n; k++) {
            if (!truth[i] || truth[k]) continue;
            pairs++;
            right += score[i] > score[k] ? 1 : score[i] == score[k] ? 0.5 : 0;
        }
    }
    return right / pairs;
}

/* For each odd row the precision at its own threshold, and their mean. */
static double mean_precision(int64_t n, const double score[], const uint8_t truth[])
{
    double sum = 0, odds = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!truth[i]) continue;
        odd_confusion c;
        odd_confusion_at(n, score, truth, score[i], &c);
        sum += c.precision;
        odds++;
    }
    return sum / odds;
}

static void equals_counted_pairs(void)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        double score[MOST];
        uint8_t truth[MOST];
        odd_roc roc;
        int64_t n = draw_case(seed, score, truth);
        CU_ASSERT_EQUAL(odd_roc_curve(n, score, truth, &roc), ODD_OK);
        near(roc.auc, pairs_ranked_right(n, score, truth));
        near(roc.average_precision, mean_precision(n, score, truth));
        odd_roc_free(&roc);
    }
}

static void points_are_confusions(void)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        double score[MOST];
        uint8_t truth[MOST];
        odd_roc roc;
        int64_t n = draw_case(seed, score, truth);
        CU_ASSERT_EQUAL(odd_roc_curve(n, score, truth, &roc), ODD_OK);
        CU_ASSERT(isinf(roc.point[0].threshold));
        CU_ASSERT_EQUAL(roc.point[0].true_odd + roc.point[0].false_odd, 0);
        for (int64_t i = 1; i < roc.points; i++) {
            odd_confusion c;
            odd_confusion_at(n, score, truth, roc.point[i].threshold, &c);
            CU_ASSERT_EQUAL(roc.point[i].true_odd, c.odd_found);
            CU_ASSERT_EQUAL(roc.point[i].false_odd, c.theme_lost);
            CU_ASSERT(i == 1 || roc.point[i].threshold < roc.point[i - 1].threshold);
        }
        CU_ASSERT_EQUAL(roc.point[roc.points - 1].true_odd, roc.odd);
        CU_ASSERT_EQUAL(roc.point[roc.points - 1].false_odd, roc.theme);
        odd_roc_free(&roc);
    }
}

/* 3 odd rows before 2 theme rows before 1 odd row: by hand. */
static void confusion_by_hand(void)
{
    const double score[] = {9, 8, 7, 6, 5, 4};
    const uint8_t truth[] = {1, 1, 1, 0, 0, 1};
    odd_confusion c;
    odd_confusion_at(6, score, truth, 6, &c);
    CU_ASSERT_EQUAL(c.odd_found, 3);
    CU_ASSERT_EQUAL(c.odd_missed, 1);
    CU_ASSERT_EQUAL(c.theme_lost, 1);
    CU_ASSERT_EQUAL(c.theme_kept, 1);
    near(c.sensitivity, 0.75);
    near(c.recall, 0.5);
    near(c.precision, 0.75);
    near(c.f1, 0.75);
    odd_confusion_at(6, score, truth, 100, &c);
    CU_ASSERT_EQUAL(c.precision, 0);
    CU_ASSERT_EQUAL(c.f1, 0);
    CU_ASSERT_EQUAL(c.recall, 1);
    odd_confusion_at(0, NULL, NULL, 0, &c);
    CU_ASSERT_EQUAL(c.sensitivity, 0);
}

static double thin_area(const odd_roc *roc, const odd_roc_point *p, int64_t count)
{
    double sum = 0;
    for (int64_t i = 1; i < count; i++)
        sum += (double)(p[i].false_odd - p[i - 1].false_odd) *
               (double)(p[i].true_odd + p[i - 1].true_odd) / 2;
    return sum / (double)roc->odd / (double)roc->theme;
}

static odd_status long_curve(int64_t n, odd_roc *roc)
{
    odd_status st;
    double *score = NULL;
    uint8_t *truth = NULL;
    ODD_TRY(ODD_NEW(score, n));
    ODD_TRY(ODD_NEW(truth, n));
    for (int64_t i = 0; i < n; i++) {
        truth[i] = i % 10 == 0;
        score[i] = odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, 0) + 1.5 * truth[i];
    }
    ODD_TRY(odd_roc_curve(n, score, truth, roc));
done:
    odd_free(score);
    odd_free(truth);
    return st;
}

static void thin_keeps_the_shape(void)
{
    odd_roc roc;
    odd_roc_point *thin;
    int64_t count;
    CU_ASSERT_EQUAL(long_curve(20000, &roc), ODD_OK);
    for (int64_t most = 2; most <= 4096; most *= 2) {
        CU_ASSERT_EQUAL(odd_roc_thin(&roc, most, &thin, &count), ODD_OK);
        CU_ASSERT(count >= 2 && count <= most);
        CU_ASSERT_EQUAL(thin[0].true_odd + thin[0].false_odd, 0);
        CU_ASSERT_EQUAL(thin[count - 1].true_odd, roc.odd);
        CU_ASSERT_EQUAL(thin[count - 1].false_odd, roc.theme);
        CU_ASSERT_DOUBLE_EQUAL(thin_area(&roc, thin, count), roc.auc, 1.0 / (double)(most - 1));
        odd_free(thin);
    }
    CU_ASSERT_EQUAL(odd_roc_thin(&roc, 1, &thin, &count), ODD_ARG);
    CU_ASSERT_PTR_NULL(thin);
    odd_roc_free(&roc);
}

static void thin_keeps_all_corners_that_fit(void)
{
    const double score[] = {9, 8, 7, 6, 5, 4, 3};
    const uint8_t truth[] = {1, 1, 1, 0, 0, 1, 0};
    odd_roc roc;
    odd_roc_point *thin;
    int64_t count;
    CU_ASSERT_EQUAL(odd_roc_curve(7, score, truth, &roc), ODD_OK);
    CU_ASSERT_EQUAL(odd_roc_thin(&roc, 5, &thin, &count), ODD_OK);
    CU_ASSERT_EQUAL(count, 5); /* the ends and the three corners */
    CU_ASSERT_DOUBLE_EQUAL(thin_area(&roc, thin, count), roc.auc, 1e-15);
    CU_ASSERT_EQUAL(thin[1].threshold, 7);
    CU_ASSERT_EQUAL(thin[2].threshold, 5);
    CU_ASSERT_EQUAL(thin[3].threshold, 4);
    odd_free(thin);
    odd_roc_free(&roc);
}

static void area_alone(void)
{
    const double score[] = {3, 1, 2, 2};
    const uint8_t truth[] = {1, 0, 0, 1}, none[] = {0, 0, 0, 0}, all[] = {1, 1, 1, 1};
    double auc = 0;
    CU_ASSERT_EQUAL(odd_roc_auc(4, score, truth, &auc), ODD_OK);
    near(auc, 0.875); /* of four pairs three are right and one is a tie */
    CU_ASSERT(odd_roc_auc(4, score, none, &auc) == ODD_OK && isnan(auc));
    CU_ASSERT(odd_roc_auc(4, score, all, &auc) == ODD_OK && isnan(auc));
    CU_ASSERT(odd_roc_auc(0, NULL, NULL, &auc) == ODD_OK && isnan(auc));
    CU_ASSERT_EQUAL(odd_roc_auc(4, (const double[]){3, NAN, 2, 2}, truth, &auc), ODD_NUMERIC);
}

static void refuses(void)
{
    double score[] = {1, 2, NAN};
    const uint8_t mixed[] = {1, 0, 0}, none[] = {0, 0, 0}, all[] = {1, 1, 1};
    odd_roc roc;
    CU_ASSERT_EQUAL(odd_roc_curve(3, score, mixed, &roc), ODD_NUMERIC);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "score of row 2 is not a number");
    CU_ASSERT_PTR_NULL(roc.point);
    score[2] = -INFINITY;
    CU_ASSERT_EQUAL(odd_roc_curve(3, score, none, &roc), ODD_ARG);
    CU_ASSERT_EQUAL(odd_roc_curve(3, score, all, &roc), ODD_ARG);
    CU_ASSERT_EQUAL(odd_roc_curve(0, score, all, &roc), ODD_ARG);
    CU_ASSERT_EQUAL(odd_roc_curve(3, score, mixed, &roc), ODD_OK);
    odd_roc_free(&roc);
    CU_ASSERT_EQUAL(roc.points, 0);
}

/* Falling scores of odd, theme, odd, odd and two equal ones of each kind, then a theme row. */
static void false_share_by_hand(void)
{
    static const double score[] = {9, 8, 7, 6, 5, 5, 1};
    static const uint8_t truth[] = {1, 0, 1, 1, 1, 0, 0};
    odd_roc roc;
    CU_ASSERT_EQUAL(odd_roc_curve(7, score, truth, &roc), ODD_OK);
    CU_ASSERT_EQUAL(odd_roc_false_share(&roc, 0.25), 0);
    CU_ASSERT_DOUBLE_EQUAL(odd_roc_false_share(&roc, 0.26), 1.0 / 3, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(odd_roc_false_share(&roc, 0.75), 1.0 / 3, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(odd_roc_false_share(&roc, 0.95), 2.0 / 3, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(odd_roc_false_share(&roc, 1), 2.0 / 3, 1e-15);
    odd_roc_free(&roc);
}

const char *odd_test_name = "eval.roc";
CU_TestInfo odd_tests[] = {
    {"equals scikit-learn to 1e-12", equals_scikit_learn},
    {"equals pairs counted one by one", equals_counted_pairs},
    {"each point is the confusion at its threshold", points_are_confusions},
    {"confusion by hand", confusion_by_hand},
    {"thinning keeps the shape", thin_keeps_the_shape},
    {"thinning keeps all corners that fit", thin_keeps_all_corners_that_fit},
    {"false positives by hand", false_share_by_hand},
    {"the area alone", area_alone},
    {"refuses what cannot be ranked", refuses},
    CU_TEST_INFO_NULL,
};
