/* Where k-means begins: k-means++ draws, and the row farthest from all centroids. */
#include "kmeans_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "pick_internal.h"

#include <math.h>
#include <string.h>

typedef struct {
    const odd_kmeans_draws *draws;
    uint32_t draw;
    const double *last; /* (d) the centroid drawn before; NULL: none yet */
    double *nearest;    /* (n_local) squared distance to the nearest centroid so far */
} plus_plus;

/* How many rows a row stands for; none where it must not be drawn. */
static double stands_for(const odd_kmeans_draws *draws, int64_t local, int d, const float x[])
{
    if (draws->directions && !odd_has_direction(d, x)) return 0;
    return draws->weight ? draws->weight[local] : 1;
}

/* A row is drawn with probability in proportion to its weight if it has the largest of the keys
 * weight / e, e exponential: the race is the same whoever runs it. */
static void draw_keys(void *context, const odd_block *block, double key[])
{
    const plus_plus *p = context;
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        const int64_t local = block->local + i;
        double weight = stands_for(p->draws, local, block->d, x);
        if (p->last) {
            p->nearest[local] = fmin(p->nearest[local], odd_kmeans_square(block->d, x, p->last));
            weight *= p->nearest[local];
        }
        const double u =
            odd_uniform(p->draws->seed, p->draws->stream, (uint64_t)(block->row + i), p->draw);
        const double e = -log(u + 0x1p-54); /* not of 0 */
        key[i] = weight / e;
    }
}

odd_status odd_kmeans_start(const odd_rows *rows, int k, const odd_kmeans_draws *draws,
                            double centre[])
{
    odd_status st;
    double key;
    plus_plus p = {.draws = draws};
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.nearest, rows->part.n_local));
    for (int64_t i = 0; i < rows->part.n_local; i++)
        p.nearest[i] = INFINITY;
    for (int c = 0; c < k; c++) {
        p.draw = draws->draw0 + (uint32_t)c;
        p.last = c ? centre + (int64_t)(c - 1) * rows->d : NULL;
        ODD_TRY(odd_pick_row(rows, draw_keys, &p, centre + (int64_t)c * rows->d, &key));
    }
done:
    odd_free(p.nearest);
    return st;
}

typedef struct {
    int k;
    const double *centre;
    bool directions;
} farthest;

static void distance_keys(void *context, const odd_block *block, double key[])
{
    const farthest *f = context;
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        const int32_t c = odd_kmeans_assign_plain(f->k, block->d, f->centre, x);
        const double square = odd_kmeans_square(block->d, x, f->centre + (int64_t)c * block->d);
        key[i] = f->directions && !odd_has_direction(block->d, x) ? 0 : square;
    }
}

odd_status odd_kmeans_farthest(const odd_rows *rows, int k, const double centre[], bool directions,
                               double row[], double *square)
{
    farthest f = {k, centre, directions};
    return odd_pick_row(rows, distance_keys, &f, row, square);
}
