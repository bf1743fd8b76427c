/* The mean of each feature over all rows, the sum of all squares, and the search for a value that
 * is not finite. */
#include "linalg/centre_internal.h"
#include "linalg/pca_internal.h"

#include "oddlot/base/first_failure.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>

typedef struct {
    odd_first_failure bad; /* rows of this rank */
    bool squares;          /* sum them too, behind the features */
} search;

ODD_SIMD(static, void, add_row, (int d, const float *x, double *sum), (d, x, sum))
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

/* Name the first value of the block that is not finite. */
static odd_status find_bad(search *s, const odd_block *block)
{
    for (int64_t i = 0; i < (int64_t)block->count * block->d; i++) {
        if (isfinite(block->x[i])) continue;
        const int64_t row = block->row + i / block->d;
        const odd_status st = odd_fail(ODD_NUMERIC, "feature %d of row %lld is not finite",
                                       (int)(i % block->d), (long long)row);
        odd_first_failure_keep(&s->bad, row, st);
        return st;
    }
    ODD_CHECK(false && "float32 values cannot overflow a float64 sum");
    return ODD_NUMERIC;
}

/* Finite float32 values have a finite sum in float64, so only the sum is looked at. */
static odd_status sum_block(void *context, const odd_block *block, double sum[])
{
    search *s = context;
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        add_row(block->d, x, sum);
        if (s->squares) sum[block->d] += odd_square_sum(block->d, x);
    }
    return all_finite(block->d, sum) ? ODD_OK : find_bad(s, block);
}

/* The first bad row of all ranks. @collective */
static int64_t first_bad(MPI_Comm comm, const search *s)
{
    int64_t last = -odd_first_failure_place(&s->bad);
    odd_max_i64(comm, &last, 1);
    return -last;
}

odd_status odd_pca_mean(const odd_rows *rows, double mean[], double *squares, int64_t *bad_row)
{
    odd_status st = ODD_OK;
    search s = {.bad = ODD_NO_FAILURE, .squares = squares != NULL};
    double *sum = NULL;
    *bad_row = -1;
    ODD_TRY_ALL(rows->comm, ODD_NEW(sum, (int64_t)rows->d + 1));
    st = odd_rows_pass(rows, sum_block, &s, rows->d + s.squares, sum);
    if (st == ODD_NUMERIC) *bad_row = first_bad(rows->comm, &s);
    ODD_TRY(st);
    for (int j = 0; j < rows->d; j++)
        mean[j] = sum[j] / (double)rows->part.n;
    if (squares) *squares = sum[rows->d];
done:
    odd_free(sum);
    return st;
}

double odd_pca_bound_squares(const odd_pca *pca, double squares)
{
    double mean = 0;
    for (int j = 0; j < pca->d; j++)
        mean += pca->mean[j] * pca->mean[j];
    return fmax(squares - (double)pca->n * mean, 0) + 1e-10 * squares;
}
