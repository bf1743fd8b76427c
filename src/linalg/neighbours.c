/* Neighbours: see linalg/neighbours.h. */
#include "oddlot/linalg/neighbours.h"

#include "linalg/nearest_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

enum {
    TILE = 256, /* reference rows of a product */
    LANES = 16  /* of them, looked at together: few are near */
};

struct odd_neighbours {
    int64_t m;
    int d;
    odd_metric metric;
    const float *x; /* (m, d) borrowed */
    double *origin; /* (d) their mean, near which products lose least; of sets 0 */
    double *z;      /* (m, d) less the origin */
    double *square; /* (m) their squared lengths then */
};

const char *const odd_metric_names[] = {"euclidean", "hamming", "jaccard", NULL};

odd_metric odd_metric_of(const char *name)
{
    int i = 0;
    while (i < ODD_METRICS - 1 && strcmp(odd_metric_names[i], name) != 0)
        i++;
    return (odd_metric)i;
}

void odd_neighbours_free(odd_neighbours **neighbours)
{
    odd_neighbours *r = *neighbours;
    if (!r) return;
    odd_free(r->origin);
    odd_free(r->z);
    odd_free(r->square);
    odd_free(r);
    *neighbours = NULL;
}

static double squared_length(int d, const double z[])
{
    double sum = 0;
    for (int j = 0; j < d; j++)
        sum += z[j] * z[j];
    return sum;
}

static void prepare_reference(odd_neighbours *r)
{
    for (int64_t i = 0; i < r->m && r->metric == ODD_METRIC_EUCLIDEAN; i++)
        for (int j = 0; j < r->d; j++)
            r->origin[j] += (double)r->x[i * r->d + j] / (double)r->m;
    for (int64_t i = 0; i < r->m; i++) {
        odd_centre_rows(1, r->d, r->x + i * r->d, r->origin, r->z + i * r->d);
        r->square[i] = squared_length(r->d, r->z + i * r->d);
    }
}

odd_status odd_neighbours_new(int64_t m, int d, const float x[], odd_metric metric,
                              odd_neighbours **out)
{
    odd_neighbours *r = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(r, 1));
    *r = (odd_neighbours){.m = m, .d = d, .metric = metric, .x = x};
    ODD_TRY(ODD_NEW(r->origin, d));
    ODD_TRY(ODD_NEW(r->z, m * d));
    ODD_TRY(ODD_NEW(r->square, m));
    prepare_reference(r);
    *out = r;
    r = NULL; /* handed over */
done:
    odd_neighbours_free(&r);
    return st;
}

/* Of sets of a and b places, `both` of which are the same. */
static double jaccard(double a, double b, double both)
{
    const double either = a + b - both;
    return either > 0 ? 1 - both / either : 0;
}

double odd_neighbours_distance(const odd_neighbours *r, const float x[], int64_t at)
{
    const float *other = r->x + at * r->d;
    double square = 0, both = 0, mine = 0;
    for (int j = 0; j < r->d; j++) {
        square += ((double)x[j] - (double)other[j]) * ((double)x[j] - (double)other[j]);
        both += (double)x[j] * (double)other[j];
        mine += (double)x[j] * (double)x[j];
    }
    if (r->metric == ODD_METRIC_JACCARD) return jaccard(mine, r->square[at], both);
    return r->metric == ODD_METRIC_HAMMING ? square : sqrt(square);
}

/* -- the search -- */

typedef struct {
    const odd_neighbours *ref;
    int keep;
    odd_neighbours_function f;
    void *context;
    int64_t room;        /* doubles of one thread's workspace */
    double *workspace;   /* (threads, room): z (block, d), product (block, TILE) */
    int64_t block;       /* rows */
    odd_nearest nearest; /* (threads, block) lists */
    odd_neighbour *near; /* (threads, block, keep) */
} search;

/* key[j] += square[j]; is any of them below the limit? */
ODD_SIMD(static, int, any_below, (double key[LANES], const double square[LANES], double limit),
         (key, square, limit))
{
    int below = 0;
    for (int j = 0; j < LANES; j++) {
        key[j] += square[j];
        below |= key[j] < limit;
    }
    return below;
}

/* Products of a set of `size` places, times -2, become distances. */
static void to_jaccard(int tile, double size, const double other[], double product[])
{
    for (int j = 0; j < tile; j++)
        product[j] = jaccard(size, other[j], product[j] / -2);
}

/* One row's products with `tile` reference rows from `first` on. */
static void push_tile(int64_t first, int tile, const double square[], double product[],
                      odd_nearest *nearest, int64_t list)
{
    int j = 0;
    for (; j + LANES <= tile; j += LANES)
        if (any_below(product + j, square + j, nearest->limit[list]))
            for (int l = j; l < j + LANES; l++)
                odd_nearest_push(nearest, list, product[l], first + l);
    for (; j < tile; j++)
        odd_nearest_push(nearest, list, product[j] + square[j], first + j);
}

/* Products of one row as keys. Squared distances less the row's own squared length have the same
 * order. */
static void push_products(const odd_neighbours *r, const double z[], int64_t first, int tile,
                          double product[], odd_nearest *nearest, int64_t list)
{
    static const double nothing[TILE];
    if (r->metric == ODD_METRIC_JACCARD)
        to_jaccard(tile, squared_length(r->d, z), r->square + first, product);
    push_tile(first, tile, r->metric == ODD_METRIC_JACCARD ? nothing : r->square + first, product,
              nearest, list);
}

static void search_rows(search *s, int thread, int n, const double z[], double product[],
                        odd_neighbour near[])
{
    const odd_neighbours *r = s->ref;
    const int64_t list0 = thread * s->block;
    for (int64_t i = 0; i < n; i++)
        odd_nearest_begin(&s->nearest, list0 + i, INFINITY);
    for (int64_t first = 0; first < r->m; first += TILE) {
        const int tile = (int)odd_min(r->m - first, TILE);
        odd_dgemm(1, n, tile, r->d, -2, z, r->z + first * r->d, 0, product);
        for (int64_t i = 0; i < n; i++)
            push_products(r, z + i * r->d, first, tile, product + i * tile, &s->nearest, list0 + i);
    }
    for (int64_t i = 0; i < n; i++)
        odd_nearest_end(&s->nearest, list0 + i, near + i * s->keep);
}

odd_status odd_neighbours_check_rows(const odd_block *block)
{
    for (int i = 0; i < block->count; i++) {
        double sum = 0;
        for (int j = 0; j < block->d; j++)
            sum += (double)block->x[(int64_t)i * block->d + j];
        if (!isfinite(sum))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)block->row + i);
    }
    return ODD_OK;
}

static odd_status check_sets(const odd_block *block)
{
    const int64_t values = (int64_t)block->count * block->d;
    for (int64_t k = 0; k < values; k++)
        if (block->x[k] != 0 && block->x[k] != 1)
            return odd_fail(ODD_NUMERIC,
                            "row %lld has the value %g: a metric of sets is for rows of zeros and "
                            "ones, as features.source: patterns gives",
                            (long long)(block->row + k / block->d), (double)block->x[k]);
    return ODD_OK;
}

static odd_status search_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    search *s = context;
    double *z = s->workspace + block->thread * s->room;
    double *product = z + (int64_t)block->count * block->d;
    odd_neighbour *near = s->near + block->thread * s->block * s->keep;
    odd_status st;
    ODD_TRY(odd_neighbours_check_rows(block));
    if (s->ref->metric != ODD_METRIC_EUCLIDEAN) ODD_TRY(check_sets(block));
    odd_centre_rows(block->count, block->d, block->x, s->ref->origin, z);
    search_rows(s, block->thread, block->count, z, product, near);
    ODD_TRY(s->f(s->context, block, near));
done:
    return st;
}

static odd_status search_new(const odd_rows *rows, search *s)
{
    odd_status st;
    if (rows->d != s->ref->d)
        return odd_fail(ODD_ARG, "rows have %d features, the reference has %d", rows->d, s->ref->d);
    s->block = rows->part.block;
    s->room = s->block * ((int64_t)rows->d + TILE);
    ODD_TRY(ODD_NEW(s->workspace, odd_threads() * s->room));
    ODD_TRY(odd_nearest_new(odd_threads() * s->block, s->keep, &s->nearest));
    ODD_TRY(ODD_NEW(s->near, odd_threads() * s->block * s->keep));
done:
    return st;
}

odd_status odd_neighbours_each(const odd_neighbours *neighbours, const odd_rows *rows, int keep,
                               odd_neighbours_function f, void *context)
{
    search s = {.ref = neighbours, .keep = keep, .f = f, .context = context};
    odd_status st;
    ODD_TRY_ALL(rows->comm, search_new(rows, &s));
    ODD_TRY(odd_rows_each(rows, search_block, &s));
done:
    odd_free(s.workspace);
    odd_nearest_free(&s.nearest);
    odd_free(s.near);
    return st;
}
