/* Check `touches_edge`: a product on a plain ground that goes to the edge of the picture, as one
 * that was cut off does. Of scenes and details nothing is said. Where many products touch an edge,
 * cropped so or shown so, those are meant that end at it as if cut. */
#include "stage/check/judge_internal.h"

#include "oddlot/image/image.h"
#include "oddlot/par/comm.h"

#include <math.h>

#define TOUCHED 0.05 /* of a side, from which on it is touched, */
#define OFTEN   0.25 /* and the share of images from which on that is how the catalogue is */

static bool concerned(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_GROUND_EVEN] >= 0.7f;
}

/* The longest part of a side that it covers. */
static double longest_touch(const float m[ODD_MEASURE_COUNT])
{
    return fmax(fmax((double)m[ODD_MEASURE_TOUCH_LEFT], (double)m[ODD_MEASURE_TOUCH_RIGHT]),
                fmax((double)m[ODD_MEASURE_TOUCH_TOP], (double)m[ODD_MEASURE_TOUCH_BOTTOM]));
}

/* Of a product that touches one side: what touches more is a detail, or goes through. */
static double touch(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_SIDES_TOUCHED] > 1 ? 0 : longest_touch(m);
}

/* The same of a product that ends at one side as if cut: it is about as wide there as it is behind
 * (the outline of one that only comes near is round), along a good part of itself, and it leaves
 * room at the side across, so that it is not the crop that is tight. */
static double cut_off(const float m[ODD_MEASURE_COUNT])
{
    const float straight = 0.6f, part = 0.3f, room = 0.04f, others = 0.1f;
    const float width = m[ODD_MEASURE_BOX_RIGHT] - m[ODD_MEASURE_BOX_LEFT];
    const float height = m[ODD_MEASURE_BOX_BOTTOM] - m[ODD_MEASURE_BOX_TOP];
    const float free[4] = {1 - m[ODD_MEASURE_BOX_RIGHT], 1 - m[ODD_MEASURE_BOX_BOTTOM],
                           m[ODD_MEASURE_BOX_LEFT], m[ODD_MEASURE_BOX_TOP]};
    const float *touch = m + ODD_MEASURE_TOUCH_LEFT, *reach = m + ODD_MEASURE_REACH_LEFT;
    int most = 0, touched = 0;
    for (int i = 0; i < 4; i++) { /* left, top, right, bottom */
        most = touch[i] > touch[most] ? i : most;
        touched += touch[i] >= others;
    }
    const bool cut = touch[most] >= straight * reach[most] &&
                     touch[most] >= part * (most % 2 ? width : height) && free[most] >= room;
    return cut && touched <= 1 ? (double)touch[most] : 0;
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.05", "0.05", "0", "0.2")};

#define JUDGE(number)                                                                              \
    {                                                                                              \
        .of = (number), .concerns = concerned, .box = odd_box_of_product, .high = true,            \
        .worst = 1, .severity = {0.3, 0.6}, .says = "cut off by the edge: it covers",              \
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
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &by_touch,
    .run = run_touches_edge,
};
