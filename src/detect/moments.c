/* Mean and scatter of rows spread over ranks: see moments_internal.h. */
#include "detect/moments_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

#define OWN_VARIANCE   1e-6  /* that no other feature explains */
#define FLOAT_VARIANCE 1e-12 /* of the mean square: resolution of float32 for values around it */

int64_t odd_count_marked(const odd_rows *rows, const uint8_t mark[], uint8_t wanted)
{
    int64_t count = 0;
    for (int64_t i = 0; mark && i < rows->part.n_local; i++)
        count += mark[i] == wanted;
    odd_sum_i64(rows->comm, &count, 1);
    return count;
}

/* Adds the row and returns the sum of its values: finite if and only if all of them are. */
ODD_SIMD(static, double, add_row, (int d, const float x[], double sum[]), (d, x, sum))
{
    double check = 0;
    for (int j = 0; j < d; j++) {
        sum[j] += (double)x[j];
        check += (double)x[j];
    }
    return check;
}

/* sum (1 + d): the number of selected rows, and their sum. */
static odd_status mean_block(void *context, const odd_block *block, double sum[])
{
    const odd_row_filter *filter = context;
    for (int i = 0; i < block->count; i++) {
        if (!odd_row_counts(*filter, block->local + i)) continue;
        if (!isfinite(add_row(block->d, block->x + (int64_t)i * block->d, sum + 1)))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(block->row + i));
        sum[0]++;
    }
    return ODD_OK;
}

odd_status odd_mean(const odd_rows *rows, odd_row_filter filter, double mean[], int64_t *n)
{
    odd_status st;
    const int d = rows->d;
    double *sum = NULL;
    *n = 0;
    ODD_TRY_ALL(rows->comm, ODD_NEW(sum, 1 + (int64_t)d));
    ODD_TRY(odd_rows_pass(rows, mean_block, &filter, 1 + (int64_t)d, sum));
    *n = (int64_t)sum[0];
    for (int j = 0; j < d; j++)
        mean[j] = *n ? sum[1 + j] / sum[0] : 0;
done:
    odd_free(sum);
    return st;
}

typedef struct {
    odd_row_filter filter;
    const odd_row_classes *classes; /* NULL: rows by the filter, about one centre */
    odd_form form;
    const double *centre, *factor;
    int64_t dense, packed;
    int64_t room;      /* doubles of one thread's workspace */
    double *workspace; /* (threads, room): z, scratch (rows, d), weight (rows), dense */
} scatter_pass;

/* The sum of the squared entries that z z' has in this form. */
static double squared_outer(odd_form form, int d, const double z[])
{
    double square = 0, fourth = 0;
    for (int j = 0; j < d; j++) {
        square += z[j] * z[j];
        fourth += z[j] * z[j] * z[j] * z[j];
    }
    return form == ODD_FORM_FULL       ? square * square
           : form == ODD_FORM_DIAGONAL ? fourth
                                       : square * square / d;
}

/* z (n, d): rows about their centre; weight (n): 1 of those that count, else 0. */
static void centre_block(const scatter_pass *p, const odd_block *block, double z[], double weight[])
{
    const int d = block->d;
    if (!p->classes) {
        odd_centre_rows(block->count, d, block->x, p->centre, z);
        for (int i = 0; i < block->count; i++)
            weight[i] = odd_row_counts(p->filter, block->local + i);
        return;
    }
    for (int64_t i = 0; i < block->count; i++) {
        const int32_t of = p->classes->of[block->local + i];
        weight[i] = of >= 0 && (p->classes->only < 0 || of == p->classes->only);
        if (weight[i] > 0)
            odd_centre_rows(1, d, block->x + i * d, p->classes->mean + (int64_t)of * d, z + i * d);
    }
}

/* sum (packed + 1): the scatter about the centre, and what the noise of its entries is found from.
 * Rows that are not selected weigh nothing: products keep their shapes. */
static odd_status scatter_block(void *context, const odd_block *block, double sum[])
{
    const scatter_pass *p = context;
    const int n = block->count, d = block->d;
    double *z = p->workspace + block->thread * p->room, *scratch = z + (int64_t)n * d;
    double *weight = scratch + (int64_t)n * d, *dense = weight + n;
    memset(dense, 0, (size_t)p->dense * sizeof *dense);
    centre_block(p, block, z, weight);
    if (p->factor) odd_form_whiten(p->form, n, d, p->factor, z, z);
    for (int i = 0; i < n; i++) {
        if (weight[i] == 0) continue;
        sum[p->packed] += squared_outer(p->form, d, z + (int64_t)i * d);
    }
    odd_form_scatter(p->form, n, d, z, weight, scratch, dense);
    odd_form_pack(p->form, d, dense, sum);
    return ODD_OK;
}

static odd_status run_scatter(const odd_rows *rows, scatter_pass *p, double scatter[],
                              double *fourth)
{
    odd_status st;
    const int d = rows->d;
    double *sum = NULL;
    p->dense = odd_form_dense(p->form, d);
    p->packed = odd_form_packed(p->form, d);
    p->room = rows->part.block * (2 * (int64_t)d + 1) + p->dense;
    ODD_TRY_ALL(rows->comm, ODD_NEW(p->workspace, odd_threads() * p->room));
    ODD_TRY_ALL(rows->comm, ODD_NEW(sum, p->packed + 1));
    ODD_TRY(odd_rows_pass(rows, scatter_block, p, p->packed + 1, sum));
    odd_form_unpack(p->form, d, sum, scatter);
    *fourth = sum[p->packed];
done:
    odd_free(sum);
    odd_free(p->workspace);
    return st;
}

odd_status odd_scatter(const odd_rows *rows, odd_row_filter filter, odd_form form,
                       const double centre[], const double factor[], double scatter[],
                       double *fourth)
{
    scatter_pass p = {.filter = filter, .form = form, .centre = centre, .factor = factor};
    return run_scatter(rows, &p, scatter, fourth);
}

odd_status odd_scatter_within(const odd_rows *rows, const odd_row_classes *classes,
                              double scatter[], double *fourth)
{
    scatter_pass p = {.classes = classes, .form = ODD_FORM_FULL};
    return run_scatter(rows, &p, scatter, fourth);
}

/* The share of mu I that brings S = scatter / n nearest to the covariance, as expected: the mean
 * squared error of S over its squared distance from mu I. */
double odd_ledoit_wolf(odd_form form, int d, int64_t n, const double scatter[], double fourth)
{
    if (form == ODD_FORM_SPHERICAL) return 1;
    const double rows = (double)n, mu = odd_form_trace(form, d, scatter) / rows / d;
    double square = 0; /* |S|^2 */
    for (int64_t j = 0; j < odd_form_dense(form, d); j++)
        square += scatter[j] / rows * (scatter[j] / rows);
    const double apart = square - d * mu * mu; /* |S - mu I|^2 */
    const double noise = (fourth / rows - square) / rows;
    if (!(apart > 0)) return 1; /* S is mu I already */
    return fmin(fmax(noise / apart, 0), 1);
}

void odd_shrink_covariance(odd_form form, int d, double share, double covariance[])
{
    const double mu = odd_form_trace(form, d, covariance) / d;
    for (int64_t j = 0; j < odd_form_dense(form, d); j++)
        covariance[j] *= 1 - share;
    odd_form_add_identity(form, d, share * mu, covariance);
}

void odd_secure_covariance(odd_form form, int d, const double mean[], double covariance[])
{
    const int64_t step = form == ODD_FORM_FULL ? (int64_t)d + 1 : 1;
    double square = 0;
    for (int j = 0; j < d; j++)
        square += mean[j] * mean[j] / d;
    for (int64_t i = 0; i < odd_form_dense(form, d); i += step)
        covariance[i] *= 1 + OWN_VARIANCE;
    odd_form_add_identity(form, d, FLOAT_VARIANCE * (square > 0 ? square : 1), covariance);
}
