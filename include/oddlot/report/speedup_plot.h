/**
 * Speed-up plot: a picture of its own, an SVG file, of how stages become faster on more ranks, both
 * axes in decades, beside the line of those that would be as many times as fast. @local
 */
#ifndef ODDLOT_REPORT_SPEEDUP_PLOT_H
#define ODDLOT_REPORT_SPEEDUP_PLOT_H

#include "oddlot/base/text.h"
#include "oddlot/report/report.h"

/* Everything is borrowed. */
typedef struct {
    const char *name;
    const odd_curve_point *measured, *predicted; /* ranks, speed-up; rising ranks */
    int64_t measured_count, predicted_count;
} odd_speedup_curve;

/** Append the picture: what was measured as lines, what was predicted dashed. */
void odd_speedup_draw(const odd_speedup_curve curve[], int count, const char *title, odd_text *svg);

#endif
