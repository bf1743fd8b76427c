/* Group measures: each measure's values in order, and where in it the images of a group are: the
 * share of pairs of one of them and another image in which it has the higher value. */
#include "stage/groups/group_measures_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/image/measure.h"
#include "oddlot/run/measures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_APART 0.8 /* of a measure that is told */

/* Measures that people see. Of sizes check `odd_size` speaks. */
static const enum odd_measure seen[] = {
    ODD_MEASURE_GROUND_NEAR_WHITE, ODD_MEASURE_GROUND_EVEN,   ODD_MEASURE_GROUND_LIGHTNESS,
    ODD_MEASURE_GROUND_SATURATION, ODD_MEASURE_COMMON_COLOUR, ODD_MEASURE_PRODUCT_SHARE,
    ODD_MEASURE_SIDES_TOUCHED,     ODD_MEASURE_SHARPNESS,     ODD_MEASURE_FINE_DETAIL,
    ODD_MEASURE_LIGHT_50,          ODD_MEASURE_CONTRAST,      ODD_MEASURE_COLOURFULNESS,
};

enum { SEEN = sizeof seen / sizeof *seen };

typedef struct {
    float value;
    int32_t group; /* -1: of none that is asked about */
} ranked;

static int by_value(const void *a, const void *b)
{
    const float x = ((const ranked *)a)->value, y = ((const ranked *)b)->value;
    return (x > y) - (x < y);
}

/* Sums of ranks from 1 on, equal values sharing theirs: sum, count (groups). */
static void sum_ranks(int64_t n, const ranked r[], double sum[], int64_t count[])
{
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && r[end].value == r[i].value;)
            end++;
        for (int64_t j = i; j < end; j++)
            if (r[j].group >= 0) {
                sum[r[j].group] += 0.5 * (double)(i + 1 + end);
                count[r[j].group]++;
            }
    }
}

/* Of sorted values, those of the group or those of the others. */
static double median_of(int64_t n, const ranked r[], int32_t group, bool inside)
{
    int64_t count = 0, at = 0;
    for (int64_t i = 0; i < n; i++)
        count += (r[i].group == group) == inside;
    for (int64_t i = 0; i < n; i++)
        if ((r[i].group == group) == inside && at++ == count / 2) return (double)r[i].value;
    return NAN;
}

/* Where it is among the best of the group, it is taken in. */
static void keep_difference(odd_group_difference d, odd_group_difference best[])
{
    for (int i = 0; i < ODD_GROUP_DIFFERENCES; i++)
        if (best[i].measure < 0 || d.apart > best[i].apart) {
            const odd_group_difference moved = best[i];
            best[i] = d;
            d = moved;
            if (d.measure < 0) return;
        }
}

static void compare_measure(int measure, int64_t n, const ranked r[], int32_t groups, double sum[],
                            int64_t count[], odd_group_difference out[])
{
    memset(sum, 0, (size_t)groups * sizeof *sum);
    memset(count, 0, (size_t)groups * sizeof *count);
    sum_ranks(n, r, sum, count);
    for (int32_t g = 0; g < groups; g++) {
        const double in = (double)count[g], rest = (double)(n - count[g]);
        if (in < 1 || rest < 1) continue;
        const double higher = (sum[g] - 0.5 * in * (in + 1)) / (in * rest);
        odd_group_difference d = {.measure = measure, .apart = fmax(higher, 1 - higher)};
        if (d.apart < LEAST_APART) continue;
        d.inside = median_of(n, r, g, true);
        d.others = median_of(n, r, g, false);
        keep_difference(d, &out[g * ODD_GROUP_DIFFERENCES]);
    }
}

/* Values of one measure that are known, sorted. */
static int64_t rank_values(int64_t images, int measure, const float value[], const int32_t of[],
                           int32_t groups, ranked r[])
{
    int64_t n = 0;
    for (int64_t i = 0; i < images; i++) {
        const float v = value[i * ODD_MEASURE_COUNT + measure];
        if (!isnan(v)) r[n++] = (ranked){v, of[i] >= 0 && of[i] < groups ? of[i] : -1};
    }
    if (n > 0) qsort(r, (size_t)n, sizeof *r, by_value);
    return n;
}

odd_status odd_group_differences(const odd_file *ingest, int64_t images, const int32_t of[],
                                 int32_t groups, odd_group_difference out[])
{
    odd_dataset *measures = NULL;
    float *value = NULL;
    ranked *r = NULL;
    double *sum = NULL;
    int64_t *count = NULL;
    odd_status st = ODD_OK;
    for (int32_t i = 0; i < groups * ODD_GROUP_DIFFERENCES; i++)
        out[i] = (odd_group_difference){.measure = -1};
    if (groups == 0 || !odd_file_has(ingest, ODD_MEASURES_NAME)) goto done;
    ODD_TRY(ODD_NEW(value, images * ODD_MEASURE_COUNT));
    ODD_TRY(ODD_NEW(r, images));
    ODD_TRY(ODD_NEW(sum, groups));
    ODD_TRY(ODD_NEW(count, groups));
    ODD_TRY(odd_measures_open(ingest, &measures));
    ODD_TRY(odd_measures_read(measures, 0, images, value));
    for (int m = 0; m < SEEN; m++) {
        const int64_t n = rank_values(images, (int)seen[m], value, of, groups, r);
        compare_measure(m, n, r, groups, sum, count, out);
    }
done:
    odd_dataset_close(&measures);
    odd_free(value);
    odd_free(r);
    odd_free(sum);
    odd_free(count);
    return st;
}

void odd_group_differences_tell(const odd_group_difference difference[], char *text, size_t size)
{
    size_t at = 0;
    *text = 0;
    for (int i = 0; i < ODD_GROUP_DIFFERENCES && difference[i].measure >= 0 && at < size; i++) {
        const odd_group_difference *d = &difference[i];
        const int measure = (int)seen[d->measure];
        char inside[32], others[32];
        const int wrote = snprintf(text + at, size - at, "; %s (%s, the others %s)",
                                   odd_measure_words(measure, d->inside > d->others),
                                   odd_measure_text(measure, d->inside, inside),
                                   odd_measure_text(measure, d->others, others));
        at += wrote > 0 ? (size_t)wrote : 0;
    }
}
