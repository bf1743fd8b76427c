/**
 * What the tests of the PCA share: tables of rows in memory or behind a reader, and what a model
 * must keep to.
 */
#ifndef ODDLOT_TEST_PCA_FIXTURE_H
#define ODDLOT_TEST_PCA_FIXTURE_H

#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/pca.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD

typedef float (*table)(int64_t i, int j); /* the value of row i, feature j */

/* Rows of one table on one communicator. */
typedef struct {
    table t;
    odd_rows rows;
    float *x; /* (n_local, d) */
} fixture;

static inline void fill_rows(table t, int64_t row, int64_t count, int d, float *x)
{
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < d; j++)
            x[i * d + j] = t(row + i, j);
}

static inline odd_status read_fixture(void *context, int64_t local, int64_t count, float x[])
{
    const fixture *f = context;
    if (local < 0 || count < 1 || local + count > f->rows.part.n_local)
        return odd_fail(ODD_ARG, "rows that are not mine");
    memcpy(x, f->x + local * f->rows.d, (size_t)(count * f->rows.d) * sizeof *x);
    return ODD_OK;
}

static inline odd_status open_fixture(MPI_Comm comm, table t, int64_t n, int d, fixture *f)
{
    *f = (fixture){.t = t, .rows = odd_rows_in_memory(comm, n, d, NULL)};
    const odd_status st = ODD_NEW(f->x, f->rows.part.n_local * d);
    if (st != ODD_OK) return st;
    fill_rows(t, f->rows.part.row0, f->rows.part.n_local, d, f->x);
    f->rows.x = f->x;
    return ODD_OK;
}

/* The same rows, to be read. */
static inline odd_rows read_rows_of(fixture *f)
{
    odd_rows rows = f->rows;
    rows.x = NULL;
    rows.read = read_fixture;
    rows.reader = f;
    return rows;
}

static inline odd_pca *fit(const odd_rows *rows, int64_t k, char *solver)
{
    odd_pca *pca = NULL;
    int64_t bad_row;
    const odd_pca_options options = {.components = k, .solver = solver};
    const odd_status st = odd_pca_fit(rows, &options, &pca, &bad_row);
    check_all(rows->comm, st == ODD_OK && pca && bad_row == -1);
    return st == ODD_OK ? pca : NULL;
}

/* Largest |axis axis' - 1|. */
static inline double worst_angle(const odd_pca *p)
{
    double worst = 0, *product = odd_alloc((int64_t)p->k * p->k, sizeof *product);
    odd_dgemm(1, p->k, p->k, p->d, 1, p->axis, p->axis, 0, product);
    for (int i = 0; i < p->k; i++)
        for (int j = 0; j < p->k; j++)
            worst = fmax(worst, fabs(product[i * p->k + j] - (i == j)));
    odd_free(product);
    return worst;
}

/* Largest difference of singular values, in units of the first. */
static inline double worst_sigma(const odd_pca *p, int k, const double want[])
{
    double worst = p->k == k ? 0 : INFINITY;
    for (int i = 0; i < k && i < p->k; i++)
        worst = fmax(worst, fabs(sqrt(p->value[i]) - sqrt(want[i])) / sqrt(want[0]));
    return worst;
}

/* Largest 1 - |cosine| of the first k pairs of axes. */
static inline double worst_axis(const odd_pca *p, const odd_pca *q, int k)
{
    double worst = 0;
    for (int64_t i = 0; i < k; i++) {
        double cosine = 0;
        for (int64_t j = 0; j < p->d; j++)
            cosine += p->axis[i * p->d + j] * q->axis[i * p->d + j];
        worst = fmax(worst, fabs(1 - cosine)); /* signs agree, too */
    }
    return worst;
}

static inline bool same_bits(const void *a, const void *b, int64_t count, size_t width)
{
    return memcmp(a, b, (size_t)count * width) == 0;
}

static inline bool same_model(const odd_pca *p, const odd_pca *q)
{
    return p->d == q->d && p->k == q->k && p->n == q->n && p->whiten == q->whiten &&
           same_bits(p->mean, q->mean, p->d, 8) && same_bits(p->value, q->value, p->k, 8) &&
           same_bits(p->axis, q->axis, (int64_t)p->k * p->d, 8) &&
           same_bits(&p->total_variance, &q->total_variance, 1, 8) &&
           strcmp(p->solver, q->solver) == 0;
}

/* Bitwise the same on every rank. @collective */
static inline bool same_everywhere(const odd_pca *p)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_pca *first = NULL;
    odd_status st = odd_rank(WORLD) == 0 ? odd_pca_save(p, &b) : ODD_OK;
    if (st == ODD_OK) st = odd_share_bundle(WORLD, 0, &b);
    if (st == ODD_OK) st = odd_pca_load(&b, &first);
    const bool same = st == ODD_OK && same_model(p, first);
    odd_pca_free(&first);
    odd_bundle_free(&b);
    return same;
}

#endif
