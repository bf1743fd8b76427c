/* A Gaussian with the variances of a few axes and one for all the rest: see core_internal.h.
 * Letters: n rows, d features, r axes, z centred rows (n, d). */
#include "detect/core_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/eigh.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 64 };

static const char *array_name(const char *part, const char *what, char name[static NAME])
{
    snprintf(name, NAME, "%s/%s", part, what);
    return name;
}

odd_status odd_core_gaussian_add(odd_bundle *b, const char *part, int d, int axes,
                                 odd_core_gaussian *g)
{
    odd_status st;
    char name[NAME];
    *g = (odd_core_gaussian){.d = d, .axes = axes};
    ODD_TRY(odd_bundle_add(b, array_name(part, "mean", name), ODD_F64,
                           "mean, units of the features", &g->mean, 1, (int64_t)d));
    ODD_TRY(odd_bundle_add(b, array_name(part, "axis", name), ODD_F64,
                           "axes, unit rows in the order of their variances", &g->axis, 2,
                           odd_max(axes, 1), (int64_t)d));
    ODD_TRY(odd_bundle_add(b, array_name(part, "variance", name), ODD_F64,
                           "variance along each axis, units squared; one for all after the first",
                           &g->variance, 1, (int64_t)d));
    ODD_TRY(odd_bundle_add_i64(b, array_name(part, "axes", name),
                               "axes with a variance of their own", axes));
done:
    return st;
}

odd_status odd_core_gaussian_find(const odd_bundle *b, const char *part, odd_core_gaussian *g)
{
    odd_status st;
    char name[NAME];
    const odd_array *mean, *axis, *variance;
    int64_t axes;
    ODD_TRY(odd_bundle_get(b, array_name(part, "mean", name), ODD_F64, 1, &mean));
    ODD_TRY(odd_bundle_get(b, array_name(part, "axis", name), ODD_F64, 2, &axis));
    ODD_TRY(odd_bundle_get(b, array_name(part, "variance", name), ODD_F64, 1, &variance));
    ODD_TRY(odd_bundle_get_i64(b, array_name(part, "axes", name), &axes));
    ODD_TRY(odd_array_check_finite(mean));
    ODD_TRY(odd_array_check_finite(axis));
    ODD_TRY(odd_array_check_finite(variance));
    const int64_t d = mean->shape.shape[0];
    if (d < 1 || d > INT32_MAX || axes < 0 || axes >= d || axis->shape.shape[0] < axes ||
        axis->shape.shape[1] != d || variance->shape.shape[0] != d)
        return odd_fail(ODD_FORMAT, "the arrays of the %s do not fit each other", part);
    *g = (odd_core_gaussian){.d = (int)d,
                             .axes = (int)axes,
                             .mean = mean->data,
                             .axis = axis->data,
                             .variance = variance->data};
    for (int j = 0; j < g->d; j++)
        if (!(g->variance[j] > 0))
            return odd_fail(ODD_FORMAT, "variance %d of the %s is not above 0", j, part);
done:
    return st;
}

/* The leading axes and variances of a covariance, and one variance for what they leave of its
 * trace. */
static odd_status take_axes(MPI_Comm comm, odd_form form, const double covariance[],
                            odd_core_gaussian *g)
{
    const double all = odd_form_trace(form, g->d, covariance);
    double rest = all;
    odd_status st = ODD_OK;
    if (g->axes > 0) ODD_TRY(odd_eigh(comm, g->d, covariance, g->axes, g->variance, g->axis));
    for (int j = 0; j < g->axes; j++)
        rest -= g->variance[j];
    rest = fmax(rest, DBL_EPSILON * g->d * all) / (g->d - g->axes); /* above 0 as rounded, too */
    for (int j = 0; j < g->d; j++)
        g->variance[j] = j < g->axes ? fmax(g->variance[j], rest) : rest;
done:
    return st;
}

odd_status odd_core_gaussian_fit(const odd_rows *rows, odd_row_filter filter, odd_core_gaussian *g)
{
    odd_status st;
    const odd_form form = g->axes > 0 ? ODD_FORM_FULL : ODD_FORM_DIAGONAL;
    const int64_t entries = odd_form_dense(form, g->d);
    double *covariance = NULL, fourth;
    int64_t n;
    ODD_TRY_ALL(rows->comm, ODD_NEW(covariance, entries));
    ODD_TRY(odd_mean(rows, filter, g->mean, &n));
    ODD_TRY(odd_scatter(rows, filter, form, g->mean, NULL, covariance, &fourth));
    for (int64_t j = 0; j < entries; j++)
        covariance[j] /= (double)n;
    odd_secure_covariance(form, g->d, g->mean, covariance);
    ODD_TRY(take_axes(rows->comm, form, covariance, g));
done:
    odd_free(covariance);
    return st;
}

/* ---- distances ---- */

typedef struct {
    const odd_core_gaussian *g;
    int64_t room;      /* doubles of one thread's workspace */
    double *workspace; /* (threads, room): z (n, d), along (n, r), square (n) */
    double *origin;    /* (d) zeros */
    double *distance;  /* (n_local) */
} distance_pass;

/* The squared distance of a row from its squared length and its parts along the axes (r). */
static double squared_distance(const odd_core_gaussian *g, double square, const double along[])
{
    double inside = 0, distance = 0;
    for (int j = 0; j < g->axes; j++) {
        inside += along[j] * along[j];
        distance += along[j] * along[j] / g->variance[j];
    }
    return distance + fmax(square - inside, 0) / g->variance[g->axes];
}

/* What is off the axes shares one variance, so it is enough to know its squared length: that of the
 * row less that of its parts along the axes. No product with d - r axes is needed. */
static odd_status distance_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const distance_pass *p = context;
    const odd_core_gaussian *g = p->g;
    const int n = block->count;
    double *z = p->workspace + block->thread * p->room, *along = z + (int64_t)n * g->d;
    double *square = along + (int64_t)n * g->axes;
    odd_centre_rows(n, g->d, block->x, g->mean, z);
    odd_squared_distances(n, g->d, z, p->origin, square);
    if (g->axes > 0) odd_dgemm(1, n, g->axes, g->d, 1, z, g->axis, 0, along);
    for (int i = 0; i < n; i++) {
        if (!isfinite(square[i]))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(block->row + i));
        const double s = squared_distance(g, square[i], along + (int64_t)i * g->axes);
        p->distance[block->local + i] = log(fmax(s, DBL_MIN));
    }
    return ODD_OK;
}

odd_status odd_core_gaussian_distances(const odd_rows *rows, const odd_core_gaussian *g,
                                       double distance[])
{
    odd_status st;
    distance_pass p = {.g = g, .distance = distance};
    p.room = rows->part.block * ((int64_t)g->d + g->axes + 1);
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.workspace, odd_threads() * p.room));
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.origin, g->d));
    ODD_TRY(odd_rows_each(rows, distance_block, &p));
done:
    odd_free(p.origin);
    odd_free(p.workspace);
    return st;
}
