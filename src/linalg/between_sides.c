/* Sides of a search among rows that are spread over ranks: some rows of each rank at a time, less
 * the mean of the reference. Letters: d features. */
#include "linalg/between_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"
#include "oddlot/par/agree.h"

#include <math.h>

static const int64_t side_bytes = (int64_t)32 << 20; /* of a batch or panel, about, at most */

/* Rows that are had at a time: whole blocks. */
int64_t odd_between_rows(const odd_rows *rows, int64_t most)
{
    const int64_t block = rows->part.block, each = (int64_t)rows->d * (int64_t)sizeof(float);
    const int64_t fit = odd_min(most, side_bytes / (each > 0 ? each : 1)) / block * block;
    return fit > block ? fit : block;
}

odd_status odd_between_side_new(const odd_rows *rows, int64_t most, odd_between_side *s)
{
    odd_status st;
    s->row0 = rows->part.row0;
    ODD_TRY(odd_panels_new(rows, odd_between_rows(rows, most), &s->panels));
    ODD_TRY(ODD_NEW(s->z, s->panels.step * rows->d));
    ODD_TRY(ODD_NEW(s->square, s->panels.step));
done:
    return st;
}

void odd_between_side_free(odd_between_side *s)
{
    odd_panels_free(&s->panels);
    odd_free(s->z);
    odd_free(s->square);
}

/* z = x - origin; returns its squared length. */
ODD_SIMD(static, double, centre_row, (int d, const float x[], const double origin[], float z[]),
         (d, x, origin, z))
{
    double square = 0;
    for (int j = 0; j < d; j++) {
        z[j] = (float)((double)x[j] - origin[j]);
        square += (double)z[j] * (double)z[j];
    }
    return square;
}

/* My rows from `local` on, as many as there are at a time. @local */
odd_status odd_between_side_read(odd_between_side *s, int64_t local, const double origin[])
{
    const odd_rows *rows = s->panels.rows;
    const int d = rows->d;
    odd_status st;
    ODD_TRY(odd_panels_read(&s->panels, local, &s->now));
    const float *x = s->now.x;
    for (int64_t i = 0; i < s->now.count; i++) {
        s->square[i] = (float)centre_row(d, x + i * d, origin, s->z + i * d);
        if (!isfinite(s->square[i]))
            ODD_TRY(odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite, or too large",
                             (long long)(s->row0 + local + i)));
    }
done:
    return st;
}

/* -- the origin -- */

static odd_status add_rows(void *context, const odd_block *block, double sum[])
{
    (void)context;
    const odd_status st = odd_neighbours_check_rows(block);
    for (int i = 0; i < block->count && st == ODD_OK; i++)
        for (int j = 0; j < block->d; j++)
            sum[j] += (double)block->x[(int64_t)i * block->d + j];
    return st;
}

odd_status odd_between_find_origin(odd_between *p)
{
    odd_status st;
    ODD_TRY_ALL(p->reference->comm, ODD_NEW(p->origin, p->d));
    ODD_TRY(odd_rows_sum(p->reference, add_rows, NULL, p->d, p->origin));
    for (int j = 0; j < p->d && p->reference->part.n > 0; j++)
        p->origin[j] /= (double)p->reference->part.n;
done:
    return st;
}
