/* PCA by the covariance: its (d, d) matrix in two passes, then its eigenvectors.
 *
 * Letters: n rows, d features, k components. Each rank multiplies its own rows, panel by panel. */
#include "linalg/pca_internal.h"

#include "linalg/centre_internal.h"
#include "linalg/fixed_point_internal.h"
#include "linalg/scatter_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/linalg/eigh.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/panels.h"

/* What float32 products move an eigenvalue by, of the largest; measured: up to 1.1e-8, for rows of
 * rank one, and less with more rows, whose errors cancel. */
static const double float32_error = 2e-8;

enum { PIECE_MOST = 512 }; /* rows of a product */

typedef struct {
    int d;
    const double *mean; /* (d) */
    double factor;
    float *y; /* (rows of a panel, d) centred and scaled */
    odd_scatter *sum;
} addition;

static odd_status add_panel(void *context, const odd_panel *panel)
{
    const addition *a = context;
    odd_centre(panel->count, a->d, panel->x, a->mean, a->factor, 0, a->d, a->y);
    odd_scatter_rows(a->sum, (int)panel->count, a->y);
    return ODD_OK;
}

/* A part of each block of rows, wherever that lies. */
static int piece_rows(int64_t n)
{
    return (int)odd_min(odd_block_rows(n), PIECE_MOST);
}

/* Whole pieces. */
static int64_t panel_rows(int64_t n, int d)
{
    const int64_t piece = piece_rows(n), rows = odd_panel_rows(n, d);
    return rows > piece ? rows - rows % piece : piece;
}

/* Add my rows to the sum. @local */
static odd_status add_my_rows(const odd_rows *rows, const double mean[], double factor,
                              odd_scatter *s)
{
    odd_status st = ODD_OK;
    odd_panels panels = {0};
    addition a = {.d = rows->d, .mean = mean, .factor = factor, .sum = s};
    ODD_TRY(odd_panels_new(rows, panel_rows(rows->part.n, rows->d), &panels));
    ODD_TRY(ODD_NEW(a.y, panels.step * rows->d));
    ODD_TRY(odd_panels_each(&panels, add_panel, &a));
done:
    odd_free(a.y);
    odd_panels_free(&panels);
    return st;
}

/* The scatter matrix of all rows. @collective */
static odd_status all_scatter(const odd_rows *rows, const double mean[], const odd_pca_precision *p,
                              odd_scatter *s)
{
    odd_status st = ODD_OK;
    const int piece = piece_rows(rows->part.n);
    ODD_TRY_ALL(rows->comm, odd_scatter_new(rows->d, piece, ODD_FIXED_FINE, p->exact, s));
    if (odd_scatter_recall(rows->passes, s)) return ODD_OK;
    ODD_TRY_ALL(rows->comm, add_my_rows(rows, mean, p->factor, s));
    odd_scatter_total(rows->comm, rows->passes, s);
done:
    return st;
}

static odd_status by_covariance(const odd_rows *rows, odd_pca_precision *p, odd_pca *pca)
{
    odd_status st = ODD_OK;
    odd_scatter s = {0};
    ODD_TRY(all_scatter(rows, pca->mean, p, &s));
    p->blurred = odd_pca_is_faint(p, odd_scatter_trace(&s), pca);
    if (p->blurred) goto done;
    ODD_TRY(odd_eigh(rows->comm, rows->d, s.sum, pca->k, pca->value, pca->axis));
    p->blurred = !p->exact && !odd_pca_is_sharp(pca->k, pca->value, float32_error);
    if (p->blurred) goto done;
    pca->k = odd_pca_rank(odd_pca_rounding(rows->d), pca->k, pca->value);
    odd_pca_unscale(p, pca);
done:
    odd_scatter_free(&s);
    return st;
}

static bool suits(int64_t n, int d, const odd_pca_options *options, const char **why)
{
    (void)n, (void)d, (void)options;
    *why = "at least as many rows as features"; /* others come first where there are fewer */
    return true;
}

static int64_t bytes(int64_t n, int d, const odd_pca_options *options, int ranks, int threads)
{
    (void)options;
    const int64_t panels = 8 * panel_rows(n, d) * d; /* as read and centred */
    const int64_t products = odd_scatter_bytes(d, piece_rows(n), true, threads) + panels;
    const int64_t eigen = 8 * (int64_t)d * d + odd_eigh_bytes(d, ranks);
    return products > eigen ? products : eigen;
}

/* Half of the products of a symmetric matrix. */
static void work(double n, double d, const odd_pca_options *options, double *flops, double *cubes)
{
    (void)options;
    *flops = n * d * d;
    *cubes = d * d * d;
}

static odd_status fit(const odd_rows *rows, const odd_pca_options *options, odd_pca *pca,
                      int64_t *bad_row)
{
    (void)options;
    return odd_pca_fit_exactly(rows, by_covariance, pca, bad_row);
}

const odd_pca_solver odd_pca_solver_covariance = {
    .name = "covariance",
    .suits = suits,
    .bytes = bytes,
    .work = work,
    .fit = fit,
};
