/* Shrink: a plane made smaller by the mean of what each new pixel covers, parts of pixels by their
 * share. Faster than the antialiased resize, and as sharp as an area can be. */
#include "image/measure_internal.h"

#include "oddlot/base/simd.h"

#include <stdlib.h>

#define UNIT 256 /* of a share of a row or column */

/* sum += share * row */
ODD_SIMD(static, void, add_row, (int n, const uint8_t *row, uint32_t share, uint32_t *sum),
         (n, row, share, sum))
{
    for (int x = 0; x < n; x++)
        sum[x] += share * row[x];
}

/* Shares of the cells of `from` that the i-th of `to` equal parts covers: first ... last. */
typedef struct {
    int first, last;
    uint32_t first_share, last_share;
} covered;

static covered covered_by(int i, int from, int to)
{
    const int64_t begin = (int64_t)i * from * UNIT / to, end = (int64_t)(i + 1) * from * UNIT / to;
    covered c = {(int)(begin / UNIT), (int)((end - 1) / UNIT), UNIT, UNIT};
    c.first_share = (uint32_t)(((int64_t)c.first + 1) * UNIT - begin);
    c.last_share = (uint32_t)(end - (int64_t)c.last * UNIT);
    if (c.first == c.last) c.first_share = (uint32_t)(end - begin);
    return c;
}

/* One row of the result from the sums of rows, whose shares add up to `height`. By floating point,
 * as a division of whole numbers is as slow as ten of these; not for SIMD, which might join a
 * product and a sum and round once. */
static void shrink_row(const uint32_t sum[], uint32_t height, int width, const covered column[],
                       uint8_t *out)
{
    for (int x = 0; x < width; x++) {
        const covered c = column[x];
        uint64_t all = (uint64_t)sum[c.first] * c.first_share;
        uint32_t share = c.first_share;
        for (int i = c.first + 1; i < c.last; i++)
            all += (uint64_t)sum[i] * UNIT;
        if (c.last > c.first) {
            all += (uint64_t)sum[c.last] * c.last_share;
            share += (uint32_t)(c.last - c.first - 1) * UNIT + c.last_share;
        }
        out[x] = (uint8_t)((double)all / ((double)share * height) + 0.5);
    }
}

odd_status odd_shrink(const uint8_t in[], int width, int height, int to_width, int to_height,
                      uint8_t out[])
{
    covered *column = malloc((size_t)to_width * sizeof *column);
    uint32_t *sum = malloc((size_t)width * sizeof *sum);
    odd_status st = ODD_OK;
    if (!column || !sum) ODD_TRY(odd_fail(ODD_NOMEM, "cannot allocate room to measure an image"));
    for (int x = 0; x < to_width; x++)
        column[x] = covered_by(x, width, to_width);
    for (int y = 0; y < to_height; y++) {
        const covered c = covered_by(y, height, to_height);
        uint32_t shares = 0;
        for (int x = 0; x < width; x++)
            sum[x] = 0;
        for (int i = c.first; i <= c.last; i++) {
            const uint32_t share = i == c.first ? c.first_share : i == c.last ? c.last_share : UNIT;
            add_row(width, in + (size_t)i * (size_t)width, share, sum);
            shares += share;
        }
        shrink_row(sum, shares, to_width, column, out + (size_t)y * (size_t)to_width);
    }
done:
    free(column);
    free(sum);
    return st;
}
