/* PCA by the Gram matrix: for fewer rows than features, the (n, n) products of centred rows have
 * the same eigenvalues as the (d, d) scatter matrix.
 *
 * With y (n, d) centred and y y' = u diag(value) u', the axes are the rows of
 * diag(value)^-1/2 u' y. Each rank sums the products of its own slices of the features, and later
 * makes the same slices of the axes. Rounding leaves the last axes not quite orthogonal, so they
 * are orthonormalised in order, by the Cholesky factor of their own products.
 *
 * Letters: n rows, d features, k components. */
#include "pca_internal.h"

#include "eigen_signs_internal.h"
#include "fortran_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/grid.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"
#include "scatter_internal.h"
#include "slabs_internal.h"

#include <math.h>
#include <string.h>

enum { TERMS = 2048 /* features multiplied at a time */, CHUNK = 256 /* axis columns at a time */ };

/* What float32 products move an eigenvalue by, of the largest; measured: up to 2.8e-8, for rows of
 * rank one. Shorter TERMS change nothing. */
static const double float32_error = 4e-8;

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static odd_status add_slab(void *context, const odd_slab *slab)
{
    for (int j = 0; j < slab->width; j += TERMS)
        odd_scatter_columns(context, smaller(TERMS, slab->width - j), slab->y + j, slab->width);
    return ODD_OK;
}

/* vector (rank, n), value (rank): the eigenpairs of the Gram matrix, summed over all slices; rank
 * is pca->k lowered. @collective */
static odd_status eigenpairs(const odd_rows *rows, bool exact, odd_pca *pca, double *vector,
                             bool *blurred)
{
    odd_status st = ODD_OK;
    odd_scatter s = {0};
    odd_grid *grid = NULL;
    const int n = (int)rows->part.n;
    ODD_TRY_ALL(rows->comm, odd_scatter_new(n, TERMS, exact, &s));
    ODD_TRY(odd_slabs_each(rows, pca->mean, add_slab, &s));
    odd_scatter_close(&s);
    pca->total_variance = odd_pca_trace(rows->comm, odd_scatter_trace(&s));
    *blurred = !exact && !odd_pca_in_range(pca->total_variance, (double)n * rows->d);
    if (*blurred) goto done;
    ODD_TRY(odd_grid_new(rows->comm, n, &grid));
    odd_log(ODD_LOG_INFO, "eigenvectors of order %d on a grid of %s", n, odd_grid_text(grid));
    ODD_TRY(odd_grid_eigh(grid, n, s.sum, pca->k, pca->value, vector));
    *blurred = !exact && !odd_pca_is_sharp(pca->k, pca->value, float32_error);
    if (!*blurred) pca->k = odd_pca_rank(odd_pca_rounding(n), pca->k, pca->value);
done:
    odd_grid_free(&grid);
    odd_scatter_free(&s);
    return st;
}

typedef struct {
    odd_pca *pca;
    double *u;       /* (k, n) eigenvectors over the roots of their eigenvalues */
    double *wide;    /* (n, CHUNK) a piece of the slab */
    double *piece;   /* (k, CHUNK) a piece of the axes */
    double *product; /* (k, k) products of the axes, my features; upper triangle */
} mapping;

/* piece (k, width) = u times `width` columns of the slab from column j on. */
static void map_piece(mapping *m, const odd_slab *slab, int j, int width)
{
    for (int64_t i = 0; i < slab->n; i++)
        for (int c = 0; c < width; c++)
            m->wide[i * width + c] = slab->y[i * slab->width + j + c];
    odd_dgemm(0, m->pca->k, width, slab->n, 1, m->u, m->wide, 0, m->piece);
}

static odd_status map_slab(void *context, const odd_slab *slab)
{
    mapping *m = context;
    const int k = m->pca->k;
    const double one = 1;
    odd_threads_to_blas(1);
    for (int j = 0; j < slab->width; j += CHUNK) {
        const int width = smaller(CHUNK, slab->width - j);
        map_piece(m, slab, j, width);
        dsyrk_("L", "T", &k, &width, &one, m->piece, &width, &one, m->product, &k, 1, 1);
        for (int64_t i = 0; i < k; i++)
            memcpy(m->pca->axis + i * m->pca->d + slab->first + j, m->piece + i * width,
                   (size_t)width * sizeof *m->piece);
    }
    odd_threads_to_blas(0);
    return ODD_OK;
}

/* axis := l^-1 axis with product = l l'. Row i then is orthogonal to the rows before it and has
 * unit length; where it was so before, l is the identity. */
static odd_status orthonormalise(mapping *m)
{
    const int k = m->pca->k, d = m->pca->d;
    const double one = 1;
    const odd_status st = odd_cholesky(k, m->product);
    if (st != ODD_OK) return odd_fail_prefix(st, "axes of the PCA: ");
    odd_threads_to_blas(1); /* column-major: axis' := axis' l'^-1 */
    dtrsm_("R", "U", "N", "N", &d, &k, &one, m->product, &k, m->pca->axis, &d, 1, 1, 1, 1);
    odd_threads_to_blas(0);
    return ODD_OK;
}

/* u over the roots of its eigenvalues; the eigenvalue of data without any variance is 0. */
static void scale_vectors(int k, int n, const double value[], double *u)
{
    for (int64_t i = 0; i < k; i++) {
        const double scale = value[i] > 0 ? 1 / sqrt(value[i]) : 0;
        for (int64_t j = 0; j < n; j++)
            u[i * n + j] *= scale;
    }
}

static odd_status allocate_mapping(mapping *m, int n)
{
    odd_status st = ODD_OK;
    ODD_TRY(ODD_NEW(m->wide, (int64_t)n * CHUNK));
    ODD_TRY(ODD_NEW(m->piece, (int64_t)m->pca->k * CHUNK));
    ODD_TRY(ODD_NEW(m->product, (int64_t)m->pca->k * m->pca->k));
done:
    return st;
}

/* Axes from the eigenvectors u (k, n) of the Gram matrix. Each feature is made by one rank and the
 * others add 0, so the sum is exact and the same everywhere. @collective */
static odd_status map_back(const odd_rows *rows, odd_pca *pca, double *u)
{
    odd_status st = ODD_OK;
    mapping m = {.pca = pca, .u = u};
    const int64_t size = (int64_t)pca->k * pca->d;
    memset(pca->axis, 0, (size_t)size * sizeof *pca->axis);
    if (pca->value[0] == 0) { /* all rows are the same: any direction will do */
        pca->axis[0] = 1;
        return ODD_OK;
    }
    scale_vectors(pca->k, (int)rows->part.n, pca->value, u);
    ODD_TRY_ALL(rows->comm, allocate_mapping(&m, (int)rows->part.n));
    ODD_TRY(odd_slabs_each(rows, pca->mean, map_slab, &m));
    odd_sum_f64(rows->comm, pca->axis, size);
    odd_sum_f64(rows->comm, m.product, (int64_t)pca->k * pca->k);
    odd_broadcast(rows->comm, 0, m.product, (size_t)pca->k * (size_t)pca->k * sizeof *m.product);
    ODD_TRY_ALL(rows->comm, orthonormalise(&m));
    odd_eigen_signs(pca->k, pca->d, pca->axis);
done:
    odd_free(m.product);
    odd_free(m.piece);
    odd_free(m.wide);
    return st;
}

odd_status odd_pca_by_gram(const odd_rows *rows, bool exact, odd_pca *pca, bool *blurred)
{
    odd_status st = ODD_OK;
    double *vector = NULL;
    ODD_TRY_ALL(rows->comm, ODD_NEW(vector, (int64_t)pca->k * rows->part.n));
    ODD_TRY(eigenpairs(rows, exact, pca, vector, blurred));
    if (!*blurred) ODD_TRY(map_back(rows, pca, vector));
done:
    odd_free(vector);
    return st;
}

int64_t odd_pca_gram_bytes(int64_t n, int d, int64_t k, int ranks)
{
    const int64_t slab = odd_slab_bytes(n, d, ranks), vectors = 8 * k * n;
    const int64_t products =
        8 * n * n + slab + (4 * n * n > 8 * n * TERMS ? 4 * n * n : 8 * n * TERMS);
    const int64_t eigen = 8 * n * n + odd_grid_bytes((int)n, ranks);
    const int64_t back = slab + 8 * (CHUNK * (n + k) + k * k);
    const int64_t most = products > eigen ? products : eigen;
    return vectors + (most > back ? most : back);
}
