/* Where a node of an isolation tree is cut. */
#include "detect/forest_internal.h"

#include <math.h>

/* Rounding must not leave a side empty. */
static double between(double low, double cut, double high)
{
    return cut <= low ? nextafter(low, high) : cut > high ? high : cut;
}

double odd_forest_cut_uniform(odd_forest_draws *draws, double low, double high)
{
    const double u = odd_forest_draw_uniform(draws);
    return between(low, low * (1 - u) + high * u, high);
}

/* Two parts of c and m - c values, as wide as they are, explain them better than one by
 * (c^2 / wide + (m - c)^2 / wide') / m^2, less what does not depend on the cut. */
static double contrast(int64_t left, int64_t count, double below, double above)
{
    const double a = (double)left, b = (double)(count - left);
    return a * a / below + b * b / above;
}

double odd_forest_cut_density(int64_t count, const double value[])
{
    const double low = value[0], wide = value[count - 1] - low;
    double best = -1, cut = value[count - 1];
    for (int64_t i = 1; i < count; i++) {
        if (!(value[i] > value[i - 1])) continue;
        const double at = between(value[i - 1], value[i - 1] / 2 + value[i] / 2, value[i]);
        const double share = (at - low) / wide;
        const double gain = contrast(i, count, fmax(share, 1e-12), fmax(1 - share, 1e-12));
        if (gain <= best) continue;
        best = gain;
        cut = at;
    }
    return cut;
}
