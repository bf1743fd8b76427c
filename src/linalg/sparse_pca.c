/* Sparse PCA, in turns of loadings and rows, without ever holding what belongs to the rows.
 *
 * With p = y u, a turn makes v := p m1 + v m2 for two (k, k) matrices that follow from the products
 * of p and v alone: p' p = u' s with s = y' y u, v' p = b' u with b = y' v, and v' v = a. Then
 * b := s m1 + b m2. So the only pass over the rows is the one that makes s, which is the power pass
 * of the randomized PCA.
 *
 * Letters: n rows, d features, k components. Rows are scaled as the power pass wants them. Small
 * products run on one thread, large ones by tiles of features: no bit depends on the threads. */
#include "linalg/sparse_pca_internal.h"

#include "linalg/eigen_signs_internal.h"
#include "linalg/fixed_point_internal.h"
#include "linalg/power_pass_internal.h"
#include "linalg/sparse_code_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/pca.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

enum { TILE = 256 /* features */ };

typedef struct {
    int d, k;
    double alpha;         /* in units of the scaled rows */
    double squares;       /* of all values, scaled */
    float *q;             /* (d, k) u, its columns at unit length */
    double *length;       /* (k) of the columns of u */
    double *u, *b, *s;    /* (d, k) */
    double *next;         /* (d, k) room for b */
    double *a;            /* (k, k) v' v */
    double *pp, *vp, *uu; /* (k, k) p' p, v' p, u' u */
    double *m1, *m2;      /* (k, k) row c: what makes the new column c of v of p and of v */
    double *x1, *x2;      /* (k, k) room */
    odd_power_pass pass;
} turns;

static odd_status open_turns(const odd_rows *rows, const odd_pca *pca, double alpha, turns *t)
{
    odd_status st = ODD_OK;
    const int64_t d = pca->d, k = pca->k;
    const double squares = pca->total_variance * (double)(pca->n - 1);
    const double factor = odd_fixed_factor(squares * (1 + 1e-6));
    double **const wide[] = {&t->u, &t->b, &t->s, &t->next};
    double **const small[] = {&t->a, &t->pp, &t->vp, &t->uu, &t->m1, &t->m2, &t->x1, &t->x2};
    *t = (turns){.d = pca->d, .k = pca->k, .alpha = alpha * factor};
    t->squares = squares * factor * factor;
    ODD_TRY(ODD_NEW(t->q, d * k));
    ODD_TRY(ODD_NEW(t->length, k));
    for (int i = 0; i < 4; i++)
        ODD_TRY(ODD_NEW(*wide[i], d * k));
    for (int i = 0; i < 8; i++)
        ODD_TRY(ODD_NEW(*small[i], k * k));
    ODD_TRY(odd_power_pass_new(rows, pca->mean, factor, pca->k, &t->pass));
    t->pass.q = t->q;
done:
    return st;
}

static void close_turns(turns *t)
{
    double *const arrays[] = {t->length, t->u,  t->b,  t->s,  t->next, t->a, t->pp,
                              t->vp,     t->uu, t->m1, t->m2, t->x1,   t->x2};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        odd_free(arrays[i]);
    odd_free(t->q);
    odd_power_pass_free(&t->pass);
}

/* v begins with the left singular vectors of the rows: orthonormal, and y' v is known. */
static void begin_v(turns *t, const odd_pca *pca)
{
    for (int64_t c = 0; c < t->k; c++) {
        const double sigma = sqrt(pca->value[c] * (double)(pca->n - 1)) * t->pass.factor;
        for (int64_t j = 0; j < t->d; j++)
            t->b[j * t->k + c] = pca->axis[c * t->d + j] * sigma;
        t->a[c * t->k + c] = 1;
    }
}

/* q := u with columns at unit length, those without a length left out. */
static void set_columns(turns *t)
{
    const int64_t size = (int64_t)t->d * t->k;
    memset(t->length, 0, (size_t)t->k * sizeof *t->length);
    for (int64_t i = 0; i < size; i++)
        t->length[i % t->k] += t->u[i] * t->u[i];
    for (int c = 0; c < t->k; c++)
        t->length[c] = sqrt(t->length[c]);
    for (int64_t i = 0; i < size; i++)
        t->q[i] = t->u[i] == 0 ? 0 : (float)(t->u[i] / t->length[i % t->k]);
}

/* c (k, k) = u' y for y (d, k); most of u is 0. */
static void product_with_u(const turns *t, const double *y, double *c)
{
    const int64_t k = t->k;
    memset(c, 0, (size_t)(k * k) * sizeof *c);
    for (int64_t i = 0; i < t->d * k; i++) {
        if (t->u[i] == 0) continue;
        const double *row = y + i / k * k;
        double *to = c + i % k * k;
        for (int64_t l = 0; l < k; l++)
            to[l] += t->u[i] * row[l];
    }
}

static void transpose(int64_t k, double *a)
{
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < i; j++) {
            const double keep = a[i * k + j];
            a[i * k + j] = a[j * k + i];
            a[j * k + i] = keep;
        }
}

/* s and all products of p, v and u. @collective */
static odd_status pass_rows(turns *t)
{
    odd_status st = ODD_OK;
    set_columns(t);
    ODD_TRY(odd_power_pass_multiply(&t->pass));
    for (int64_t i = 0; i < (int64_t)t->d * t->k; i++)
        t->s[i] = odd_power_pass_value(t->pass.sum[i]) * t->length[i % t->k];
    product_with_u(t, t->s, t->pp);
    product_with_u(t, t->u, t->uu);
    product_with_u(t, t->b, t->vp);
    transpose(t->k, t->vp);
done:
    return st;
}

/* x' a y for vectors of k. */
static double bilinear_form(int64_t k, const double *x, const double *a, const double *y)
{
    double sum = 0;
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; x[i] != 0 && j < k; j++)
            sum += x[i] * a[i * k + j] * y[j];
    return sum;
}

/* Column c of v, the others given: (p_c - the rest of v u' u_c) / |u_c|^2, no longer than 1. */
static void update_column(turns *t, int64_t c)
{
    const int64_t k = t->k;
    double *m1 = t->m1 + c * k, *m2 = t->m2 + c * k;
    const double own = t->uu[c * k + c];
    if (!(own > 0)) return; /* nothing loads on it: any column will do */
    memset(m1, 0, (size_t)k * sizeof *m1);
    memset(m2, 0, (size_t)k * sizeof *m2);
    m1[c] = 1 / own;
    for (int64_t l = 0; l < k; l++) {
        const double share = t->uu[l * k + c] / own;
        for (int64_t i = 0; l != c && share != 0 && i < k; i++) {
            m1[i] -= share * t->m1[l * k + i];
            m2[i] -= share * t->m2[l * k + i];
        }
    }
    const double square = bilinear_form(k, m1, t->pp, m1) + 2 * bilinear_form(k, m2, t->vp, m1) +
                          bilinear_form(k, m2, t->a, m2);
    const double scale = square > 1 ? 1 / sqrt(square) : 1;
    for (int64_t i = 0; i < k; i++) {
        m1[i] *= scale;
        m2[i] *= scale;
    }
}

/* a := v' v of the new v: (m1 pp + m2 vp) m1' + (m1 vp' + m2 a) m2'. */
static void update_products(turns *t)
{
    const int k = t->k;
    odd_dgemm(0, k, k, k, 1, t->m1, t->pp, 0, t->x1);
    odd_dgemm(0, k, k, k, 1, t->m2, t->vp, 1, t->x1);
    odd_dgemm(1, k, k, k, 1, t->m1, t->vp, 0, t->x2);
    odd_dgemm(0, k, k, k, 1, t->m2, t->a, 1, t->x2);
    odd_dgemm(1, k, k, k, 1, t->x1, t->m1, 0, t->a);
    odd_dgemm(1, k, k, k, 1, t->x2, t->m2, 1, t->a);
}

/* b := y' v of the new v. */
static void update_features(turns *t)
{
    const int k = t->k;
#pragma omp parallel for schedule(dynamic) num_threads(odd_threads())
    for (int j = 0; j < t->d; j += TILE) {
        const int rows = t->d - j < TILE ? t->d - j : TILE;
        const int64_t at = (int64_t)j * k;
        odd_dgemm(1, rows, k, k, 1, t->s + at, t->m1, 0, t->next + at);
        odd_dgemm(1, rows, k, k, 1, t->b + at, t->m2, 1, t->next + at);
    }
    double *const old = t->b;
    t->b = t->next;
    t->next = old;
}

/* |y - v u'|^2 / 2 + alpha |u|_1, of the new v, scaled. */
static double objective(const turns *t)
{
    const int64_t k = t->k;
    double crossed = 0, squared = 0, absolute = 0;
    for (int64_t c = 0; c < k; c++)
        for (int64_t i = 0; i < k; i++) {
            crossed += t->m1[c * k + i] * t->pp[i * k + c] + t->m2[c * k + i] * t->vp[i * k + c];
            squared += t->a[c * k + i] * t->uu[c * k + i];
        }
    for (int64_t i = 0; i < t->d * k; i++)
        absolute += fabs(t->u[i]);
    return t->squares / 2 - crossed + squared / 2 + t->alpha * absolute;
}

/* One turn: loadings, a pass over the rows, columns of v. @collective */
static odd_status take_turn(turns *t, double *reached)
{
    odd_status st = ODD_OK;
    const int64_t k = t->k;
    const MPI_Comm comm = t->pass.rows->comm;
    ODD_TRY_ALL(comm, odd_sparse_code(t->d, t->k, t->a, t->b, t->alpha, t->u));
    ODD_TRY(pass_rows(t));
    memset(t->m1, 0, (size_t)(k * k) * sizeof *t->m1);
    memset(t->m2, 0, (size_t)(k * k) * sizeof *t->m2);
    for (int64_t c = 0; c < k; c++)
        t->m2[c * k + c] = 1;
    for (int64_t c = 0; c < k; c++)
        update_column(t, c);
    update_products(t);
    *reached = objective(t);
    update_features(t);
done:
    return st;
}

/* Turns until the objective gains no more; axes are the columns of u. @collective */
static odd_status take_turns(turns *t, const odd_sparse_options *o, odd_sparse_pca *out)
{
    odd_status st = ODD_OK;
    const double unit = t->pass.factor * t->pass.factor;
    double before = INFINITY, now = 0;
    while (out->iterations < o->iterations) {
        ODD_TRY(take_turn(t, &now));
        out->objective[out->iterations++] = now / unit;
        if (before - now <= o->tolerance * now) break;
        before = now;
    }
    for (int64_t i = 0; i < (int64_t)t->d * t->k; i++)
        out->axis[i % t->k * t->d + i / t->k] = t->u[i] == 0 ? 0 : t->u[i] / t->length[i % t->k];
    odd_eigen_signs(t->k, t->d, out->axis);
    odd_log(ODD_LOG_INFO, "sparse PCA: objective %.6g after %d passes", now / unit,
            out->iterations);
done:
    return st;
}

static odd_status sparse_new(const odd_pca *pca, int64_t iterations, odd_sparse_pca **out)
{
    odd_status st = ODD_OK;
    odd_sparse_pca *s = NULL;
    ODD_TRY(ODD_NEW(s, 1));
    s->d = pca->d;
    s->k = pca->k;
    ODD_TRY(ODD_NEW(s->mean, s->d));
    ODD_TRY(ODD_NEW(s->axis, (int64_t)s->k * s->d));
    ODD_TRY(ODD_NEW(s->objective, iterations));
    memcpy(s->mean, pca->mean, (size_t)s->d * sizeof *s->mean);
    *out = s;
    s = NULL;
done:
    odd_sparse_pca_free(&s);
    return st;
}

void odd_sparse_pca_free(odd_sparse_pca **sparse)
{
    odd_sparse_pca *s = *sparse;
    if (!s) return;
    odd_free(s->objective);
    odd_free(s->axis);
    odd_free(s->mean);
    odd_free(s);
    *sparse = NULL;
}

static odd_pca_options start_options(const odd_sparse_options *o)
{
    return (odd_pca_options){.components = o->components,
                             .solver = "auto",
                             .oversampling = 10,
                             .iterations = 4,
                             .seed = o->seed};
}

odd_status odd_sparse_pca_fit(const odd_rows *rows, const odd_sparse_options *options,
                              odd_sparse_pca **out, int64_t *bad_row)
{
    odd_status st = ODD_OK;
    const odd_pca_options first = start_options(options);
    odd_sparse_pca *s = NULL;
    odd_pca *pca = NULL;
    turns t = {0};
    *out = NULL;
    ODD_TRY(odd_pca_fit(rows, &first, &pca, bad_row));
    ODD_TRY_ALL(rows->comm, sparse_new(pca, options->iterations, &s));
    ODD_TRY_ALL(rows->comm, open_turns(rows, pca, options->alpha, &t));
    begin_v(&t, pca);
    ODD_TRY(take_turns(&t, options, s));
    *out = s;
    s = NULL;
done:
    close_turns(&t);
    odd_pca_free(&pca);
    odd_sparse_pca_free(&s);
    return st;
}

int64_t odd_sparse_pca_bytes(int64_t n, int d, int64_t k, int ranks, int threads)
{
    const odd_sparse_options o = {.components = k};
    const odd_pca_options first = start_options(&o);
    const char *why, *solver = odd_pca_choose(n, d, &first, &why);
    const int64_t before = odd_pca_bytes(n, d, &first, solver, ranks, threads);
    const int64_t later = 44 * (int64_t)d * k + 64 * k * k +
                          odd_power_pass_bytes(n, d, (int)k, threads) + 8 * (int64_t)d * k;
    return before > later ? before : later;
}
