/* A Gaussian for each class: means, and covariances that the classes share or that are their own.
 *
 * Letters: n rows, d features, k classes, f factors. */
#include "detect/classes_internal.h"

#include "detect/moments_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

#define SUMS        (1 << 20) /* doubles that are summed in a pass over the rows: 8 MiB */
#define OWN_FACTORS (1 << 27) /* doubles of the factors of own covariances, at most: 1 GiB */

/* -- means -- */

/* Sums of some classes in one pass, so that memory does not grow with the number of all. */
typedef struct {
    const int32_t *of;
    int32_t first, count; /* classes first ... first + count - 1 */
} summing;

/* Adds the row and returns the sum of its values: finite if and only if all of them are. */
static double add_row(int d, const float x[], double sum[])
{
    double check = 0;
    for (int j = 0; j < d; j++) {
        sum[j] += (double)x[j];
        check += (double)x[j];
    }
    return check;
}

/* sum (count, d + 1): the values of each class, and its rows. */
static odd_status sum_block(void *context, const odd_block *block, double sum[])
{
    const summing *s = context;
    const int64_t d = block->d;
    for (int i = 0; i < block->count; i++) {
        const int32_t c = s->of[block->local + i] - s->first;
        if (s->of[block->local + i] < 0 || c < 0 || c >= s->count) continue;
        double *to = sum + c * (d + 1);
        if (!isfinite(add_row(block->d, block->x + i * d, to)))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(block->row + i));
        to[d]++;
    }
    return ODD_OK;
}

/* mean (k, d), size (k). */
static odd_status find_means(const odd_rows *rows, const int32_t of[], int32_t k, double mean[],
                             int64_t size[])
{
    const int64_t d = rows->d, most = SUMS / (d + 1) > 1 ? SUMS / (d + 1) : 1;
    const int32_t step = most < k ? (int32_t)most : k;
    summing s = {.of = of};
    double *sum = NULL;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(sum, step * (d + 1)));
    for (s.first = 0; s.first < k; s.first += step) {
        s.count = k - s.first < step ? k - s.first : step;
        ODD_TRY(odd_rows_sum(rows, sum_block, &s, s.count * (d + 1), sum));
        for (int64_t c = 0; c < s.count; c++) {
            const double *from = sum + c * (d + 1);
            size[s.first + c] = (int64_t)from[d];
            for (int64_t j = 0; j < d; j++)
                mean[(s.first + c) * d + j] = from[d] > 0 ? from[j] / from[d] : 0;
        }
    }
done:
    odd_free(sum);
    return st;
}

static void find_origin(const int64_t size[], odd_class_gaussians *g)
{
    const int64_t d = g->d;
    g->rows = 0;
    for (int32_t c = 0; c < g->k; c++) {
        g->rows += size[c];
        for (int64_t j = 0; j < d; j++)
            g->origin[j] += (double)size[c] * g->mean[c * d + j];
    }
    for (int64_t j = 0; j < d; j++)
        g->origin[j] /= (double)(g->rows > 0 ? g->rows : 1);
}

/* -- covariances -- */

odd_status odd_class_factor(MPI_Comm comm, int d, const double covariance[], double factor[])
{
    double log_det;
    odd_status st = ODD_OK;
    if (odd_rank(comm) == 0) st = odd_form_factor(ODD_FORM_FULL, d, covariance, factor, &log_det);
    ODD_TRY_ALL(comm, st);
    odd_broadcast(comm, 0, factor, (size_t)d * (size_t)d * sizeof *factor);
done:
    return st;
}

/* The covariance (d, d) of the rows of one class, or of all (only -1), each about the mean of its
 * class; n rows, near `mean`; and its factor. */
static odd_status find_covariance(const odd_rows *rows, const odd_row_classes *classes, int64_t n,
                                  const double mean[], const odd_classes_options *o,
                                  double covariance[], double factor[])
{
    const int d = rows->d;
    const bool shrinks = strcmp(o->shrinkage, "none") != 0;
    double fourth;
    odd_status st;
    ODD_TRY(odd_scatter_within(rows, classes, covariance, &fourth));
    const double share = shrinks ? odd_ledoit_wolf(ODD_FORM_FULL, d, n, covariance, fourth) : 0;
    for (int64_t j = 0; j < odd_form_dense(ODD_FORM_FULL, d); j++)
        covariance[j] /= (double)n;
    odd_shrink_covariance(ODD_FORM_FULL, d, share, covariance);
    odd_secure_covariance(ODD_FORM_FULL, d, mean, covariance);
    ODD_TRY(odd_class_factor(rows->comm, d, covariance, factor));
done:
    return st;
}

/* Classes with fewer rows have the shared covariance. */
static bool has_own(const odd_classes_options *o, int64_t size)
{
    return strcmp(o->covariance, "own") == 0 && size >= o->least;
}

static odd_status count_factors(const odd_classes_options *o, const int64_t size[],
                                odd_class_gaussians *g)
{
    g->factors = 1;
    for (int32_t c = 0; c < g->k; c++)
        g->factors += has_own(o, size[c]);
    if (g->factors > 1 && g->factors > OWN_FACTORS / g->d / g->d)
        return odd_fail(ODD_ARG,
                        "detector 'classes': own covariances of %d classes of %d features are too "
                        "large: take shared ones (fit.classes.covariance), or fewer features "
                        "(reduce.method)",
                        g->factors - 1, g->d);
    return ODD_OK;
}

static odd_status find_own(const odd_rows *rows, const int32_t of[], const odd_classes_options *o,
                           const int64_t size[], odd_class_gaussians *g)
{
    const int64_t d = g->d;
    double *covariance = NULL;
    int32_t next = 1;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(covariance, g->factors > 1 ? d * d : 0));
    for (int32_t c = 0; c < g->k; c++) {
        if (!has_own(o, size[c])) continue;
        const odd_row_classes one = {of, g->mean, c};
        ODD_TRY(find_covariance(rows, &one, size[c], g->mean + c * d, o, covariance,
                                g->factor + next * d * d));
        g->factor_of[c] = next++;
    }
done:
    odd_free(covariance);
    return st;
}

static odd_status add_means(odd_bundle *b, odd_class_gaussians *g)
{
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "mean", ODD_F64, "mean of each class, units of the features",
                           &g->mean, 2, (int64_t)g->k, (int64_t)g->d));
    ODD_TRY(odd_bundle_add(b, "origin", ODD_F64, "mean of all rows, units of the features",
                           &g->origin, 1, (int64_t)g->d));
    ODD_TRY(odd_bundle_add(b, "factor_of", ODD_I64, "the factor of each class; 0: the shared one",
                           &g->factor_of, 1, (int64_t)g->k));
done:
    return st;
}

static odd_status add_factors(odd_bundle *b, odd_class_gaussians *g)
{
    return odd_bundle_add(b, "factor", ODD_F64,
                          "inverses of the transposed Cholesky factors of covariances: that within "
                          "all classes, then those of single ones",
                          &g->factor, 3, (int64_t)g->factors, (int64_t)g->d, (int64_t)g->d);
}

odd_status odd_class_gaussians_learn(const odd_rows *rows, const int32_t of[], int32_t k,
                                     const odd_classes_options *o, odd_bundle *model,
                                     odd_class_gaussians *g, int64_t size[], double within[])
{
    odd_status st;
    *g = (odd_class_gaussians){.d = rows->d, .k = k};
    ODD_TRY_ALL(rows->comm, add_means(model, g));
    ODD_TRY(find_means(rows, of, k, g->mean, size));
    find_origin(size, g);
    ODD_TRY_ALL(rows->comm, count_factors(o, size, g));
    ODD_TRY_ALL(rows->comm, add_factors(model, g));
    const odd_row_classes all = {of, g->mean, -1};
    ODD_TRY(find_covariance(rows, &all, g->rows, g->origin, o, within, g->factor));
    ODD_TRY(find_own(rows, of, o, size, g));
done:
    return st;
}

/* -- from a model -- */

static bool fit_each_other(const odd_array *mean, const odd_array *origin, const odd_array *factor,
                           const odd_array *of)
{
    const int64_t k = mean->shape.shape[0], d = mean->shape.shape[1], f = factor->shape.shape[0];
    if (k < 1 || k > INT32_MAX || d < 1 || d > INT32_MAX || f < 1 || f > INT32_MAX) return false;
    if (origin->shape.shape[0] != d || of->shape.shape[0] != k) return false;
    if (factor->shape.shape[1] != d || factor->shape.shape[2] != d) return false;
    for (int64_t c = 0; c < k; c++)
        if (((const int64_t *)of->data)[c] < 0 || ((const int64_t *)of->data)[c] >= f) return false;
    return true;
}

odd_status odd_class_gaussians_find(const odd_bundle *b, odd_class_gaussians *out)
{
    const odd_array *mean, *origin, *factor, *of;
    odd_status st;
    ODD_TRY(odd_bundle_get(b, "mean", ODD_F64, 2, &mean));
    ODD_TRY(odd_bundle_get(b, "origin", ODD_F64, 1, &origin));
    ODD_TRY(odd_bundle_get(b, "factor", ODD_F64, 3, &factor));
    ODD_TRY(odd_bundle_get(b, "factor_of", ODD_I64, 1, &of));
    ODD_TRY(odd_array_check_finite(mean));
    ODD_TRY(odd_array_check_finite(origin));
    ODD_TRY(odd_array_check_finite(factor));
    if (!fit_each_other(mean, origin, factor, of))
        ODD_TRY(odd_fail(ODD_FORMAT, "the arrays of the classes do not fit each other"));
    *out = (odd_class_gaussians){.d = (int)mean->shape.shape[1],
                                 .k = (int32_t)mean->shape.shape[0],
                                 .factors = (int32_t)factor->shape.shape[0],
                                 .mean = mean->data,
                                 .origin = origin->data,
                                 .factor = factor->data,
                                 .factor_of = of->data};
done:
    return st;
}
