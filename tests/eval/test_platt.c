/* Platt's calibration and reliability: known answers of scikit-learn, and what may not be asked. */
#include "oddlot/eval/platt.h"
#include "oddlot/eval/reliability.h"

#include "oddlot_test.h"

#include <math.h>

#define MOST 60

/* Printed by make_platt.py. */
static const struct {
    const char *name;
    int64_t n;
    double score[MOST];
    uint8_t truth[MOST];
    double slope, offset;
    double error, brier;                       /* of the scores, taken for log odds */
    double calibrated_error, calibrated_brier; /* of what calibration makes of them */
} cases[] = {
    {"too sure",
     50,
     {-7.21,
      -3.71,
      14.336,
      16.164999999999999,
      -9.9199999999999999,
      -8.1229999999999993,
      -20.010999999999999,
      -4.1840000000000002,
      -11.132,
      13.007,
      4.2430000000000003,
      -5.6639999999999997,
      15.742000000000001,
      -7.234,
      -3.4039999999999999,
      3.5830000000000002,
      -1.968,
      13.952999999999999,
      -23.077000000000002,
      11.452999999999999,
      -6.3760000000000003,
      3.653,
      -0.61899999999999999,
      7.5049999999999999,
      -11.282,
      -7.2190000000000003,
      0.73799999999999999,
      -3.6360000000000001,
      -0.28699999999999998,
      5.5659999999999998,
      -11.135999999999999,
      18.143000000000001,
      -3.9660000000000002,
      -11.311999999999999,
      17.460000000000001,
      -13.266999999999999,
      -17.916,
      10.263,
      -10.32,
      14.678000000000001,
      0.63700000000000001,
      -6.4729999999999999,
      13.329000000000001,
      0.28599999999999998,
      -16.849,
      3.3900000000000001,
      0.79400000000000004,
      -4.0999999999999996,
      -15.637,
      9.2390000000000008},
     {0, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 0,
      0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1},
     0.241819221245,
     0.521097517105,
     0.188115727137,
     0.158095447675,
     0.1542500391,
     0.100193489896},
    {"too modest",
     50,
     {0.058000000000000003,
      0.085999999999999993,
      0.17100000000000001,
      -0.223,
      0.0030000000000000001,
      0.27100000000000002,
      0.0040000000000000001,
      0.13900000000000001,
      0.28899999999999998,
      -0.33200000000000002,
      0.35299999999999998,
      -0.068000000000000005,
      0.158,
      -0.48599999999999999,
      -0.111,
      -0.20200000000000001,
      -0.11600000000000001,
      -0.63100000000000001,
      -0.16900000000000001,
      0.069000000000000006,
      0.379,
      -0.16500000000000001,
      -0.35999999999999999,
      -0.28499999999999998,
      -0.19,
      0.46999999999999997,
      0.81000000000000005,
      -0.127,
      0.22600000000000001,
      -0.057000000000000002,
      -0.191,
      0.34200000000000003,
      -0.106,
      0.217,
      -0.34100000000000003,
      -0.14999999999999999,
      -0.001,
      0.23400000000000001,
      0.52200000000000002,
      0.40699999999999997,
      -0.20699999999999999,
      0.16700000000000001,
      -0.40500000000000003,
      0.053999999999999999,
      0.59099999999999997,
      -0.23000000000000001,
      0.20000000000000001,
      0.0089999999999999993,
      0.50800000000000001,
      0.311},
     {1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0,
      1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1},
     7.69771233764,
     -0.508096326206,
     0.319844688684,
     0.204220199959,
     0.125828429547,
     0.110851409711},
    {"off",
     40,
     {5.1310000000000002,
      2.3809999999999998,
      -0.68600000000000005,
      -1.1200000000000001,
      7.2800000000000002,
      1.133,
      4.2380000000000004,
      3.52,
      3.6850000000000001,
      4.1689999999999996,
      6.9390000000000001,
      0.16400000000000001,
      -1.508,
      4.3470000000000004,
      8.1400000000000006,
      7.4080000000000004,
      2.6829999999999998,
      -2.774,
      -1.5820000000000001,
      2.1299999999999999,
      4.4299999999999997,
      5.5110000000000001,
      3.9489999999999998,
      3.6859999999999999,
      6.1070000000000002,
      0.19900000000000001,
      4.9939999999999998,
      1.5109999999999999,
      5.4630000000000001,
      7.3170000000000002,
      3.7370000000000001,
      -1.7370000000000001,
      0.46100000000000002,
      3.702,
      6.5069999999999997,
      2.859,
      6.5460000000000003,
      6.3970000000000002,
      6.1509999999999998,
      -0.95199999999999996},
     {1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0,
      1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0},
     0.899321244174,
     -2.81304848797,
     0.253973042293,
     0.19923962743,
     0.113485238501,
     0.0784847959337},
    {"rare",
     60,
     {-0.086999999999999994,
      -12.404999999999999,
      -3.5419999999999998,
      -1.5660000000000001,
      -2.1829999999999998,
      -4.7080000000000002,
      -9.4039999999999999,
      -5.3010000000000002,
      1.03,
      -2.278,
      -2.081,
      -4.7279999999999998,
      -1.4590000000000001,
      -7.1699999999999999,
      -6.048,
      1.907,
      -2.2789999999999999,
      1.034,
      -0.308,
      -2.7669999999999999,
      -6.8470000000000004,
      -3.7429999999999999,
      -6.6630000000000003,
      -6.8879999999999999,
      -8.282,
      6.1929999999999996,
      4.7279999999999998,
      -8.8019999999999996,
      -0.66100000000000003,
      -1.117,
      0.91000000000000003,
      -2.4780000000000002,
      2.7349999999999999,
      -3.141,
      -2.734,
      -0.63300000000000001,
      -7.1040000000000001,
      -7.798,
      -8.2279999999999998,
      -4.2320000000000002,
      -1.3819999999999999,
      -6.5759999999999996,
      -8.1080000000000005,
      2.6520000000000001,
      -5.048,
      -2.1110000000000002,
      -4.2939999999999996,
      -4.4470000000000001,
      -4.1390000000000002,
      -3.7730000000000001,
      -6.7670000000000003,
      -7.2450000000000001,
      0.89600000000000002,
      5.4020000000000001,
      -0.504,
      -8.75,
      -3.766,
      -0.28399999999999997,
      -8.7119999999999997,
      -5.3079999999999998},
     {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0,
      1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
     0.495067432257,
     -1.4461637683,
     0.103938079381,
     0.0637616435611,
     0.0945147472536,
     0.0583488917952},
    {"separated",
     12,
     {-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6},
     {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1},
     0.538110012165,
     -0.816090483965,
     0.157090694611,
     0.0742029952931,
     0.200139482658,
     0.0585317993868},
};
enum { CASES = sizeof cases / sizeof *cases };

static double chance(double odds)
{
    return 1 / (1 + exp(-odds));
}

static odd_reliability reliability(int c, double slope, double offset)
{
    odd_reliability r;
    double p[MOST];
    for (int64_t i = 0; i < cases[c].n; i++)
        p[i] = chance(slope * cases[c].score[i] + offset);
    CU_ASSERT_EQUAL(odd_reliability_of(cases[c].n, p, cases[c].truth, &r), ODD_OK);
    return r;
}

static void known_answers(void)
{
    for (int c = 0; c < CASES; c++) {
        odd_platt p;
        CU_ASSERT_EQUAL(odd_platt_fit(cases[c].n, cases[c].score, cases[c].truth, &p), ODD_OK);
        CU_ASSERT_DOUBLE_EQUAL(p.slope, cases[c].slope, 1e-6 * fmax(1, fabs(cases[c].slope)));
        CU_ASSERT_DOUBLE_EQUAL(p.offset, cases[c].offset, 1e-6 * fmax(1, fabs(cases[c].offset)));
        const odd_reliability before = reliability(c, 1, 0);
        const odd_reliability after = reliability(c, p.slope, p.offset);
        CU_ASSERT_DOUBLE_EQUAL(before.error, cases[c].error, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(before.brier, cases[c].brier, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(after.error, cases[c].calibrated_error, 1e-6);
        CU_ASSERT_DOUBLE_EQUAL(after.brier, cases[c].calibrated_brier, 1e-6);
    }
}

/* Evidence does not depend on how many of the images were odd: the prior is taken out. */
static void evidence(void)
{
    enum { N = 4 };
    const double score[N] = {-1, 1, 0, 2};
    const uint8_t truth[N] = {0, 0, 1, 1};
    odd_platt p;
    CU_ASSERT_EQUAL(odd_platt_fit(N, score, truth, &p), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(p.prior, 0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(odd_platt_evidence(&p, 0.5), 0, 1e-9); /* their middle */
    CU_ASSERT_EQUAL(odd_platt_fit(N - 1, score, truth, &p), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(odd_platt_evidence(&p, 3), p.slope * 3 + p.offset - p.prior, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(p.prior, log((2. / 3 + 2. / 4) / (1. / 3 + 2 * 3. / 4)), 1e-12);
}

/* A score that says the opposite says nothing, and so does one that is always the same. */
static void never_falls(void)
{
    const double falling[] = {6, 5, 4, 3, 2, 1}, same[] = {7, 7, 7, 7, 7, 7};
    const uint8_t truth[] = {0, 0, 0, 1, 1, 1};
    odd_platt p;
    CU_ASSERT_EQUAL(odd_platt_fit(6, falling, truth, &p), ODD_OK);
    CU_ASSERT(p.slope == 0 && p.offset == p.prior);
    CU_ASSERT_EQUAL(odd_platt_fit(6, same, truth, &p), ODD_OK);
    CU_ASSERT(p.slope == 0 && fabs(odd_platt_evidence(&p, 7)) < 1e-12);
}

static void extremes(void)
{
    const double wide[] = {-1e9, -1e-9, 1e-9, 1e9}, far[] = {1e6, 1e6 + 1, 1e6 + 2, 1e6 + 3};
    const uint8_t truth[] = {0, 1, 0, 1};
    odd_platt p;
    CU_ASSERT_EQUAL(odd_platt_fit(4, wide, truth, &p), ODD_OK);
    CU_ASSERT(isfinite(p.slope) && isfinite(p.offset) && p.slope > 0);
    CU_ASSERT_EQUAL(odd_platt_fit(4, far, truth, &p), ODD_OK);
    CU_ASSERT(isfinite(p.slope) && p.slope > 0);
    CU_ASSERT_DOUBLE_EQUAL(odd_platt_evidence(&p, 1e6 + 1.5), 0, 1e-6);
}

static void bins(void)
{
    const double p[] = {0, 0.05, 0.1, 0.95, 1, 1};
    const uint8_t truth[] = {0, 1, 0, 1, 1, 0};
    odd_reliability r;
    CU_ASSERT_EQUAL(odd_reliability_of(6, p, truth, &r), ODD_OK);
    CU_ASSERT(r.count[0] == 2 && r.count[1] == 1 && r.count[9] == 3 && r.count[5] == 0);
    CU_ASSERT_DOUBLE_EQUAL(r.expected[0], 0.025, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(r.happened[0], 0.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(r.happened[9], 2. / 3, 1e-12);
    CU_ASSERT(isnan(r.expected[5]) && isnan(r.happened[5]));
    CU_ASSERT_DOUBLE_EQUAL(r.error, (0.95 + 0.1 + 0.95) / 6, 1e-12);
}

static void refused(void)
{
    const double score[] = {1, 2, NAN}, p[] = {0.5, 1.5}, nan[] = {NAN};
    const uint8_t truth[] = {0, 1, 0}, all[] = {1, 1, 1};
    odd_reliability r;
    odd_platt out;
    CU_ASSERT_EQUAL(odd_platt_fit(3, score, truth, &out), ODD_NUMERIC);
    CU_ASSERT_EQUAL(odd_platt_fit(2, score, all, &out), ODD_ARG);
    CU_ASSERT_EQUAL(odd_platt_fit(0, score, truth, &out), ODD_ARG);
    CU_ASSERT_EQUAL(odd_reliability_of(2, p, truth, &r), ODD_NUMERIC);
    CU_ASSERT_EQUAL(odd_reliability_of(1, nan, truth, &r), ODD_NUMERIC);
    CU_ASSERT_EQUAL(odd_reliability_of(0, p, truth, &r), ODD_ARG);
}

const char *odd_test_name = "platt";
CU_TestInfo odd_tests[] = {
    {"known answers", known_answers},
    {"evidence", evidence},
    {"never falls", never_falls},
    {"extremes", extremes},
    {"bins of reliability", bins},
    {"refused", refused},
    CU_TEST_INFO_NULL,
};
