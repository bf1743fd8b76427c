/* The mean of each feature over all rows, and the search for a value that is not finite. */
#include "pca_internal.h"

#include "oddlot/base/simd.h"
#include "oddlot/par/comm.h"

#include <math.h>

typedef struct {
    int64_t bad_row; /* the first on this rank; INT64_MAX: none */
} search;

ODD_SIMD static void add_row(int d, const float *x, double *sum)
{
    for (int j = 0; j < d; j++)
        sum[j] += x[j];
}

static bool all_finite(int d, const double *sum)
{
    for (int j = 0; j < d; j++)
        if (!isfinite(sum[j])) return false;
    return true;
}

static void note_row(search *s, int64_t row)
{
#pragma omp critical(odd_pca_bad_row)
    if (row < s->bad_row) s->bad_row = row;
}

/* Name the first value of the block that is not finite. */
static odd_status find_bad(search *s, const odd_block *block)
{
    for (int64_t i = 0; i < (int64_t)block->count * block->d; i++) {
        if (isfinite(block->x[i])) continue;
        const int64_t row = block->row + i / block->d;
        note_row(s, row);
        return odd_fail(ODD_NUMERIC, "feature %d of row %lld is not finite", (int)(i % block->d),
                        (long long)row);
    }
    ODD_CHECK(!"float32 values cannot overflow a float64 sum");
    return ODD_NUMERIC;
}

/* Finite float32 values have a finite sum in float64, so only the sum is looked at. */
static odd_status sum_block(void *context, const odd_block *block, double sum[])
{
    for (int i = 0; i < block->count; i++)
        add_row(block->d, block->x + (int64_t)i * block->d, sum);
    return all_finite(block->d, sum) ? ODD_OK : find_bad(context, block);
}

odd_status odd_pca_mean(const odd_rows *rows, double mean[], int64_t *bad_row)
{
    search s = {.bad_row = INT64_MAX};
    const odd_status st = odd_rows_sum(rows, sum_block, &s, rows->d, mean);
    *bad_row = -1;
    if (st == ODD_NUMERIC) {
        int64_t last = -s.bad_row;
        odd_max_i64(rows->comm, &last, 1);
        *bad_row = -last;
    }
    if (st != ODD_OK) return st;
    for (int j = 0; j < rows->d; j++)
        mean[j] /= (double)rows->part.n;
    return ODD_OK;
}
