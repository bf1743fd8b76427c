/* Project rows onto the axes of a PCA, and what is left of them.
 *
 * Letters: d features, k axes. Everything is in float64: the residual is the small difference of
 * two large squares, and with float32 scores it would drown at 4e-4 of the row's length instead of
 * 1e-8. Rows go through in pieces whose size depends on d alone, so each product has the same shape
 * and the same bits on any number of ranks and threads. */
#include "oddlot/linalg/pca.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>

enum { PIECE_BYTES = 4 << 20, PIECE_LEAST = 8, PIECE_MOST = 256 };

typedef struct {
    const odd_pca *pca;
    float *score;     /* (n_local, k) or NULL */
    double *residual; /* (n_local) or NULL */
    int piece;        /* rows at a time */
    double *scale;    /* (k) of each score */
    double *y;        /* (threads, piece, d) centred rows */
    double *t;        /* (threads, piece, k) their coordinates */
} projection;

static int piece_rows(int d)
{
    const int64_t rows = PIECE_BYTES / ((int64_t)d * (int64_t)sizeof(double));
    return (int)(rows < PIECE_LEAST ? PIECE_LEAST : rows > PIECE_MOST ? PIECE_MOST : rows);
}

ODD_SIMD static void centre_row(int d, const float *x, const double *mean, double *y)
{
    for (int j = 0; j < d; j++)
        y[j] = x[j] - mean[j];
}

ODD_SIMD static double square(int d, const double *y)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int j = 0; j < d; j++)
        sum += y[j] * y[j];
    return sum;
}

static void write_row(const projection *p, int64_t row, const double *y, const double *t)
{
    const int k = p->pca->k;
    if (p->residual) p->residual[row] = sqrt(fmax(0, square(p->pca->d, y) - square(k, t)));
    for (int i = 0; p->score && i < k; i++)
        p->score[row * k + i] = (float)(t[i] * p->scale[i]);
}

static odd_status project_block(void *context, const odd_block *block, double none[])
{
    const projection *p = context;
    const int d = p->pca->d, k = p->pca->k;
    double *y = p->y + (int64_t)block->thread * p->piece * d;
    double *t = p->t + (int64_t)block->thread * p->piece * k;
    (void)none;
    for (int done = 0; done < block->count; done += p->piece) {
        const int left = block->count - done, count = left < p->piece ? left : p->piece;
        for (int64_t i = 0; i < count; i++)
            centre_row(d, block->x + (done + i) * d, p->pca->mean, y + i * d);
        odd_dgemm(1, count, k, d, 1, y, p->pca->axis, 0, t);
        for (int64_t i = 0; i < count; i++)
            write_row(p, block->local + done + i, y + i * d, t + i * k);
    }
    return ODD_OK;
}

static odd_status start(projection *p, int d_rows)
{
    odd_status st = ODD_OK;
    const odd_pca *pca = p->pca;
    if (d_rows != pca->d)
        ODD_TRY(
            odd_fail(ODD_ARG, "rows have %d features, the PCA was learnt on %d", d_rows, pca->d));
    p->piece = piece_rows(pca->d);
    ODD_TRY(ODD_NEW(p->scale, pca->k));
    ODD_TRY(ODD_NEW(p->y, (int64_t)odd_threads() * p->piece * pca->d));
    ODD_TRY(ODD_NEW(p->t, (int64_t)odd_threads() * p->piece * pca->k));
    for (int i = 0; i < pca->k;
         i++) /* without variance there is nothing to scale: all scores are 0 */
        p->scale[i] = !pca->whiten ? 1 : pca->value[i] > 0 ? 1 / sqrt(pca->value[i]) : 0;
done:
    return st;
}

odd_status odd_pca_apply(const odd_pca *pca, const odd_rows *rows, float score[], double residual[])
{
    odd_status st = ODD_OK;
    projection p = {.pca = pca, .score = score, .residual = residual};
    ODD_TRY_ALL(rows->comm, start(&p, rows->d));
    ODD_TRY(odd_rows_each(rows, project_block, &p));
done:
    odd_free(p.t);
    odd_free(p.y);
    odd_free(p.scale);
    return st;
}
