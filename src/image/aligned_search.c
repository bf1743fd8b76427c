/* The search for where one picture is on another: coarse before fine, from several starts. */
#include "image/aligned_internal.h"

#include <math.h>
#include <string.h>

enum {
    SIDE = ODD_ALIGNED_SIDE,
    COARSE = SIDE / 2,
    COLOURS = ODD_WARP_COLOURS,
    TRIES = 2, /* steps of Gauss and Newton from each start, one by one */
    STEPS_COARSE = 4,
    STEPS_FINE = 4
};

/* Times the difference at which to give up, after each step from all starts: beyond it there is no
 * hope. Of 5,499 pairs that were near enough in the end the worst had 1.53 and 1.21. */
static const double hopeless[TRIES] = {1.65, 1.3};

/* Where the search begins: as it is, and as if a margin had been cut from one or the other. */
static const double starts[] = {1, 0.955, 1.047};
enum { STARTS = sizeof starts / sizeof *starts };

/* Half the side: means of four. */
static void halve(const float from[], float to[])
{
    for (int row = 0; row < COLOURS * COARSE; row++)
        for (int x = 0; x < COARSE; x++) {
            const float *f = from + 2 * row * SIDE + 2 * x;
            to[row * COARSE + x] = (f[0] + f[1] + f[SIDE] + f[SIDE + 1]) / 4;
        }
}

double odd_descend(const odd_picture_pair *p, int steps, double t[ODD_WARP], odd_warped *w)
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
    float room[STARTS][ODD_WARP_ROOM(COARSE)];
    const try_of_start *best = tried;
    for (int i = 0; i < STARTS; i++) {
        const double begin[ODD_WARP] = {starts[i], 0, starts[i], 0};
        memcpy(tried[i].t, begin, sizeof begin);
        tried[i].least = INFINITY;
        odd_warped_begin(&tried[i].w, COARSE, room[i]);
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
    return odd_descend(p, STEPS_COARSE, t, w);
}

static double light_of(const float picture[])
{
    double sum = 0;
    for (int i = 0; i < ODD_ALIGNED_VALUES; i++)
        sum += (double)picture[i];
    return sum;
}

void odd_pair_order(const float a[ODD_ALIGNED_VALUES], const float b[ODD_ALIGNED_VALUES],
                    odd_pair_of_sizes *out)
{
    /* what became too light to be told apart is the picture that is predicted */
    const double light_a = light_of(a), light_b = light_of(b);
    const size_t bytes = ODD_ALIGNED_VALUES * sizeof *a;
    const bool swap = out->swapped =
        light_a < light_b || (light_a == light_b && memcmp(a, b, bytes) < 0);
    out->fine = (odd_picture_pair){SIDE, swap ? b : a, swap ? a : b};
    out->coarse = (odd_picture_pair){COARSE, out->small[0], out->small[1]};
    halve(out->fine.a, out->small[0]);
    halve(out->fine.b, out->small[1]);
}

bool odd_pair_search(const odd_pair_of_sizes *p, double give_up, double t[ODD_WARP], odd_warped *w)
{
    float room[ODD_WARP_ROOM(COARSE)];
    odd_warped coarse;
    odd_warped_begin(&coarse, COARSE, room);
    if (find_start(&p->coarse, give_up, t, &coarse) > give_up) return false;
    odd_descend(&p->fine, STEPS_FINE, t, w);
    odd_warp(&p->fine, t, w);
    return true;
}
