/* Tones: light and colour of the product's box, and what there is of one colour in the image, by
 * pixels that are picked on a grid. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>
#include <stdlib.h>

#define MOST_PICKED 2048 /* pixels: a share among them is within one or two per cent */

/* A grid over a part of the image, and what is known of the pixels on it. */
typedef struct {
    int n;
    uint8_t *rgb;            /* (n, 3), by malloc */
    uint8_t *light, *chroma; /* (n) in the same memory */
} picked;

/* Sums over n pixels: of differences of channels, and of their squares. */
typedef struct {
    int64_t chroma, red_green, yellow_blue, red_green_2, yellow_blue_2; /* yellow_blue: twice it */
} colour_sums;

/* The middle of the i-th of `count` equal parts of n pixels: the same from both ends. */
static int grid_at(int i, int count, int n)
{
    return (int)(((2 * (int64_t)i + 1) * n) / (2 * (int64_t)count));
}

static uint8_t *pick_row(const odd_pixel_view *view, int y, int columns, const int x[],
                         uint8_t *out)
{
    const uint8_t *row = view->pixels + (size_t)y * view->stride;
    for (int j = 0; j < columns; j++, out += 3) {
        const uint8_t *in = row + (ptrdiff_t)x[j] * view->channels;
        out[0] = in[0];
        out[1] = in[view->channels == 3 ? 1 : 0];
        out[2] = in[view->channels == 3 ? 2 : 0];
    }
    return out;
}

ODD_SIMD(static, void, sum_colours,
         (int n, const uint8_t *rgb, uint8_t *light, uint8_t *chroma, colour_sums *out),
         (n, rgb, light, chroma, out))
{
    uint32_t c = 0, rg2 = 0;
    int32_t rg = 0, yb = 0;
    uint64_t yb2 = 0;
    for (int i = 0; i < n; i++) {
        const uint8_t r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
        const uint8_t high = r > g ? r : g, low = r < g ? r : g;
        const uint8_t range = (uint8_t)((high > b ? high : b) - (low < b ? low : b));
        const int32_t red_green = r - g, yellow_blue = r + g - 2 * b;
        light[i] = (uint8_t)((r * 19595u + g * 38470u + b * 7471u + 0x8000u) >> 16);
        chroma[i] = range;
        c += range;
        rg += red_green;
        yb += yellow_blue;
        rg2 += (uint32_t)(red_green * red_green);
        yb2 += (uint32_t)(yellow_blue * yellow_blue);
    }
    *out = (colour_sums){c, rg, yb, rg2, (int64_t)yb2};
}

/* The part of a view from (left, top) on: at most MOST_PICKED of its pixels. */
static odd_status pick_pixels(const odd_pixel_view *view, const int box[static 4], picked *p,
                              colour_sums *sums)
{
    const int width = box[2] - box[0], height = box[3] - box[1];
    const double step = fmax(1, sqrt((double)width * height / MOST_PICKED));
    const int columns = (int)fmin(MOST_PICKED, fmax(1, width / step));
    const int rows = (int)fmax(1, fmin(height / step, (double)MOST_PICKED / columns));
    int x[MOST_PICKED];
    odd_status st;
    p->n = rows * columns;
    ODD_TRY(odd_plane_new(5 * (int64_t)p->n, &p->rgb));
    p->light = p->rgb + 3 * p->n;
    p->chroma = p->light + p->n;
    for (int j = 0; j < columns; j++)
        x[j] = box[0] + grid_at(j, columns, width);
    uint8_t *out = p->rgb;
    for (int i = 0; i < rows; i++)
        out = pick_row(view, box[1] + grid_at(i, rows, height), columns, x, out);
    sum_colours(p->n, p->rgb, p->light, p->chroma, sums);
done:
    return st;
}

static void count_levels(int n, const uint8_t level[], int64_t count[256])
{
    uint16_t four[4][256] = {{0}}; /* neighbours mostly have one level: counted apart, none waits */
    for (int i = 0; i < n; i++)
        four[i % 4][level[i]]++;
    for (int i = 0; i < 256; i++)
        count[i] = four[0][i] + four[1][i] + four[2][i] + four[3][i];
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

static float spread_of_levels(const int64_t count[256], int64_t n)
{
    int64_t sum = 0, squares = 0;
    for (int level = 0; level < 256; level++) {
        sum += count[level] * level;
        squares += count[level] * level * level;
    }
    const double mean = (double)sum / (double)n;
    return (float)sqrt(fmax(0, (double)squares / (double)n - mean * mean));
}

/* D. Hasler and S. Suesstrunk, Measuring colourfulness in natural images (2003), the third measure.
 */
static float colourfulness_of(const colour_sums *s, double n)
{
    const double rg = (double)s->red_green / n, yb = (double)s->yellow_blue / (2 * n);
    const double spread =
        (double)s->red_green_2 / n - rg * rg + (double)s->yellow_blue_2 / (4 * n) - yb * yb;
    return (float)(sqrt(fmax(0, spread)) + 0.3 * sqrt(rg * rg + yb * yb));
}

static odd_status measure_box(const odd_measuring *m)
{
    const int box[4] = {m->left, m->top, m->right, m->bottom};
    int64_t count[256];
    colour_sums sums;
    picked p = {0};
    odd_status st;
    ODD_TRY(pick_pixels(&m->view, box, &p, &sums));
    count_levels(p.n, p.light, count);
    m->value[ODD_MEASURE_LIGHT_1] = level_below(count, p.n, 0.01);
    m->value[ODD_MEASURE_LIGHT_50] = level_below(count, p.n, 0.5);
    m->value[ODD_MEASURE_LIGHT_99] = level_below(count, p.n, 0.99);
    m->value[ODD_MEASURE_CONTRAST] = spread_of_levels(count, p.n);
    m->value[ODD_MEASURE_COLOURFULNESS] = colourfulness_of(&sums, p.n);
    m->value[ODD_MEASURE_CHROMA] = (float)((double)sums.chroma / p.n);
done:
    free(p.rgb);
    return st;
}

static odd_status measure_whole(const odd_measuring *m)
{
    const int box[4] = {0, 0, m->view.width, m->view.height};
    int64_t count[256];
    uint8_t usual[3];
    colour_sums sums;
    picked p = {0};
    odd_status st;
    ODD_TRY(pick_pixels(&m->view, box, &p, &sums));
    count_levels(p.n, p.chroma, count);
    odd_usual_colour(p.n, p.rgb, usual);
    m->value[ODD_MEASURE_CHROMA_99] = level_below(count, p.n, 0.99);
    m->value[ODD_MEASURE_COMMON_COLOUR] = (float)odd_count_near(p.n, p.rgb, usual) / (float)p.n;
done:
    free(p.rgb);
    return st;
}

odd_status odd_measure_tones(odd_measuring *m)
{
    odd_status st;
    ODD_TRY(measure_box(m));
    ODD_TRY(measure_whole(m));
done:
    return st;
}
