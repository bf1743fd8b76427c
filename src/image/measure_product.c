/* Product: the box of what differs from the ground, and the sides of the image that it touches. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>

#define SPECKS        0.0005 /* of what differs: so much at each side of the box is dust */
#define TOUCHED_SHARE 0.02   /* of a side, from which on it is touched */
#define BEHIND        0.04   /* of the width or height: once and twice so far behind a side */

/* Adds to the columns' counts, returns the row's. */
ODD_SIMD(static, uint32_t, count_row, (int n, const uint8_t *far, uint32_t *column),
         (n, far, column))
{
    uint32_t row = 0;
    for (int x = 0; x < n; x++) {
        const uint32_t product = far[x] > ODD_FAR;
        column[x] += product;
        row += product;
    }
    return row;
}

void odd_span_of(int n, const uint32_t count[], int64_t total, int *from, int *to)
{
    const double dust = SPECKS * (double)total;
    int64_t before = 0, behind = 0;
    for (*from = 0; *from < n - 1; ++*from)
        if ((double)(before += count[*from]) > dust) break;
    for (*to = n; *to > *from + 1; --*to)
        if ((double)(behind += count[*to - 1]) > dust) break;
}

static odd_status find_box(odd_measuring *m, int64_t *total)
{
    const int w = m->view.width, h = m->view.height;
    uint32_t *column = NULL, *row = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(column, w));
    ODD_TRY(ODD_NEW(row, h));
    *total = 0;
    for (int y = 0; y < h; y++)
        *total += row[y] = count_row(w, m->far + (size_t)y * (size_t)w, column);
    m->empty = *total == 0;
    m->left = m->top = 0;
    m->right = w;
    m->bottom = h;
    if (m->empty) goto done;
    odd_span_of(w, column, *total, &m->left, &m->right);
    odd_span_of(h, row, *total, &m->top, &m->bottom);
done:
    odd_free(column);
    odd_free(row);
    return st;
}

/* The share of a side along which one of two lines of pixels is product: n pixels, `step` apart,
 * the second line `inward` of the first. */
static float touched_share(const uint8_t *far, int n, ptrdiff_t step, ptrdiff_t inward)
{
    int64_t count = 0;
    for (int i = 0; i < n; i++, far += step)
        count += far[0] > ODD_FAR || far[inward] > ODD_FAR;
    return (float)count / (float)n;
}

/* The larger of what there is so far behind a side: a line's share, as above. */
static float reached_share(const uint8_t *far, int n, ptrdiff_t step, ptrdiff_t inward, int lines)
{
    float most = 0;
    for (int i = 1; i <= 2; i++) {
        const int behind = (int)(i * BEHIND * lines + 0.5);
        if (behind < 2 || behind + 2 > lines) continue;
        most = fmaxf(most, touched_share(far + behind * inward, n, step, inward));
    }
    return most;
}

static void measure_sides(const odd_measuring *m)
{
    const int w = m->view.width, h = m->view.height;
    const ptrdiff_t in_x = w > 1 ? 1 : 0, in_y = h > 1 ? w : 0;
    const uint8_t *far = m->far, *last = far + (ptrdiff_t)w * (h - 1);
    const float share[4] = {touched_share(far, h, w, in_x), touched_share(far, w, 1, in_y),
                            touched_share(far + w - 1, h, w, -in_x),
                            touched_share(last, w, 1, -in_y)};
    const float reach[4] = {reached_share(far, h, w, in_x, w), reached_share(far, w, 1, in_y, h),
                            reached_share(far + w - 1, h, w, -in_x, w),
                            reached_share(last, w, 1, -in_y, h)};
    int sides = 0;
    for (int i = 0; i < 4; i++) {
        m->value[ODD_MEASURE_TOUCH_LEFT + i] = share[i];
        m->value[ODD_MEASURE_REACH_LEFT + i] = reach[i];
        sides += share[i] >= (float)TOUCHED_SHARE;
    }
    m->value[ODD_MEASURE_SIDES_TOUCHED] = (float)sides;
}

odd_status odd_measure_product(odd_measuring *m)
{
    const float w = (float)m->view.width, h = (float)m->view.height;
    int64_t total;
    odd_status st;
    ODD_TRY(find_box(m, &total));
    m->value[ODD_MEASURE_PRODUCT_SHARE] = (float)((double)total / ((double)w * (double)h));
    if (m->even) measure_sides(m);
    if (m->empty) return ODD_OK;
    m->value[ODD_MEASURE_BOX_LEFT] = (float)m->left / w;
    m->value[ODD_MEASURE_BOX_TOP] = (float)m->top / h;
    m->value[ODD_MEASURE_BOX_RIGHT] = (float)m->right / w;
    m->value[ODD_MEASURE_BOX_BOTTOM] = (float)m->bottom / h;
done:
    return st;
}
