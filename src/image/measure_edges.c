/* Edges: at one size, how steep those of the product are, and the box of all that have any. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>
#include <stdlib.h>

#define BOX_SIDE    256 /* pixels of the longer side of the box, where the image has as many */
#define MOST_SIDE   512 /* of the whole image */
#define LEAST_SIDE  16  /* of the box: below it, edges are as wide as the product */
#define EDGE        8   /* levels from pixel to pixel that are an edge, for the box */
#define AROUND      3   /* pixels to each side of a step that its contrast is taken from */
#define CONTRAST    24  /* levels: steps of less are not looked at */
#define LEAST_STEPS 16  /* places with such a contrast, else nothing has an edge */
#define MUCH        64  /* levels that a box with no such place may have: then all is blurred */
#define STEEPEST    0.95
#define BINS        256
#define MOST_ROWS   96 /* of the box that are looked along; across, as many pixels */

/* Light of the whole image at the size at which edges are looked at. */
typedef struct {
    int width, height;
    const uint8_t *light;         /* (height, width) */
    uint8_t *own;                 /* where it was made smaller; by malloc */
    int left, top, right, bottom; /* the product's box in it */
} reduced;

static odd_status reduce(const odd_measuring *m, reduced *r)
{
    const int w = m->view.width, h = m->view.height;
    const double box = fmax(m->right - m->left, m->bottom - m->top), whole = w > h ? w : h;
    const double scale = fmin(1, fmin(BOX_SIDE / box, MOST_SIDE / whole));
    const odd_pixel_view light = {m->light, (size_t)w, w, h, 1};
    const odd_box all = {0, 0, w, h};
    odd_status st = ODD_OK;
    r->width = (int)fmax(1, floor(w * scale + 0.5));
    r->height = (int)fmax(1, floor(h * scale + 0.5));
    r->light = m->light;
    if (r->width < w || r->height < h) {
        ODD_TRY(odd_plane_new((int64_t)r->width * r->height, &r->own));
        ODD_TRY(odd_resample(&light, &all, ODD_KERNEL_AREA, r->width, r->height, r->own));
        r->light = r->own;
    }
    r->left = (int)floor(m->left * (double)r->width / w);
    r->right = (int)ceil(m->right * (double)r->width / w);
    r->top = (int)floor(m->top * (double)r->height / h);
    r->bottom = (int)ceil(m->bottom * (double)r->height / h);
done:
    return st;
}

/* -- the box of what has edges -- */

/* Counts the steps beside each pixel of a row to the next one, and to the row below. */
ODD_SIMD(static, void, count_edges,
         (int n, const uint8_t *row, const uint8_t *below, uint32_t *column, uint32_t *down),
         (n, row, below, column, down))
{
    uint32_t steps = 0;
    for (int x = 0; x < n; x++) {
        const int to_right = row[x] - row[x + 1], to_below = row[x] - below[x];
        column[x] += (to_right > EDGE) | (to_right < -EDGE);
        steps += (uint32_t)((to_below > EDGE) | (to_below < -EDGE));
    }
    *down = steps;
}

/* Gap i is between lines i and i + 1: what has edges begins behind the first and ends at the last.
 */
static double span_of_edges(int gaps, const uint32_t count[])
{
    int64_t total = 0;
    int from, to;
    for (int i = 0; i < gaps; i++)
        total += count[i];
    if (total == 0) return 0;
    odd_span_of(gaps, count, total, &from, &to);
    return (double)(to - 1 - from) / (gaps + 1);
}

static odd_status measure_fill(const odd_measuring *m, const reduced *r)
{
    const int w = r->width, h = r->height;
    uint32_t *column = NULL, *row = NULL;
    odd_status st = ODD_OK;
    if (w < LEAST_SIDE || h < LEAST_SIDE) return ODD_OK;
    ODD_TRY(ODD_NEW(column, w));
    ODD_TRY(ODD_NEW(row, h));
    for (int y = 0; y + 1 < h; y++)
        count_edges(w - 1, r->light + (size_t)y * (size_t)w, r->light + (size_t)(y + 1) * (size_t)w,
                    column, &row[y]);
    const double edges = fmax(span_of_edges(w - 1, column), span_of_edges(h - 1, row));
    const double colour = fmax((double)(m->right - m->left) / m->view.width,
                               (double)(m->bottom - m->top) / m->view.height);
    m->value[ODD_MEASURE_FILL_BY_EDGES] = (float)edges;
    if (m->even && !m->empty && fabs(edges - colour) <= 0.1)
        m->value[ODD_MEASURE_FILL] = (float)colour;
done:
    odd_free(column);
    odd_free(row);
    return st;
}

/* -- how steep edges are -- */

/* Of n steps from a pixel to the one `s` bytes behind it: their height, and the contrast around
 * them. Bytes alone, so that a vector holds as many as it can. */
ODD_SIMD(static, void, find_edges,
         (int n, const uint8_t *restrict in, ptrdiff_t s, uint8_t *restrict height,
          uint8_t *restrict contrast),
         (n, in, s, height, contrast))
{
    for (int i = 0; i < n; i++) {
        uint8_t low = 255, high = 0;
        for (int k = -AROUND; k <= AROUND + 1; k++) {
            const uint8_t v = in[i + k * s];
            low = v < low ? v : low;
            high = v > high ? v : high;
        }
        const uint8_t a = in[i], b = in[i + s];
        height[i] = (uint8_t)(a > b ? a - b : b - a);
        contrast[i] = (uint8_t)(high - low);
    }
}

/* The height of a step of the contrast around it, in 255ths. */
static int steepness_of(uint8_t height, uint8_t contrast)
{
    return (uint8_t)((float)(height * (BINS - 1)) / (float)contrast);
}

/* Of some rows that follow each other, all pixels at once, which is faster for short ones, and
 * counted in columns [left, right). */
static void count_rows(const reduced *r, int top, int rows, ptrdiff_t s, int left, int right,
                       int64_t count[BINS])
{
    uint8_t height[MOST_ROWS * MOST_SIDE], contrast[MOST_ROWS * MOST_SIDE];
    const int n = (rows - 1) * r->width + right - left;
    find_edges(n, r->light + (size_t)top * (size_t)r->width + left, s, height, contrast);
    for (int y = 0; y < rows; y++)
        for (int i = y * r->width, x = left; x < right; x++, i++)
            if (contrast[i] >= CONTRAST) count[steepness_of(height[i], contrast[i])]++;
}

/* A part of the image, of which one row in `step` is enough: MOST_ROWS at most. */
typedef struct {
    int left, top, right, bottom, step;
} part;

static part part_of(int left, int top, int right, int bottom)
{
    return (part){left, top, right, bottom, 1 + (bottom - top) / (MOST_ROWS + 1)};
}

/* Steps from column to column, in all or some of the rows. */
static void count_along(const reduced *r, const part *p, int64_t count[BINS])
{
    const int rows = p->step == 1 ? p->bottom - p->top : 1; /* at a time */
    if (p->bottom <= p->top || p->right <= p->left) return;
    for (int y = p->top; y < p->bottom; y += rows * p->step)
        count_rows(r, y, rows, 1, p->left, p->right, count);
}

/* Steps from row to row, in all or some of the columns. */
static void count_across(const reduced *r, const part *p, int64_t count[BINS])
{
    const int rows = p->step == 1 ? p->bottom - p->top : 1;
    for (int y = p->top; y < p->bottom; y += rows) {
        odd_columns c[2];
        odd_columns_of_row(y, p->step, p->left, p->right, c);
        for (int i = 0; i < 2; i++)
            if (c[i].n > 0) count_rows(r, y, rows, r->width, c[i].from, c[i].from + c[i].n, count);
    }
}

/* Of the box: the largest level less the smallest. */
static int range_of_box(const reduced *r)
{
    int low = 255, high = 0;
    for (int y = r->top; y < r->bottom; y++)
        for (int x = r->left; x < r->right; x++) {
            const int v = r->light[(size_t)y * (size_t)r->width + (size_t)x];
            low = v < low ? v : low;
            high = v > high ? v : high;
        }
    return high - low;
}

static int at_least(int a, int least)
{
    return a < least ? least : a;
}

static int at_most(int a, int most)
{
    return a > most ? most : a;
}

/* Step i is between pixels i and i + 1: those into the box and out of it count, too. */
static void measure_sharpness(const odd_measuring *m, const reduced *r)
{
    const int last_x = r->width - AROUND - 1, last_y = r->height - AROUND - 1;
    const part along =
        part_of(at_least(r->left - 1, AROUND), r->top, at_most(r->right, last_x), r->bottom);
    const part across =
        part_of(r->left, at_least(r->top - 1, AROUND), r->right, at_most(r->bottom, last_y));
    int64_t count[BINS] = {0}, n = 0, steeper = 0;
    if (r->right - r->left < LEAST_SIDE || r->bottom - r->top < LEAST_SIDE) return;
    count_along(r, &along, count);
    count_across(r, &across, count);
    for (int i = 0; i < BINS; i++)
        n += count[i];
    if (n < LEAST_STEPS) {
        if (range_of_box(r) >= MUCH) m->value[ODD_MEASURE_SHARPNESS] = 0;
        return;
    }
    int bin = BINS - 1;
    while (bin > 0 && (double)(steeper += count[bin]) < (1 - STEEPEST) * (double)n)
        bin--;
    m->value[ODD_MEASURE_SHARPNESS] = (float)bin / (BINS - 1);
}

odd_status odd_measure_edges(odd_measuring *m)
{
    reduced r = {0};
    odd_status st;
    ODD_TRY(reduce(m, &r));
    ODD_TRY(measure_fill(m, &r));
    measure_sharpness(m, &r);
done:
    free(r.own);
    return st;
}
