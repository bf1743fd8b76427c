/* Check `touches_edge`: a product on a plain ground that goes to the edge of the picture, as one
 * that was cut off does. Of scenes and details nothing is said. Where many products touch an edge,
 * cropped so or shown so, those are meant that end at it as if cut. */
#include "stage/check/judge_internal.h"

#include "oddlot/image/image.h"
#include "oddlot/par/comm.h"

#include <math.h>

#define TOUCHED 0.05 /* of a side, from which on it is touched, */
#define OFTEN   0.25 /* and the share of images from which on that is how the catalogue is */

/* The longest part of a side that it covers. */
static double longest_touch(const float m[ODD_MEASURE_COUNT])
{
    return fmax(fmax((double)m[ODD_MEASURE_TOUCH_LEFT], (double)m[ODD_MEASURE_TOUCH_RIGHT]),
                fmax((double)m[ODD_MEASURE_TOUCH_TOP], (double)m[ODD_MEASURE_TOUCH_BOTTOM]));
}

/* Which side it covers most of: left, top, right, bottom. */
static int side_touched(const float m[ODD_MEASURE_COUNT])
{
    const float *touch = m + ODD_MEASURE_TOUCH_LEFT;
    int most = 0;
    for (int i = 1; i < 4; i++)
        most = touch[i] > touch[most] ? i : most;
    return most;
}

/* Where the product does not touch it, what is around the image is plain. */
static bool concerned(const float m[ODD_MEASURE_COUNT])
{
    const float even = 0.7f;
    const int side = side_touched(m);
    const float w = m[ODD_MEASURE_WIDTH], h = m[ODD_MEASURE_HEIGHT];
    const float touched = m[ODD_MEASURE_TOUCH_LEFT + side] * (side % 2 ? w : h) / (2 * (w + h));
    return m[ODD_MEASURE_GROUND_EVEN] >= even * (1 - touched);
}

/* How far it reaches along a side. */
static float extent_of(const float m[ODD_MEASURE_COUNT], int side)
{
    return side % 2 ? m[ODD_MEASURE_BOX_RIGHT] - m[ODD_MEASURE_BOX_LEFT]
                    : m[ODD_MEASURE_BOX_BOTTOM] - m[ODD_MEASURE_BOX_TOP];
}

/* As wide where it touches a side, behind that, and at its other end near the side across. */
static bool has_even_ends(const float m[ODD_MEASURE_COUNT], int side)
{
    const float alike = 0.02f;
    const float touch = m[ODD_MEASURE_TOUCH_LEFT + side];
    return fabsf(m[ODD_MEASURE_REACH_LEFT + side] - touch) <= alike * touch &&
           fabsf(m[ODD_MEASURE_REACH_LEFT + (side + 2) % 4] - touch) <= alike * touch;
}

/* A flag, a card or a screen may end at the edge: nobody can say whether it was cut. Flags have
 * stripes of the ground's colour, so that they do not fill their box. */
static bool is_flush(const float m[ODD_MEASURE_COUNT])
{
    const float along = 0.97f, full = 0.85f;
    const int side = side_touched(m);
    return has_even_ends(m, side) ||
           (m[ODD_MEASURE_TOUCH_LEFT + side] >= along * extent_of(m, side) &&
            m[ODD_MEASURE_PRODUCT_SHARE] >= full * extent_of(m, 0) * extent_of(m, 1));
}

/* A line along all of a side, with nothing behind it. */
static bool is_line(const float m[ODD_MEASURE_COUNT], int side)
{
    const float all = 0.8f, nothing = 0.05f;
    return m[ODD_MEASURE_TOUCH_LEFT + side] >= all && m[ODD_MEASURE_REACH_LEFT + side] <= nothing;
}

/* Of a product that touches one side: of what touches more, a detail, or goes through, nothing is
 * known. */
static double touch(const float m[ODD_MEASURE_COUNT])
{
    if (longest_touch(m) < TOUCHED || is_line(m, side_touched(m))) return 0;
    return m[ODD_MEASURE_SIDES_TOUCHED] > 1 || is_flush(m) ? NAN : longest_touch(m);
}

/* Does it end at that side as if cut: about as wide there as it is behind (the outline of one that
 * only comes near is round, a shadow or its mirror image fades), along a good part of itself? */
static bool is_straight(const float m[ODD_MEASURE_COUNT], int side)
{
    const float least = 0.7f, most = 1.5f, part = 0.3f;
    const float touch = m[ODD_MEASURE_TOUCH_LEFT + side], reach = m[ODD_MEASURE_REACH_LEFT + side];
    return touch >= least * reach && touch <= most * reach && touch >= part * extent_of(m, side);
}

/* Is there room at the side across, and is no other touched, so that the crop is not just tight? */
static bool has_room(const float m[ODD_MEASURE_COUNT], int side)
{
    const float room = 0.04f, others = 0.1f;
    const float free[4] = {1 - m[ODD_MEASURE_BOX_RIGHT], 1 - m[ODD_MEASURE_BOX_BOTTOM],
                           m[ODD_MEASURE_BOX_LEFT], m[ODD_MEASURE_BOX_TOP]};
    int touched = 0;
    for (int i = 0; i < 4; i++)
        touched += m[ODD_MEASURE_TOUCH_LEFT + i] >= others;
    return touched <= 1 && free[side] >= room;
}

/* The same where many touch an edge: of a product that ends there as if cut. Of others that touch
 * it nothing is known. */
static double cut_off(const float m[ODD_MEASURE_COUNT])
{
    const int side = side_touched(m);
    if (longest_touch(m) < TOUCHED) return 0;
    return is_straight(m, side) && has_room(m, side) && !is_flush(m)
               ? (double)m[ODD_MEASURE_TOUCH_LEFT + side]
               : NAN;
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.05", "0.05", "0", "0.2")};

#define JUDGE(number)                                                                              \
    {                                                                                              \
        .of = (number), .concerns = concerned, .box = odd_box_of_product, .high = true,            \
        .worst = 1, .severity = {0.3, 0.6}, .says = "touches the edge, as if cut off: it covers",  \
        .style = {100, 0, "% of a side"},                                                          \
    }

static const odd_judge by_touch = JUDGE(touch), by_cut = JUDGE(cut_off);

/* Of the images with a plain ground, the share in which the product touches a side. @collective */
static double share_touched(const odd_check_context *context, const float *measures)
{
    int64_t count[2] = {0, 0};
    for (int64_t i = 0; i < context->part.n_local; i++) {
        const float *m = measures + i * ODD_MEASURE_COUNT;
        if (context->status[i] != ODD_IMAGE_OK || !concerned(m)) continue;
        count[0] += longest_touch(m) >= TOUCHED;
        count[1]++;
    }
    odd_sum_i64(context->run->comm, count, 2);
    return count[1] > 0 ? (double)count[0] / (double)count[1] : 0;
}

static odd_status run_touches_edge(odd_check_context *context, const void *options)
{
    const float *measures;
    const odd_status st = odd_check_measures(context, &measures);
    if (st != ODD_OK) return st;
    const bool often = share_touched(context, measures) > OFTEN;
    return odd_judge_run_by(context, options, often ? &by_cut : &by_touch);
}

const odd_check odd_check_touches_edge = {
    .name = "touches_edge",
    .summary = "products that are cut off by the edge of the picture",
    .advice = "put a picture that shows all of the product in its place",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &by_touch,
    .run = run_touches_edge,
};
