/* Reliability: probabilities in bins against what came of them, and Brier's score. */
#include "oddlot/eval/reliability.h"

#include <math.h>
#include <stdbool.h>

static odd_status add(odd_reliability *r, int64_t i, double p, bool truth)
{
    if (!(p >= 0 && p <= 1))
        return odd_fail(ODD_NUMERIC, "probability %lld is %g", (long long)i, p);
    const int bin = p < 1 ? (int)(p * ODD_RELIABILITY_BINS) : ODD_RELIABILITY_BINS - 1;
    r->count[bin]++;
    r->expected[bin] += p;
    r->happened[bin] += truth;
    r->brier += (p - truth) * (p - truth);
    return ODD_OK;
}

odd_status odd_reliability_of(int64_t n, const double probability[], const uint8_t truth[],
                              odd_reliability *out)
{
    odd_status st = ODD_OK;
    *out = (odd_reliability){.error = 0};
    if (n < 1) return odd_fail(ODD_ARG, "reliability of no probability");
    for (int64_t i = 0; i < n && st == ODD_OK; i++)
        st = add(out, i, probability[i], truth[i] != 0);
    for (int b = 0; b < ODD_RELIABILITY_BINS; b++) {
        out->error += fabs(out->expected[b] - out->happened[b]) / (double)n;
        out->expected[b] /= (double)out->count[b]; /* 0 / 0: NaN */
        out->happened[b] /= (double)out->count[b];
    }
    out->brier /= (double)n;
    return st;
}
