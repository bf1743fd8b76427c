/**
 * Plot: an SVG picture with two axes, in the page's colours. Every coordinate passes through
 * odd_plot_x() and odd_plot_y(), which keep it inside the frame and finite.
 */
#ifndef ODDLOT_REPORT_PLOT_INTERNAL_H
#define ODDLOT_REPORT_PLOT_INTERNAL_H

#include "oddlot/base/text.h"

typedef struct {
    double low, high;
    const char *label;
    bool log;   /* decades; low > 0 */
    bool whole; /* ticks at whole numbers only */
} odd_axis;

typedef struct {
    odd_text *svg;
    odd_axis x, y;
    double legend; /* where the next entry of the legend starts */
} odd_plot;

/* Marks of the legend and the scatter plot. */
typedef enum { ODD_MARK_BAR, ODD_MARK_LINE, ODD_MARK_CIRCLE, ODD_MARK_TRIANGLE } odd_mark;

/** Any range made fit for an axis: finite, and wider than rounding. */
odd_axis odd_axis_linear(double low, double high, const char *label);
/** Decades for counts of 1 to `high`. */
odd_axis odd_axis_counts_log(double high, const char *label);

/** Open the picture and draw its axes. `about` tells it to those who cannot see it. */
odd_plot odd_plot_begin(odd_text *svg, odd_axis x, odd_axis y, const char *about);
void odd_plot_end(odd_plot *plot);
/** Its axes alone, for a picture that somebody else opens and ends: 480 x 300 from the corner. */
odd_plot odd_plot_frame(odd_text *svg, odd_axis x, odd_axis y);

/** Where a value stands, SVG units; what is outside stands on the border. */
double odd_plot_x(const odd_plot *plot, double x);
double odd_plot_y(const odd_plot *plot, double y);
double odd_plot_bottom(void);
double odd_plot_top(void);
double odd_plot_right(void);

/** Append the outline of a mark in the middle of a `<path d="...">`. */
void odd_plot_mark(odd_text *svg, double x, double y, odd_mark mark);

/** One more entry of the legend; `class` (of report.css) gives the colour. */
void odd_plot_legend(odd_plot *plot, const char *class, odd_mark mark, const char *text);

/** A vertical line with a word beside it. */
void odd_plot_rule(odd_plot *plot, double x, const char *word);

#endif
