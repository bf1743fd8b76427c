/* Log densities of rows under a mixture: a plain version that reads like the definition, and one
 * for blocks of rows that whitens all of them by one triangular product for each covariance. */
#include "detect/mixture_internal.h"

#include <math.h>

double odd_log_sum_exp(int count, const double value[], int64_t stride)
{
    double top = -INFINITY, sum = 0;
    for (int k = 0; k < count; k++)
        top = fmax(top, value[k * stride]);
    if (isinf(top)) return top;
    for (int k = 0; k < count; k++)
        sum += exp(value[k * stride] - top);
    return top + log(sum);
}

int64_t odd_mixture_panel(int64_t block, int d)
{
    const int64_t fit = 65536 / d, least = block < 128 ? block : 128;
    return fit < least ? least : fit > block ? block : fit;
}

/* What the log density of a component loses at a squared distance. */
static double log_fall(const odd_mixture *m, int k, double square)
{
    if (k < m->themes || m->background == ODD_BACKGROUND_GAUSSIAN) return 0.5 * square;
    if (m->background == ODD_BACKGROUND_UNIFORM) return 0;
    return 0.5 * (m->degrees + m->d) * log1p(square / m->degrees);
}

void odd_mixture_log_density(const odd_mixture *m, int k, int n, const double square[],
                             double joint[])
{
    for (int i = 0; i < n; i++)
        joint[i] = m->constant[k] - log_fall(m, k, square[i]);
}

void odd_mixture_joint(const odd_mixture *m, int n, const double z[], double white[],
                       double joint[], double square[])
{
    int whitened = -1; /* the group that `white` is for */
    for (int k = 0; k < m->components; k++) {
        const int g = odd_mixture_group(m, k);
        double *row = joint + (int64_t)k * n, *distance = square + (int64_t)k * n;
        if (g != whitened) odd_mixture_whiten(m, g, n, z, white, white + (int64_t)n * m->d);
        whitened = g;
        odd_squared_distances(n, m->d, white, m->shift + (int64_t)k * m->d, distance);
        odd_mixture_log_density(m, k, n, distance, row);
    }
}

/* Entry (i, j) of the matrix that whitens a row. */
static double whitener_at(const odd_mixture *m, int g, int i, int j)
{
    const double *factor = odd_mixture_factor(m, g);
    double entry = i == j;
    if (m->rank) {
        for (int64_t k = 1; k <= m->rank; k++)
            entry -= factor[k * m->d + i] * factor[k * m->d + j];
        return factor[i] * entry;
    }
    if (m->form == ODD_FORM_FULL) return factor[(int64_t)i * m->d + j];
    return entry * (m->form == ODD_FORM_DIAGONAL ? factor[j] : factor[0]);
}

void odd_mixture_joint_plain(const odd_mixture *m, const float x[], double joint[], double square[])
{
    for (int k = 0; k < m->components; k++) {
        const double *mean = m->mean + (int64_t)k * m->d;
        square[k] = 0;
        for (int j = 0; j < m->d; j++) {
            double y = 0;
            for (int i = 0; i < m->d; i++)
                y += ((double)x[i] - mean[i]) * whitener_at(m, odd_mixture_group(m, k), i, j);
            square[k] += y * y;
        }
        joint[k] = m->constant[k] - log_fall(m, k, square[k]);
    }
}
