/* Sparse code by coordinate descent (Friedman, Hastie, Hoefling and Tibshirani, "Pathwise
 * coordinate optimization", 2007): one loading after the other has its best value, given the rest.
 */
#include "linalg/sparse_code_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <string.h>

enum { SWEEPS = 200 /* at most */ };
static const double settled = 1e-8; /* largest step, of the largest loading */

static double shrink(double x, double by)
{
    return x > by ? x - by : x < -by ? x + by : 0;
}

ODD_SIMD(static, void, subtract, (int k, double step, const double *a, double *left),
         (k, step, a, left))
{
    for (int c = 0; c < k; c++)
        left[c] -= step * a[c];
}

/* One sweep over the loadings of a feature; left (k) = b - a u. True when they have settled. */
static int sweep_loadings(int k, const double *a, double alpha, double *left, double *u)
{
    double largest = 0, moved = 0;
    for (int64_t c = 0; c < k; c++) {
        const double own = a[c * k + c];
        if (!(own > 0)) continue; /* a direction that no row has */
        const double next = shrink(left[c] + own * u[c], alpha) / own, step = next - u[c];
        if (step != 0) subtract(k, step, a + c * k, left);
        u[c] = next;
        largest = fmax(largest, fabs(next));
        moved = fmax(moved, fabs(step));
    }
    return moved <= settled * largest;
}

static void solve_loadings(int k, const double *a, const double *b, double alpha, double *left,
                           double *u)
{
    memcpy(left, b, (size_t)k * sizeof *left);
    for (int64_t c = 0; c < k; c++)
        if (u[c] != 0) subtract(k, u[c], a + c * k, left);
    for (int i = 0; i < SWEEPS && !sweep_loadings(k, a, alpha, left, u); i++)
        continue;
}

odd_status odd_sparse_code(int d, int k, const double *a, const double *b, double alpha, double *u)
{
    double *left = odd_alloc((int64_t)odd_threads() * k, sizeof *left);
    if (!left) return ODD_NOMEM;
#pragma omp parallel for schedule(dynamic, 16) num_threads(odd_threads())
    for (int64_t j = 0; j < d; j++)
        solve_loadings(k, a, b + j * k, alpha, left + (int64_t)omp_get_thread_num() * k, u + j * k);
    odd_free(left);
    return ODD_OK;
}
