/* Log densities of rows under a mixture: a plain version that reads like the definition, and one
 * for blocks of rows that whitens all of them by one triangular product for each covariance. */
#include "mixture_internal.h"

#include <math.h>

#define LOG_2PI 1.8378770664093454836

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

/* log w_k + log of the normal density's constant */
static double log_constant(const odd_mixture *m, int k)
{
    return log(m->weight[k]) - 0.5 * (m->d * LOG_2PI + m->log_det[odd_mixture_group(m, k)]);
}

void odd_mixture_joint(const odd_mixture *m, int n, const double z[], double white[],
                       double joint[], double square[])
{
    int whitened = -1; /* the group that `white` is for */
    for (int k = 0; k < m->components; k++) {
        const int g = odd_mixture_group(m, k);
        double *row = joint + (int64_t)k * n, *distance = square + (int64_t)k * n;
        if (g != whitened) odd_form_whiten(m->form, n, m->d, odd_mixture_factor(m, g), z, white);
        whitened = g;
        odd_squared_distances(n, m->d, white, m->shift + (int64_t)k * m->d, distance);
        const double constant = log_constant(m, k);
        for (int i = 0; i < n; i++)
            row[i] = constant - 0.5 * distance[i];
    }
}

/* Entry (i, j) of a factor of any form. */
static double factor_at(const odd_mixture *m, int g, int i, int j)
{
    const double *factor = odd_mixture_factor(m, g);
    if (m->form == ODD_FORM_FULL) return factor[(int64_t)i * m->d + j];
    if (i != j) return 0;
    return m->form == ODD_FORM_DIAGONAL ? factor[j] : factor[0];
}

void odd_mixture_joint_plain(const odd_mixture *m, const float x[], double joint[], double square[])
{
    for (int k = 0; k < m->components; k++) {
        const double *mean = m->mean + (int64_t)k * m->d;
        square[k] = 0;
        for (int j = 0; j < m->d; j++) {
            double y = 0;
            for (int i = 0; i <= j; i++)
                y += ((double)x[i] - mean[i]) * factor_at(m, odd_mixture_group(m, k), i, j);
            square[k] += y * y;
        }
        joint[k] = log_constant(m, k) - 0.5 * square[k];
    }
}
