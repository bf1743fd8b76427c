/* Aligned difference, see image/aligned.h. */
#include "image/aligned_internal.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    SIDE = ODD_ALIGNED_SIDE,
    COARSE = SIDE / 2,
    COLOURS = ODD_WARP_COLOURS,
    TRIES = 2, /* steps of Gauss and Newton from each start, one by one */
    STEPS_COARSE = 4,
    STEPS_FINE = 4,
    WINDOW = 5, /* pixels */
    WIDE_WINDOW = 9
};

/* How much more a difference of colour counts than one of light: shirts in two colours are two. */
#define CHROMA 6.0

/* Times the difference at which to give up, after each step from all starts: beyond it there is no
 * hope. Of 5,499 pairs that were near enough in the end the worst had 1.53 and 1.21. */
static const double hopeless[TRIES] = {1.65, 1.3};

/* Where the search begins: as it is, and as if a margin had been cut from one or the other. */
static const double starts[] = {1, 0.955, 1.047};
enum { STARTS = sizeof starts / sizeof *starts };

/* -- pictures -- */

/* How much of a pixel lies between two places. */
static double overlap(int pixel, double from, double to)
{
    return fmin(pixel + 1, to) - fmax(pixel, from);
}

/* The mean over [from, to) across and down, parts of pixels by their share: a mirrored image has
 * the mirrored means. */
static double mean_of(int size, int channels, const uint8_t *pixels, const double from[2],
                      const double to[2])
{
    double sum = 0, all = 0;
    for (int y = (int)from[1]; y < size && y < to[1]; y++)
        for (int x = (int)from[0]; x < size && x < to[0]; x++) {
            const double share = overlap(x, from[0], to[0]) * overlap(y, from[1], to[1]);
            sum += share * pixels[((int64_t)y * size + x) * channels];
            all += share;
        }
    return sum / all;
}

static void shrink_plane(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                         float plane[])
{
    const double width = (double)(part.right - part.left) / SIDE;
    const double height = (double)(part.bottom - part.top) / SIDE;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const double from[2] = {part.left + x * width, part.top + y * height};
            const double to[2] = {part.left + (x + 1) * width, part.top + (y + 1) * height};
            plane[y * SIDE + x] = (float)mean_of(size, channels, pixels, from, to);
        }
}

/* Smooth in one direction, 1 2 1: values `stride` apart. */
static void smooth_line(float line[], int stride)
{
    float before = line[0];
    for (int i = 0; i < SIDE; i++) {
        const float now = line[i * stride];
        const float behind = i + 1 < SIDE ? line[(i + 1) * stride] : now;
        line[i * stride] = (before + 2 * now + behind) / 4;
        before = now;
    }
}

/* Less detail than pixels, so that between pixels nothing is lost. */
static void smooth_plane(float plane[])
{
    for (int row = 0; row < SIDE; row++)
        smooth_line(plane + row * SIDE, 1);
    for (int column = 0; column < SIDE; column++)
        smooth_line(plane + column, SIDE);
}

void odd_aligned_picture(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                         float picture[ODD_ALIGNED_VALUES])
{
    for (int c = 0; c < COLOURS; c++) {
        float *plane = picture + c * SIDE * SIDE;
        shrink_plane(size, channels, pixels + (channels == COLOURS ? c : 0), part, plane);
        smooth_plane(plane);
    }
}

void odd_aligned_mirror(const float from[ODD_ALIGNED_VALUES], float to[ODD_ALIGNED_VALUES])
{
    for (int row = 0; row < COLOURS * SIDE; row++)
        for (int x = 0; x < SIDE; x++)
            to[row * SIDE + x] = from[row * SIDE + SIDE - 1 - x];
}

/* Half the side: means of four. */
static void halve(const float from[], float to[])
{
    for (int row = 0; row < COLOURS * COARSE; row++)
        for (int x = 0; x < COARSE; x++) {
            const float *f = from + 2 * row * SIDE + 2 * x;
            to[row * COARSE + x] = (f[0] + f[1] + f[SIDE] + f[SIDE + 1]) / 4;
        }
}

/* -- the difference -- */

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

/* -- the search -- */

/* Some steps from t; t becomes the best place on the way, w is room for them. Returns its error. */
static double descend(const odd_picture_pair *p, int steps, double t[ODD_WARP], odd_warped *w)
{
    double best[ODD_WARP], least = INFINITY;
    for (int i = 0; i <= steps; i++) {
        odd_warp(p, t, w);
        const double error = odd_warp_error(p, w);
        if (error < least) {
            least = error;
            memcpy(best, t, sizeof best);
        }
        if (i < steps) odd_warp_step(p, w, t);
    }
    memcpy(t, best, sizeof best);
    return least;
}

/* The search from one start: where it is, and the best place on the way. */
typedef struct {
    double t[ODD_WARP], best[ODD_WARP], least;
    odd_warped w;
} try_of_start;

static void look_there(const odd_picture_pair *p, try_of_start *s)
{
    odd_warp_quickly(p, s->t, &s->w);
    const double error = odd_warp_error(p, &s->w);
    if (error >= s->least) return;
    s->least = error;
    memcpy(s->best, s->t, sizeof s->best);
}

/* A few steps from each start, as long as there is hope; the best goes on. Returns its error. */
static double find_start(const odd_picture_pair *p, double give_up, double t[ODD_WARP],
                         odd_warped *w)
{
    try_of_start tried[STARTS];
    const try_of_start *best = tried;
    for (int i = 0; i < STARTS; i++) {
        const double begin[ODD_WARP] = {starts[i], 0, starts[i], 0};
        memcpy(tried[i].t, begin, sizeof begin);
        tried[i].least = INFINITY;
        look_there(p, &tried[i]);
    }
    for (int step = 0; step < TRIES; step++) {
        for (int i = 0; i < STARTS; i++) {
            odd_warp_step(p, &tried[i].w, tried[i].t);
            look_there(p, &tried[i]);
            if (tried[i].least < best->least) best = &tried[i];
        }
        if (best->least > hopeless[step] * give_up) return INFINITY;
    }
    memcpy(t, best->best, sizeof best->best);
    return descend(p, STEPS_COARSE, t, w);
}

static double light_of(const float picture[])
{
    double sum = 0;
    for (int i = 0; i < ODD_ALIGNED_VALUES; i++)
        sum += (double)picture[i];
    return sum;
}

/* Both pictures in the order in which they are compared, and half as large. */
typedef struct {
    odd_picture_pair fine, coarse;
    float small[2][ODD_ALIGNED_VALUES / 4];
} pair_of_sizes;

static void order_pair(const float a[], const float b[], pair_of_sizes *out)
{
    /* what became too light to be told apart is the picture that is predicted */
    const double light_a = light_of(a), light_b = light_of(b);
    const size_t bytes = ODD_ALIGNED_VALUES * sizeof *a;
    const bool swap = light_a < light_b || (light_a == light_b && memcmp(a, b, bytes) < 0);
    out->fine = (odd_picture_pair){SIDE, swap ? b : a, swap ? a : b};
    out->coarse = (odd_picture_pair){COARSE, out->small[0], out->small[1]};
    halve(out->fine.a, out->small[0]);
    halve(out->fine.b, out->small[1]);
}

/* False, where they are too far apart to look closer. */
static bool align_pair(const pair_of_sizes *p, double give_up, odd_warped *w)
{
    double t[ODD_WARP];
    if (find_start(&p->coarse, give_up, t, w) > give_up) return false;
    descend(&p->fine, STEPS_FINE, t, w);
    odd_warp(&p->fine, t, w);
    return true;
}

odd_aligned odd_align(const float a[ODD_ALIGNED_VALUES], const float b[ODD_ALIGNED_VALUES],
                      double give_up)
{
    odd_aligned out = {.difference = INFINITY, .overall = INFINITY};
    pair_of_sizes pair;
    odd_warped w;
    order_pair(a, b, &pair);
    if (align_pair(&pair, give_up, &w)) measure(&pair.fine, &w, &out);
    return out;
}

void odd_align_error(const float a[ODD_ALIGNED_VALUES], const float b[ODD_ALIGNED_VALUES],
                     float error[ODD_ALIGNED_SIDE * ODD_ALIGNED_SIDE])
{
    pair_of_sizes pair;
    odd_warped w;
    order_pair(a, b, &pair);
    align_pair(&pair, INFINITY, &w);
    for (int i = 0; i < SIDE * SIDE; i++) {
        error[i] = 0;
        for (int c = 0; c < COLOURS; c++)
            error[i] = fmaxf(error[i], fabsf(w.error[c * SIDE * SIDE + i]));
    }
}
