/* Curves: the ROC curve with its area, the objective as the fit went on, and how networks learnt.
 */
#include "report/figures_internal.h"
#include "report/html_internal.h"
#include "report/plot_internal.h"

#include <math.h>
#include <stdio.h>

#define MOST      2000 /* more points than the screen has columns */
#define FEW_STEPS 60   /* so many iterations are still shown one by one */

static bool is_finite(const odd_curve_point *p)
{
    return isfinite(p->x) && isfinite(p->y);
}

/* Through all finite points, or an even choice of them with both ends. */
static void draw_line(const odd_plot *plot, const char *class, const odd_curve_point curve[],
                      int64_t count)
{
    int64_t shown = count < MOST ? count : MOST;
    char pen = 'M';
    odd_html(plot->svg, "<path class=\"%s\" d=\"", class);
    for (int64_t k = 0; k < shown; k++) {
        const odd_curve_point *p = &curve[shown > 1 ? k * (count - 1) / (shown - 1) : 0];
        if (!is_finite(p)) continue;
        odd_text_format(plot->svg, "%c%.1f %.1f", pen, odd_plot_x(plot, p->x),
                        odd_plot_y(plot, p->y));
        pen = 'L';
    }
    odd_text_add(plot->svg, "\"/>\n");
}

static void draw_dots(const odd_plot *plot, const odd_curve_point curve[], int64_t count)
{
    odd_text_add(plot->svg, "<path class=\"dot theme solid\" d=\"M0 0");
    for (int64_t i = 0; i < count; i++)
        if (is_finite(&curve[i]))
            odd_plot_mark(plot->svg, odd_plot_x(plot, curve[i].x), odd_plot_y(plot, curve[i].y),
                          ODD_MARK_CIRCLE);
    odd_text_add(plot->svg, "\"/>\n");
}

/* Where the threshold in force stands on the curve. */
static void draw_working_point(odd_plot *plot, const odd_report_confusion *c)
{
    if (!c) return;
    double odds = (double)c->odd_found + (double)c->odd_missed;
    double themes = (double)c->theme_lost + (double)c->theme_kept;
    if (!(odds > 0 && themes > 0)) return;
    odd_text_add(plot->svg, "<path class=\"dot odd solid\" d=\"");
    odd_plot_mark(plot->svg, odd_plot_x(plot, (double)c->theme_lost / themes),
                  odd_plot_y(plot, (double)c->odd_found / odds), ODD_MARK_CIRCLE);
    odd_text_add(plot->svg, "\"/>\n");
    odd_plot_legend(plot, "dot odd solid", ODD_MARK_CIRCLE, "the threshold");
}

odd_status odd_roc_draw(const odd_report_data *data, odd_text *svg, odd_text *note)
{
    char number[32], name[64];
    (void)note;
    odd_plot plot = odd_plot_begin(svg, odd_axis_linear(0, 1, "share of theme images flagged"),
                                   odd_axis_linear(0, 1, "share of odd images found"), "ROC curve");
    snprintf(name, sizeof name, "AUC %s", odd_html_number(data->auc, number));
    odd_text_format(svg, "<path class=\"chance\" d=\"M%.1f %.1fL%.1f %.1f\"/>",
                    odd_plot_x(&plot, 0), odd_plot_y(&plot, 0), odd_plot_x(&plot, 1),
                    odd_plot_y(&plot, 1));
    draw_line(&plot, "curve", data->roc, data->roc_count);
    odd_plot_legend(&plot, "curve", ODD_MARK_LINE, name);
    odd_plot_legend(&plot, "chance", ODD_MARK_LINE, "chance");
    draw_working_point(&plot, data->confusion);
    odd_plot_end(&plot);
    return ODD_OK;
}

static void widen(double v, double *low, double *high)
{
    *low = isnan(*low) ? v : fmin(*low, v);
    *high = isnan(*high) ? v : fmax(*high, v);
}

odd_status odd_objective_draw(const odd_report_data *data, odd_text *svg, odd_text *note)
{
    double x0 = NAN, x1 = NAN, y0 = NAN, y1 = NAN;
    (void)note;
    for (int64_t i = 0; i < data->objective_count; i++) {
        if (!is_finite(&data->objective[i])) continue;
        widen(data->objective[i].x, &x0, &x1);
        widen(data->objective[i].y, &y0, &y1);
    }
    odd_axis x = odd_axis_linear(x0, x1, "iteration");
    x.whole = true;
    odd_plot plot =
        odd_plot_begin(svg, x, odd_axis_linear(y0, y1, "log posterior"), "How the fit went");
    draw_line(&plot, "curve", data->objective, data->objective_count);
    if (data->objective_count <= FEW_STEPS)
        draw_dots(&plot, data->objective, data->objective_count);
    odd_plot_end(&plot);
    return ODD_OK;
}

/* -- how networks learnt -- */

static bool is_whole(const odd_band_point *p)
{
    return isfinite(p->x) && isfinite(p->low) && isfinite(p->high) && isfinite(p->mean);
}

/* The area from the least to the largest: there along the one, back along the other. */
static void draw_band(const odd_plot *plot, const char *class, const odd_band_point band[],
                      int64_t count)
{
    char pen = 'M';
    odd_html(plot->svg, "<path class=\"%s\" d=\"", class);
    for (int64_t i = 0; i < 2 * count; i++) {
        const odd_band_point *p = &band[i < count ? i : 2 * count - 1 - i];
        if (!is_whole(p)) continue;
        odd_text_format(plot->svg, "%c%.1f %.1f", pen, odd_plot_x(plot, p->x),
                        odd_plot_y(plot, i < count ? p->low : p->high));
        pen = 'L';
    }
    odd_text_add(plot->svg, pen == 'L' ? "z\"/>\n" : "\"/>\n");
}

static void draw_mean(const odd_plot *plot, const char *class, const odd_band_point band[],
                      int64_t count)
{
    char pen = 'M';
    odd_html(plot->svg, "<path class=\"%s\" d=\"", class);
    for (int64_t i = 0; i < count; i++) {
        if (!is_whole(&band[i])) continue;
        odd_text_format(plot->svg, "%c%.1f %.1f", pen, odd_plot_x(plot, band[i].x),
                        odd_plot_y(plot, band[i].mean));
        pen = 'L';
    }
    odd_text_add(plot->svg, "\"/>\n");
}

static void widen_by(const odd_band_point band[], int64_t count, double x[2], double y[2])
{
    for (int64_t i = 0; i < count; i++) {
        if (!is_whole(&band[i])) continue;
        widen(band[i].x, &x[0], &x[1]);
        widen(band[i].low, &y[0], &y[1]);
        widen(band[i].high, &y[0], &y[1]);
    }
}

void odd_learning_draw(const odd_learning_curve *c, const char *what, odd_text *svg)
{
    double x[2] = {NAN, NAN}, y[2] = {NAN, NAN};
    widen_by(c->seen, c->seen_count, x, y);
    widen_by(c->held_out, c->held_out_count, x, y);
    odd_axis epochs = odd_axis_linear(x[0], x[1], "epoch");
    epochs.whole = true;
    odd_plot plot = odd_plot_begin(svg, epochs, odd_axis_linear(y[0], y[1], what), what);
    draw_band(&plot, "band", c->seen, c->seen_count);
    draw_band(&plot, "band odd", c->held_out, c->held_out_count);
    draw_mean(&plot, "curve", c->seen, c->seen_count);
    odd_plot_legend(&plot, "curve", ODD_MARK_LINE, "learnt from");
    if (c->held_out_count > 0) {
        draw_mean(&plot, "curve odd", c->held_out, c->held_out_count);
        odd_plot_legend(&plot, "curve odd", ODD_MARK_LINE, "held out");
    }
    odd_plot_end(&plot);
}

void odd_components_draw(const odd_components_curve *curve, odd_text *svg)
{
    const double last = (double)curve->sensitivity[curve->count - 1].x;
    odd_plot plot =
        odd_plot_begin(svg, odd_axis_linear(curve->sensitivity[0].x, last, "components"),
                       odd_axis_linear(0, 1, "share of images"), "Shares over the components");
    draw_line(&plot, "curve odd", curve->sensitivity, curve->count);
    odd_plot_legend(&plot, "curve odd", ODD_MARK_LINE, "odd images found");
    draw_line(&plot, "curve", curve->recall, curve->count);
    odd_plot_legend(&plot, "curve", ODD_MARK_LINE, "theme images kept");
    odd_plot_end(&plot);
}
