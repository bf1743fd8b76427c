/**
 * Histogram: how the scores of a catalogue spread, counted part by part. First come the extremes of
 * all scores and an even sample of them, which say what range is shown, then the images in each
 * bin: whole numbers, which sum to the same whoever counted which of them. @local
 */
#ifndef ODDLOT_REPORT_HISTOGRAM_H
#define ODDLOT_REPORT_HISTOGRAM_H

#include <stdint.h>

enum {
    ODD_HISTOGRAM_BINS = 60,
    ODD_HISTOGRAM_KINDS = 3,     /* truth + 1 */
    ODD_HISTOGRAM_SAMPLE = 65536 /* scores that say which range is shown, at most */
};

typedef struct {
    int64_t finite;   /* scores; 0: there is nothing to show */
    double min, max;  /* of them */
    double low, high; /* the range that is shown */
    /* Images in each bin; the end bins hold what lies beyond them, too. */
    int64_t bar[ODD_HISTOGRAM_KINDS][ODD_HISTOGRAM_BINS];
    int64_t below, above; /* images beyond the end bins */
} odd_histogram;

/** The scores of the sample, of n finite ones in the order of the catalogue: those whose number is
 *  a multiple of this. */
int64_t odd_histogram_stride(int64_t n);

/** Choose what is shown: most scores, and the threshold (NaN: none) with a little of what lies
 *  above it. h->finite, min and max are given. sample (count): sorted by this. */
void odd_histogram_place(odd_histogram *h, int64_t count, double sample[], double threshold);

/** Count one finite score, once it is known what is shown. truth: 1 odd, 0 theme, -1 not known. */
void odd_histogram_add(odd_histogram *h, double score, int truth);

#endif
