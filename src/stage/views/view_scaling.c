/* The scale of columns: robust, so that odd images do not widen it. */
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/quantiles.h"

#include <math.h>

/* Standard deviations beyond which how far matters no more: one column should not outweigh all. */
#define FARTHEST 8

/* Pairs of quantiles, of which the narrowest that is not a single value tells the width; what they
 * are apart in a Gaussian, in standard deviations. */
static const double share[] = {0.5, 0.25, 0.75, 0.05, 0.95, 0.01, 0.99};
static const double gaussian[] = {1.3490, 3.2897, 4.6527};

enum { SHARES = sizeof share / sizeof *share, WIDTHS = sizeof gaussian / sizeof *gaussian };

static double width_of(const float at[SHARES])
{
    for (int w = 0; w < WIDTHS; w++) {
        const double apart = (double)at[2 + 2 * w] - (double)at[1 + 2 * w];
        if (apart > 0) return apart / gaussian[w];
    }
    return 0;
}

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

odd_status odd_view_scaling_fit(const odd_rows *rows, odd_bundle *model, odd_view_scaling *out)
{
    float *column = NULL, at[SHARES];
    int64_t known;
    odd_status st;
    ODD_TRY_ALL(rows->comm, add_scaling(rows->d, model, out));
    ODD_TRY_ALL(rows->comm, ODD_NEW(column, rows->part.n_local));
    for (int c = 0; c < rows->d; c++) {
        ODD_TRY_ALL(rows->comm, read_column(rows, c, column));
        odd_quantiles(rows->comm, rows->part.n_local, column, SHARES, share, at, &known);
        out->median[c] = known > 0 ? (double)at[0] : 0;
        out->sigma[c] = known > 0 ? width_of(at) : 0;
    }
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
