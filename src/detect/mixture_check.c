/* Whether the anomaly of a mixture is the broad component that its name promises. */
#include "mixture_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"

#include <math.h>
#include <string.h>

static void transpose(int64_t d, double *a)
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j < i; j++) {
            const double keep = a[i * d + j];
            a[i * d + j] = a[j * d + i];
            a[j * d + i] = keep;
        }
    }
}

/* The smallest eigenvalue of u' a u, where u u' is the inverse of the theme's covariance: the
 * smallest ratio of the variances of a and the theme. */
static odd_status smallest_ratio(int d, const double factor[], const double a[], double *ratio)
{
    odd_status st;
    double *b = NULL, *value = NULL, *vector = NULL;
    ODD_TRY(ODD_NEW(b, (int64_t)d * d));
    ODD_TRY(ODD_NEW(vector, (int64_t)d * d));
    ODD_TRY(ODD_NEW(value, d));
    memcpy(b, a, (size_t)d * (size_t)d * sizeof *b);
    odd_dtrmm_upper(d, d, factor, b);
    transpose(d, b);
    odd_dtrmm_upper(d, d, factor, b);
    ODD_TRY(odd_eigh_small(d, b, value, vector));
    *ratio = value[d - 1];
done:
    odd_free(value);
    odd_free(vector);
    odd_free(b);
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
            odd_status st = smallest_ratio(m->d, factor, anomaly, &least);
            if (st != ODD_OK) return st;
        }
        for (int64_t j = 0; m->form != ODD_FORM_FULL && j < odd_form_dense(m->form, m->d); j++)
            least = fmin(least, anomaly[j] * factor[j] * factor[j]);
        *ratio = fmin(*ratio, least);
    }
    return ODD_OK;
}
