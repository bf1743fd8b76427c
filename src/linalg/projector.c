/* Projector: rows onto axes, and what is left of them.
 *
 * Letters: d features, k axes. Everything is in float64: the residual is the small difference of
 * two large squares, and with float32 scores it would drown at 4e-4 of the row's length instead of
 * 1e-8. Rows go through in pieces whose size depends on d alone, so each product has the same shape
 * and the same bits on any number of ranks and threads. */
#include "linalg/projector_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>

enum { PIECE_BYTES = 4 << 20, PIECE_LEAST = 8, PIECE_MOST = 256 };

typedef struct {
    const odd_projector *by;
    float *score;     /* (n_local, k) or NULL */
    double *residual; /* (n_local) or NULL */
    int piece;        /* rows at a time */
    double *y;        /* (threads, piece, d) centred rows */
    double *t;        /* (threads, 3, piece, k) their products with the axes; with a mix also their
                         coordinates, and these times the products of the axes */
} projection;

static int piece_rows(int d)
{
    const int64_t rows = PIECE_BYTES / ((int64_t)d * (int64_t)sizeof(double));
    return (int)(rows < PIECE_LEAST ? PIECE_LEAST : rows > PIECE_MOST ? PIECE_MOST : rows);
}

ODD_SIMD(static, double, product, (int d, const double *x, const double *y), (d, x, y))
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int j = 0; j < d; j++)
        sum += x[j] * y[j];
    return sum;
}

/* Rows of a piece: y (count, d) centred, to products t, coordinates s and s times gram. */
typedef struct {
    const double *y, *t, *s, *back;
} coordinates;

static coordinates find_coordinates(const projection *p, int thread, int count)
{
    const int d = p->by->d, k = p->by->k;
    const int64_t room = (int64_t)p->piece * k;
    double *y = p->y + (int64_t)thread * p->piece * d, *t = p->t + 3 * thread * room;
    odd_dgemm(1, count, k, d, 1, y, p->by->axis, 0, t);
    if (!p->by->mix) return (coordinates){y, t, t, t};
    double *s = t + room, *back = s + room;
    odd_dgemm(0, count, k, k, 1, t, p->by->mix, 0, s);
    odd_dgemm(0, count, k, k, 1, s, p->by->gram, 0, back);
    return (coordinates){y, t, s, back};
}

/* |y - s axis|^2 = |y|^2 - 2 t s + s gram s. */
static double square_left(const projection *p, const coordinates *c, int64_t i)
{
    const int d = p->by->d, k = p->by->k;
    const double whole = product(d, c->y + i * d, c->y + i * d);
    const double *s = c->s + i * k;
    if (!p->by->mix) return whole - product(k, s, s);
    return whole - 2 * product(k, c->t + i * k, s) + product(k, c->back + i * k, s);
}

static void write_row(const projection *p, int64_t row, const coordinates *c, int64_t i)
{
    const int k = p->by->k;
    if (p->residual) p->residual[row] = sqrt(fmax(0, square_left(p, c, i)));
    for (int a = 0; p->score && a < k; a++)
        p->score[row * k + a] = (float)(c->s[i * k + a] * (p->by->scale ? p->by->scale[a] : 1));
}

static odd_status project_block(void *context, const odd_block *block, double none[])
{
    const projection *p = context;
    const int d = p->by->d;
    double *y = p->y + (int64_t)block->thread * p->piece * d;
    (void)none;
    for (int done = 0; done < block->count; done += p->piece) {
        const odd_block part = odd_block_part(block, done, p->piece);
        odd_centre_rows(part.count, d, part.x, p->by->mean, y);
        const coordinates c = find_coordinates(p, part.thread, part.count);
        for (int64_t i = 0; i < part.count; i++)
            write_row(p, part.local + i, &c, i);
    }
    return ODD_OK;
}

static odd_status open_projection(projection *p, int d_rows)
{
    odd_status st = ODD_OK;
    const int d = p->by->d;
    if (d_rows != d)
        ODD_TRY(odd_fail(ODD_ARG, "rows have %d features, the model was learnt on %d", d_rows, d));
    p->piece = piece_rows(d);
    ODD_TRY(ODD_NEW(p->y, (int64_t)odd_threads() * p->piece * d));
    ODD_TRY(ODD_NEW(p->t, (int64_t)odd_threads() * 3 * p->piece * p->by->k));
done:
    return st;
}

odd_status odd_project(const odd_projector *by, const odd_rows *rows, float score[],
                       double residual[])
{
    odd_status st = ODD_OK;
    projection p = {.by = by, .score = score, .residual = residual};
    ODD_TRY_ALL(rows->comm, open_projection(&p, rows->d));
    ODD_TRY(odd_rows_each(rows, project_block, &p));
done:
    odd_free(p.t);
    odd_free(p.y);
    return st;
}
