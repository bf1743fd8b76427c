/* Eigen signs: eigenvectors have no sign of their own, so all get theirs here. */
#include "linalg/eigen_signs_internal.h"

#include "oddlot/par/threads.h"

#include <math.h>
#include <stdint.h>

#define TIE 1e-9 /* far above the rounding of a unit vector, far below a real difference */

enum { WORTH_THREADS = 1 << 18 /* entries */ };

/* The entry of v (d) that decides its sign. */
static double deciding_entry(int d, const double *v)
{
    double largest = 0;
    for (int j = 0; j < d; j++)
        largest = fmax(largest, fabs(v[j]));
    for (int j = 0; j < d; j++)
        if (fabs(v[j]) >= largest * (1 - TIE)) return v[j];
    return 1;
}

void odd_eigen_signs(int k, int d, double vector[])
{
#pragma omp parallel for num_threads(odd_threads()) if ((int64_t)k * d > WORTH_THREADS)
    for (int i = 0; i < k; i++) {
        double *v = vector + (int64_t)i * d;
        if (deciding_entry(d, v) >= 0) continue;
        for (int j = 0; j < d; j++)
            v[j] = -v[j];
    }
}
