/* Centre: deviations of rows from their mean, as float32 products take them. */
#include "linalg/centre_internal.h"

#include "oddlot/base/simd.h"
#include "oddlot/par/threads.h"

enum { PANEL_BYTES = 32 << 20, PANEL_LEAST = 16, PANEL_MOST = 4096 };

int64_t odd_panel_rows(int64_t n, int d)
{
    int64_t rows = PANEL_BYTES / ((int64_t)d * (int64_t)sizeof(float));
    if (rows < PANEL_LEAST) rows = PANEL_LEAST;
    if (rows > PANEL_MOST) rows = PANEL_MOST;
    return rows < n ? rows : n;
}

ODD_SIMD(, void, odd_centre_row,
         (int width, const float *x, const double *mean, double factor, float *y),
         (width, x, mean, factor, y))
{
    for (int j = 0; j < width; j++)
        y[j] = (float)((x[j] - mean[j]) * factor);
}

void odd_centre(int64_t count, int d, const float *x, const double mean[], double factor, int first,
                int width, float *y)
{
#pragma omp parallel for num_threads(odd_threads())
    for (int64_t i = 0; i < count; i++)
        odd_centre_row(width, x + i * d + first, mean + first, factor, y + i * width);
}

/* Runs of several sums side by side, whose number the compiler picks by the instruction set. */
ODD_SIMD(, double, odd_square_sum, (int64_t count, const float *x), (count, x))
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < count; i++)
        sum += (double)x[i] * x[i];
    return sum;
}
