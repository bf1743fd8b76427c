/* Speed-up plot: lines over ranks on a sheet of its own, with the colours in it. */
#include "oddlot/report/speedup_plot.h"

#include "report/html_internal.h"
#include "report/plot_internal.h"

#include <math.h>

#define WIDTH  600 /* the plot is 480 wide; the names stand beside it */
#define HEIGHT 300
#define NAMES  484
#define LINE   17

/* Told apart also by who sees no red or green (Okabe and Ito), and once more, dark. */
static const char *const colours[] = {"#0072b2", "#e69f00", "#009e73", "#cc79a7",
                                      "#d55e00", "#56b4e9", "#8c7800", "#444444",
                                      "#004b76", "#8a5f00", "#005f45", "#7a4964"};
enum { COLOURS = sizeof colours / sizeof *colours };

static void draw_points(const odd_plot *plot, const odd_curve_point point[], int64_t count,
                        const char *colour, const char *dashes)
{
    char pen = 'M';
    odd_html(plot->svg, "<path stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" d=\"",
             colour, dashes);
    for (int64_t i = 0; i < count; i++) {
        if (!(point[i].x > 0) || !(point[i].y > 0)) continue;
        odd_text_format(plot->svg, "%c%.1f %.1f", pen, odd_plot_x(plot, point[i].x),
                        odd_plot_y(plot, point[i].y));
        pen = 'L';
    }
    odd_text_add(plot->svg, "\"/>\n");
}

static void draw_curve(const odd_plot *plot, const odd_speedup_curve *c, int i)
{
    const char *colour = colours[i % COLOURS];
    const int y = 44 + LINE * i;
    draw_points(plot, c->predicted, c->predicted_count, colour, "5 4");
    draw_points(plot, c->measured, c->measured_count, colour, "none");
    odd_text_format(plot->svg, "<path stroke=\"%s\" stroke-width=\"2\" d=\"M%d %dh16\"/>", colour,
                    NAMES, y - 4);
    odd_text_format(plot->svg, "<text x=\"%d\" y=\"%d\">", NAMES + 22, y);
    odd_html(plot->svg, "%s</text>\n", c->name);
}

/* The most ranks of all, 10 at least; the speed-up that would be ideal on them is as much. */
static double most_ranks(const odd_speedup_curve curve[], int count)
{
    double most = 10;
    for (int i = 0; i < count; i++) {
        const odd_speedup_curve *c = &curve[i];
        if (c->measured_count > 0) most = fmax(most, c->measured[c->measured_count - 1].x);
        if (c->predicted_count > 0) most = fmax(most, c->predicted[c->predicted_count - 1].x);
    }
    return most;
}

static double least_speedup(const odd_speedup_curve curve[], int count)
{
    double least = 1;
    for (int i = 0; i < count; i++)
        for (int64_t j = 0; j < curve[i].measured_count; j++)
            if (curve[i].measured[j].y > 0) least = fmin(least, curve[i].measured[j].y);
    return fmax(least, 1e-3);
}

/* What is slower on more ranks is to be seen, too. */
static odd_axis speedup_axis(const odd_speedup_curve curve[], int count, double most)
{
    odd_axis axis = odd_axis_counts_log(most, "speed-up");
    axis.low = fmin(axis.low, 0.8 * least_speedup(curve, count));
    return axis;
}

void odd_speedup_draw(const odd_speedup_curve curve[], int count, const char *title, odd_text *svg)
{
    const double most = most_ranks(curve, count);
    odd_text_format(svg,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                    "viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n"
                    "<style>path{fill:none}.grid{stroke:#ddd}.axis,.tick{stroke:#777}"
                    ".chance{stroke:#777;stroke-dasharray:2 4}.middle{text-anchor:middle}"
                    ".end{text-anchor:end}</style>\n<rect width=\"100%%\" height=\"100%%\" "
                    "fill=\"white\"/>\n",
                    WIDTH, HEIGHT, WIDTH, HEIGHT);
    const odd_plot plot =
        odd_plot_frame(svg, odd_axis_counts_log(most, "ranks"), speedup_axis(curve, count, most));
    odd_text_format(svg, "<path class=\"chance\" d=\"M%.1f %.1fL%.1f %.1f\"/>",
                    odd_plot_x(&plot, 1), odd_plot_y(&plot, 1), odd_plot_x(&plot, most),
                    odd_plot_y(&plot, most));
    odd_html(svg, "<text x=\"78\" y=\"17\">%s</text>\n", title);
    for (int i = 0; i < count; i++)
        draw_curve(&plot, &curve[i], i);
    odd_text_add(svg, "</svg>\n");
}
