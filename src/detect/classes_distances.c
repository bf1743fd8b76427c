/* Squared Mahalanobis distances of rows from classes.
 *
 * By the shared factor u a row becomes z = (x - origin) u and a mean m, so that the distances from
 * all classes are |z - m|^2, one product of matrices. By a factor of its own a class takes as much
 * work as all that.
 *
 * Letters: n rows, d features, k classes, f factors. */
#include "detect/classes_internal.h"

#include "detect/covariance_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

#define PART_VALUES (1 << 18) /* distances at a time: 2 MiB */

static int step_of(int32_t k)
{
    const int32_t step = PART_VALUES / k;
    return step < 8 ? 8 : step > 1024 ? 1024 : step;
}

odd_status odd_class_distances_open(const odd_class_gaussians *g, odd_class_distances *q)
{
    const int64_t d = g->d, k = g->k;
    odd_status st;
    *q = (odd_class_distances){.g = g, .step = step_of(g->k)};
    q->room = q->step * (d + k + 1);
    ODD_TRY(ODD_NEW(q->centre, k * d));
    ODD_TRY(ODD_NEW(q->length, k));
    ODD_TRY(ODD_NEW(q->origin, d));
    ODD_TRY(ODD_NEW(q->work, odd_threads() * q->room));
    for (int64_t c = 0; c < k; c++)
        for (int64_t j = 0; j < d; j++)
            q->centre[c * d + j] = g->mean[c * d + j] - g->origin[j];
    for (int64_t c = 0; c < k; c += q->step) { /* the counts of the library are int */
        const int count = (int)(k - c < q->step ? k - c : q->step);
        odd_form_whiten(ODD_FORM_FULL, count, g->d, g->factor, q->centre + c * d,
                        q->centre + c * d);
        odd_squared_distances(count, g->d, q->centre + c * d, q->origin, q->length + c);
    }
done:
    return st;
}

void odd_class_distances_close(odd_class_distances *q)
{
    odd_free(q->centre);
    odd_free(q->length);
    odd_free(q->origin);
    odd_free(q->work);
    *q = (odd_class_distances){0};
}

/* The parts of a thread's room. */
typedef struct {
    double *z, *all, *square; /* (step, d), (step, k), (step) */
} room;

static room room_of(const odd_class_distances *q, int thread)
{
    double *z = q->work + thread * q->room, *all = z + (int64_t)q->step * q->g->d;
    return (room){z, all, all + (int64_t)q->step * q->g->k};
}

/* square (count): from one class that has a factor of its own. */
static void own_distances(const odd_class_distances *q, const odd_block *part, int32_t c,
                          const room *r)
{
    const odd_class_gaussians *g = q->g;
    const int64_t d = g->d;
    odd_centre_rows(part->count, g->d, part->x, g->mean + c * d, r->z);
    odd_form_whiten(ODD_FORM_FULL, part->count, g->d, g->factor + g->factor_of[c] * d * d, r->z,
                    r->z);
    odd_squared_distances(part->count, g->d, r->z, q->origin, r->square);
}

/* z (count, d) by the shared factor. */
static void whiten_part(const odd_class_distances *q, const odd_block *part, const room *r)
{
    odd_centre_rows(part->count, q->g->d, part->x, q->g->origin, r->z);
    odd_form_whiten(ODD_FORM_FULL, part->count, q->g->d, q->g->factor, r->z, r->z);
}

int32_t odd_nearest_class(int32_t k, const double square[])
{
    int32_t near = 0;
    for (int32_t c = 1; c < k; c++)
        if (square[c] < square[near]) near = c;
    return near;
}

/* What rounding leaves of a distance; NaN stays. */
static double at_least_0(double square)
{
    return square < 0 ? 0 : square;
}

const double *odd_class_distances_of(const odd_class_distances *q, const odd_block *part)
{
    const odd_class_gaussians *g = q->g;
    const int64_t k = g->k;
    const room r = room_of(q, part->thread);
    whiten_part(q, part, &r);
    odd_squared_distances(part->count, g->d, r.z, q->origin, r.square);
    odd_dgemm(1, part->count, g->k, g->d, -2, r.z, q->centre, 0, r.all);
    for (int64_t i = 0; i < part->count; i++)
        for (int64_t c = 0; c < k; c++)
            r.all[i * k + c] = at_least_0(r.all[i * k + c] + q->length[c] + r.square[i]);
    for (int64_t i = 0; i < part->count; i++) { /* by differences, so that equal rows have 0 */
        const int32_t near = odd_nearest_class(g->k, r.all + i * k);
        odd_squared_distances(1, g->d, r.z + i * g->d, q->centre + (int64_t)near * g->d,
                              r.all + i * k + near);
    }
    for (int32_t c = 0; c < g->k; c++) {
        if (g->factor_of[c] == 0) continue;
        own_distances(q, part, c, &r);
        for (int64_t i = 0; i < part->count; i++)
            r.all[i * k + c] = r.square[i];
    }
    return r.all;
}

void odd_class_distances_own(const odd_class_distances *q, const odd_block *part,
                             const int32_t of[], double own[])
{
    const odd_class_gaussians *g = q->g;
    const int64_t d = g->d;
    const room r = room_of(q, part->thread);
    bool shared = false;
    for (int i = 0; i < part->count; i++) {
        own[i] = NAN;
        shared = shared || (of[i] >= 0 && g->factor_of[of[i]] == 0);
    }
    if (shared) whiten_part(q, part, &r);
    for (int i = 0; i < part->count; i++)
        if (of[i] >= 0 && g->factor_of[of[i]] == 0)
            odd_squared_distances(1, g->d, r.z + i * d, q->centre + of[i] * d, &own[i]);
    for (int i = 0; i < part->count; i++) {
        if (of[i] < 0 || g->factor_of[of[i]] == 0) continue;
        const odd_block one = odd_block_part(part, i, 1);
        own_distances(q, &one, of[i], &r);
        own[i] = r.square[0];
    }
}
