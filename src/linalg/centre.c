/* Panels: my rows some thousand at a time, and their deviations from the mean. */
#include "linalg/panels_internal.h"

#include "oddlot/base/memory.h"
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

odd_status odd_panels_new(const odd_rows *rows, odd_panels *p)
{
    *p = (odd_panels){.rows = rows, .step = odd_panel_rows(rows->part.n, rows->d)};
    return rows->x ? ODD_OK : ODD_NEW(p->buffer, p->step * rows->d);
}

void odd_panels_free(odd_panels *p)
{
    odd_free(p->buffer);
    *p = (odd_panels){0};
}

odd_status odd_panels_read(const odd_panels *p, int64_t local, int64_t count, const float **x)
{
    const odd_rows *rows = p->rows;
    ODD_CHECK(count <= p->step && local + count <= rows->part.n_local);
    *x = rows->x ? rows->x + local * rows->d : p->buffer;
    return rows->x || count == 0 ? ODD_OK : rows->read(rows->reader, local, count, p->buffer);
}

ODD_SIMD(static, void, centre_row, (int d, const float *x, const double *mean, float *y),
         (d, x, mean, y))
{
    for (int j = 0; j < d; j++)
        y[j] = (float)(x[j] - mean[j]);
}

void odd_centre(int64_t count, int d, const float *x, const double mean[], int first, int width,
                float *y)
{
#pragma omp parallel for num_threads(odd_threads())
    for (int64_t i = 0; i < count; i++)
        centre_row(width, x + i * d + first, mean + first, y + i * width);
}
