/* A closer look at two pictures, see image/aligned_close.h: brought onto each other with as much
 * detail as both have, and compared window by window. */
#include "oddlot/image/aligned_close.h"

#include "image/aligned_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <math.h>
#include <string.h>

enum {
    GLANCE = ODD_ALIGNED_SIDE,
    SIDE = ODD_CLOSE_SIDE, /* at most */
    COLOURS = ODD_WARP_COLOURS,
    STEPS = 3,
    WINDOWS = 10, /* along a side, beside each other */
    LEAST_WINDOW = 3
};

/* Deviation of light, in levels, at which a window has so much of its own that half of the squared
 * error is forgiven: edges that lie a part of a pixel beside each other, and what JPEG makes of
 * them. */
#define STRUCTURE 20.0

/* Sums over a window: of the pixels in both pictures, squares of their errors, and the light of
 * either with its squares. */
typedef struct {
    double n, square, light[2], lights[2];
} window_sums;

struct odd_close_room {
    float glance[2][ODD_ALIGNED_VALUES];
    float close[2][ODD_CLOSE_VALUES];
    float mirrored[ODD_CLOSE_VALUES];
    float warped[ODD_WARP_ROOM(SIDE)];
    window_sums sum[SIDE + 1][SIDE + 1]; /* over all pixels above and left of a place */
};

odd_status odd_close_room_new(odd_close_room **out)
{
    return ODD_NEW(*out, 1);
}

void odd_close_room_free(odd_close_room **room)
{
    odd_free(*room);
    *room = NULL;
}

void odd_close_picture(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                       int side, float planes[])
{
    odd_picture_of_part(size, channels, pixels, part, side, planes);
}

/* -- windows -- */

static void add_sums(double factor, const window_sums *from, window_sums *to)
{
    to->n += factor * from->n;
    to->square += factor * from->square;
    for (int i = 0; i < 2; i++) {
        to->light[i] += factor * from->light[i];
        to->lights[i] += factor * from->lights[i];
    }
}

static void add_light(double n, double light, int i, window_sums *s)
{
    s->light[i] += n * light;
    s->lights[i] += n * light * light;
}

static void add_pixel(const odd_picture_pair *p, const odd_warped *w, int row, int column,
                      window_sums *s)
{
    const double n = (double)(w->inside_y[row] * w->inside_x[column]);
    double light[2] = {0};
    s->n += n;
    for (int c = 0; c < COLOURS; c++) {
        const int i = (c * p->side + row) * p->side + column;
        const double e = (double)w->error[i];
        s->square += e * e / COLOURS;
        light[0] += (double)p->a[i] / COLOURS;
        light[1] += (double)w->value[i] / COLOURS;
    }
    add_light(n, light[0], 0, s);
    add_light(n, light[1], 1, s);
}

static void fill_sums(const odd_picture_pair *p, const odd_warped *w, odd_close_room *room)
{
    memset(room->sum[0], 0, sizeof room->sum[0]);
    for (int y = 0; y < p->side; y++) {
        window_sums row = {0};
        room->sum[y + 1][0] = row;
        for (int x = 0; x < p->side; x++) {
            add_pixel(p, w, y, x, &row);
            room->sum[y + 1][x + 1] = row;
            add_sums(1, &room->sum[y][x + 1], &room->sum[y + 1][x + 1]);
        }
    }
}

static window_sums sums_of(const odd_close_room *room, int y, int x, int side)
{
    window_sums s = room->sum[y + side][x + side];
    add_sums(-1, &room->sum[y][x + side], &s);
    add_sums(-1, &room->sum[y + side][x], &s);
    add_sums(1, &room->sum[y][x], &s);
    return s;
}

/* Standard deviation of the light of one of the pictures. */
static double deviation(const window_sums *s, int i)
{
    const double mean = s->light[i] / s->n;
    return sqrt(fmax(0, s->lights[i] / s->n - mean * mean));
}

static double difference_of(const window_sums *s)
{
    const double own = deviation(s, 0) * deviation(s, 1), half = STRUCTURE * STRUCTURE;
    return sqrt(s->square / s->n * half / (half + own));
}

/* The largest of windows that lie in both pictures. */
static double worst_window(const odd_close_room *room, int side)
{
    const int window = odd_max_int((int)lrint(side / (double)WINDOWS), LEAST_WINDOW);
    double worst = 0;
    for (int y = 0; y + window <= side; y++)
        for (int x = 0; x + window <= side; x++) {
            const window_sums s = sums_of(room, y, x, window);
            if (s.n > window * window / 2) worst = fmax(worst, difference_of(&s));
        }
    return worst;
}

static odd_aligned measure(const odd_picture_pair *p, const odd_warped *w, odd_close_room *room)
{
    fill_sums(p, w, room);
    const window_sums all = sums_of(room, 0, 0, p->side);
    return (odd_aligned){
        .difference = worst_window(room, p->side),
        .overall = odd_warp_error(p, w),
        .contrast = fmin(deviation(&all, 0), deviation(&all, 1)),
    };
}

/* -- the look -- */

static void shrink_both(const odd_close_view view[2], int side, float room[], float *out[2])
{
    for (int i = 0; i < 2; i++) {
        odd_picture_shrink(view[i].side, view[i].planes, side, room, out[i]);
        odd_picture_smooth(side, out[i]);
    }
}

odd_aligned odd_look_closely(odd_close_room *room, odd_close_view a, odd_close_view b,
                             bool mirrored)
{
    const int side = odd_min_int(a.side, b.side);
    float *glance[2] = {room->glance[0], room->glance[1]};
    float *close[2] = {room->close[0], room->close[1]};
    odd_close_view view[2] = {a, b};
    odd_pair_of_sizes sizes;
    odd_warped w;
    double t[ODD_WARP];
    if (mirrored) {
        odd_picture_mirror(b.side, b.planes, room->mirrored);
        view[1].planes = room->mirrored;
    }
    shrink_both(view, GLANCE, room->warped, glance);
    odd_pair_order(glance[0], glance[1], &sizes);
    odd_warped_begin(&w, GLANCE, room->warped);
    odd_pair_search(&sizes, INFINITY, t, &w);
    shrink_both(view, side, room->warped, close);
    const odd_picture_pair pair = {side, close[sizes.swapped], close[!sizes.swapped]};
    odd_warped_begin(&w, side, room->warped);
    odd_descend(&pair, STEPS, t, &w);
    odd_warp(&pair, t, &w);
    return measure(&pair, &w, room);
}
