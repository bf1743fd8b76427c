/* How long the paths of isolation trees are, and how large the trees. */
#include "detect/forest_internal.h"

void odd_forest_paths(int64_t count, double path[])
{
    double harmonic = 0; /* H(m - 1) */
    for (int64_t m = 0; m < count; m++) {
        if (m > 1) harmonic += 1 / (double)(m - 1);
        path[m] = m > 1 ? 2 * harmonic - 2 * (double)(m - 1) / (double)m : 0;
    }
}

odd_forest_shape odd_forest_shape_of(int64_t sample, int d, int k, bool planes)
{
    odd_forest_shape s = {.d = d, .k = k, .sample = sample, .height = 1, .planes = planes};
    while ((int64_t)1 << s.height < sample)
        s.height++;
    s.inner = ((int64_t)1 << s.height) - 1;
    s.nodes = 2 * s.inner + 1;
    return s;
}
