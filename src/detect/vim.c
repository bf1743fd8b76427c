/* ViM: the residual of the principal subspace as one more logit, see detect/vim.h. */
#include "oddlot/detect/vim.h"

#include "detect/detectors_internal.h"
#include "detect/moments_internal.h"
#include "detect/subspace_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

enum { STEP = 256 };  /* rows at a time */
#define ROUNDING 1e-6 /* of float32 features, relative to the length of a row */

/* -- the origin -- */

/* square (m, m) = a a' of a (m, l), or a' a of a (l, m). */
static void multiply(int64_t k, int64_t d, bool by_rows, const double w[], double square[])
{
    const int64_t m = by_rows ? k : d;
    if (by_rows) {
        odd_dgemm(1, (int)k, (int)k, (int)d, 1, w, w, 0, square);
        return;
    }
    memset(square, 0, (size_t)(m * m) * sizeof *square);
    odd_dsyrk((int)k, (int)d, 1, w, 1, square);
}

/* x (m) := pinv(a) x from the eigenvalues and vectors (rows) of a (m, m). */
static void solve(int64_t m, const double value[], const double vector[], double part[], double x[])
{
    const double least = value[0] * 1e-13 * (double)m;
    for (int64_t e = 0; e < m; e++) {
        part[e] = 0;
        for (int64_t j = 0; j < m && value[e] > least; j++)
            part[e] += vector[e * m + j] * x[j] / value[e];
    }
    memset(x, 0, (size_t)m * sizeof *x);
    for (int64_t e = 0; e < m; e++)
        for (int64_t j = 0; j < m; j++)
            x[j] += part[e] * vector[e * m + j];
}

/* -pinv(w) b is -w' pinv(w w') b, and -pinv(w' w) w' b. */
odd_status odd_vim_origin(int64_t k, int64_t d, const float weight[], const float bias[],
                          double origin[])
{
    const bool by_rows = k <= d;
    const int64_t m = by_rows ? k : d;
    double *w = NULL, *square = NULL, *value = NULL, *vector = NULL, *x = NULL, *b = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(w, k * d));
    ODD_TRY(ODD_NEW(square, m * m));
    ODD_TRY(ODD_NEW(vector, m * m));
    ODD_TRY(ODD_NEW(value, 2 * m));
    ODD_TRY(ODD_NEW(x, m));
    ODD_TRY(ODD_NEW(b, k));
    for (int64_t i = 0; i < k * d; i++)
        w[i] = (double)weight[i];
    for (int64_t c = 0; c < k; c++)
        b[c] = -(double)bias[c];
    multiply(k, d, by_rows, w, square);
    ODD_TRY(odd_eigh_small((int)m, square, value, vector));
    if (by_rows)
        memcpy(x, b, (size_t)k * sizeof *x);
    else
        odd_dgemm(0, 1, (int)d, (int)k, 1, b, w, 0, x);
    solve(m, value, vector, value + m, x);
    if (by_rows)
        odd_dgemm(0, 1, (int)d, (int)k, 1, x, w, 0, origin);
    else
        memcpy(origin, x, (size_t)d * sizeof *origin);
done:
    odd_free(w);
    odd_free(square);
    odd_free(vector);
    odd_free(value);
    odd_free(x);
    odd_free(b);
    return st;
}

/* -- residuals -- */

typedef struct {
    int d, axes;
    const double *origin, *axis; /* (d), (axes, d) */
    int64_t room;                /* doubles of a thread's: z (STEP, d), by axis (STEP, axes) */
    double *work;                /* (threads, room) */
    double *residual;            /* (n_local) */
} residual_pass;

static odd_status residual_part(void *context, const odd_block *part, double sum[])
{
    const residual_pass *p = context;
    double *z = p->work + part->thread * p->room, *out = p->residual + part->local;
    (void)sum;
    odd_centre_rows(part->count, p->d, part->x, p->origin, z);
    odd_subspace_residual(part->count, p->d, p->axes, p->axis, z, z + (int64_t)STEP * p->d, out);
    for (int i = 0; i < part->count; i++)
        if (!isfinite(out[i]))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(part->row + i));
    return ODD_OK;
}

static odd_status residual_block(void *context, const odd_block *block, double sum[])
{
    return odd_block_parts_each(block, STEP, residual_part, context, sum);
}

/* residual (n_local). @collective */
static odd_status find_residuals(const odd_rows *rows, int axes, const double origin[],
                                 const double axis[], double residual[])
{
    residual_pass p = {
        .d = rows->d, .axes = axes, .origin = origin, .axis = axis, .residual = residual};
    odd_status st;
    p.room = STEP * ((int64_t)p.d + axes);
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.work, odd_threads() * p.room));
    ODD_TRY(odd_rows_each(rows, residual_block, &p));
done:
    odd_free(p.work);
    return st;
}

/* -- learning -- */

typedef struct {
    const double *largest, *residual;
    odd_row_filter filter;
} levelling;

static odd_status add_levels(void *context, const odd_block *block, double sum[])
{
    const levelling *l = context;
    for (int i = 0; i < block->count; i++) {
        if (!odd_row_counts(l->filter, block->local + i)) continue;
        sum[0] += l->largest[block->local + i];
        sum[1] += l->residual[block->local + i];
    }
    return ODD_OK;
}

/* What makes residuals as large as the largest logits; 0 where they are rounding errors of rows as
 * long as `length`, all of which lie in the subspace. @collective */
static odd_status find_alpha(const odd_rows *rows, odd_row_filter filter, const double largest[],
                             const double residual[], double length, int64_t n, double *alpha)
{
    levelling l = {largest, residual, filter};
    double sum[2];
    const odd_status st = odd_rows_sum(rows, add_levels, &l, 2, sum);
    if (st != ODD_OK) return st;
    if (!isfinite(sum[0])) return odd_fail(ODD_NUMERIC, "a logit is not finite");
    *alpha = sum[1] > ROUNDING * length * (double)n ? sum[0] / sum[1] : 0;
    return ODD_OK;
}

/* The scatter is about the origin, which is not the mean where it is given. *square: sum of the
 * squared lengths of rows from there. @collective */
static odd_status learn_axes(const odd_rows *rows, odd_row_filter filter, const double origin[],
                             int axes, double axis[], double *square)
{
    double *scatter = NULL, fourth;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(scatter, (int64_t)rows->d * rows->d));
    ODD_TRY(odd_scatter(rows, filter, ODD_FORM_FULL, origin, NULL, scatter, &fourth));
    *square = 0;
    for (int64_t j = 0; j < rows->d; j++)
        *square += scatter[j * rows->d + j];
    ODD_TRY(odd_subspace_learn(rows->comm, rows->d, scatter, axes, axis));
done:
    odd_free(scatter);
    return st;
}

/* origin, axes and alpha of a model that is new. @collective */
static odd_status learn_model(const odd_vim_options *o, const odd_rows *rows, odd_row_filter filter,
                              const double largest[], odd_vim *out)
{
    double *residual = NULL, square;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(out->origin, rows->d));
    ODD_TRY(odd_mean(rows, filter, out->origin, &n));
    if (n < 1) ODD_TRY_ALL(rows->comm, odd_fail(ODD_ARG, "ViM has no row to learn from"));
    if (o->origin) memcpy(out->origin, o->origin, (size_t)rows->d * sizeof *out->origin);
    out->d = rows->d;
    out->axes = odd_subspace_axes(rows->d, n, o->components);
    ODD_TRY_ALL(rows->comm, ODD_NEW(out->axis, (int64_t)out->axes * rows->d));
    ODD_TRY(learn_axes(rows, filter, out->origin, out->axes, out->axis, &square));
    ODD_TRY_ALL(rows->comm, ODD_NEW(residual, rows->part.n_local));
    ODD_TRY(find_residuals(rows, out->axes, out->origin, out->axis, residual));
    ODD_TRY(find_alpha(rows, filter, largest, residual, sqrt(square / (double)n), n, &out->alpha));
done:
    odd_free(residual);
    return st;
}

odd_status odd_vim_learn(const odd_vim_options *o, const odd_rows *rows, const double largest[],
                         odd_vim *out)
{
    const odd_row_filter filter = {!o->learnt, o->learnt, 1};
    odd_status st;
    *out = (odd_vim){0};
    ODD_TRY(odd_detector_check_rows("ViM", rows));
    ODD_TRY(learn_model(o, rows, filter, largest, out));
done:
    if (st != ODD_OK) odd_vim_free(out);
    return st;
}

void odd_vim_free(odd_vim *vim)
{
    odd_free(vim->origin);
    odd_free(vim->axis);
    *vim = (odd_vim){0};
}

/* -- scores -- */

odd_status odd_vim_score(const odd_vim *m, int count, const float x[], const double energy[],
                         double score[])
{
    double *z = NULL, *scratch = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(z, (int64_t)count * m->d));
    ODD_TRY(ODD_NEW(scratch, (int64_t)count * m->axes));
    odd_centre_rows(count, m->d, x, m->origin, z);
    odd_subspace_residual(count, m->d, m->axes, m->axis, z, scratch, score);
    for (int i = 0; i < count; i++)
        score[i] = m->alpha * score[i] + energy[i];
done:
    odd_free(z);
    odd_free(scratch);
    return st;
}
