/* Tones: light and colour of the product's box, and what there is of one colour, by pixels that are
 * picked on a grid. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>

#define MOST_PICKED 32768 /* pixels; percentiles of them are within half a per cent */

/* The grid, and the pixels on it. */
typedef struct {
    int columns, rows;
    uint8_t *rgb; /* (rows, columns, 3) */
} picked;

/* Sums over the pixels of the box. */
typedef struct {
    int64_t n;
    int64_t light[256]; /* how many have this level */
    double chroma, red_green, yellow_blue, red_green_2, yellow_blue_2;
} tones;

/* The middle of the i-th of `count` equal parts of n pixels: the same from both ends. */
static int grid_at(int i, int count, int n)
{
    return (int)(((2 * (int64_t)i + 1) * n) / (2 * (int64_t)count));
}

static odd_status pick_pixels(const odd_pixel_view *view, picked *p)
{
    const double whole = (double)view->width * view->height;
    const double step = fmax(1, sqrt(whole / MOST_PICKED));
    odd_status st;
    p->columns = (int)fmax(1, view->width / step);
    p->rows = (int)fmax(1, fmin(view->height / step, (double)MOST_PICKED / p->columns));
    ODD_TRY(ODD_NEW(p->rgb, (int64_t)p->columns * p->rows * 3));
    uint8_t *out = p->rgb;
    for (int i = 0; i < p->rows; i++) {
        const uint8_t *row =
            view->pixels + (size_t)grid_at(i, p->rows, view->height) * view->stride;
        for (int j = 0; j < p->columns; j++, out += 3) {
            const uint8_t *in = row + grid_at(j, p->columns, view->width) * view->channels;
            out[0] = in[0];
            out[1] = in[view->channels == 3 ? 1 : 0];
            out[2] = in[view->channels == 3 ? 2 : 0];
        }
    }
done:
    return st;
}

static inline int chroma_of(const uint8_t *p)
{
    const int most = p[0] > p[1] ? (p[0] > p[2] ? p[0] : p[2]) : p[1] > p[2] ? p[1] : p[2];
    const int least = p[0] < p[1] ? (p[0] < p[2] ? p[0] : p[2]) : p[1] < p[2] ? p[1] : p[2];
    return most - least;
}

static inline void add_pixel(const uint8_t *p, tones *t)
{
    const double rg = p[0] - p[1], yb = (p[0] + p[1]) / 2.0 - p[2];
    t->light[(p[0] * 19595u + p[1] * 38470u + p[2] * 7471u + 0x8000u) >> 16]++;
    t->chroma += chroma_of(p);
    t->red_green += rg;
    t->yellow_blue += yb;
    t->red_green_2 += rg * rg;
    t->yellow_blue_2 += yb * yb;
    t->n++;
}

/* Those inside the box; of a box that is smaller than the grid is wide, there may be none. */
static void sum_box(const odd_measuring *m, const picked *p, tones *t)
{
    for (int i = 0; i < p->rows; i++) {
        const int y = grid_at(i, p->rows, m->view.height);
        if (y < m->top || y >= m->bottom) continue;
        for (int j = 0; j < p->columns; j++) {
            const int x = grid_at(j, p->columns, m->view.width);
            if (x >= m->left && x < m->right)
                add_pixel(p->rgb + 3 * ((size_t)i * (size_t)p->columns + (size_t)j), t);
        }
    }
}

/* The smallest level that `share` of n are not above. */
static float level_below(const int64_t count[256], int64_t n, double share)
{
    int64_t seen = 0;
    int level = 0;
    for (; level < 255; level++)
        if ((double)(seen += count[level]) >= share * (double)n) break;
    return (float)level;
}

static float spread_of_light(const tones *t)
{
    double sum = 0, squares = 0;
    for (int level = 0; level < 256; level++) {
        sum += (double)t->light[level] * level;
        squares += (double)t->light[level] * level * level;
    }
    const double mean = sum / (double)t->n;
    return (float)sqrt(fmax(0, squares / (double)t->n - mean * mean));
}

/* D. Hasler and S. Suesstrunk, Measuring colourfulness in natural images (2003), the third measure.
 */
static float colourfulness_of(const tones *t)
{
    const double n = (double)t->n, rg = t->red_green / n, yb = t->yellow_blue / n;
    const double spread = t->red_green_2 / n - rg * rg + t->yellow_blue_2 / n - yb * yb;
    return (float)(sqrt(fmax(0, spread)) + 0.3 * sqrt(rg * rg + yb * yb));
}

static void write_tones(const tones *t, float value[])
{
    if (t->n == 0) return;
    value[ODD_MEASURE_LIGHT_1] = level_below(t->light, t->n, 0.01);
    value[ODD_MEASURE_LIGHT_50] = level_below(t->light, t->n, 0.5);
    value[ODD_MEASURE_LIGHT_99] = level_below(t->light, t->n, 0.99);
    value[ODD_MEASURE_CONTRAST] = spread_of_light(t);
    value[ODD_MEASURE_COLOURFULNESS] = colourfulness_of(t);
    value[ODD_MEASURE_CHROMA] = (float)(t->chroma / (double)t->n);
}

static void measure_all_pixels(const picked *p, float value[])
{
    const int64_t n = (int64_t)p->columns * p->rows;
    int64_t chroma[256] = {0};
    uint8_t usual[3];
    for (int64_t i = 0; i < n; i++)
        chroma[chroma_of(p->rgb + 3 * i)]++;
    odd_usual_colour(n, p->rgb, usual);
    value[ODD_MEASURE_CHROMA_99] = level_below(chroma, n, 0.99);
    value[ODD_MEASURE_COMMON_COLOUR] = (float)odd_count_near(n, p->rgb, usual) / (float)n;
}

odd_status odd_measure_tones(odd_measuring *m)
{
    picked p = {0};
    tones t = {0};
    odd_status st;
    ODD_TRY(pick_pixels(&m->view, &p));
    sum_box(m, &p, &t);
    write_tones(&t, m->value);
    measure_all_pixels(&p, m->value);
done:
    odd_free(p.rgb);
    return st;
}
