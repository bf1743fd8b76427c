/* Aligned difference, see image/aligned.h. */
#include "image/aligned_internal.h"

#include <math.h>
#include <string.h>

enum {
    SIDE = ODD_ALIGNED_SIDE,
    COLOURS = ODD_WARP_COLOURS,
    WINDOW = 5, /* pixels */
    WIDE_WINDOW = 9
};

/* How much more a difference of colour counts than one of light: shirts in two colours are two. */
#define CHROMA 6.0

/* Sums over a window: of the pixels in both pictures, their errors, and squares of these. */
typedef struct {
    double n, error[COLOURS], square;
} window_sums;

/* Sums over all pixels above and left of a place. */
typedef struct {
    window_sums to[SIDE + 1][SIDE + 1];
} sum_table;

static void add_sums(double factor, const window_sums *from, window_sums *to)
{
    to->n += factor * from->n;
    to->square += factor * from->square;
    for (int c = 0; c < COLOURS; c++)
        to->error[c] += factor * from->error[c];
}

static void add_pixel(const odd_warped *w, int row, int column, window_sums *s)
{
    s->n += (double)(w->inside_y[row] * w->inside_x[column]);
    for (int c = 0; c < COLOURS; c++) {
        const double e = (double)w->error[(c * SIDE + row) * SIDE + column];
        s->error[c] += e;
        s->square += e * e / COLOURS;
    }
}

static void fill_table(const odd_warped *w, sum_table *table)
{
    memset(table, 0, sizeof *table);
    for (int y = 0; y < SIDE; y++) {
        window_sums row = {0};
        for (int x = 0; x < SIDE; x++) {
            add_pixel(w, y, x, &row);
            table->to[y + 1][x + 1] = row;
            add_sums(1, &table->to[y][x + 1], &table->to[y + 1][x + 1]);
        }
    }
}

static window_sums sums_of(const sum_table *table, int y, int x, int side)
{
    window_sums s = table->to[y + side][x + side];
    add_sums(-1, &table->to[y][x + side], &s);
    add_sums(-1, &table->to[y + side][x], &s);
    add_sums(1, &table->to[y][x], &s);
    return s;
}

static double square_of(const window_sums *s)
{
    return s->square / s->n;
}

/* How far the mean error is off grey, squared: noise has no such mean, two colours have. */
static double chroma_of(const window_sums *s)
{
    double light = 0, chroma = 0;
    for (int c = 0; c < COLOURS; c++)
        light += s->error[c] / s->n / COLOURS;
    for (int c = 0; c < COLOURS; c++)
        chroma += pow(s->error[c] / s->n - light, 2) / COLOURS;
    return CHROMA * chroma;
}

/* The largest of windows of `side` pixels that lie in both pictures. */
static double worst_window(const sum_table *table, int side, double (*of)(const window_sums *s))
{
    double worst = 0;
    for (int y = 0; y + side <= SIDE; y++)
        for (int x = 0; x + side <= SIDE; x++) {
            const window_sums s = sums_of(table, y, x, side);
            if (s.n > side * side / 2) worst = fmax(worst, of(&s));
        }
    return worst;
}

static double contrast_of(const float picture[])
{
    double sum = 0, squares = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        double light = 0;
        for (int c = 0; c < COLOURS; c++)
            light += (double)picture[c * SIDE * SIDE + i] / COLOURS;
        sum += light;
        squares += light * light;
    }
    const double mean = sum / (SIDE * SIDE);
    return sqrt(fmax(0, squares / (SIDE * SIDE) - mean * mean));
}

static void measure(const odd_picture_pair *p, const odd_warped *w, odd_aligned *out)
{
    sum_table table;
    fill_table(w, &table);
    out->overall = odd_warp_error(p, w);
    out->difference = sqrt(fmax(worst_window(&table, WINDOW, square_of),
                                worst_window(&table, WIDE_WINDOW, chroma_of)));
    out->contrast = fmin(contrast_of(p->a), contrast_of(p->b));
}

odd_aligned odd_align(const float a[ODD_ALIGNED_VALUES], const float b[ODD_ALIGNED_VALUES],
                      double give_up)
{
    odd_aligned out = {.difference = INFINITY, .overall = INFINITY};
    float room[ODD_WARP_ROOM(SIDE)];
    odd_pair_of_sizes pair;
    odd_warped w;
    double t[ODD_WARP];
    odd_warped_begin(&w, SIDE, room);
    odd_pair_order(a, b, &pair);
    if (odd_pair_search(&pair, give_up, t, &w)) measure(&pair.fine, &w, &out);
    return out;
}

void odd_align_error(const float a[ODD_ALIGNED_VALUES], const float b[ODD_ALIGNED_VALUES],
                     float error[ODD_ALIGNED_SIDE * ODD_ALIGNED_SIDE])
{
    float room[ODD_WARP_ROOM(SIDE)];
    odd_pair_of_sizes pair;
    odd_warped w;
    double t[ODD_WARP];
    odd_warped_begin(&w, SIDE, room);
    odd_pair_order(a, b, &pair);
    odd_pair_search(&pair, INFINITY, t, &w);
    for (int i = 0; i < SIDE * SIDE; i++) {
        error[i] = 0;
        for (int c = 0; c < COLOURS; c++)
            error[i] = fmaxf(error[i], fabsf(w.error[c * SIDE * SIDE + i]));
    }
}
