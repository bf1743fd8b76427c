/* Scatter: products of float32 panels, summed in float64. BLAS has the threads, one sum for all of
 * them, so memory does not grow with their number. */
#include "linalg/scatter_internal.h"

#include "linalg/fortran_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/threads.h"

odd_status odd_scatter_new(int order, int64_t terms, bool exact, odd_scatter *s)
{
    odd_status st = ODD_OK;
    *s = (odd_scatter){.order = order};
    ODD_TRY(ODD_NEW(s->sum, (int64_t)order * order));
    if (exact)
        ODD_TRY(ODD_NEW(s->wide, (int64_t)order * terms));
    else
        ODD_TRY(ODD_NEW(s->product, (int64_t)order * order));
done:
    return st;
}

void odd_scatter_close(odd_scatter *s)
{
    odd_free(s->wide);
    odd_free(s->product);
    s->wide = NULL;
    s->product = NULL;
}

void odd_scatter_free(odd_scatter *s)
{
    odd_scatter_close(s);
    odd_free(s->sum);
    s->sum = NULL;
}

/* sum += product, upper triangles. */
static void add_product(odd_scatter *s)
{
    const int64_t order = s->order;
#pragma omp parallel for schedule(static, 16) num_threads(odd_threads())
    for (int64_t i = 0; i < order; i++)
        for (int64_t j = i; j < order; j++)
            s->sum[i * order + j] += s->product[i * order + j];
}

/* wide (rows, columns) = y (rows, columns), whose rows are `stride` apart. */
static void widen_block(int64_t rows, int64_t columns, const float *y, int64_t stride, double *wide)
{
#pragma omp parallel for num_threads(odd_threads())
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            wide[i * columns + j] = y[i * stride + j];
}

/* Row-major y is column-major y': "N" sums y' y over its rows, "T" y y' over its columns. */
static void multiply(odd_scatter *s, const char *trans, int terms, const float *y, int stride)
{
    const float one = 1, none = 0;
    odd_threads_to_blas(1);
    ssyrk_("L", trans, &s->order, &terms, &one, y, &stride, &none, s->product, &s->order, 1, 1);
    odd_threads_to_blas(0);
    add_product(s);
}

/* The same from float64, straight onto the sum. */
static void multiply_exact(odd_scatter *s, const char *trans, int terms, int stride)
{
    const double one = 1;
    odd_threads_to_blas(1);
    dsyrk_("L", trans, &s->order, &terms, &one, s->wide, &stride, &one, s->sum, &s->order, 1, 1);
    odd_threads_to_blas(0);
}

void odd_scatter_rows(odd_scatter *s, int terms, const float *y)
{
    if (terms == 0) return;
    if (s->product) {
        multiply(s, "N", terms, y, s->order);
    } else {
        widen_block(terms, s->order, y, s->order, s->wide);
        multiply_exact(s, "N", terms, s->order);
    }
}

void odd_scatter_columns(odd_scatter *s, int terms, const float *y, int stride)
{
    if (terms == 0) return;
    if (s->product) {
        multiply(s, "T", terms, y, stride);
    } else {
        widen_block(s->order, terms, y, stride, s->wide);
        multiply_exact(s, "T", terms, terms);
    }
}

double odd_scatter_trace(const odd_scatter *s)
{
    double trace = 0;
    for (int64_t i = 0; i < s->order; i++)
        trace += s->sum[i * s->order + i];
    return trace;
}
