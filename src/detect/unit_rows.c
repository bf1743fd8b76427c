/* Rows as directions: the same rows, each made of unit length when it is first read. */
#include "detect/unit_rows_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

bool odd_has_direction(int d, const float x[])
{
    for (int j = 0; j < d; j++)
        if (x[j] != 0) return true; /* NaN too: it is found where rows are added up */
    return false;
}

/* to (d) = from (d) over its length; a row of length zero stays as it is. May be in place. */
static void make_unit(int d, const float from[], float to[])
{
    double square = 0;
    for (int j = 0; j < d; j++)
        square += (double)from[j] * from[j];
    const double scale = square > 0 ? 1 / sqrt(square) : square; /* NaN stays */
    for (int j = 0; j < d; j++)
        to[j] = (float)(from[j] * scale);
}

static odd_status read_unit(void *context, int64_t local, int64_t count, float x[])
{
    const odd_rows *from = ((const odd_unit_rows *)context)->from;
    odd_status st = ODD_OK;
    if (from->x)
        memcpy(x, from->x + local * from->d, (size_t)(count * from->d) * sizeof *x);
    else
        st = from->read(from->reader, local, count, x);
    for (int64_t i = 0; st == ODD_OK && i < count; i++)
        make_unit(from->d, x + i * from->d, x + i * from->d);
    return st;
}

static odd_status count_zeros(void *context, const odd_block *block, double sum[])
{
    (void)context;
    for (int i = 0; i < block->count; i++)
        sum[0] += !odd_has_direction(block->d, block->x + (int64_t)i * block->d);
    return ODD_OK;
}

static odd_status copy_rows(odd_unit_rows *unit)
{
    const int64_t n = unit->from->part.n_local;
    const int d = unit->from->d;
    odd_status st;
    ODD_TRY(ODD_NEW(unit->x, n * d));
    const float *from = unit->from->x;
    float *to = unit->x;
#pragma omp parallel for default(none) shared(n, d, from, to)
    for (int64_t i = 0; i < n; i++)
        make_unit(d, from + i * d, to + i * d);
    unit->rows.x = unit->x;
done:
    return st;
}

void odd_unit_rows_stream(const odd_rows *from, odd_unit_rows *out)
{
    *out = (odd_unit_rows){.rows = *from, .from = from};
    out->rows.x = NULL;
    out->rows.read = read_unit;
    out->rows.reader = out;
}

odd_status odd_unit_rows_open(const odd_rows *from, odd_unit_rows *out)
{
    double zeros;
    odd_status st;
    odd_unit_rows_stream(from, out);
    ODD_TRY(odd_rows_pass(from, count_zeros, NULL, 1, &zeros));
    out->zeros = (int64_t)zeros;
    if (from->part.n > 0 && out->zeros == from->part.n)
        ODD_TRY_ALL(from->comm,
                    odd_fail(ODD_ARG, "every row has length zero: rows with a direction "
                                      "are needed"));
    ODD_TRY_ALL(from->comm, from->x ? copy_rows(out) : ODD_OK);
done:
    if (st != ODD_OK) odd_unit_rows_close(out);
    return st;
}

void odd_unit_rows_close(odd_unit_rows *unit)
{
    odd_free(unit->x);
    *unit = (odd_unit_rows){0};
}
