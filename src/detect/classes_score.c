/* The scores of `classes`: how far rows are from the classes, from all rows, from their nearest
 * neighbours by direction, and from the subspace of all rows.
 *
 * Letters: n rows, d features, k classes. */
#include "detect/classes_internal.h"

#include "detect/covariance_internal.h"
#include "detect/detectors_internal.h"
#include "detect/knn_internal.h"
#include "detect/subspace_internal.h"
#include "detect/unit_rows_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>

/* The model's arrays. */
typedef struct {
    odd_class_gaussians g;
    const double *threshold;  /* (k) */
    const double *background; /* (d, d) factor of the covariance of all rows */
    const double *axis;       /* (axes, d) */
    int axes;
} class_model;

static odd_status find_model(const odd_bundle *b, class_model *m)
{
    const odd_array *threshold, *background, *axis;
    odd_status st;
    ODD_TRY(odd_class_gaussians_find(b, &m->g));
    ODD_TRY(odd_bundle_get(b, "threshold", ODD_F64, 1, &threshold));
    ODD_TRY(odd_bundle_get(b, "background", ODD_F64, 2, &background));
    ODD_TRY(odd_bundle_get(b, "axis", ODD_F64, 2, &axis));
    ODD_TRY(odd_array_check_finite(threshold));
    ODD_TRY(odd_array_check_finite(background));
    ODD_TRY(odd_array_check_finite(axis));
    const int64_t d = m->g.d, axes = axis->shape.shape[0];
    if (threshold->shape.shape[0] != m->g.k || background->shape.shape[0] != d ||
        background->shape.shape[1] != d || axis->shape.shape[1] != d || axes > d)
        ODD_TRY(odd_fail(ODD_FORMAT, "the arrays of the classes do not fit each other"));
    m->threshold = threshold->data;
    m->background = background->data;
    m->axis = axis->data;
    m->axes = (int)axes;
    for (int32_t c = 0; c < m->g.k; c++)
        if (!(m->threshold[c] > 0))
            ODD_TRY(odd_fail(ODD_FORMAT, "the threshold of class %d is not positive", c));
done:
    return st;
}

typedef struct {
    class_model m;
    odd_class_distances distances;
    double *origin; /* (d) zeros */
    int64_t room;   /* doubles of a thread's: z (step, d), by axis (step, axes), square (step) */
    double *work;   /* (threads, room) */
    double *score;  /* (n_local, ODD_CLASSES_COLUMNS) */
} score_pass;

/* -- one row -- */

/* square: (k) distances of the row from the classes; all: from the Gaussian of all rows. */
static void score_classes(const class_model *m, const double square[], double all, double score[])
{
    const int32_t k = m->g.k, near = odd_nearest_class(k, square);
    double least = INFINITY;
    for (int32_t c = 0; c < k; c++)
        least = fmin(least, sqrt(square[c]) / m->threshold[c]);
    score[ODD_CLASSES_DISTANCE] = sqrt(square[near]);
    score[ODD_CLASSES_OUTSIDE] = score[ODD_CLASSES_DISTANCE] / m->threshold[near];
    score[ODD_CLASSES_OUTSIDE_ALL] = least;
    score[ODD_CLASSES_RELATIVE] = k > 1 ? square[near] - all : 0;
    score[ODD_CLASSES_CLASS] = near;
}

/* -- rows -- */

static odd_status score_part(void *context, const odd_block *part, double sum[])
{
    const score_pass *p = context;
    const class_model *m = &p->m;
    const int d = m->g.d, n = part->count;
    double *z = p->work + part->thread * p->room, *square = z + (int64_t)p->distances.step * d;
    double *by_axis = square + p->distances.step;
    (void)sum;
    const double *from = odd_class_distances_of(&p->distances, part);
    odd_centre_rows(n, d, part->x, m->g.origin, z);
    odd_form_whiten(ODD_FORM_FULL, n, d, m->background, z, z);
    odd_squared_distances(n, d, z, p->origin, square);
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(square[i]))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(part->row + i));
        score_classes(m, from + i * m->g.k, square[i],
                      p->score + (part->local + i) * ODD_CLASSES_COLUMNS);
    }
    odd_centre_rows(n, d, part->x, m->g.origin, z);
    odd_subspace_residual(n, d, m->axes, m->axis, z, by_axis, square);
    for (int64_t i = 0; i < n; i++)
        p->score[(part->local + i) * ODD_CLASSES_COLUMNS + ODD_CLASSES_SUBSPACE] = square[i];
    return ODD_OK;
}

static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    const score_pass *p = context;
    return odd_block_parts_each(block, p->distances.step, score_part, context, sum);
}

static odd_status pass_open(const odd_bundle *model, const odd_rows *rows, score_pass *p)
{
    odd_status st;
    ODD_TRY(find_model(model, &p->m));
    ODD_TRY(odd_detector_check_width("classes", rows, p->m.g.d));
    ODD_TRY(odd_class_distances_open(&p->m.g, &p->distances));
    ODD_TRY(ODD_NEW(p->origin, p->m.g.d));
    p->room = p->distances.step * ((int64_t)p->m.g.d + 1 + p->m.axes);
    ODD_TRY(ODD_NEW(p->work, odd_threads() * p->room));
done:
    return st;
}

static void pass_close(score_pass *p)
{
    odd_class_distances_close(&p->distances);
    odd_free(p->origin);
    odd_free(p->work);
}

/* Neighbours by direction: of rows of unit length. */
static odd_status score_neighbours(const odd_bundle *model, const odd_rows *rows, double score[])
{
    double *near = NULL;
    odd_unit_rows unit;
    odd_status st;
    odd_unit_rows_stream(rows, &unit);
    ODD_TRY_ALL(rows->comm, ODD_NEW(near, rows->part.n_local * ODD_KNN_COLUMNS));
    ODD_TRY(odd_knn_search(model, &unit.rows, NULL, near));
    for (int64_t i = 0; i < rows->part.n_local; i++)
        score[i * ODD_CLASSES_COLUMNS + ODD_CLASSES_NEIGHBOUR] =
            near[i * ODD_KNN_COLUMNS + ODD_KNN_DISTANCE];
done:
    odd_free(near);
    return st;
}

odd_status odd_classes_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    score_pass p = {.score = score};
    odd_status st;
    ODD_TRY_ALL(rows->comm, pass_open(model, rows, &p));
    ODD_TRY(odd_rows_each(rows, score_block, &p));
    ODD_TRY(score_neighbours(model, rows, score));
done:
    pass_close(&p);
    return st;
}
