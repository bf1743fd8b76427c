/* Mean of repeated trials, with Student's interval. */
#include "oddlot/eval/mean.h"

#include <math.h>

/* The 0.975 quantile of Student's t: tables for few degrees of freedom, from 30 on the expansion
 * about the normal one (Abramowitz and Stegun 26.7.5), which is good to 1e-5 there. */
static double student(int64_t freedom)
{
    static const double table[] = {
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004,
        2.262157,  2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905,
        2.109816,  2.100922, 2.093024, 2.085963, 2.079614, 2.073873, 2.068658, 2.063899,
        2.059539,  2.055529, 2.051831, 2.048407, 2.045230,
    };
    const int64_t known = sizeof table / sizeof *table;
    const double z = 1.959964, v = (double)freedom;
    if (freedom <= known) return table[freedom - 1];
    return z + (z * z * z + z) / (4 * v) + (5 * pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * v * v);
}

odd_mean odd_mean_of(int64_t n, const double value[])
{
    odd_mean out = {NAN, NAN};
    double sum = 0, square = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(value[i])) continue;
        sum += value[i];
        count++;
    }
    if (count == 0) return out;
    out.mean = sum / (double)count;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(value[i])) square += (value[i] - out.mean) * (value[i] - out.mean);
    if (count > 1)
        out.half = student(count - 1) * sqrt(square / (double)(count - 1) / (double)count);
    return out;
}
