/* Where k-means begins: k-means++ draws, and the row farthest from all centroids. */
#include "detect/kmeans_internal.h"

#include "detect/pick_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

typedef struct {
    const odd_kmeans_draws *draws;
    uint32_t draw; /* of the first candidate */
    int candidates;
    const double *last; /* (d) the centroid kept before; NULL: none yet */
    double *nearest;    /* (n_local) squared distance to the nearest centroid so far */
    double *row;        /* (candidates, d) */
    double *left;       /* (candidates) sum of `nearest` if it were kept */
} plus_plus;

/* The count of rows that a row represents; 0 where it must not be drawn. */
static double stands_for(const odd_kmeans_draws *draws, int64_t local, int d, const float x[])
{
    if (draws->directions && !odd_has_direction(d, x)) return 0;
    return draws->weight ? draws->weight[local] : 1;
}

/* The key of a race that the largest wins, e exponential. Most rows cannot beat the best so far of
 * their block, as -log(u) >= 1 - u: these get a key of 0 without a logarithm. */
static double race_key(double weight, double u, double best)
{
    if (weight <= best * (1 - u)) return 0;
    return weight / -log(u + 0x1p-54); /* not of 0 */
}

/* A row is drawn with probability in proportion to its weight if it has the largest of the keys
 * weight / e: the race is the same on any rank. */
static void draw_keys(void *context, const odd_block *block, double key[])
{
    const plus_plus *p = context;
    double best[ODD_KMEANS_CANDIDATES] = {0};
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        const int64_t local = block->local + i;
        double weight = stands_for(p->draws, local, block->d, x);
        if (p->last) {
            p->nearest[local] = fmin(p->nearest[local], odd_kmeans_square(block->d, x, p->last));
            weight *= p->nearest[local];
        }
        for (int c = 0; c < p->candidates; c++) {
            const double u = odd_uniform(p->draws->seed, p->draws->stream,
                                         (uint64_t)(block->row + i), p->draw + (uint32_t)c);
            const double mine = race_key(weight, u, best[c]);
            best[c] = fmax(best[c], mine);
            key[(int64_t)c * block->count + i] = mine;
        }
    }
}

static odd_status left_block(void *context, const odd_block *block, double sum[])
{
    const plus_plus *p = context;
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        const int64_t local = block->local + i;
        const double weight = stands_for(p->draws, local, block->d, x);
        for (int c = 0; weight > 0 && c < p->candidates; c++) {
            const double square = odd_kmeans_square(block->d, x, p->row + (int64_t)c * block->d);
            sum[c] += weight * fmin(p->nearest[local], square);
        }
    }
    return ODD_OK;
}

/* Draw the candidates and keep the one that leaves the least; the first of equal ones. */
static odd_status draw_centre(const odd_rows *rows, plus_plus *p, double centre[])
{
    odd_status st;
    int best = 0;
    ODD_TRY(odd_pick_rows(rows, p->candidates, draw_keys, p, p->row, p->left)); /* keys: unused */
    if (p->candidates > 1) ODD_TRY(odd_rows_sum(rows, left_block, p, p->candidates, p->left));
    for (int c = 1; c < p->candidates; c++)
        if (p->left[c] < p->left[best]) best = c;
    memcpy(centre, p->row + (int64_t)best * rows->d, (size_t)rows->d * sizeof *centre);
done:
    return st;
}

odd_status odd_kmeans_start(const odd_rows *rows, int k, const odd_kmeans_draws *draws,
                            double centre[])
{
    const int candidates = draws->candidates > 1 ? draws->candidates : 1;
    odd_status st;
    plus_plus p = {.draws = draws};
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.nearest, rows->part.n_local));
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.row, (int64_t)candidates * rows->d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.left, candidates));
    for (int64_t i = 0; i < rows->part.n_local; i++)
        p.nearest[i] = INFINITY;
    for (int c = 0; c < k; c++) {
        p.candidates = c ? candidates : 1; /* the first is as good as any */
        p.draw = draws->draw0 + (uint32_t)c * (uint32_t)candidates;
        p.last = c ? centre + (int64_t)(c - 1) * rows->d : NULL;
        ODD_TRY(draw_centre(rows, &p, centre + (int64_t)c * rows->d));
    }
done:
    odd_free(p.left);
    odd_free(p.row);
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
    return odd_pick_rows(rows, 1, distance_keys, &f, row, square);
}
