/* Conformal threshold: how many of the verified images may be flagged, found by the tail of a
 * binomial, as P(Beta(j, n + 1 - j) <= rate) = P(Binomial(n, rate) >= j). */
#include "oddlot/eval/conformal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The least n with 1 - (1 - rate)^n >= confidence; a whole n is not to be rounded up. */
int64_t odd_conformal_needed(double rate, double confidence)
{
    return (int64_t)ceil(log1p(-confidence) / log1p(-rate) - 1e-9);
}

/* log of C(n, i) p^i (1 - p)^(n - i). */
static double log_term(int64_t n, int64_t i, double p)
{
    const double m = (double)n, k = (double)i;
    return lgamma(m + 1) - lgamma(k + 1) - lgamma(m - k + 1) + k * log(p) + (m - k) * log1p(-p);
}

/* The terms fall on both sides of the mode, so the shorter tail is summed from its large end. */
double odd_binomial_tail(int64_t n, int64_t k, double p)
{
    double sum = 0, term;
    if (k <= 0) return 1;
    if (k > n) return 0;
    if ((double)k > p * (double)n) {
        for (int64_t i = k; i <= n && (term = exp(log_term(n, i, p))) > 1e-18 * sum; i++)
            sum += term;
        return sum;
    }
    for (int64_t i = k - 1; i >= 0 && (term = exp(log_term(n, i, p))) > 1e-18 * sum; i--)
        sum += term;
    return 1 - sum;
}

/* The largest j with P(Binomial(n, rate) >= j) >= confidence: it falls with j. */
static int64_t largest_above(int64_t n, double rate, double confidence)
{
    int64_t low = 0, high = n;
    while (low < high) {
        const int64_t middle = low + (high - low + 1) / 2;
        if (odd_binomial_tail(n, middle, rate) >= confidence)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

odd_status odd_conformal_cut(int64_t n, const double score[], double rate, double confidence,
                             odd_conformal *out)
{
    double *sorted = NULL;
    odd_status st;
    *out = (odd_conformal){0};
    for (int64_t i = 0; i < n; i++)
        if (isnan(score[i])) return odd_fail(ODD_NUMERIC, "score %lld is NaN", (long long)i);
    const int64_t j = largest_above(n, rate, confidence);
    if (j == 0)
        return odd_fail(ODD_ARG,
                        "a false-alarm rate of %g with confidence %g needs %lld verified theme "
                        "images to choose the threshold, %lld are there",
                        rate, confidence, (long long)odd_conformal_needed(rate, confidence),
                        (long long)n);
    ODD_TRY(ODD_NEW(sorted, n));
    memcpy(sorted, score, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, falling);
    *out = (odd_conformal){
        .above = j,
        .threshold = sorted[j - 1],
        .expected = (double)j / (double)(n + 1),
        .confidence = odd_binomial_tail(n, j, rate),
    };
done:
    odd_free(sorted);
    return st;
}
