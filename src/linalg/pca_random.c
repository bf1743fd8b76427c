/* PCA by a random range finder (Halko, Martinsson and Tropp, "Finding structure with randomness",
 * SIAM Review 2011, with orthonormal columns between the power iterations): for rows that are many
 * and wide, where neither square matrix has room or time.
 *
 * From l = k + some random columns q (d, l) on, each iteration replaces q by an orthonormal basis
 * of y' y q; then the eigenvectors of (y q)' (y q), of order l, turn q into axes.
 *
 * Letters: n rows, d features, k components, l columns. No bit depends on ranks or threads. */
#include "linalg/pca_internal.h"

#include "linalg/eigen_signs_internal.h"
#include "linalg/fixed_point_internal.h"
#include "linalg/power_pass_internal.h"
#include "linalg/tsqr_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

enum { SIGNS = 128 /* of a draw */ };

/* Eigenvalues below this, of the largest, are what rounding t to float32 leaves. */
static const double rounding = 2e-13;

typedef struct {
    const odd_rows *rows;
    odd_pca *pca;
    int l;
    float *q; /* (d, l) */
    odd_power_pass pass;
    odd_tsqr tsqr;
    double *h, *value, *vector; /* (l, l), (l), (l, l) */
} finder;

/* Columns for k components. */
static int columns_for(int64_t n, int d, int64_t k, int64_t oversampling)
{
    return (int)odd_min(k + oversampling, odd_min(n, d));
}

/* Columns of random signs, of length 1. */
static void draw_columns(finder *f, uint64_t seed)
{
    const int64_t l = f->l, d = f->pca->d;
    const float size = (float)(1 / sqrt((double)d));
#pragma omp parallel for num_threads(odd_threads())
    for (int64_t j = 0; j < d; j++)
        for (int64_t c = 0; c < l; c++) {
            uint32_t bits[4];
            odd_philox(seed, ODD_STREAM_RANGE, (uint64_t)j, (uint32_t)(c / SIGNS), bits);
            const uint32_t word = bits[c % SIGNS / 32];
            f->q[j * l + c] = word >> c % 32 & 1 ? -size : size;
        }
}

/* q := orthonormal columns that span those of w. @collective */
static odd_status orthonormalise(finder *f)
{
    odd_status st = ODD_OK;
    odd_tsqr *t = &f->tsqr;
    const int64_t l = f->l, mine = t->row0 * l;
    for (int64_t i = 0; i < t->count * l; i++)
        t->a[i] = odd_power_pass_value(f->pass.sum[mine + i]);
    ODD_TRY(odd_tsqr_orthonormalise(t));
    for (int64_t i = 0; i < t->count * l; i++)
        f->q[mine + i] = (float)t->q[i];
    for (int rank = 0, size = odd_size(t->comm); rank < size; rank++) {
        int64_t row0, rows = odd_tsqr_rows(t->d, t->l, rank, size, &row0);
        odd_broadcast(t->comm, rank, f->q + row0 * l, (size_t)(rows * l) * sizeof *f->q);
    }
done:
    return st;
}

/* The spectrum, from h = t' t. @local */
static odd_status eigenpairs(finder *f)
{
    odd_status st = ODD_OK;
    odd_pca *pca = f->pca;
    const double unit = f->pass.factor * f->pass.factor;
    for (int64_t i = 0; i < (int64_t)f->l * f->l; i++)
        f->h[i] = odd_power_pass_value(f->pass.sum[i]);
    pca->total_variance = odd_power_pass_value(f->pass.squares) / unit;
    ODD_TRY(odd_eigh_small(f->l, f->h, f->value, f->vector));
    for (int i = 0; i < pca->k; i++)
        pca->value[i] = f->value[i] / unit;
    pca->k = odd_pca_rank(rounding, pca->k, pca->value);
done:
    return st;
}

/* axis = vector q', the features of one of my blocks of q; piece (k, rows) is room. */
static void make_block(const finder *f, int b, double *piece)
{
    const odd_tsqr *t = &f->tsqr;
    const int64_t k = f->pca->k, d = f->pca->d;
    int rows;
    const int64_t first = odd_tsqr_block(t, b, &rows);
    odd_dgemm(1, (int)k, rows, f->l, 1, f->vector, t->q + (first - t->row0) * f->l, 0, piece);
    for (int64_t i = 0; i < k; i++)
        memcpy(f->pca->axis + i * d + first, piece + i * rows, (size_t)rows * sizeof *piece);
}

/* Each feature is made by one rank and the others add 0, so the sum is exact. @collective */
static odd_status make_axes(finder *f)
{
    odd_status st = ODD_OK;
    const odd_tsqr *t = &f->tsqr;
    const int64_t k = f->pca->k, d = f->pca->d;
    double *piece = NULL;
    ODD_TRY_ALL(t->comm, ODD_NEW(piece, k * t->count));
    memset(f->pca->axis, 0, (size_t)k * (size_t)d * sizeof *piece);
#pragma omp parallel for schedule(dynamic) num_threads(odd_threads())
    for (int b = 0; b < t->mine; b++) {
        int rows;
        make_block(f, b, piece + k * (odd_tsqr_block(t, b, &rows) - t->row0));
    }
    odd_sum_f64(t->comm, f->pca->axis, k * d);
    odd_eigen_signs((int)k, (int)d, f->pca->axis);
done:
    odd_free(piece);
    return st;
}

static odd_status open_finder(finder *f, double squares)
{
    odd_status st = ODD_OK;
    const odd_pca *pca = f->pca;
    const int64_t square = (int64_t)f->l * f->l;
    const double factor = odd_fixed_factor(odd_pca_bound_squares(pca, squares));
    ODD_TRY(ODD_NEW(f->q, (int64_t)pca->d * f->l));
    ODD_TRY(odd_power_pass_new(f->rows, pca->mean, factor, f->l, &f->pass));
    f->pass.q = f->q;
    ODD_TRY(odd_tsqr_new(f->rows->comm, pca->d, f->l, &f->tsqr));
    ODD_TRY(ODD_NEW(f->h, square));
    ODD_TRY(ODD_NEW(f->value, f->l));
    ODD_TRY(ODD_NEW(f->vector, square));
done:
    return st;
}

static void close_finder(finder *f)
{
    odd_free(f->vector);
    odd_free(f->value);
    odd_free(f->h);
    odd_tsqr_free(&f->tsqr);
    odd_power_pass_free(&f->pass);
    odd_free(f->q);
}

static odd_status fit(const odd_rows *rows, const odd_pca_options *options, odd_pca *pca,
                      int64_t *bad_row)
{
    odd_status st = ODD_OK;
    double squares; /* of all values */
    finder f = {.rows = rows, .pca = pca};
    f.l = columns_for(rows->part.n, rows->d, pca->k, options->oversampling);
    ODD_TRY(odd_pca_mean(rows, pca->mean, &squares, bad_row));
    ODD_TRY_ALL(rows->comm, open_finder(&f, squares));
    draw_columns(&f, options->seed);
    const int64_t iterations = options->iterations > 0 ? options->iterations : 1;
    for (int64_t i = 0; i < iterations; i++) {
        ODD_TRY(odd_power_pass_multiply(&f.pass));
        ODD_TRY(orthonormalise(&f));
        odd_log(ODD_LOG_DEBUG, "range finder: iteration %lld of %lld", (long long)i + 1,
                (long long)iterations);
    }
    ODD_TRY(odd_power_pass_square(&f.pass));
    ODD_TRY_ALL(rows->comm, eigenpairs(&f));
    ODD_TRY(make_axes(&f));
done:
    close_finder(&f);
    return st;
}

/* ---- When it is worth it ---- */

static const double long_work = 2e12; /* products: some ten seconds of two cores */
static const double much_longer = 4;

/* Time in float32 products. */
static double work_of(int64_t n, int d, const odd_pca_options *o)
{
    const double l = columns_for(n, d, o->components, o->oversampling);
    const double pass = 4.0 * (double)n * d * l, thin = 12.0 * d * l * l;
    return (double)o->iterations * (pass + thin) + pass / 2;
}

static bool suits(int64_t n, int d, const odd_pca_options *options, const char **why)
{
    const double exact = odd_pca_exact_work((double)n, d, (double)options->components);
    const bool worth_it = exact > long_work && exact > much_longer * work_of(n, d, options);
    if (worth_it) *why = "rows so many and wide that exact components take much longer";
    return worth_it;
}

static int64_t bytes(int64_t n, int d, const odd_pca_options *options, int ranks, int threads)
{
    const int l = columns_for(n, d, options->components, options->oversampling);
    return 4 * (int64_t)d * l + odd_power_pass_bytes(n, d, l, threads) +
           odd_tsqr_bytes(d, l, ranks, threads) + 32 * (int64_t)l * l;
}

static void work(double n, double d, const odd_pca_options *options, double *flops, double *cubes)
{
    *flops = work_of((int64_t)n, (int)d, options);
    *cubes = 0;
}

const odd_pca_solver odd_pca_solver_randomized = {
    .name = "randomized",
    .suits = suits,
    .bytes = bytes,
    .work = work,
    .fit = fit,
};
