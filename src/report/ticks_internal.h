/**
 * Ticks: the round numbers along an axis and how they are written.
 */
#ifndef ODDLOT_REPORT_TICKS_INTERNAL_H
#define ODDLOT_REPORT_TICKS_INTERNAL_H

typedef struct {
    double first, step; /* tick i stands at first + i * step */
    int count;
} odd_ticks;

/** At most `most` (2 or more) multiples of 1, 2 or 5 times a power of ten, and of at least
 *  `smallest` (1 for whole numbers, else 0), inside a range that is wider than its rounding. */
odd_ticks odd_ticks_choose(double low, double high, int most, double smallest);

/** "0.25", "1,500", "−2.5M", with the digits that tell neighbours apart. Returns buffer. */
const char *odd_tick_text(double value, double step, char buffer[static 32]);

#endif
