/* Scatter: the images over the first two components; the shape tells the truth, the colour what
 * the detector says. */
#include "report/figures_internal.h"
#include "report/html_internal.h"
#include "report/plot_internal.h"
#include "report/value_range_internal.h"

#include <math.h>

#define MOST   5000 /* what a browser draws without a pause */
#define MARGIN 1.0  /* of the range of most points, on either side: outliers are our subject */

/* Layers in the order they are drawn, those that one looks for on top. */
static const struct {
    int truth, estimate;
    const char *class, *name;
    odd_mark mark;
} kinds[] = {
    {-1, 0, "dot theme", "called theme", ODD_MARK_CIRCLE},
    {0, 0, "dot theme", "theme", ODD_MARK_CIRCLE},
    {-1, 1, "dot odd", "called odd", ODD_MARK_CIRCLE},
    {1, 1, "wedge odd", "odd", ODD_MARK_TRIANGLE},
    {0, 1, "dot odd", "theme called odd", ODD_MARK_CIRCLE},
    {1, 0, "wedge theme", "odd called theme", ODD_MARK_TRIANGLE},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static double x_of(const odd_report_data *data, int64_t i)
{
    return data->scatter[i].x;
}

static double y_of(const odd_report_data *data, int64_t i)
{
    return data->scatter[i].y;
}

static int sign(int truth)
{
    return (truth > 0) - (truth < 0);
}

static bool belongs(const odd_scatter_point *p, size_t kind)
{
    return isfinite(p->x) && isfinite(p->y) && sign(p->truth) == kinds[kind].truth &&
           (p->estimate > 0) == kinds[kind].estimate;
}

static int64_t drawn(const odd_report_data *data)
{
    return data->scatter_count < MOST ? data->scatter_count : MOST;
}

/* The k-th of the points that are drawn, evenly taken from all. */
static const odd_scatter_point *point(const odd_report_data *data, int64_t k)
{
    double stride = (double)data->scatter_count / (double)drawn(data);
    return &data->scatter[(int64_t)((double)k * stride)];
}

static void draw_kind(odd_plot *plot, const odd_report_data *data, size_t kind)
{
    int64_t count = 0;
    for (int64_t k = 0; k < drawn(data); k++) {
        const odd_scatter_point *p = point(data, k);
        if (!belongs(p, kind)) continue;
        if (count++ == 0) odd_html(plot->svg, "<path class=\"%s\" d=\"", kinds[kind].class);
        odd_plot_mark(plot->svg, odd_plot_x(plot, p->x), odd_plot_y(plot, p->y), kinds[kind].mark);
    }
    if (count == 0) return;
    odd_text_add(plot->svg, "\"/>\n");
    odd_plot_legend(plot, kinds[kind].class, kinds[kind].mark, kinds[kind].name);
}

static void tell_shown(const odd_report_data *data, odd_text *note)
{
    char shown[32], total[32];
    int64_t all = data->scatter_total;
    if (all < data->scatter_count) all = data->scatter_count;
    if (drawn(data) < all)
        odd_text_format(note, "Showing %s of %s images. ", odd_human_count(drawn(data), shown),
                        odd_human_count(all, total));
}

static void tell_outside(const odd_report_data *data, const odd_plot *plot, odd_text *note)
{
    int64_t outside = 0;
    char number[32];
    for (int64_t k = 0; k < drawn(data); k++) {
        const odd_scatter_point *p = point(data, k);
        if (!isfinite(p->x) || !isfinite(p->y)) continue;
        outside +=
            p->x < plot->x.low || p->x > plot->x.high || p->y < plot->y.low || p->y > plot->y.high;
    }
    if (outside > 0)
        odd_text_format(note, "%s farther out, drawn on the border. ",
                        odd_human_count(outside, number));
}

/* Marks on the extremes shall not touch the border. */
static odd_axis roomy(const odd_value_range *r, const char *label)
{
    double room = 0.03 * (r->high - r->low);
    return odd_axis_linear(r->low - room, r->high + room, label);
}

odd_status odd_scatter_draw(const odd_report_data *data, odd_text *svg, odd_text *note)
{
    odd_status st;
    odd_value_range x, y;
    ODD_TRY(odd_value_range_find(data, data->scatter_count, x_of, MARGIN, &x));
    ODD_TRY(odd_value_range_find(data, data->scatter_count, y_of, MARGIN, &y));
    odd_plot plot = odd_plot_begin(svg, roomy(&x, "component 1"), roomy(&y, "component 2"),
                                   "Scatter plot of the first two components");
    for (size_t kind = 0; kind < KINDS; kind++)
        draw_kind(&plot, data, kind);
    odd_plot_end(&plot);
    tell_shown(data, note);
    tell_outside(data, &plot, note);
done:
    return st;
}
