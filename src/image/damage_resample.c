/* Damage by resampling: details averaged away, parts stretched or enlarged. */
#include "image/damage_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/image/resize.h"

#include <string.h>

enum {
    PASSES = 3,      /* of a box filter: nearly a Gaussian */
    SMOOTH_PART = 6, /* radius of over-smoothing: the region's longer side through this */
    BLUR_PART = 16,  /* largest radius of blur: the image's shorter side through this */
    CROP_LEAST = 50, /* per cent of a side that a wrong crop leaves */
    CROP_MOST = 80
};

/* -- box filters -- */

/* Means over 2 radius + 1 neighbours along a line of n values, fewer at its ends.
 * sum: (n + 1), of the values before each. */
static void box_line(int n, size_t step, int radius, int64_t sum[], uint8_t line[])
{
    sum[0] = 0;
    for (int i = 0; i < n; i++)
        sum[i + 1] = sum[i] + line[(size_t)i * step];
    for (int i = 0; i < n; i++) {
        const int from = odd_max_int(i - radius, 0), to = odd_min_int(i + radius + 1, n);
        const int64_t count = to - from;
        line[(size_t)i * step] = (uint8_t)((sum[to] - sum[from] + count / 2) / count);
    }
}

static void box_pass(const odd_image *image, const odd_region *r, int radius, int64_t sum[])
{
    const size_t across = (size_t)image->channels, down = across * (size_t)image->width;
    for (int c = 0; c < image->channels; c++) {
        for (int y = 0; y < r->height; y++)
            box_line(r->width, across, radius, sum, odd_pixel(image, r->left, r->top + y) + c);
        for (int x = 0; x < r->width; x++)
            box_line(r->height, down, radius, sum, odd_pixel(image, r->left + x, r->top) + c);
    }
}

static odd_status blur_region(const odd_image *image, const odd_region *r, int radius)
{
    int64_t *sum = odd_alloc((int64_t)odd_max_int(r->width, r->height) + 1, sizeof *sum);
    if (!sum) return ODD_NOMEM;
    for (int pass = 0; pass < PASSES; pass++)
        box_pass(image, r, radius, sum);
    odd_free(sum);
    return ODD_OK;
}

odd_status odd_damage_smooth(const odd_damage_options *options, odd_damage_draws *draws,
                             odd_image *image)
{
    const odd_region r = odd_draw_region(options, draws, image);
    return blur_region(image, &r, odd_max_int(1, odd_max_int(r.width, r.height) / SMOOTH_PART));
}

odd_status odd_damage_blur(const odd_damage_options *options, odd_damage_draws *draws,
                           odd_image *image)
{
    const odd_region all = {0, 0, image->width, image->height};
    (void)options;
    const int most = odd_max_int(1, odd_min_int(image->width, image->height) / BLUR_PART);
    return blur_region(image, &all, 1 + odd_draw_below(draws, most));
}

/* -- parts made larger -- */

/* What is in `from` fills `to`. */
static odd_status enlarge_region(odd_image *image, const odd_region *from, const odd_region *to)
{
    const size_t line = (size_t)to->width * (size_t)image->channels;
    odd_image large = ODD_IMAGE_EMPTY;
    odd_status st = odd_resize(image, from->left, from->top, from->width, from->height,
                               ODD_KERNEL_BILINEAR, to->width, to->height, &large);
    for (int y = 0; st == ODD_OK && y < to->height; y++)
        memcpy(odd_pixel(image, to->left, to->top + y), odd_pixel(&large, 0, y), line);
    odd_image_free(&large);
    return st;
}

odd_status odd_damage_stretch(const odd_damage_options *options, odd_damage_draws *draws,
                              odd_image *image)
{
    const odd_region r = odd_draw_region(options, draws, image);
    odd_region part = r;
    if (odd_draw_below(draws, 2))
        part.width = odd_max_int(1, r.width / 2);
    else
        part.height = odd_max_int(1, r.height / 2);
    return enlarge_region(image, &part, &r);
}

odd_status odd_damage_crop(const odd_damage_options *options, odd_damage_draws *draws,
                           odd_image *image)
{
    const odd_region all = {0, 0, image->width, image->height};
    (void)options;
    const double share = odd_draw_between(draws, CROP_LEAST, CROP_MOST) / 100;
    const odd_region part =
        odd_draw_place(draws, image, odd_max_int(1, (int)(image->width * share)),
                       odd_max_int(1, (int)(image->height * share)));
    return enlarge_region(image, &part, &all);
}
