/* Scatter: products of pieces, tile by tile, summed in fixed point. Threads share the tiles, one
 * sum for all of them, so memory does not grow with their number.
 *
 * A row-major tile is the transposed of the column-major one with the same bytes, so BLAS is given
 * the tile's columns for rows. */
#include "linalg/scatter_internal.h"

#include "linalg/fixed_point_internal.h"
#include "linalg/fortran_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <omp.h>
#include <string.h>

enum { TILE = 192 }; /* rows and columns: sum and product of a tile stay in the cache */

/* y as it is given: element (t, i), term t of row i, lies at t * per_term + i * per_row, of which
 * one is 1 and the other `stride`. */
typedef struct {
    int terms, stride;
    bool columns; /* y (order, terms), else (terms, order) */
    const float *narrow;
    const double *wide; /* instead */
} addend;

/* One factor of a product, column-major in the sense of BLAS. */
typedef struct {
    const void *y;
    int ld;
} factor;

static int64_t product_bytes(bool exact)
{
    return (int64_t)TILE * TILE * (int64_t)(exact ? sizeof(double) : sizeof(float));
}

odd_status odd_scatter_new(int order, int piece, double one, bool exact, odd_scatter *s)
{
    odd_status st = ODD_OK;
    const int64_t threads = odd_threads();
    *s = (odd_scatter){.order = order, .piece = piece, .one = one, .exact = exact};
    ODD_TRY(ODD_NEW(s->fixed, (int64_t)order * order));
    s->product = odd_alloc(threads, (size_t)product_bytes(exact));
    if (!s->product) ODD_TRY(ODD_NOMEM);
    if (exact) ODD_TRY(ODD_NEW(s->wide, threads * 2 * TILE * piece));
done:
    return st;
}

static void close_room(odd_scatter *s)
{
    odd_free(s->wide);
    odd_free(s->product);
    s->wide = NULL;
    s->product = NULL;
}

void odd_scatter_free(odd_scatter *s)
{
    close_room(s);
    odd_free(s->sum ? (void *)s->sum : (void *)s->fixed);
    s->fixed = NULL;
    s->sum = NULL;
}

int64_t odd_scatter_bytes(int order, int piece, bool exact, int threads)
{
    const int64_t room = product_bytes(exact) + (exact ? 16 * TILE * (int64_t)piece : 0);
    return 8 * (int64_t)order * order + threads * room;
}

static int tile_width(const odd_scatter *s, int first)
{
    return odd_min_int(TILE, s->order - first);
}

/* Rows `first` ... of a tile, terms t ... t + terms - 1, where they lie. */
static int64_t place_of(const addend *a, int first, int t)
{
    return a->columns ? (int64_t)first * a->stride + t : (int64_t)t * a->stride + first;
}

/* The same in float64, copied to `room` where they are not. */
static factor wide_factor(const odd_scatter *s, const addend *a, int first, int t, int terms,
                          double *room)
{
    const int width = tile_width(s, first);
    const int lines = a->columns ? width : terms, length = a->columns ? terms : width;
    const int64_t at = place_of(a, first, t);
    if (a->wide) return (factor){a->wide + at, a->stride};
    for (int64_t i = 0; i < lines; i++)
        for (int64_t j = 0; j < length; j++)
            room[i * length + j] = a->narrow[at + i * a->stride + j];
    return (factor){room, length};
}

/* product (rows i0 ..., columns j0 ...) of the piece at t; of a tile on the diagonal the upper
 * triangle alone. */
static void multiply_narrow(const odd_scatter *s, const addend *a, int i0, int j0, int t, int terms,
                            float *product)
{
    const float unit = 1, none = 0;
    const int height = tile_width(s, i0), width = tile_width(s, j0);
    const float *rows = a->narrow + place_of(a, i0, t), *columns = a->narrow + place_of(a, j0, t);
    const char *trans = a->columns ? "T" : "N", *other = a->columns ? "N" : "T";
    if (i0 == j0)
        ssyrk_("L", trans, &width, &terms, &unit, rows, &a->stride, &none, product, &width, 1, 1);
    else
        sgemm_(trans, other, &width, &height, &terms, &unit, columns, &a->stride, rows, &a->stride,
               &none, product, &width, 1, 1);
}

static void multiply_wide(const odd_scatter *s, const addend *a, int i0, int j0, int t, int terms,
                          double *product)
{
    const double unit = 1, none = 0;
    const int height = tile_width(s, i0), width = tile_width(s, j0);
    double *room = s->wide + (int64_t)omp_get_thread_num() * 2 * TILE * s->piece;
    const char *trans = a->columns ? "T" : "N", *other = a->columns ? "N" : "T";
    const factor rows = wide_factor(s, a, i0, t, terms, room);
    if (i0 == j0) {
        dsyrk_("L", trans, &width, &terms, &unit, rows.y, &rows.ld, &none, product, &width, 1, 1);
        return;
    }
    const factor columns = wide_factor(s, a, j0, t, terms, room + (int64_t)TILE * s->piece);
    dgemm_(trans, other, &width, &height, &terms, &unit, columns.y, &columns.ld, rows.y, &rows.ld,
           &none, product, &width, 1, 1);
}

/* The sum's tile += product. */
static void add_product(const odd_scatter *s, int i0, int j0, const void *product)
{
    const int64_t height = tile_width(s, i0), width = tile_width(s, j0);
    for (int64_t i = 0; i < height; i++) {
        const int64_t skip = i0 == j0 ? i : 0, at = i * width + skip;
        int64_t *sum = s->fixed + (i0 + i) * s->order + j0 + skip;
        if (s->exact)
            odd_fixed_add64(width - skip, (const double *)product + at, s->one, sum);
        else
            odd_fixed_add32(width - skip, (const float *)product + at, s->one, sum);
    }
}

/* All pieces of the addend, onto one tile of the sum. */
static void add_tile(const odd_scatter *s, const addend *a, int i0, int j0)
{
    void *product = (char *)s->product + omp_get_thread_num() * product_bytes(s->exact);
    for (int t = 0; t < a->terms; t += s->piece) {
        const int terms = odd_min_int(s->piece, a->terms - t);
        if (s->exact)
            multiply_wide(s, a, i0, j0, t, terms, product);
        else
            multiply_narrow(s, a, i0, j0, t, terms, product);
        add_product(s, i0, j0, product);
    }
}

static void add_all_tiles(const odd_scatter *s, const addend *a)
{
    const int side = (s->order - 1) / TILE + 1;
#pragma omp parallel for collapse(2) schedule(dynamic) num_threads(odd_threads())
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++)
            if (i <= j) add_tile(s, a, i * TILE, j * TILE);
}

void odd_scatter_rows(odd_scatter *s, int terms, const float *y)
{
    const addend a = {.terms = terms, .stride = s->order, .narrow = y};
    add_all_tiles(s, &a);
}

void odd_scatter_columns(odd_scatter *s, int terms, const float *y, int stride)
{
    const addend a = {.terms = terms, .stride = stride, .columns = true, .narrow = y};
    add_all_tiles(s, &a);
}

void odd_scatter_wide_columns(odd_scatter *s, int terms, const double *y, int stride)
{
    const addend a = {.terms = terms, .stride = stride, .columns = true, .wide = y};
    ODD_CHECK(s->exact);
    add_all_tiles(s, &a);
}

static int64_t square_of(const odd_scatter *s)
{
    return (int64_t)s->order * s->order;
}

/* Cells of 8 bytes, each of which becomes the other type. */
static void take_values(odd_scatter *s)
{
    void *const cells = s->fixed;
    close_room(s);
    s->sum = cells;
    for (int64_t i = 0; i < square_of(s); i++) {
        int64_t fixed;
        memcpy(&fixed, s->sum + i, sizeof fixed);
        s->sum[i] = (double)fixed / s->one;
    }
    s->fixed = NULL;
}

void odd_scatter_total(MPI_Comm comm, odd_passes *passes, odd_scatter *s)
{
    odd_sum_i64(comm, s->fixed, square_of(s));
    odd_pass_keep(passes, s->fixed, square_of(s) * (int64_t)sizeof *s->fixed);
    take_values(s);
}

bool odd_scatter_recall(odd_passes *passes, odd_scatter *s)
{
    const int64_t bytes = square_of(s) * (int64_t)sizeof *s->fixed;
    const bool known = odd_pass_recall(passes, s->fixed, bytes);
    if (known)
        take_values(s);
    else if (passes)
        memset(s->fixed, 0, (size_t)bytes);
    return known;
}

double odd_scatter_trace(const odd_scatter *s)
{
    double trace = 0;
    for (int64_t i = 0; i < s->order; i++)
        trace += s->sum[i * s->order + i];
    return trace;
}
