/* TSQR: block by block, then the pile of triangles, then back.
 *
 * A row-major block (rows, l) is a column-major (l, rows), so its QR is LAPACK's LQ of that:
 * DGELQF, and DORMLQ to put the block's share of the pile's result under its reflectors. */
#include "linalg/tsqr_internal.h"

#include "linalg/fortran_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <omp.h>
#include <string.h>

enum {
    SHAPE = 8, /* rows of a block for each column: the pile then is an eighth of the matrix */
    WORK = 64  /* LAPACK's block, for the size of its workspace */
};

static int blocks_of(int d, int l)
{
    const int blocks = d / (SHAPE * l);
    return blocks > 1 ? blocks : 1;
}

static int64_t first_row(int d, int blocks, int block)
{
    return (int64_t)d * block / blocks;
}

int64_t odd_tsqr_rows(int d, int l, int rank, int size, int64_t *row0)
{
    const int64_t blocks = blocks_of(d, l);
    *row0 = first_row(d, (int)blocks, (int)(blocks * rank / size));
    return first_row(d, (int)blocks, (int)(blocks * (rank + 1) / size)) - *row0;
}

odd_status odd_tsqr_new(MPI_Comm comm, int d, int l, odd_tsqr *t)
{
    odd_status st = ODD_OK;
    const int rank = odd_rank(comm), size = odd_size(comm);
    *t = (odd_tsqr){.comm = comm, .d = d, .l = l, .blocks = blocks_of(d, l)};
    t->block0 = (int)((int64_t)t->blocks * rank / size);
    t->mine = (int)((int64_t)t->blocks * (rank + 1) / size) - t->block0;
    t->count = odd_tsqr_rows(d, l, rank, size, &t->row0);
    ODD_TRY(ODD_NEW(t->a, t->count * l));
    ODD_TRY(ODD_NEW(t->q, t->count * l));
    ODD_TRY(ODD_NEW(t->scale, (int64_t)t->mine * l));
    ODD_TRY(ODD_NEW(t->triangle, (int64_t)t->blocks * l * l));
done:
    return st;
}

void odd_tsqr_free(odd_tsqr *t)
{
    odd_free(t->triangle);
    odd_free(t->scale);
    odd_free(t->q);
    odd_free(t->a);
    *t = (odd_tsqr){0};
}

/* LQ of a column-major (l, rows), rows >= l. */
static void factor_lq(int l, int rows, double *a, double *scale, double *work)
{
    const int lwork = WORK * l;
    int info;
    dgelqf_(&l, &rows, a, &l, scale, work, &lwork, &info);
    ODD_CHECK(info == 0);
}

int64_t odd_tsqr_block(const odd_tsqr *t, int b, int *rows)
{
    const int64_t first = first_row(t->d, t->blocks, t->block0 + b);
    *rows = (int)(first_row(t->d, t->blocks, t->block0 + b + 1) - first);
    return first;
}

/* My block number b in `array` (count, l); *rows: the count of its own. */
static double *block_rows(const odd_tsqr *t, int b, double *array, int *rows)
{
    return array + (odd_tsqr_block(t, b, rows) - t->row0) * t->l;
}

/* a's block becomes its reflectors, and its triangle (l, l) goes onto the pile. */
static void factor_block(const odd_tsqr *t, int b, double *work)
{
    const int64_t l = t->l;
    int rows;
    double *a = block_rows(t, b, t->a, &rows), *to = t->triangle + (t->block0 + b) * l * l;
    factor_lq((int)l, rows, a, t->scale + b * l, work);
    for (int64_t i = 0; i < l; i++)
        memcpy(to + i * l + i, a + i * l + i, (size_t)(l - i) * sizeof *to);
}

/* q := [the pile's share; 0] times the block's own Q. */
static void finish_block(const odd_tsqr *t, int b, double *work)
{
    const int l = t->l, lwork = WORK * l;
    int rows, info;
    double *a = block_rows(t, b, t->a, &rows), *q = block_rows(t, b, t->q, &rows);
    const int64_t square = (int64_t)l * l;
    memset(q, 0, (size_t)rows * (size_t)l * sizeof *q);
    memcpy(q, t->triangle + (t->block0 + b) * square, (size_t)square * sizeof *q);
    dormlq_("R", "N", &l, &rows, &l, a, &l, t->scale + (int64_t)b * l, q, &l, work, &lwork, &info,
            1, 1);
    ODD_CHECK(info == 0);
}

/* triangle := the Q of the pile of triangles; scale (l) and work are room. */
static void factor_pile(const odd_tsqr *t, double *scale, double *work)
{
    const int l = t->l, rows = t->blocks * l, lwork = WORK * l;
    int info;
    factor_lq(l, rows, t->triangle, scale, work);
    dorglq_(&l, &rows, &l, t->triangle, &l, scale, work, &lwork, &info);
    ODD_CHECK(info == 0);
}

/* Every rank factors the whole pile, alike: it is small, and no rank waits for another's result. */
odd_status odd_tsqr_orthonormalise(odd_tsqr *t)
{
    odd_status st = ODD_OK;
    const int64_t l = t->l, pile = t->blocks * l * l, room = WORK * l + l;
    double *work = NULL;
    ODD_TRY_ALL(t->comm, ODD_NEW(work, odd_threads() * room));
    memset(t->triangle, 0, (size_t)pile * sizeof *t->triangle);
#pragma omp parallel for schedule(dynamic) num_threads(odd_threads())
    for (int b = 0; b < t->mine; b++)
        factor_block(t, b, work + omp_get_thread_num() * room);
    odd_sum_f64(t->comm, t->triangle, pile); /* each from one rank, the others add 0 */
    factor_pile(t, work + WORK * l, work);
#pragma omp parallel for schedule(dynamic) num_threads(odd_threads())
    for (int b = 0; b < t->mine; b++)
        finish_block(t, b, work + omp_get_thread_num() * room);
done:
    odd_free(work);
    return st;
}

int64_t odd_tsqr_bytes(int d, int l, int ranks, int threads)
{
    const int64_t blocks = blocks_of(d, l), mine = blocks / ranks + (blocks % ranks != 0);
    const int64_t rows = d / blocks + 1;
    return 8 *
           (2 * mine * rows * l + mine * l + blocks * l * l + (int64_t)threads * (WORK + 1) * l);
}
