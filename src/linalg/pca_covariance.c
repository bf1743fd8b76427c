/* PCA by the covariance: its (d, d) matrix in two passes, the eigenvectors by ScaLAPACK.
 *
 * Letters: n rows, d features, k components. Each rank multiplies its own rows, panel by panel;
 * the sum over ranks is made on the process grid and never lies whole on a rank. */
#include "linalg/pca_internal.h"

#include "linalg/centre_internal.h"
#include "linalg/scatter_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/grid.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/panels.h"

/* What float32 products move an eigenvalue by, of the largest; measured: up to 1.1e-8, for rows of
 * rank one, and less with more rows, whose errors cancel. */
static const double float32_error = 2e-8;

typedef struct {
    int d;
    const double *mean; /* (d) */
    float *y;           /* (rows of a panel, d) centred */
    odd_scatter *sum;
} addition;

static odd_status add_panel(void *context, const odd_panel *panel)
{
    const addition *a = context;
    odd_centre(panel->count, a->d, panel->x, a->mean, 0, a->d, a->y);
    odd_scatter_rows(a->sum, (int)panel->count, a->y);
    return ODD_OK;
}

/* The scatter matrix of my rows. @local */
static odd_status my_scatter(const odd_rows *rows, const double mean[], bool exact, odd_scatter *s)
{
    odd_status st = ODD_OK;
    odd_panels panels = {0};
    addition a = {.d = rows->d, .mean = mean, .sum = s};
    ODD_TRY(odd_panels_new(rows, odd_panel_rows(rows->part.n, rows->d), &panels));
    ODD_TRY(ODD_NEW(a.y, panels.step * rows->d));
    ODD_TRY(odd_scatter_new(rows->d, panels.step, exact, s));
    ODD_TRY(odd_panels_each(&panels, add_panel, &a));
done:
    odd_scatter_close(s);
    odd_free(a.y);
    odd_panels_free(&panels);
    return st;
}

static odd_status by_covariance(const odd_rows *rows, bool exact, odd_pca *pca, bool *blurred)
{
    odd_status st = ODD_OK;
    odd_scatter s = {0};
    odd_grid *grid = NULL;
    ODD_TRY_ALL(rows->comm, my_scatter(rows, pca->mean, exact, &s));
    pca->total_variance = odd_pca_trace(rows->comm, odd_scatter_trace(&s));
    const double count = (double)rows->part.n * rows->d;
    *blurred = !exact && !odd_pca_in_range(pca->total_variance, count);
    if (*blurred) goto done;
    ODD_TRY(odd_grid_new(rows->comm, rows->d, &grid));
    odd_log(ODD_LOG_INFO, "eigenvectors of order %d on a grid of %s", rows->d, odd_grid_text(grid));
    ODD_TRY(odd_grid_eigh(grid, rows->d, s.sum, pca->k, pca->value, pca->axis));
    *blurred = !exact && !odd_pca_is_sharp(pca->k, pca->value, float32_error);
    if (!*blurred) pca->k = odd_pca_rank(odd_pca_rounding(rows->d), pca->k, pca->value);
done:
    odd_grid_free(&grid);
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
    (void)options, (void)threads;
    const int64_t square = (int64_t)d * d, panel = odd_panel_rows(n, d) * d;
    /* sum, product or float64 panel; panels as read and centred */
    const int64_t products = 8 * square + (4 * square > 8 * panel ? 4 * square : 8 * panel);
    const int64_t eigen = 8 * square + odd_grid_bytes(d, ranks);
    return products + 8 * panel > eigen ? products + 8 * panel : eigen;
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
    .fit = fit,
};
