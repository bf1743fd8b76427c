/* Products of rows that look for neighbours and rows of a reference, and the lists of the nearest.
 */
#include "linalg/between_internal.h"

#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <omp.h>

enum { LANES = 16 }; /* products that are looked at together: few are near */

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

/* Rows asked for, [first, first + count), against `passing` reference rows, the first of which has
 * number `at`. */
static void multiply_block(odd_between *p, int thread, int64_t first, int count, int64_t passing,
                           int64_t at)
{
    float *product = p->product + (int64_t)thread * p->block * p->tile;
    const float *z = p->asked_z + first * p->d;
    for (int64_t t = 0; t < passing; t += p->tile) {
        const int tile = (int)odd_min(passing - t, p->tile);
        odd_sgemm(1, count, tile, p->d, -2, z, p->passing.z + t * p->d, 0, product);
        for (int64_t i = 0; i < count; i++)
            push_products(&p->nearest, first + i, tile, product + i * tile, p->passing.square + t,
                          at + t);
    }
}

void odd_between_multiply(odd_between *p, int64_t passing, int64_t at)
{
    const int64_t asked = p->asked, step = p->block;
    const int threads = odd_threads();
#pragma omp parallel for schedule(static) num_threads(threads) default(none)                       \
    shared(p, passing, at, asked, step)
    for (int64_t first = 0; first < asked; first += step)
        multiply_block(p, omp_get_thread_num(), first, (int)odd_min(asked - first, step), passing,
                       at);
}

/* -- lists -- */

/* Keys are squared distances less the row's own squared length, and what rounding leaves. */
static double limit_of(const odd_between *p, int64_t i)
{
    const double most = p->options.within - (double)p->asked_square[i];
    return (double)nextafterf((float)most, INFINITY); /* from here on, so that `within` counts */
}

static odd_status tell_block(odd_between *p, int64_t first, int64_t count, int thread)
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

static void tell(odd_between *p)
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

void odd_between_ask(odd_between *p, int64_t asked, const float z[], const float square[])
{
    p->asked = asked;
    p->asked_z = z;
    p->asked_square = square;
    for (int64_t i = 0; i < asked; i++)
        odd_nearest_begin(&p->nearest, i, limit_of(p, i));
}

void odd_between_ask_waiting(odd_between *p)
{
    odd_between_ask(p, p->waiting.now.count, p->waiting.z, p->waiting.square);
}

odd_status odd_between_tell(odd_between *p)
{
    tell(p);
    return odd_agree(p->queries->comm, odd_first_failure_tell(&p->failure));
}
