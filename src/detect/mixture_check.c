/* Whether the anomaly of a mixture is the broad component that its name promises. */
#include "detect/lowrank_internal.h"
#include "detect/mixture_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"

#include <math.h>
#include <string.h>

static void transpose_matrix(int64_t d, double *a)
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j < i; j++) {
            const double keep = a[i * d + j];
            a[i * d + j] = a[j * d + i];
            a[j * d + i] = keep;
        }
    }
}

/* The smallest eigenvalue of w' a w, where w w' is the inverse of the covariance of theme group g:
 * the smallest ratio of the variances of a (d, d), which is overwritten, and the theme. */
static odd_status smallest_ratio(const odd_mixture *m, int g, double a[], double *ratio)
{
    odd_status st;
    const int d = m->d;
    double *scratch = NULL, *value = NULL, *vector = NULL;
    ODD_TRY(ODD_NEW(scratch, (int64_t)d * m->rank));
    ODD_TRY(ODD_NEW(vector, (int64_t)d * d));
    ODD_TRY(ODD_NEW(value, d));
    odd_mixture_whiten(m, g, d, a, a, scratch);
    transpose_matrix(d, a);
    odd_mixture_whiten(m, g, d, a, a, scratch);
    ODD_TRY(odd_eigh_small(d, a, value, vector));
    *ratio = value[d - 1];
done:
    odd_free(value);
    odd_free(vector);
    odd_free(scratch);
    return st;
}

static odd_status full_ratio(const odd_mixture *m, int g, double *ratio)
{
    const double *anomaly = odd_mixture_covariance(m, m->groups - 1);
    double *a = odd_alloc((int64_t)m->d * m->d, sizeof *a);
    if (!a) return ODD_NOMEM;
    if (m->rank)
        odd_lowrank_expand(m->d, m->rank, anomaly, a);
    else
        memcpy(a, anomaly, (size_t)m->d * (size_t)m->d * sizeof *a);
    const odd_status st = smallest_ratio(m, g, a, ratio);
    odd_free(a);
    return st;
}

odd_status odd_mixture_dominance(const odd_mixture *m, double *ratio)
{
    const double *anomaly = odd_mixture_covariance(m, m->groups - 1);
    *ratio = INFINITY;
    for (int g = 0; g < m->groups - 1; g++) {
        const double *factor = odd_mixture_factor(m, g);
        double least = INFINITY;
        if (m->form == ODD_FORM_FULL) {
            odd_status st = full_ratio(m, g, &least);
            if (st != ODD_OK) return st;
        }
        for (int64_t j = 0; m->form != ODD_FORM_FULL && j < odd_form_dense(m->form, m->d); j++)
            least = fmin(least, anomaly[j] * factor[j] * factor[j]);
        *ratio = fmin(*ratio, least);
    }
    return ODD_OK;
}

int odd_mixture_caution(const odd_mixture *m, double dominance)
{
    for (int g = 0; g < m->groups - 1; g++)
        if (m->log_det[g] >= m->log_det[m->groups - 1]) return ODD_CAUTION_SWAPPED;
    /* the others do not fall as fast as the theme does, whatever their covariance */
    const bool falls = m->background == ODD_BACKGROUND_GAUSSIAN;
    return falls && dominance <= 1 ? ODD_CAUTION_NARROW : ODD_CAUTION_NONE;
}
