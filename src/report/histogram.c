/* Histogram: how the scores spread, theme and odd over each other where the truth is known, and
 * what the threshold cuts off. */
#include "report/figures_internal.h"
#include "report/html_internal.h"
#include "report/plot_internal.h"
#include "report/value_range_internal.h"

#include <math.h>
#include <stdio.h>

#define BINS      ODD_HISTOGRAM_BINS
#define KINDS     ODD_HISTOGRAM_KINDS
#define MARGIN    0.1  /* of the range of most scores, on either side */
#define LOG_RATIO 100. /* from this ratio of bars on, linear counts would hide the small ones */

/* One layer a kind of image, by truth + 1; the rare ones are drawn last, on top. */
static const struct {
    const char *class, *name;
} kinds[KINDS] = {{"bar unknown", "not labelled"}, {"bar theme", "theme"}, {"bar odd", "odd"}};

int64_t odd_histogram_stride(int64_t n)
{
    return odd_sample_stride(n, ODD_HISTOGRAM_SAMPLE);
}

/* The threshold is always in sight, with a little of what lies above it. */
static void show_threshold(double threshold, odd_value_range *r)
{
    if (!isfinite(threshold) || r->finite == 0) return;
    r->low = fmin(r->low, threshold);
    double above = fmin(threshold + 0.15 * (threshold - r->low), fmax(r->max, threshold));
    r->high = fmax(r->high, above);
}

void odd_histogram_place(odd_histogram *h, int64_t count, double sample[], double threshold)
{
    odd_value_range range = {.min = h->min, .max = h->max, .finite = h->finite};
    odd_value_range_show(&range, count, sample, MARGIN);
    show_threshold(threshold, &range);
    const odd_axis shown = odd_axis_linear(range.low, range.high, NULL);
    h->low = shown.low;
    h->high = shown.high;
}

static int kind_of(int truth)
{
    return truth < 0 ? 0 : truth == 0 ? 1 : 2;
}

void odd_histogram_add(odd_histogram *h, double score, int truth)
{
    const double place = BINS * ((score - h->low) / (h->high - h->low));
    h->bar[kind_of(truth)][(int)fmin(fmax(place, 0), BINS - 1)]++;
    h->below += score < h->low;
    h->above += score > h->high;
}

static double edge(const odd_histogram *h, int bin)
{
    return h->low + (h->high - h->low) * bin / BINS;
}

static int64_t count_kind(const odd_histogram *h, int kind)
{
    int64_t count = 0;
    for (int i = 0; i < BINS; i++)
        count += h->bar[kind][i];
    return count;
}

static odd_axis count_axis(const odd_histogram *h)
{
    int64_t most = 1, least = INT64_MAX;
    for (int k = 0; k < KINDS; k++) {
        for (int i = 0; i < BINS; i++) {
            int64_t bar = h->bar[k][i];
            if (bar > most) most = bar;
            if (bar > 0 && bar < least) least = bar;
        }
    }
    if ((double)most >= LOG_RATIO * (double)least)
        return odd_axis_counts_log((double)most, "images (log scale)");
    odd_axis axis = odd_axis_linear(0, 1.08 * (double)most, "images");
    axis.whole = true;
    return axis;
}

static void draw_bars(odd_plot *plot, const odd_histogram *h, int kind)
{
    const bool alone = count_kind(h, 1) + count_kind(h, 2) == 0;
    if (count_kind(h, kind) == 0) return;
    odd_html(plot->svg, "<path class=\"%s\" d=\"", kinds[kind].class);
    for (int i = 0; i < BINS; i++) {
        if (h->bar[kind][i] == 0) continue;
        double x = odd_plot_x(plot, edge(h, i)), end = odd_plot_x(plot, edge(h, i + 1));
        odd_text_format(plot->svg, "M%.1f %.0fV%.1fH%.1fV%.0fz", x, odd_plot_bottom(),
                        odd_plot_y(plot, (double)h->bar[kind][i]), end - 0.6, odd_plot_bottom());
    }
    odd_text_add(plot->svg, "\"/>\n");
    if (!alone) odd_plot_legend(plot, kinds[kind].class, ODD_MARK_BAR, kinds[kind].name);
}

static void add_tip(odd_text *svg, const odd_histogram *h, int bin)
{
    char from[32], to[32], number[32];
    odd_html(svg, "<title>%s to %s", odd_html_number(edge(h, bin), from),
             odd_html_number(edge(h, bin + 1), to));
    for (int k = 0; k < KINDS; k++)
        if (h->bar[k][bin] > 0)
            odd_html(svg, ", %s %s", odd_human_count(h->bar[k][bin], number), kinds[k].name);
    odd_text_add(svg, "</title>");
}

/* Unseen columns over the bars, for the tips under the mouse. */
static void draw_tips(const odd_plot *plot, const odd_histogram *h)
{
    for (int i = 0; i < BINS; i++) {
        if (h->bar[0][i] + h->bar[1][i] + h->bar[2][i] == 0) continue;
        odd_text_format(plot->svg, "<path class=\"tip\" d=\"M%.1f %.0fH%.1fV%.0fH%.1fz\">",
                        odd_plot_x(plot, edge(h, i)), odd_plot_top(),
                        odd_plot_x(plot, edge(h, i + 1)), odd_plot_bottom(),
                        odd_plot_x(plot, edge(h, i)));
        add_tip(plot->svg, h, i);
        odd_text_add(plot->svg, "</path>");
    }
    odd_text_add(plot->svg, "\n");
}

static void draw_threshold(odd_plot *plot, double threshold)
{
    char number[32], word[64];
    if (!isfinite(threshold)) return;
    double x = odd_plot_x(plot, threshold);
    odd_text_format(plot->svg, "<path class=\"beyond\" d=\"M%.1f %.0fH%.0fV%.0fH%.1fz\"/>", x,
                    odd_plot_top(), odd_plot_right(), odd_plot_bottom(), x);
    snprintf(word, sizeof word, "threshold %s", odd_html_number(threshold, number));
    odd_plot_rule(plot, threshold, word);
}

static void tell_cut(odd_text *note, int64_t cut, const char *bar, const char *way, double extreme)
{
    char number[32], most[32];
    if (cut > 0)
        odd_text_format(note, "The %s bar holds %s beyond its edge, %s to %s. ", bar,
                        odd_human_count(cut, number), way, odd_html_number(extreme, most));
}

odd_status odd_histogram_draw(const odd_report_data *data, odd_text *svg, odd_text *note)
{
    const odd_histogram *h = &data->histogram;
    const odd_axis x = odd_axis_linear(h->low, h->high, data->score_name);
    odd_plot plot = odd_plot_begin(svg, x, count_axis(h), "Histogram of the scores");
    draw_threshold(&plot, data->threshold);
    for (int k = 0; k < KINDS; k++)
        draw_bars(&plot, h, k);
    draw_tips(&plot, h);
    odd_plot_end(&plot);
    tell_cut(note, h->below, "first", "down", h->min);
    tell_cut(note, h->above, "last", "up", h->max);
    return ODD_OK;
}
