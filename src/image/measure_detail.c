/* Detail: how fine the pixels of the product's box are at their original size, and whether borders
 * of 8 x 8 blocks show. Some of the rows are looked along, and all are looked across
 * in some of their columns. */
#include "image/measure_internal.h"

#include "oddlot/base/simd.h"

#include <math.h>
#include <string.h>

#define ROWS        64  /* that are looked at, about; < 128 */
#define REACH       6   /* pixels that the wider filter looks to each side */
#define LEAST_SIDE  12  /* pixels of a box */
#define BLOCKS_SIDE 24  /* that has some blocks */
#define LARGE       32  /* quarters of a level */
#define LEAST_EDGES 16  /* pixels with such a residual, else nothing has an edge */
#define LANES       16  /* pixels of a block */
#define PIECE       512 /* pixels whose squares fit 32 bits */
#define BLOCK       8
#define SEEN        2 /* levels of a step */

/* Of one direction: squares of what the neighbours 1 and 3 pixels away do not foretell, and those 2
 * and 6 away; steps between pixel i - 1 and i of the image, by i % BLOCK, of so many places. */
typedef struct {
    double fine, coarse;
    int64_t edges; /* pixels that they are of */
    int64_t steps[BLOCK], places[BLOCK];
} detail;

/* In quarters of a level; what is shifted is at most 16 * 255 + 2 * 255, so 16 bits hold it. */
static inline int16_t residual(const uint8_t *p, ptrdiff_t s)
{
    return (int16_t)((int16_t)(16 * p[0] - 9 * (p[-s] + p[s]) + p[-3 * s] + p[3 * s]) >> 2);
}

/* Sums of residuals in 16 places, each of its own pixels. */
typedef struct {
    int32_t fine[LANES], coarse[LANES];
    int16_t count[LANES];
} lanes;

/* Of the pixel at `p` where `wanted`, 0 or 1, to place l. */
static inline void add_residual(const uint8_t *p, ptrdiff_t s, int wanted, int l, lanes *sum)
{
    const int16_t a = residual(p, s), b = residual(p, 2 * s);
    /* A factor, not a choice: GCC 14 makes wrong code of chosen sums for AVX-512. */
    const int16_t taken = (int16_t)(wanted & ((b >= LARGE) | (b <= -LARGE)));
    const int16_t fine = (int16_t)(taken * a), coarse = (int16_t)(taken * b);
    sum->fine[l] += fine * fine;
    sum->coarse[l] += coarse * coarse;
    sum->count[l] = (int16_t)(sum->count[l] + taken);
}

/* Residuals of the four-point interpolation (Deslauriers and Dubuc, 1989), each pixel's from those
 * `s` bytes apart; at twice the distance, it looks at half the frequency. Only where that one is
 * large: the noise of JPEG is fine in any image. n <= PIECE. Whole numbers, so that sums are the
 * same on any machine. In blocks, as pieces are short; the last overlaps the one before it. */
ODD_SIMD(static, uint32_t, add_residuals,
         (int n, const uint8_t *in, ptrdiff_t s, uint32_t *fine, uint32_t *coarse),
         (n, in, s, fine, coarse))
{
    lanes sum = {0};
    for (int next = 0; next < n && n >= LANES; next += LANES) {
        const int i = next < n - LANES ? next : n - LANES;
        for (int l = 0; l < LANES; l++)
            add_residual(in + i + l, s, l >= next - i, l, &sum);
    }
    for (int i = 0; i < n && n < LANES; i++)
        add_residual(in + i, s, 1, i, &sum);
    uint32_t f = 0, c = 0, count = 0;
    for (int l = 0; l < LANES; l++) {
        f += (uint32_t)sum.fine[l];
        c += (uint32_t)sum.coarse[l];
        count += (uint32_t)sum.count[l];
    }
    *fine = f;
    *coarse = c;
    return count;
}

static inline uint8_t apart(uint8_t a, uint8_t b)
{
    return (uint8_t)(a > b ? a - b : b - a);
}

/* A step between a pixel and the one `s` bytes before it that is larger than those beside it. */
static inline uint8_t is_step(const uint8_t *p, ptrdiff_t s)
{
    const uint8_t here = apart(p[0], p[-s]);
    const int seen = here >= SEEN, before = here > apart(p[-s], p[-2 * s]);
    return (uint8_t)(seen & before & (here > apart(p[s], p[0])));
}

/* Steps along a row are added for each column, those across it together. */
ODD_SIMD(static, uint32_t, count_steps, (int n, const uint8_t *in, ptrdiff_t width, uint8_t *along),
         (n, in, width, along))
{
    uint32_t across = 0;
    for (int i = 0; i < n; i++) {
        along[i] = (uint8_t)(along[i] + is_step(in + i, 1));
        across += is_step(in + i, width);
    }
    return across;
}

static void add_residuals_of(int n, const uint8_t *in, ptrdiff_t s, detail *d)
{
    uint32_t fine, coarse;
    d->edges += add_residuals(n, in, s, &fine, &coarse);
    d->fine += fine;
    d->coarse += coarse;
}

/* The part of the image that is looked at, and every how manyth row. */
typedef struct {
    int left, top, right, bottom, step;
} region;

/* Columns [x, x + n) of a region; direction: along rows, and across. A step is between two pixels
 * of the region. */
static void add_piece(const odd_measuring *m, const region *r, int x, int n, detail direction[2])
{
    const ptrdiff_t width = m->view.width;
    uint8_t along[PIECE] = {0};
    int rows = 0;
    for (int y = r->top + 1; y < r->bottom; y += r->step, rows++) {
        const uint8_t *in = m->light + (ptrdiff_t)y * width + x;
        add_residuals_of(n, in, 1, &direction[0]);
        direction[1].steps[y % BLOCK] += count_steps(n, in, width, along);
        direction[1].places[y % BLOCK] += n;
    }
    for (int i = x == r->left ? 1 : 0; i < n; i++) {
        direction[0].steps[(x + i) % BLOCK] += along[i];
        direction[0].places[(x + i) % BLOCK] += rows;
    }
}

/* Residuals across row y, in n columns from x on. */
static void add_across(const odd_measuring *m, int y, int x, int n, detail *across)
{
    const ptrdiff_t width = m->view.width;
    for (; n > 0; x += PIECE, n -= PIECE)
        add_residuals_of(n < PIECE ? n : PIECE, m->light + y * width + x, width, across);
}

static void add_columns(const odd_measuring *m, const region *r, detail *across)
{
    for (int y = r->top; y < r->bottom; y++) {
        odd_columns c[2];
        odd_columns_of_row(y, r->step, r->left, r->right, c);
        for (int i = 0; i < 2; i++)
            add_across(m, y, c[i].from, c[i].n, across);
    }
}

/* The share of places that are steps, in phase `phase`, less that in all others. */
static double excess(const detail *d, int phase)
{
    int64_t steps = 0, places = 0;
    for (int i = 0; i < BLOCK; i++) {
        steps += i == phase ? 0 : d->steps[i];
        places += i == phase ? 0 : d->places[i];
    }
    if (d->places[phase] == 0 || places == 0) return 0;
    return (double)d->steps[phase] / (double)d->places[phase] - (double)steps / (double)places;
}

/* Blocks begin at the first pixel, or, where the image was turned, at the last. */
static double blockiness_of(const detail *d, int length)
{
    return fmax(0, fmax(excess(d, 0), excess(d, length % BLOCK)));
}

/* The box, as far as the filters have neighbours. */
static region region_of(const odd_measuring *m)
{
    const int w = m->view.width - REACH, h = m->view.height - REACH;
    region r = {m->left < REACH ? REACH : m->left, m->top < REACH ? REACH : m->top,
                m->right > w ? w : m->right, m->bottom > h ? h : m->bottom, 1};
    r.step = (r.bottom - r.top) / ROWS | 1; /* odd: rows of all phases */
    return r;
}

void odd_measure_detail(const odd_measuring *m)
{
    const region r = region_of(m);
    detail d[2];
    memset(d, 0, sizeof d);
    if (r.right - r.left < LEAST_SIDE || r.bottom - r.top < LEAST_SIDE) return;
    for (int x = r.left; x < r.right; x += PIECE)
        add_piece(m, &r, x, r.right - x < PIECE ? r.right - x : PIECE, d);
    add_columns(m, &r, &d[1]);
    if (d[0].edges + d[1].edges < LEAST_EDGES) return;
    m->value[ODD_MEASURE_FINE_DETAIL] =
        (float)((d[0].fine + d[1].fine) / (d[0].coarse + d[1].coarse));
    if (r.right - r.left >= BLOCKS_SIDE && r.bottom - r.top >= BLOCKS_SIDE)
        m->value[ODD_MEASURE_BLOCKINESS] =
            (float)fmin(blockiness_of(&d[0], m->view.width), blockiness_of(&d[1], m->view.height));
}
