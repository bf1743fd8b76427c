/* Narrow mixtures: whether EM's products may be float32, and factors that are float32 numbers.
 *
 * What float32 does to EM, and why it stays EM:
 *
 * - Rows about the centre are rounded once and in the same way in each pass: EM of data that were
 *   float32 to begin with.
 * - Factors are rounded before anything is made of them. What they whiten by is then a Gaussian
 *   as good as any, a hair beside the M-step's, so what the objective loses is of second order.
 * - Products and sums within a block are rounded. A whitened value errs by its terms z_i u_ij,
 * whose squares sum to z_i^2 inverse(V)_ii over all values. The mean of that over a component's
 * rows is the variance inflation factor of feature i, but about the centre: 1 / (1 - R^2), R^2
 * being the share of its variance that the other features explain, in any unit. It is large where a
 *   covariance is nearly singular, or a mean lies far from the centre for its spread. Scatters lose
 *   as many digits.
 *
 * So products are narrow where no inflation is large, where the noise that they add to the
 * objective is less than 1e-9 of it (mixture_em.c), and until the gain of an iteration comes near
 * to it: the last iterations, and what they converge to, are float64's. */
#include "detect/mixture_internal.h"

#include <float.h>
#include <math.h>

/* From so many features on; below, products are not what takes the time. */
enum { FEATURES_LEAST = 32 };

/* R^2 = 0.999. With 131,784 rows of 500 features, all of them so, rounded scatters cost the
 * objective some 0.02 in 1e8. */
static const double inflation_most = 1000;

/* Rows are no larger than the root of the first, which is clear of overflow also when squared;
 * deviations no smaller than the root of the second, where float32 has all of its digits. */
static const double total_most = 1e30, variance_least = 1e-24;

static bool has_narrow_range(const odd_mixture *m, const double total[])
{
    const int64_t step = (int64_t)m->d + 1;
    for (int64_t j = 0; j < m->d; j++) {
        if (!(total[j * step] <= total_most)) return false;
        for (int g = 0; g < m->groups; g++)
            if (!(odd_mixture_covariance(m, g)[j * step] >= variance_least)) return false;
    }
    return true;
}

/* The variance inflation factor of feature i in component k. */
static double inflation(const odd_mixture *m, int k, int64_t i)
{
    const int g = odd_mixture_group(m, k);
    const double *u = odd_mixture_factor(m, g) + i * m->d;
    const double gap = m->mean[(int64_t)k * m->d + i] - m->centre[i];
    double precision = 0;
    for (int64_t j = i; j < m->d; j++)
        precision += u[j] * u[j];
    return precision * (odd_mixture_covariance(m, g)[i * (m->d + 1)] + gap * gap);
}

/* The sum over the features of a component; infinity if one of them is too large. */
static double all_inflation(const odd_mixture *m, int k)
{
    double sum = 0;
    for (int64_t i = 0; i < m->d; i++) {
        const double own = inflation(m, k, i);
        if (!(own <= inflation_most)) return INFINITY;
        sum += own;
    }
    return sum;
}

double odd_mixture_blur(const odd_mixture *m, const double total[])
{
    const bool uniform = m->background == ODD_BACKGROUND_UNIFORM;
    double most = 0;
    if (m->form != ODD_FORM_FULL || m->rank || m->d < FEATURES_LEAST) return 0;
    if (!has_narrow_range(m, total)) return 0;
    for (int k = 0; k < m->components - uniform; k++)
        most = fmax(most, all_inflation(m, k));
    return isfinite(most) ? 0.5 * FLT_EPSILON * sqrt(most) : 0;
}

static void round_factor(odd_mixture *m, int g)
{
    double *u = odd_mixture_factor(m, g);
    for (int64_t j = 0; j < (int64_t)m->d * m->d; j++)
        u[j] = (double)(float)u[j];
    m->log_det[g] = 0;
    for (int64_t j = 0; j < m->d; j++)
        m->log_det[g] -= 2 * log(u[j * (m->d + 1)]);
}

odd_status odd_mixture_narrow(odd_mixture *m, double blur)
{
    *m->blur = blur;
    for (int g = 0; g < m->groups; g++)
        round_factor(m, g);
    return odd_mixture_settle(m);
}
