/* Plot: round ticks and how they are written, axes for any range, marks that stay in the frame,
 * ranges of heavy-tailed values. */
#include "report/plot_internal.h"
#include "report/ticks_internal.h"
#include "report/value_range_internal.h"

#include "oddlot_test.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void ticks_by_hand(void)
{
    static const struct {
        double low, high;
        int most;
        double smallest, first, step;
        int count;
    } cases[] = {
        {0, 1, 6, 0, 0, 0.2, 6},          {0, 100, 11, 0, 0, 10, 11},
        {-7, 13, 6, 0, -5, 5, 4},         {0.013, 0.019, 4, 0, .014, .002, 3},
        {0, 1.5, 6, 1, 0, 1, 2},          {99, 101, 3, 0, 99, 1, 3},
        {-1e6, -2e5, 5, 0, -1e6, 2e5, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        odd_ticks t =
            odd_ticks_choose(cases[i].low, cases[i].high, cases[i].most, cases[i].smallest);
        CU_ASSERT_DOUBLE_EQUAL(t.step, cases[i].step, 1e-12 * cases[i].step);
        CU_ASSERT_DOUBLE_EQUAL(t.first, cases[i].first, 1e-9 * t.step);
        CU_ASSERT_EQUAL(t.count, cases[i].count);
    }
}

static void ticks_stay_inside(void)
{
    for (int exponent = -300; exponent <= 300; exponent += 7) {
        for (int k = -40; k <= 40; k++) {
            double width = pow(10, exponent), low = k * 0.37 * width;
            odd_ticks t = odd_ticks_choose(low, low + width, 6, 0);
            CU_ASSERT(t.count >= 2 && t.count <= 6);
            CU_ASSERT(t.first >= low - 1e-6 * t.step);
            CU_ASSERT(t.first + (t.count - 1) * t.step <= low + width + 1e-6 * t.step);
        }
    }
}

static void tick_texts(void)
{
    static const struct {
        double value, step;
        const char *text;
    } cases[] = {
        {0, 1, "0"},
        {-0.0, 1, "0"},
        {1e-17, 0.2, "0"},
        {0.25, 0.05, "0.25"},
        {0.6000000000000001, 0.2, "0.6"},
        {-5, 5, "−5"},
        {1500, 500, "1,500"},
        {250000, 50000, "250k"},
        {-2500000, 500000, "−2.5M"},
        {1000000, 100000, "1.0M"},
        {1e10, 5e9, "10G"},
        {1e18, 1e18, "1e+18"},
        {2e-9, 1e-9, "2e-09"},
        {1234567.25, 0.05, "1234567.25"},
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_STRING_EQUAL(odd_tick_text(cases[i].value, cases[i].step, buffer), cases[i].text);
}

static void any_range_makes_an_axis(void)
{
    const double hard[] = {0,   -0.0, 1,      -1e308,   1e308,     5e-324,
                           NAN, 3e9,  1e-300, INFINITY, -INFINITY, DBL_MAX};
    const int count = sizeof hard / sizeof *hard;
    for (int i = 0; i < count * count; i++) {
        odd_text svg = ODD_TEXT_EMPTY;
        odd_axis axis = odd_axis_linear(hard[i / count], hard[i % count], "x");
        CU_ASSERT(isfinite(axis.low) && isfinite(axis.high) && axis.low < axis.high);
        odd_plot plot = odd_plot_begin(&svg, axis, axis, "hard");
        for (int k = 0; k < count; k++)
            odd_plot_mark(&svg, odd_plot_x(&plot, hard[k]), odd_plot_y(&plot, hard[k]),
                          ODD_MARK_CIRCLE);
        odd_plot_end(&plot);
        CU_ASSERT_PTR_NULL(strstr(odd_text_string(&svg), "nan"));
        CU_ASSERT_PTR_NULL(strstr(odd_text_string(&svg), "inf"));
        odd_text_free(&svg);
    }
}

static void values_land_where_they_belong(void)
{
    odd_text svg = ODD_TEXT_EMPTY;
    odd_plot plot = odd_plot_begin(&svg, odd_axis_linear(10, 20, "x"),
                                   odd_axis_counts_log(1000, "images"), "about \"it\"");
    double left = odd_plot_x(&plot, 10), right = odd_plot_right();
    CU_ASSERT_DOUBLE_EQUAL(odd_plot_x(&plot, 15), (left + right) / 2, 1e-9);
    CU_ASSERT_EQUAL(odd_plot_x(&plot, 20), right);
    CU_ASSERT_EQUAL(odd_plot_x(&plot, 99), right);
    CU_ASSERT_EQUAL(odd_plot_x(&plot, -99), left);
    CU_ASSERT_EQUAL(odd_plot_y(&plot, 0), odd_plot_bottom());
    CU_ASSERT(odd_plot_y(&plot, 1) < odd_plot_bottom() - 4); /* one image is seen */
    CU_ASSERT_DOUBLE_EQUAL(odd_plot_y(&plot, 1) - odd_plot_y(&plot, 10),
                           odd_plot_y(&plot, 10) - odd_plot_y(&plot, 100), 1e-9);
    CU_ASSERT_PTR_NOT_NULL(strstr(svg.s, "aria-label=\"about &quot;it&quot;\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(svg.s, ">1,000</text>"));
    odd_text_free(&svg);
}

static double score_of(const odd_report_data *data, int64_t i)
{
    return data->roc[i].y;
}

static odd_value_range range_of(const double score[], int64_t n)
{
    odd_value_range r = {0};
    odd_curve_point point[1000] = {0};
    const odd_report_data data = {.roc = point};
    for (int64_t i = 0; i < n; i++)
        point[i].y = score[i];
    CU_ASSERT_EQUAL(odd_value_range_find(&data, n, score_of, 0.1, &r), ODD_OK);
    return r;
}

static void heavy_tails_are_cut(void)
{
    double score[1000];
    for (int i = 0; i < 1000; i++)
        score[i] = i / 1000.0;
    score[0] = -1e6;
    score[1] = 1e9;
    score[2] = NAN;
    score[3] = INFINITY;
    odd_value_range r = range_of(score, 1000);
    CU_ASSERT_EQUAL(r.finite, 998);
    CU_ASSERT_EQUAL(r.min, -1e6);
    CU_ASSERT_EQUAL(r.max, 1e9);
    CU_ASSERT_DOUBLE_EQUAL(r.low, -0.09, 0.02);
    CU_ASSERT_DOUBLE_EQUAL(r.high, 1.09, 0.02);
}

static void tame_values_are_shown_whole(void)
{
    double score[100];
    for (int i = 0; i < 100; i++)
        score[i] = i;
    odd_value_range r = range_of(score, 100);
    CU_ASSERT_EQUAL(r.low, 0);
    CU_ASSERT_EQUAL(r.high, 99);
    for (int i = 0; i < 99; i++)
        score[i] = 7; /* the one other value is what there is to see */
    r = range_of(score, 100);
    CU_ASSERT_EQUAL(r.low, 7);
    CU_ASSERT_EQUAL(r.high, 99);
    score[0] = NAN;
    r = range_of(score, 1);
    CU_ASSERT_EQUAL(r.finite, 0);
    r = range_of(score, 0);
    CU_ASSERT_EQUAL(r.finite, 0);
}

const char *odd_test_name = "report.plot";
CU_TestInfo odd_tests[] = {
    {"ticks by hand", ticks_by_hand},
    {"ticks stay inside their range", ticks_stay_inside},
    {"texts of ticks", tick_texts},
    {"any range makes an axis", any_range_makes_an_axis},
    {"values land where they belong", values_land_where_they_belong},
    {"heavy tails are cut", heavy_tails_are_cut},
    {"tame values are shown whole", tame_values_are_shown_whole},
    CU_TEST_INFO_NULL,
};
