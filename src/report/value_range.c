/* Value range: the part of a heavy-tailed quantity that is worth its room on an axis. */
#include "report/value_range_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>

#define SAMPLE     65536
#define TAIL       0.005
#define LITTLE_OUT 0.7 /* of the whole range: when so much is shown anyway, all is */

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static odd_value_range extremes(const odd_report_data *data, int64_t n, odd_value_of *value)
{
    odd_value_range r = {0};
    for (int64_t i = 0; i < n; i++) {
        double v = value(data, i);
        if (!isfinite(v)) continue;
        r.min = r.finite == 0 ? v : fmin(r.min, v);
        r.max = r.finite == 0 ? v : fmax(r.max, v);
        r.finite++;
    }
    return r;
}

int64_t odd_sample_stride(int64_t n, int64_t most)
{
    return (n + most - 1) / most;
}

/* Every so many rows: the same choice in every run. */
static int64_t take_sample(const odd_report_data *data, int64_t n, odd_value_of *value,
                           double sample[])
{
    int64_t count = 0;
    for (int64_t i = 0; i < n; i += odd_sample_stride(n, SAMPLE)) {
        double v = value(data, i);
        if (isfinite(v)) sample[count++] = v;
    }
    return count;
}

void odd_value_range_show(odd_value_range *r, int64_t count, double sample[], double margin)
{
    r->low = r->min;
    r->high = r->max;
    if (count == 0) return;
    qsort(sample, (size_t)count, sizeof *sample, rising);
    double low = sample[(int64_t)(TAIL * (double)(count - 1))];
    double high = sample[(int64_t)ceil((1 - TAIL) * (double)(count - 1))];
    if (high <= low) return; /* nearly all are equal: the others are what there is to see */
    double more = margin * (high - low);
    low = fmax(low - more, r->min);
    high = fmin(high + more, r->max);
    if (high - low >= LITTLE_OUT * (r->max - r->min)) return;
    r->low = low;
    r->high = high;
}

odd_status odd_value_range_find(const odd_report_data *data, int64_t n, odd_value_of *value,
                                double margin, odd_value_range *out)
{
    odd_status st;
    double *sample = NULL;
    odd_value_range r = extremes(data, n, value);
    ODD_TRY(ODD_NEW(sample, n < SAMPLE ? n : SAMPLE));
    odd_value_range_show(&r, take_sample(data, n, value, sample), sample, margin);
    *out = r;
done:
    odd_free(sample);
    return st;
}
