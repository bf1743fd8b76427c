/* Where k-means begins: k-means++ draws, and the row farthest from all centroids. */
#include "kmeans_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "pick_internal.h"

#include <math.h>
#include <string.h>

typedef struct {
    uint64_t seed;
    odd_stream stream;
    uint32_t draw;
    const double *last; /* (d) the centroid drawn before; NULL: none yet */
    double *nearest;    /* (n_local) squared distance to the nearest centroid so far */
} plus_plus;

/* A row is drawn with probability in proportion to its weight if it has the largest of the keys
 * weight / e, e exponential: the race is the same whoever runs it. */
static void draw_keys(void *context, const odd_block *block, double key[])
{
    const plus_plus *p = context;
    for (int i = 0; i < block->count; i++) {
        double *weight = &p->nearest[block->local + i];
        *weight = p->last
                      ? fmin(*weight,
                             odd_kmeans_square(block->d, block->x + (int64_t)i * block->d, p->last))
                      : INFINITY;
        const double u = odd_uniform(p->seed, p->stream, (uint64_t)(block->row + i), p->draw);
        const double e = -log(u + 0x1p-54); /* not of 0 */
        key[i] = p->last ? *weight / e : 1 / e;
    }
}

odd_status odd_kmeans_start(const odd_rows *rows, int k, uint64_t seed, odd_stream stream,
                            uint32_t draw0, double centre[])
{
    odd_status st;
    double key;
    plus_plus p = {.seed = seed, .stream = stream};
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.nearest, rows->part.n_local));
    for (int c = 0; c < k; c++) {
        p.draw = draw0 + (uint32_t)c;
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
} farthest;

static void distance_keys(void *context, const odd_block *block, double key[])
{
    const farthest *f = context;
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        const int32_t c = odd_kmeans_assign_plain(f->k, block->d, f->centre, x);
        key[i] = odd_kmeans_square(block->d, x, f->centre + (int64_t)c * block->d);
    }
}

odd_status odd_kmeans_farthest(const odd_rows *rows, int k, const double centre[], double row[],
                               double *square)
{
    farthest f = {k, centre};
    return odd_pick_row(rows, distance_keys, &f, row, square);
}
