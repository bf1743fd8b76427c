/* Heat picture: from yellow to a dark red, which colour-blind eyes tell apart by their lightness.
 */
#include "report/heat_picture_internal.h"

#include "oddlot/base/memory.h"
#include "report/sections_internal.h"

#include <math.h>

#define COOL   0.5f /* of the way from the coldest to the hottest pixel: nothing is shown below */
#define OPAQUE 170  /* alpha of the hottest pixel; the image shines through */

typedef struct {
    float red, green, blue;
} colour;

/* report.css has the same ones for the legend */
static const colour ramp[] = {{240, 228, 66}, {213, 94, 0}, {128, 0, 60}};
#define LAST (sizeof ramp / sizeof *ramp - 1)

static float blend(float a, float b, float share)
{
    return a + (b - a) * share;
}

/* t from 0, just warm, to 1. */
static void paint(float t, uint8_t pixel[4])
{
    const float at = t * (float)LAST;
    const size_t low = at < (float)LAST ? (size_t)at : LAST - 1;
    const float share = at - (float)low;
    const colour *a = &ramp[low], *b = &ramp[low + 1];
    pixel[0] = (uint8_t)blend(a->red, b->red, share);
    pixel[1] = (uint8_t)blend(a->green, b->green, share);
    pixel[2] = (uint8_t)blend(a->blue, b->blue, share);
    pixel[3] = (uint8_t)(OPAQUE * sqrtf(t));
}

odd_status odd_heat_picture_make(const odd_flagged *image, uint8_t **pixels)
{
    const int64_t count = (int64_t)image->width * image->height;
    const float *heat = image->heat.map;
    float coldest = INFINITY, hottest = -INFINITY;
    odd_status st;
    ODD_TRY(ODD_NEW(*pixels, 4 * count));
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(heat[i])) continue;
        coldest = fminf(coldest, heat[i]);
        hottest = fmaxf(hottest, heat[i]);
    }
    for (int64_t i = 0; i < count && hottest > coldest; i++) {
        const float t = ((heat[i] - coldest) / (hottest - coldest) - COOL) / (1 - COOL);
        if (t > 0) paint(t, *pixels + 4 * i);
    }
done:
    return st;
}
