/* Plot: the frame of an SVG picture, its scales, axes, legend and marks. */
#include "report/plot_internal.h"

#include "report/html_internal.h"
#include "report/ticks_internal.h"

#include <math.h>

/* The picture and the frame inside it, SVG units; texts are 12 high. */
#define WIDTH  480
#define HEIGHT 300
#define LEFT   78
#define RIGHT  470
#define TOP    30
#define BOTTOM 252

#define LETTER      6.3 /* about the width of one */
#define X_TICK_ROOM 64  /* for a number and a gap */
#define Y_TICKS     6
#define HUGE_VALUE  1e300 /* differences of such numbers are still finite */

/* Ends of an axis may come from any data. */
static double tame(double x, double otherwise)
{
    if (isnan(x)) return otherwise;
    return fmin(fmax(x, -HUGE_VALUE), HUGE_VALUE);
}

odd_axis odd_axis_linear(double low, double high, const char *label)
{
    low = tame(low, 0);
    high = tame(high, 1);
    double size = fmax(fabs(low), fabs(high));
    if (high - low <= 1e-9 * size || high - low < 1e-200) {
        double middle = low / 2 + high / 2, half = size > 1e-200 ? size / 2 : 0.5;
        low = middle - half;
        high = middle + half;
    }
    return (odd_axis){.low = low, .high = high, .label = label};
}

odd_axis odd_axis_counts_log(double high, const char *label)
{
    /* a count of one still shows as a bar */
    return (odd_axis){.low = 0.7, .high = fmax(high, 10) * 1.3, .label = label, .log = true};
}

/* How far along the axis v is, 0 ... 1; what is outside is drawn at the edge. */
static double share(const odd_axis *axis, double v)
{
    if (axis->log) {
        if (!(v > axis->low)) return 0;
        return fmin(log(v / axis->low) / log(axis->high / axis->low), 1);
    }
    if (isnan(v)) return 0;
    return fmin(fmax((v - axis->low) / (axis->high - axis->low), 0), 1);
}

double odd_plot_x(const odd_plot *plot, double x)
{
    return LEFT + share(&plot->x, x) * (RIGHT - LEFT);
}

double odd_plot_y(const odd_plot *plot, double y)
{
    return BOTTOM - share(&plot->y, y) * (BOTTOM - TOP);
}

double odd_plot_bottom(void)
{
    return BOTTOM;
}

double odd_plot_top(void)
{
    return TOP;
}

double odd_plot_right(void)
{
    return RIGHT;
}

/* Decades become plain ticks of their exponents. */
static odd_ticks ticks_of(const odd_axis *axis, int most)
{
    if (axis->log) return odd_ticks_choose(log10(axis->low), log10(axis->high), most, 1);
    return odd_ticks_choose(axis->low, axis->high, most, axis->whole ? 1 : 0);
}

static double tick_value(const odd_axis *axis, const odd_ticks *ticks, int i)
{
    double v = ticks->first + i * ticks->step;
    return axis->log ? pow(10, v) : v;
}

/* What a tick's text has to tell apart from its neighbours'. */
static double tick_step(const odd_axis *axis, const odd_ticks *ticks, double value)
{
    return axis->log ? fmin(value, 1) : ticks->step;
}

static void draw_x_ticks(const odd_plot *plot)
{
    odd_ticks ticks = ticks_of(&plot->x, (RIGHT - LEFT) / X_TICK_ROOM + 1);
    for (int i = 0; i < ticks.count; i++) {
        char text[32];
        double v = tick_value(&plot->x, &ticks, i), x = odd_plot_x(plot, v);
        odd_text_format(plot->svg, "<path class=\"tick\" d=\"M%.1f %dv4\"/>", x, BOTTOM);
        odd_text_format(plot->svg, "<text class=\"middle\" x=\"%.1f\" y=\"%d\">", x, BOTTOM + 17);
        odd_html(plot->svg, "%s</text>", odd_tick_text(v, tick_step(&plot->x, &ticks, v), text));
    }
}

static void draw_y_ticks(const odd_plot *plot)
{
    odd_ticks ticks = ticks_of(&plot->y, Y_TICKS);
    for (int i = 0; i < ticks.count; i++) {
        char text[32];
        double v = tick_value(&plot->y, &ticks, i), y = odd_plot_y(plot, v);
        odd_text_format(plot->svg, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, RIGHT);
        odd_text_format(plot->svg, "<text class=\"end\" x=\"%d\" y=\"%.1f\">", LEFT - 7, y + 4);
        odd_html(plot->svg, "%s</text>", odd_tick_text(v, tick_step(&plot->y, &ticks, v), text));
    }
}

static void draw_labels(const odd_plot *plot)
{
    odd_text_format(plot->svg, "<text class=\"middle label\" x=\"%d\" y=\"%d\">",
                    (LEFT + RIGHT) / 2, HEIGHT - 10);
    odd_html(plot->svg, "%s</text>", plot->x.label);
    odd_text_format(plot->svg,
                    "<text class=\"middle label\" transform=\"translate(12 %d)rotate(-90)\">",
                    (TOP + BOTTOM) / 2);
    odd_html(plot->svg, "%s</text>", plot->y.label);
}

odd_plot odd_plot_frame(odd_text *svg, odd_axis x, odd_axis y)
{
    odd_plot plot = {.svg = svg, .x = x, .y = y, .legend = LEFT};
    draw_y_ticks(&plot);
    draw_x_ticks(&plot);
    odd_text_format(svg, "<path class=\"axis\" d=\"M%d %dH%d\"/>", LEFT, BOTTOM, RIGHT);
    draw_labels(&plot);
    odd_text_add(svg, "\n");
    return plot;
}

odd_plot odd_plot_begin(odd_text *svg, odd_axis x, odd_axis y, const char *about)
{
    odd_text_format(svg, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\"", WIDTH, HEIGHT);
    odd_html(svg, " aria-label=\"%s\">\n", about);
    return odd_plot_frame(svg, x, y);
}

void odd_plot_end(odd_plot *plot)
{
    odd_text_add(plot->svg, "</svg>\n");
}

void odd_plot_mark(odd_text *svg, double x, double y, odd_mark mark)
{
    switch (mark) {
    case ODD_MARK_BAR:
        odd_text_format(svg, "M%.1f %.1fh10v10h-10z", x - 5, y - 5);
        break;
    case ODD_MARK_LINE:
        odd_text_format(svg, "M%.1f %.1fh14", x - 7, y);
        break;
    case ODD_MARK_CIRCLE: /* a line of no length; its round ends make the circle */
        odd_text_format(svg, "M%.1f %.1fh0", x, y);
        break;
    case ODD_MARK_TRIANGLE:
        odd_text_format(svg, "M%.1f %.1fl3.4 5.6h-6.8z", x, y - 3.6);
        break;
    }
}

void odd_plot_legend(odd_plot *plot, const char *class, odd_mark mark, const char *text)
{
    odd_html(plot->svg, "<path class=\"%s\" d=\"", class);
    odd_plot_mark(plot->svg, plot->legend + 7, 13, mark);
    odd_text_format(plot->svg, "\"/><text x=\"%.1f\" y=\"17\">", plot->legend + 18);
    odd_html(plot->svg, "%s</text>\n", text);
    plot->legend += 18 + LETTER * odd_text_width(text) + 14;
}

void odd_plot_rule(odd_plot *plot, double x, const char *word)
{
    double at = odd_plot_x(plot, x);
    /* The word stands on the side with more room. */
    bool left = at > (LEFT + RIGHT) / 2.;
    odd_text_format(plot->svg, "<path class=\"rule\" d=\"M%.1f %dV%d\"/>", at, TOP, BOTTOM);
    odd_text_format(plot->svg, "<text class=\"%s rule-word\" x=\"%.1f\" y=\"%d\">",
                    left ? "end" : "start", at + (left ? -5 : 5), TOP + 10);
    odd_html(plot->svg, "%s</text>\n", word);
}
