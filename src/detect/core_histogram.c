/* Log distances of all rows in bins: see core_internal.h. Counts are whole numbers, so they do not
 * depend on the order of summation. */
#include "detect/core_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

#define BINS_PER_UNIT                                                                              \
    64.0 /* a bin is 1.6 % of a squared distance wide; the bins end at e^-128, e^128 */

odd_status odd_core_histogram_new(odd_core_histogram *h)
{
    *h = (odd_core_histogram){0};
    return ODD_NEW(h->count, ODD_CORE_BINS);
}

void odd_core_histogram_free(odd_core_histogram *h)
{
    odd_free(h->count);
    *h = (odd_core_histogram){0};
}

int odd_core_bin(double value)
{
    const double bin = floor(value * BINS_PER_UNIT) + ODD_CORE_BINS / 2;
    return (int)fmin(fmax(bin, 0), ODD_CORE_BINS - 1);
}

double odd_core_bin_centre(int bin)
{
    return (bin - ODD_CORE_BINS / 2 + 0.5) / BINS_PER_UNIT;
}

void odd_core_histogram_fill(MPI_Comm comm, int64_t n_local, const double value[],
                             odd_core_histogram *h)
{
    memset(h->count, 0, ODD_CORE_BINS * sizeof *h->count);
    for (int64_t i = 0; i < n_local; i++)
        h->count[odd_core_bin(value[i])]++;
    odd_sum_i64(comm, h->count, ODD_CORE_BINS);
    h->n = 0;
    h->first = ODD_CORE_BINS;
    for (int bin = 0; bin < ODD_CORE_BINS; bin++) {
        if (h->count[bin] == 0) continue;
        if (h->first > bin) h->first = bin;
        h->last = bin;
        h->n += h->count[bin];
    }
}

int odd_core_quantile(const odd_core_histogram *h, double share)
{
    int64_t below = 0;
    for (int bin = h->first; bin < h->last; bin++) {
        below += h->count[bin];
        if ((double)below >= share * (double)h->n) return bin;
    }
    return h->last;
}
