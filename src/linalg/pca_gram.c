/* PCA by the Gram matrix: for fewer rows than features, the (n, n) products of centred rows have
 * the same eigenvalues as the (d, d) scatter matrix.
 *
 * With y (n, d) centred and y y' = u diag(value) u', the axes are the rows of
 * diag(value)^-1/2 u' y. Each rank sums the products of its own slices of the features, and later
 * makes the same slices of the axes, both in whole pieces of features. Rounding leaves the last
 * axes not quite orthogonal, so they are orthonormalised in order, by the Cholesky factor of their
 * own products.
 *
 * Both products may be float32, with sums in float64. Squares lose half the digits, so that moves
 * the singular values by far more than float32 moves the length of u_i' y, which has no square: so
 * the axes, before they are orthonormalised, show whether the values are good.
 *
 * Letters: n rows, d features, k components. */
#include "linalg/pca_internal.h"

#include "linalg/eigen_signs_internal.h"
#include "linalg/fixed_point_internal.h"
#include "linalg/fortran_internal.h"
#include "linalg/scatter_internal.h"
#include "linalg/slabs_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/eigh.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <omp.h>
#include <string.h>

enum { TERMS = 2048 }; /* rows multiplied at a time for the axes: so far float32 sums reach */

/* What the products of axes are counted in: they are some 1, and far more where they are found to
 * be no axes. */
#define AXIS_ONE 0x1p56

/* What float32 products move an eigenvalue by, of the largest, at worst (rows of rank one);
 * measured: up to 2.8e-8. */
static const double float32_error = 4e-8;

/* Below so many errors an eigenvalue has no vector worth mapping back. */
static const double least_errors = 10;

static odd_status add_slab(void *context, const odd_slab *slab)
{
    odd_scatter_columns(context, slab->width, slab->y, slab->width);
    return ODD_OK;
}

/* vector (rank, n), value (rank): the eigenpairs of the Gram matrix, summed over all slices; rank
 * is pca->k lowered. @collective */
static odd_status eigenpairs(const odd_rows *rows, odd_pca_precision *p, odd_pca *pca,
                             double *vector)
{
    odd_status st = ODD_OK;
    odd_scatter s = {0};
    const int n = (int)rows->part.n, piece = odd_slab_piece(rows->d);
    ODD_TRY_ALL(rows->comm, odd_scatter_new(n, piece, ODD_FIXED_FINE, p->exact, &s));
    if (!odd_scatter_recall(rows->passes, &s)) {
        ODD_TRY(odd_slabs_each(rows, pca->mean, p->factor, add_slab, &s));
        odd_scatter_total(rows->comm, rows->passes, &s);
    }
    p->blurred = odd_pca_is_faint(p, odd_scatter_trace(&s), pca);
    if (p->blurred) goto done;
    ODD_TRY(odd_eigh(rows->comm, n, s.sum, pca->k, pca->value, vector));
    p->blurred = !p->exact && pca->value[pca->k - 1] < least_errors * float32_error * pca->value[0];
    const int terms = odd_max_int(n, rows->d); /* of the longest sums: rows are few here */
    if (!p->blurred) pca->k = odd_pca_rank(odd_pca_rounding(terms), pca->k, pca->value);
done:
    odd_scatter_free(&s);
    return st;
}

typedef struct {
    odd_pca *pca;
    const double *u;     /* (k, n) eigenvectors of the Gram matrix */
    float *narrow;       /* the same; NULL: products in float64 */
    double *scale;       /* (k) roots of the eigenvalues, inverted */
    int columns;         /* of the axes at a time and thread: a piece of a slab */
    float *piece;        /* (threads, k, columns) a piece of u' y, for float32 products */
    double *wide;        /* (threads, n, columns) a piece of the slab, for float64 products */
    odd_scatter product; /* (k, k) products of the axes */
} mapping;

/* axis (k, width), rows d apart, += u times `width` columns of the slab from column j on. */
static void add_narrow(const mapping *m, const odd_slab *slab, int j, int width, double *axis)
{
    const int k = m->pca->k, n = slab->n;
    const float one = 1, none = 0;
    float *piece = m->piece + (int64_t)omp_get_thread_num() * k * m->columns;
    for (int i = 0; i < n; i += TERMS) {
        const int terms = odd_min_int(TERMS, n - i);
        sgemm_("N", "N", &width, &k, &terms, &one, slab->y + (int64_t)i * slab->width + j,
               &slab->width, m->narrow + i, &n, &none, piece, &width, 1, 1);
        for (int64_t a = 0; a < k; a++)
            for (int64_t c = 0; c < width; c++)
                axis[a * m->pca->d + c] += piece[a * width + c];
    }
}

static void add_wide(const mapping *m, const odd_slab *slab, int j, int width, double *axis)
{
    const double one = 1;
    double *wide = m->wide + (int64_t)omp_get_thread_num() * slab->n * m->columns;
    for (int64_t i = 0; i < slab->n; i++)
        for (int64_t c = 0; c < width; c++)
            wide[i * width + c] = slab->y[i * slab->width + j + c];
    dgemm_("N", "N", &width, &m->pca->k, &slab->n, &one, wide, &width, m->u, &slab->n, &one, axis,
           &m->pca->d, 1, 1);
}

static void map_piece(const mapping *m, const odd_slab *slab, int j, int width)
{
    double *axis = m->pca->axis + slab->first + j;
    if (m->narrow)
        add_narrow(m, slab, j, width, axis);
    else
        add_wide(m, slab, j, width, axis);
    for (int64_t a = 0; a < m->pca->k; a++)
        for (int64_t c = 0; c < width; c++)
            axis[a * m->pca->d + c] *= m->scale[a];
}

static odd_status map_slab(void *context, const odd_slab *slab)
{
    mapping *m = context;
#pragma omp parallel for schedule(dynamic) num_threads(odd_threads())
    for (int j = 0; j < slab->width; j += m->columns)
        map_piece(m, slab, j, odd_min_int(m->columns, slab->width - j));
    odd_scatter_wide_columns(&m->product, slab->width, m->pca->axis + slab->first, m->pca->d);
    return ODD_OK;
}

/* axis := l^-1 axis with product = l l', in my slices. Row i then is orthogonal to the rows before
 * it and has unit length; where it was so before, l is the identity. */
static odd_status orthonormalise(const odd_rows *rows, const mapping *m)
{
    const int k = m->pca->k, d = m->pca->d, size = odd_size(rows->comm);
    const int each = odd_slab_width(rows->part.n, d, size) / m->columns; /* pieces of a slice */
    const double one = 1;
    const odd_status st = odd_cholesky(k, m->product.sum);
    if (st != ODD_OK) return odd_fail_prefix(st, "axes of the PCA: ");
#pragma omp parallel for schedule(dynamic) num_threads(odd_threads())
    for (int j = 0; j < d; j += m->columns) { /* column-major: axis' := axis' l'^-1 */
        const int mine = odd_min_int(m->columns, d - j);
        if (j / m->columns / each % size != odd_rank(rows->comm)) continue;
        dtrsm_("R", "U", "N", "N", &mine, &k, &one, m->product.sum, &k, m->pca->axis + j, &d, 1, 1,
               1, 1);
    }
    return ODD_OK;
}

static odd_status allocate_mapping(mapping *m, int n, bool exact)
{
    odd_status st = ODD_OK;
    const int64_t k = m->pca->k, threads = odd_threads();
    ODD_TRY(ODD_NEW(m->scale, k));
    ODD_TRY(odd_scatter_new((int)k, m->columns, AXIS_ONE, true, &m->product));
    if (exact) {
        ODD_TRY(ODD_NEW(m->wide, threads * n * m->columns));
    } else {
        ODD_TRY(ODD_NEW(m->narrow, k * n));
        ODD_TRY(ODD_NEW(m->piece, threads * k * m->columns));
    }
    for (int64_t i = 0; i < k; i++) /* without any variance there is nothing to scale */
        m->scale[i] = m->pca->value[i] > 0 ? 1 / sqrt(m->pca->value[i]) : 0;
    for (int64_t i = 0; m->narrow && i < k * n; i++)
        m->narrow[i] = (float)m->u[i];
done:
    return st;
}

static void free_mapping(mapping *m)
{
    odd_free(m->piece);
    odd_free(m->narrow);
    odd_free(m->wide);
    odd_scatter_free(&m->product);
    odd_free(m->scale);
}

/* Axes from the eigenvectors u (k, n) of the Gram matrix. Each feature is made by one rank and the
 * others add 0, so the sum is exact and the same everywhere. @collective */
static odd_status map_back(const odd_rows *rows, odd_pca_precision *p, odd_pca *pca,
                           const double *u)
{
    odd_status st = ODD_OK;
    mapping m = {.pca = pca, .u = u, .columns = odd_slab_piece(pca->d)};
    const int64_t size = (int64_t)pca->k * pca->d;
    memset(pca->axis, 0, (size_t)size * sizeof *pca->axis);
    if (pca->value[0] == 0) { /* all rows are the same: any direction will do */
        pca->axis[0] = 1;
        return ODD_OK;
    }
    ODD_TRY_ALL(rows->comm, allocate_mapping(&m, (int)rows->part.n, p->exact));
    ODD_TRY(odd_slabs_each(rows, pca->mean, p->factor, map_slab, &m));
    odd_scatter_total(rows->comm, NULL, &m.product);
    p->blurred = !p->exact && !odd_pca_are_unit(pca->k, pca->value, m.product.sum);
    if (p->blurred) goto done;
    ODD_TRY_ALL(rows->comm, orthonormalise(rows, &m));
    odd_sum_f64(rows->comm, pca->axis, size);
    odd_eigen_signs(pca->k, pca->d, pca->axis);
done:
    free_mapping(&m);
    return st;
}

static odd_status by_gram(const odd_rows *rows, odd_pca_precision *p, odd_pca *pca)
{
    odd_status st = ODD_OK;
    double *vector = NULL;
    ODD_TRY_ALL(rows->comm, ODD_NEW(vector, (int64_t)pca->k * rows->part.n));
    ODD_TRY(eigenpairs(rows, p, pca, vector));
    if (!p->blurred) ODD_TRY(map_back(rows, p, pca, vector));
    if (!p->blurred) odd_pca_unscale(p, pca);
done:
    odd_free(vector);
    return st;
}

static bool suits(int64_t n, int d, const odd_pca_options *options, const char **why)
{
    (void)options;
    if (n < d) *why = "fewer rows than features";
    return n < d;
}

static int64_t bytes(int64_t n, int d, const odd_pca_options *options, int ranks, int threads)
{
    const int64_t order = n < d ? n : d,
                  k = options->components < order ? options->components : order;
    const int64_t slab = odd_slab_bytes(n, d, ranks), vectors = 8 * k * n;
    const int piece = odd_slab_piece(d);
    const int64_t products = slab + odd_scatter_bytes((int)n, piece, true, threads);
    const int64_t eigen = 8 * n * n + odd_eigh_bytes((int)n, ranks);
    const int64_t pieces = 8 * (int64_t)threads * piece * odd_max(n, k), narrow = 4 * k * n;
    const int64_t back = slab + pieces + narrow + odd_scatter_bytes((int)k, piece, true, threads);
    return vectors + odd_max(odd_max(products, eigen), back);
}

/* Half of the products of a symmetric matrix, and mapping back. */
static void work(double n, double d, const odd_pca_options *options, double *flops, double *cubes)
{
    *flops = n * n * d + 2 * n * d * fmin((double)options->components, n);
    *cubes = n * n * n;
}

static odd_status fit(const odd_rows *rows, const odd_pca_options *options, odd_pca *pca,
                      int64_t *bad_row)
{
    (void)options;
    return odd_pca_fit_exactly(rows, by_gram, pca, bad_row);
}

const odd_pca_solver odd_pca_solver_gram = {
    .name = "gram",
    .suits = suits,
    .bytes = bytes,
    .work = work,
    .fit = fit,
};
