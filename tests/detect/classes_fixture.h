/**
 * What the tests of `classes` share: the reference rows, and what is known of them.
 */
#ifndef ODDLOT_CLASSES_FIXTURE_H
#define ODDLOT_CLASSES_FIXTURE_H

#include "classes_reference.h"
#include "detect_fixture.h"

#include <math.h>

enum { N = CLASSES_ROWS, D = CLASSES_FEATURES, COLUMNS = 7 };
enum { OUTSIDE, OUTSIDE_ALL, DISTANCE, RELATIVE, NEIGHBOUR, SUBSPACE, CLASS };

static inline const odd_detector *detector(void)
{
    return odd_detector_find("classes");
}

static inline double reference_value(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return classes_x[row * D + j];
}

/* What is known of my rows of labels (n of all rows). */
static inline odd_known known_of(const odd_rows *rows, const int label[], int32_t class_of[])
{
    static const char *const names[] = {"shirt", "shoe", "bag", "hat"};
    for (int64_t i = 0; i < rows->part.n_local; i++)
        class_of[i] = label[rows->part.row0 + i];
    return (odd_known){.class_of = class_of, .classes = CLASSES_COUNT, .names = names};
}

static inline bool all_finite(const double score[])
{
    bool finite = true;
    for (int64_t i = 0; i < N * COLUMNS; i++)
        finite = finite && isfinite(score[i]);
    return finite;
}

#endif
