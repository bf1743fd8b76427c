/* Covariances of low rank plus diagonal: see lowrank_internal.h.
 * Letters: n rows, d features, r the rank, noise (d), loading (r, d). */
#include "detect/lowrank_internal.h"

#include "detect/covariance_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"

#include <math.h>
#include <string.h>

/* correlation (d, d) of a covariance a (d, d): features of other units weigh alike. */
static odd_status correlations(int d, const double a[], double correlation[])
{
    for (int64_t i = 0; i < d; i++) {
        const double variance = a[i * d + i];
        if (!(variance > 0) || !isfinite(variance))
            return odd_fail(ODD_NUMERIC, "variance %d is %g: not positive", (int)i, variance);
        for (int64_t j = 0; j < d; j++)
            correlation[i * d + j] = a[i * d + j] / sqrt(variance * a[j * d + j]);
    }
    return ODD_OK;
}

/* Principal axes of the correlations, as if the noise were equal in all features: parts (1 + r, d),
 * noise, then loadings. */
odd_status odd_lowrank_start(int d, int r, const double a[], const double least[], double parts[])
{
    odd_status st;
    double *correlation = NULL, *value = NULL, *vector = NULL, rest = 0;
    ODD_TRY(ODD_NEW(correlation, (int64_t)d * d));
    ODD_TRY(ODD_NEW(vector, (int64_t)d * d));
    ODD_TRY(ODD_NEW(value, d));
    ODD_TRY(correlations(d, a, correlation));
    ODD_TRY(odd_eigh_small(d, correlation, value, vector));
    for (int k = r; k < d; k++)
        rest += fmax(value[k], 0) / (d - r);
    for (int64_t j = 0; j < d; j++) {
        const double variance = a[j * d + j];
        parts[j] = fmax(rest * variance, least[j]);
        for (int k = 0; k < r; k++)
            parts[(k + 1) * (int64_t)d + j] =
                sqrt(fmax(value[k] - rest, 0) * variance) * vector[k * (int64_t)d + j];
    }
done:
    odd_free(value);
    odd_free(vector);
    odd_free(correlation);
    return st;
}

/* inverse (r, r) of a symmetric positive definite a (r, r), which is overwritten. u: (r, r). */
static odd_status invert(int r, double a[], double u[], double inverse[])
{
    odd_status st;
    ODD_TRY(odd_cholesky(r, a));
    ODD_TRY(odd_cholesky_inverse(r, a, u));
    odd_dgemm(1, r, r, r, 1, u, u, 0, inverse);
done:
    return st;
}

/* What a step of EM works with: all of them (r, r) or (r, d). */
typedef struct {
    double *small, *u, *m, *e; /* (r, r) */
    double *beta, *cross, *scaled;
} improve_space;

/* scaled = loading / noise; m = inverse(I + scaled loading'), the covariance of the factors given a
 * row; beta = m scaled, what gives their mean. */
static odd_status regress(int d, int r, const double parts[], improve_space *s)
{
    const double *noise = parts, *loading = parts + d;
    for (int64_t k = 0; k < r; k++)
        for (int64_t j = 0; j < d; j++)
            s->scaled[k * d + j] = loading[k * d + j] / noise[j];
    odd_dgemm(1, r, r, d, 1, s->scaled, loading, 0, s->small);
    odd_form_add_identity(ODD_FORM_FULL, r, 1, s->small);
    odd_status st = invert(r, s->small, s->u, s->m);
    if (st == ODD_OK) odd_dgemm(0, r, d, r, 1, s->m, s->scaled, 0, s->beta);
    return st;
}

/* The loading that maximizes the expectation, then the noise that does so given it. */
static odd_status improve_once(int d, int r, const double a[], const double least[],
                               improve_space *s, double parts[])
{
    double *noise = parts, *loading = parts + d;
    odd_status st;
    ODD_TRY(regress(d, r, parts, s));
    odd_dgemm(0, r, d, d, 1, s->beta, a, 0, s->cross);
    memcpy(s->small, s->m, (size_t)r * (size_t)r * sizeof *s->small);
    odd_dgemm(1, r, r, d, 1, s->cross, s->beta, 1, s->small);
    ODD_TRY(invert(r, s->small, s->u, s->e));
    odd_dgemm(0, r, d, r, 1, s->e, s->cross, 0, loading);
    for (int64_t j = 0; j < d; j++) {
        double own = a[j * d + j];
        for (int64_t k = 0; k < r; k++)
            own -= loading[k * d + j] * s->cross[k * d + j];
        noise[j] = fmax(own, least[j]);
    }
done:
    return st;
}

odd_status odd_lowrank_improve(int d, int r, const double a[], const double least[], int steps,
                               double parts[])
{
    odd_status st;
    const int64_t small = (int64_t)r * r, wide = (int64_t)r * d;
    double *room = NULL;
    ODD_TRY(ODD_NEW(room, 4 * small + 3 * wide));
    improve_space s = {.small = room, .u = room + small, .m = room + 2 * small};
    s.e = room + 3 * small;
    s.beta = room + 4 * small;
    s.cross = s.beta + wide;
    s.scaled = s.cross + wide;
    for (int step = 0; step < steps; step++)
        ODD_TRY(improve_once(d, r, a, least, &s, parts));
done:
    odd_free(room);
    return st;
}

/* With t = loading / sqrt(noise) and t t' = p diag(q) p': the inverse of I + t' t is that of the
 * square of I - v' v, where row k of v is sqrt(c / q) p_k t and c = 1 - 1 / sqrt(1 + q). */
odd_status odd_lowrank_factor(int d, int r, const double parts[], double factor[], double *log_det)
{
    odd_status st;
    const double *noise = parts, *loading = parts + d;
    double *t = NULL, *gram = NULL, *value = NULL, *vector = NULL, *v = factor + d;
    *log_det = 0;
    ODD_TRY(ODD_NEW(t, (int64_t)r * d));
    ODD_TRY(ODD_NEW(gram, (int64_t)r * r));
    ODD_TRY(ODD_NEW(vector, (int64_t)r * r));
    ODD_TRY(ODD_NEW(value, r));
    for (int64_t j = 0; j < d; j++) {
        if (!(noise[j] > 0) || !isfinite(noise[j]))
            ODD_TRY(odd_fail(ODD_NUMERIC, "noise %d is %g: not positive", (int)j, noise[j]));
        factor[j] = 1 / sqrt(noise[j]);
        *log_det += log(noise[j]);
        for (int64_t k = 0; k < r; k++)
            t[k * d + j] = loading[k * d + j] * factor[j];
    }
    odd_dgemm(1, r, r, d, 1, t, t, 0, gram);
    ODD_TRY(odd_eigh_small(r, gram, value, vector));
    for (int64_t k = 0; k < r; k++) {
        const double q = fmax(value[k], 0), root = sqrt(1 + q);
        *log_det += log1p(q);
        for (int64_t l = 0; l < r; l++) /* sqrt(c / q), which has no 0 / 0 in this form */
            vector[k * r + l] /= sqrt(root * (1 + root));
    }
    odd_dgemm(0, r, d, r, 1, vector, t, 0, v);
done:
    odd_free(value);
    odd_free(vector);
    odd_free(gram);
    odd_free(t);
    return st;
}

/* y (n, d) = (z scale) (I - v' v), never as a matrix (d, d): scratch (n, r) holds y v'. */
void odd_lowrank_whiten(int n, int d, int r, const double factor[], const double z[], double y[],
                        double scratch[])
{
    const double *v = factor + d;
    odd_form_whiten(ODD_FORM_DIAGONAL, n, d, factor, z, y);
    odd_dgemm(1, n, r, d, 1, y, v, 0, scratch);
    odd_dgemm(0, n, d, r, -1, scratch, v, 1, y);
}

/* inverse(V) = scale (I - v' v)^2 scale, and the rows of v are orthogonal: with c = |v_k|^2 the
 * square is I - sum of (2 - c) v_k v_k'. */
double odd_lowrank_trace_solve(int d, int r, const double factor[], const double b[],
                               double scratch[])
{
    double trace = 0, *whole = scratch, *product = scratch + d;
    for (int64_t j = 0; j < d; j++)
        trace += factor[j] * factor[j] * b[j * d + j];
    for (int64_t k = 0; k < r; k++) {
        const double *v = factor + (k + 1) * d;
        double c = 0, square = 0;
        for (int j = 0; j < d; j++) {
            whole[j] = factor[j] * v[j];
            c += v[j] * v[j];
        }
        odd_dgemm(0, 1, d, d, 1, whole, b, 0, product);
        for (int j = 0; j < d; j++)
            square += product[j] * whole[j];
        trace -= (2 - c) * square;
    }
    return trace;
}

void odd_lowrank_expand(int d, int r, const double parts[], double a[])
{
    memset(a, 0, (size_t)d * (size_t)d * sizeof *a);
    for (int64_t j = 0; j < d; j++)
        a[j * d + j] = parts[j];
    for (int64_t k = 1; k <= r; k++)
        odd_form_add_outer(ODD_FORM_FULL, d, 1, parts + k * d, parts + k * d, a);
}

void odd_lowrank_scale(int d, int r, double times, double parts[])
{
    for (int64_t j = 0; j < d * ((int64_t)r + 1); j++)
        parts[j] *= j < d ? times : sqrt(times);
}
