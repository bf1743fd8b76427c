/* Neighbours between rows that are spread over ranks, see linalg/neighbours.h.
 *
 * A batch of rows of each rank waits while the reference comes by in panels, each from the rank
 * that owns it to all; then the next batch. All ranks see all panels in the order of their rows,
 * and products have the shapes that blocks of rows give, so that a pair's product has the same bits
 * whoever computes it.
 *
 * Letters: d features. */
#include "oddlot/linalg/neighbours.h"

#include "linalg/nearest_internal.h"
#include "oddlot/base/first_failure.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/panels.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <omp.h>

enum {
    BLOCK = 512,        /* rows of a product, at most */
    TILE = 512,         /* reference rows of a product, at most */
    LANES = 16,         /* of them, looked at together: few are near */
    BATCH = 4096,       /* rows that wait, at most, */
    BATCH_THREAD = 1024 /* unless threads need more */
};
static const int64_t side_bytes = (int64_t)32 << 20; /* of a batch or panel, about, at most */

/* Some rows of one side: less the origin, in float. */
typedef struct {
    odd_panels panels;
    odd_panel now; /* as they are */
    float *z;      /* (step, d) */
    float *square; /* (step) squared lengths of z */
    int64_t row0;  /* global number of the first of my rows */
} side;

typedef struct {
    const odd_rows *queries, *reference;
    odd_neighbours_options options;
    odd_neighbours_function f;
    void *context;
    int d;
    double *origin; /* (d) mean of the reference, near which products lose least */
    side waiting, passing;
    int block, tile;     /* rows of a product */
    odd_nearest nearest; /* (batch) lists */
    float *product;      /* (threads, block, tile) */
    odd_neighbour *near; /* (threads, rows of a block, keep) */
    odd_first_failure failure;
} pass;

/* -- the sides -- */

/* Rows that are had at a time: whole blocks. */
static int64_t side_rows(const odd_rows *rows, int64_t most)
{
    const int64_t block = rows->part.block, each = (int64_t)rows->d * (int64_t)sizeof(float);
    const int64_t fit = odd_min(most, side_bytes / (each > 0 ? each : 1)) / block * block;
    return fit > block ? fit : block;
}

static odd_status side_new(const odd_rows *rows, int64_t most, side *s)
{
    odd_status st;
    s->row0 = rows->part.row0;
    ODD_TRY(odd_panels_new(rows, side_rows(rows, most), &s->panels));
    ODD_TRY(ODD_NEW(s->z, s->panels.step * rows->d));
    ODD_TRY(ODD_NEW(s->square, s->panels.step));
done:
    return st;
}

static void side_free(side *s)
{
    odd_panels_free(&s->panels);
    odd_free(s->z);
    odd_free(s->square);
}

/* z = x - origin; returns its squared length. */
ODD_SIMD(static, double, centre_row, (int d, const float x[], const double origin[], float z[]),
         (d, x, origin, z))
{
    double square = 0;
    for (int j = 0; j < d; j++) {
        z[j] = (float)((double)x[j] - origin[j]);
        square += (double)z[j] * (double)z[j];
    }
    return square;
}

/* My rows from `local` on, as many as there are at a time. @local */
static odd_status side_read(side *s, int64_t local, const double origin[])
{
    const odd_rows *rows = s->panels.rows;
    const int d = rows->d;
    odd_status st;
    ODD_TRY(odd_panels_read(&s->panels, local, &s->now));
    const float *x = s->now.x;
    for (int64_t i = 0; i < s->now.count; i++) {
        s->square[i] = (float)centre_row(d, x + i * d, origin, s->z + i * d);
        if (!isfinite(s->square[i]))
            ODD_TRY(odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite, or too large",
                             (long long)(s->row0 + local + i)));
    }
done:
    return st;
}

/* -- the origin -- */

static odd_status add_rows(void *context, const odd_block *block, double sum[])
{
    (void)context;
    const odd_status st = odd_neighbours_check_rows(block);
    for (int i = 0; i < block->count && st == ODD_OK; i++)
        for (int j = 0; j < block->d; j++)
            sum[j] += (double)block->x[(int64_t)i * block->d + j];
    return st;
}

static odd_status find_origin(pass *p)
{
    odd_status st;
    ODD_TRY_ALL(p->reference->comm, ODD_NEW(p->origin, p->d));
    ODD_TRY(odd_rows_sum(p->reference, add_rows, NULL, p->d, p->origin));
    for (int j = 0; j < p->d && p->reference->part.n > 0; j++)
        p->origin[j] /= (double)p->reference->part.n;
done:
    return st;
}

/* -- products -- */

/* key[j] += square[j]; is any of them below the limit? */
ODD_SIMD(static, int, any_nearer, (float key[LANES], const float square[LANES], float limit),
         (key, square, limit))
{
    int below = 0;
    for (int j = 0; j < LANES; j++) {
        key[j] += square[j];
        below |= key[j] < limit;
    }
    return below;
}

/* One row's products with `tile` reference rows whose first has number `at`. */
static void push_products(odd_nearest *n, int64_t list, int tile, float key[], const float square[],
                          int64_t at)
{
    int j = 0;
    for (; j + LANES <= tile; j += LANES)
        if (any_nearer(key + j, square + j, (float)n->limit[list]))
            for (int l = j; l < j + LANES; l++)
                odd_nearest_push(n, list, (double)key[l], at + l);
    for (; j < tile; j++)
        odd_nearest_push(n, list, (double)(key[j] + square[j]), at + j);
}

/* Waiting rows [first, first + count) against `passing` reference rows, the first of which has
 * number `at`. */
static void multiply_block(pass *p, int thread, int64_t first, int count, int64_t passing,
                           int64_t at)
{
    float *product = p->product + (int64_t)thread * p->block * p->tile;
    const float *z = p->waiting.z + first * p->d;
    for (int64_t t = 0; t < passing; t += p->tile) {
        const int tile = (int)odd_min(passing - t, p->tile);
        odd_sgemm(1, count, tile, p->d, -2, z, p->passing.z + t * p->d, 0, product);
        for (int64_t i = 0; i < count; i++)
            push_products(&p->nearest, first + i, tile, product + i * tile, p->passing.square + t,
                          at + t);
    }
}

static void multiply(pass *p, int64_t passing, int64_t at)
{
    const int64_t waiting = p->waiting.now.count, step = p->block;
    const int threads = odd_threads();
#pragma omp parallel for schedule(static) num_threads(threads) default(none)                       \
    shared(p, passing, at, waiting, step)
    for (int64_t first = 0; first < waiting; first += step)
        multiply_block(p, omp_get_thread_num(), first, (int)odd_min(waiting - first, step), passing,
                       at);
}

/* All rows of one rank come by. @collective */
static odd_status pass_owner(pass *p, int owner, odd_progress *progress)
{
    const MPI_Comm comm = p->reference->comm;
    const odd_partition part = odd_partition_of(p->reference->part.n, owner, odd_size(comm));
    side *s = &p->passing;
    odd_status st = ODD_OK;
    for (int64_t local = 0; local < part.n_local; local += s->panels.step) {
        const int64_t count = odd_min(part.n_local - local, s->panels.step);
        ODD_TRY(odd_signals_check(comm));
        ODD_TRY_ALL(comm, odd_rank(comm) == owner ? side_read(s, local, p->origin) : ODD_OK);
        odd_broadcast(comm, owner, s->z, (size_t)(count * p->d) * sizeof *s->z);
        odd_broadcast(comm, owner, s->square, (size_t)count * sizeof *s->square);
        multiply(p, count, part.row0 + local);
        odd_progress_add(progress, p->waiting.now.count * count);
    }
done:
    return st;
}

/* -- results -- */

/* Keys are squared distances less the row's own squared length, and what rounding leaves. */
static double limit_of(const pass *p, int64_t i)
{
    const double most = p->options.within - (double)p->waiting.square[i];
    return (double)nextafterf((float)most, INFINITY); /* from here on, so that `within` counts */
}

static odd_status tell_block(pass *p, int64_t first, int64_t count, int thread)
{
    const odd_panel *now = &p->waiting.now;
    const int64_t keep = p->options.keep, most = p->queries->part.block;
    odd_neighbour *near = p->near + thread * most * keep;
    const odd_block block = {.row = p->waiting.row0 + now->local + first,
                             .local = now->local + first,
                             .count = (int)count,
                             .d = p->d,
                             .x = now->x + first * p->d,
                             .thread = thread};
    for (int64_t i = 0; i < count; i++) {
        odd_neighbour *row = near + i * keep;
        odd_nearest_end(&p->nearest, first + i, row);
        for (int64_t j = 0; j < keep && row[j].at >= 0; j++)
            row[j].key = fmax(0, row[j].key + (double)p->waiting.square[first + i]);
    }
    return p->f(p->context, &block, near);
}

static void tell(pass *p)
{
    const int64_t waiting = p->waiting.now.count, step = p->queries->part.block;
    const int threads = odd_threads();
#pragma omp parallel for schedule(static) num_threads(threads) default(none)                       \
    shared(p, waiting, step)
    for (int64_t first = 0; first < waiting; first += step)
        odd_first_failure_keep(
            &p->failure, first,
            tell_block(p, first, odd_min(waiting - first, step), omp_get_thread_num()));
}

/* My rows from `local` on. @collective */
static odd_status pass_batch(pass *p, int64_t local, odd_progress *progress)
{
    const MPI_Comm comm = p->queries->comm;
    odd_status st;
    ODD_TRY_ALL(comm, side_read(&p->waiting, local, p->origin));
    for (int64_t i = 0; i < p->waiting.now.count; i++)
        odd_nearest_begin(&p->nearest, i, limit_of(p, i));
    for (int owner = 0; owner < odd_size(comm); owner++)
        ODD_TRY(pass_owner(p, owner, progress));
    tell(p);
    ODD_TRY_ALL(comm, odd_first_failure_tell(&p->failure));
done:
    return st;
}

/* -- the pass -- */

static odd_status pass_new(pass *p)
{
    const int threads = odd_threads();
    const int64_t most = odd_min(INT32_MAX, (int64_t)BATCH_THREAD * threads);
    odd_status st;
    if (p->queries->d != p->reference->d)
        return odd_fail(ODD_ARG, "rows have %d features, the reference has %d", p->queries->d,
                        p->reference->d);
    ODD_TRY(side_new(p->queries, most > BATCH ? most : BATCH, &p->waiting));
    ODD_TRY(side_new(p->reference, BATCH, &p->passing));
    p->block = (int)odd_min(p->queries->part.block, BLOCK);
    p->tile = (int)odd_min(p->reference->part.block, TILE);
    ODD_TRY(odd_nearest_new(p->waiting.panels.step, p->options.keep, &p->nearest));
    ODD_TRY(ODD_NEW(p->product, (int64_t)threads * p->block * p->tile));
    ODD_TRY(ODD_NEW(p->near, threads * p->queries->part.block * p->options.keep));
done:
    return st;
}

static void pass_free(pass *p)
{
    odd_free(p->origin);
    side_free(&p->waiting);
    side_free(&p->passing);
    odd_nearest_free(&p->nearest);
    odd_free(p->product);
    odd_free(p->near);
}

odd_status odd_neighbours_between(const odd_rows *queries, const odd_rows *reference,
                                  odd_neighbours_options options, odd_neighbours_function f,
                                  void *context)
{
    pass p = {.queries = queries,
              .reference = reference,
              .options = options,
              .f = f,
              .context = context,
              .d = reference->d,
              .failure = ODD_NO_FAILURE};
    odd_progress *progress = NULL;
    odd_status st;
    ODD_TRY_ALL(queries->comm, pass_new(&p));
    ODD_TRY(find_origin(&p));
    const int64_t step = p.waiting.panels.step;
    const int64_t batches = odd_batches(queries->comm, queries->part.n_local, step);
    progress = odd_progress_start(queries->comm, "neighbours", "pairs",
                                  queries->part.n * reference->part.n);
    for (int64_t b = 0; b < batches; b++)
        ODD_TRY(pass_batch(&p, b * step, progress));
done:
    odd_progress_stop(&progress);
    pass_free(&p);
    return st;
}
