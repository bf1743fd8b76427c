/* The scale of columns: robust, so that odd images do not widen it. */
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/quantiles.h"

#include <math.h>

/* Standard deviations beyond which how far matters no more: one column should not outweigh all. */
#define FARTHEST 8

/* Of the standard deviation, what a column is at least wide: where half of it is one value, the
 * quartiles would make it infinitely narrow. */
#define LEAST_WIDTH 0.25

/* Column c of my rows. @local */
static odd_status read_column(const odd_rows *rows, int c, float column[])
{
    const int64_t most = 4096;
    float *x = NULL;
    odd_status st = ODD_OK;
    if (!rows->x) ODD_TRY(ODD_NEW(x, most * rows->d));
    for (int64_t i = 0; i < rows->part.n_local; i += most) {
        const int64_t left = rows->part.n_local - i, count = left < most ? left : most;
        if (x) ODD_TRY(rows->read(rows->reader, i, count, x));
        const float *from = x ? x : rows->x + i * rows->d;
        for (int64_t j = 0; j < count; j++)
            column[i + j] = from[j * rows->d + c];
    }
done:
    odd_free(x);
    return st;
}

odd_status odd_view_scaling_find(const odd_bundle *model, int d, odd_view_scaling *out)
{
    const odd_array *median, *sigma;
    odd_status st;
    ODD_TRY(odd_bundle_get(model, "scale/median", ODD_F64, 1, &median));
    ODD_TRY(odd_bundle_get(model, "scale/sigma", ODD_F64, 1, &sigma));
    if (median->shape.shape[0] != d || sigma->shape.shape[0] != d)
        return odd_fail(ODD_FORMAT, "the scale of the model is not of %d columns", d);
    ODD_TRY(odd_array_check_finite(median));
    ODD_TRY(odd_array_check_finite(sigma));
    *out = (odd_view_scaling){d, median->data, sigma->data};
done:
    return st;
}

/* @local */
static odd_status add_scaling(int d, odd_bundle *model, odd_view_scaling *out)
{
    odd_status st;
    ODD_TRY(odd_bundle_add(model, "scale/median", ODD_F64, "middle of each column", &out->median, 1,
                           (int64_t)d));
    ODD_TRY(odd_bundle_add(model, "scale/sigma", ODD_F64,
                           "robust standard deviation of each column; 0: it is not used",
                           &out->sigma, 1, (int64_t)d));
    out->d = d;
done:
    return st;
}

/* Of each column: known values, and the sums of what they differ from the median, and of its
 * square.
 */
enum { KNOWN, SUM, SQUARES, SUMS };

static odd_status add_block(void *context, const odd_block *block, double sum[])
{
    const odd_view_scaling *s = context;
    for (int i = 0; i < block->count; i++)
        for (int c = 0; c < block->d; c++) {
            const double from = (double)block->x[(int64_t)i * block->d + c] - s->median[c];
            if (isnan(from)) continue;
            sum[c * SUMS + KNOWN] += 1;
            sum[c * SUMS + SUM] += from;
            sum[c * SUMS + SQUARES] += from * from;
        }
    return ODD_OK;
}

static double deviation(const double sum[SUMS])
{
    if (!(sum[KNOWN] > 0)) return 0;
    const double mean = sum[SUM] / sum[KNOWN];
    return sqrt(fmax(0, sum[SQUARES] / sum[KNOWN] - mean * mean));
}

/* sigma holds what the quartiles say. @collective */
static odd_status widen(const odd_rows *rows, odd_view_scaling *s)
{
    double *sum = NULL;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(sum, (int64_t)s->d * SUMS));
    ODD_TRY(odd_rows_sum(rows, add_block, s, (int64_t)s->d * SUMS, sum));
    for (int c = 0; c < s->d; c++)
        s->sigma[c] = fmax(s->sigma[c], LEAST_WIDTH * deviation(sum + c * SUMS));
done:
    odd_free(sum);
    return st;
}

odd_status odd_view_scaling_fit(const odd_rows *rows, odd_bundle *model, odd_view_scaling *out)
{
    float *column = NULL;
    odd_status st;
    ODD_TRY_ALL(rows->comm, add_scaling(rows->d, model, out));
    ODD_TRY_ALL(rows->comm, ODD_NEW(column, rows->part.n_local));
    for (int c = 0; c < rows->d; c++) {
        ODD_TRY_ALL(rows->comm, read_column(rows, c, column));
        const odd_spread spread = odd_spread_of(rows->comm, rows->part.n_local, column);
        out->median[c] = spread.n > 0 ? (double)spread.median : 0;
        out->sigma[c] = spread.n > 0 ? spread.sigma : 0;
    }
    ODD_TRY(widen(rows, out));
done:
    odd_free(column);
    return st;
}

static float scaled(double value, double median, double sigma)
{
    if (isnan(value) || !(sigma > 0)) return 0;
    return (float)fmax(-FARTHEST, fmin(FARTHEST, (value - median) / sigma));
}

void odd_view_scaling_apply(const odd_view_scaling *scaling, int64_t count, float x[])
{
    const int d = scaling->d;
    for (int64_t i = 0; i < count; i++)
        for (int c = 0; c < d; c++)
            x[i * d + c] = scaled((double)x[i * d + c], scaling->median[c], scaling->sigma[c]);
}
