/* Damage to a region: painted over, dragged, erased, or taken from elsewhere. */
#include "image/damage_internal.h"

#include "image/pixels_internal.h"

#include "oddlot/base/random.h"

#include <string.h>

static void paint(const odd_image *image, const odd_region *r, const uint8_t colour[3])
{
    const size_t channels = (size_t)image->channels;
    for (int y = r->top; y < r->top + r->height; y++)
        for (int x = r->left; x < r->left + r->width; x++)
            memcpy(odd_pixel(image, x, y), colour, channels);
}

odd_status odd_damage_square(const odd_damage_options *options, odd_damage_draws *draws,
                             odd_image *image)
{
    const odd_region r = odd_draw_place(draws, image, options->side, options->side);
    paint(image, &r, (const uint8_t[3]){255, 255, 255});
    return ODD_OK;
}

odd_status odd_damage_black(const odd_damage_options *options, odd_damage_draws *draws,
                            odd_image *image)
{
    const odd_region r = odd_draw_region(options, draws, image);
    paint(image, &r, (const uint8_t[3]){0, 0, 0});
    return ODD_OK;
}

odd_status odd_damage_colour(const odd_damage_options *options, odd_damage_draws *draws,
                             odd_image *image)
{
    const odd_region r = odd_draw_region(options, draws, image);
    uint8_t colour[3];
    for (int c = 0; c < 3; c++)
        colour[c] = (uint8_t)odd_draw_below(draws, 256);
    paint(image, &r, colour);
    return ODD_OK;
}

/* Sixteen bytes a draw: number y and x / 16. */
static void noise_line(uint64_t seed, int y, int64_t bytes, uint8_t line[])
{
    uint32_t bits[4];
    for (int64_t at = 0; at < bytes; at += (int64_t)sizeof bits) {
        const int64_t rest = bytes - at;
        odd_philox(seed, ODD_STREAM_DAMAGE, (uint64_t)y, (uint32_t)(at / (int64_t)sizeof bits),
                   bits);
        memcpy(line + at, bits, rest < (int64_t)sizeof bits ? (size_t)rest : sizeof bits);
    }
}

odd_status odd_damage_noise(const odd_damage_options *options, odd_damage_draws *draws,
                            odd_image *image)
{
    const odd_region r = odd_draw_region(options, draws, image);
    const uint64_t seed = odd_draw_seed(draws);
    for (int y = 0; y < r.height; y++)
        noise_line(seed, y, (int64_t)r.width * image->channels,
                   odd_pixel(image, r.left, r.top + y));
    return ODD_OK;
}

odd_status odd_damage_smear(const odd_damage_options *options, odd_damage_draws *draws,
                            odd_image *image)
{
    const odd_region r = odd_draw_region(options, draws, image);
    for (int y = r.top; y < r.top + r.height; y++)
        for (int x = r.left + 1; x < r.left + r.width; x++)
            memcpy(odd_pixel(image, x, y), odd_pixel(image, r.left, y), (size_t)image->channels);
    return ODD_OK;
}

/* -- missing -- */

/* Levels of one channel along the border. Corners of the sides count twice, which is fine. */
static void count_border(const odd_image *image, int channel, int64_t count[static 256])
{
    const int right = image->width - 1, bottom = image->height - 1;
    for (int x = 0; x <= right; x++) {
        count[odd_pixel(image, x, 0)[channel]]++;
        count[odd_pixel(image, x, bottom)[channel]]++;
    }
    for (int y = 0; y <= bottom; y++) {
        count[odd_pixel(image, 0, y)[channel]]++;
        count[odd_pixel(image, right, y)[channel]]++;
    }
}

/* The median level of the border: what most of the image stands on. */
static uint8_t background_of(const odd_image *image, int channel)
{
    int64_t count[256] = {0}, sum = 0;
    const int64_t half = image->width + (int64_t)image->height; /* of 2 (width + height) */
    int level = 0;
    count_border(image, channel, count);
    while ((sum += count[level]) < half)
        level++;
    return (uint8_t)level;
}

odd_status odd_damage_missing(const odd_damage_options *options, odd_damage_draws *draws,
                              odd_image *image)
{
    const odd_region r = odd_draw_region(options, draws, image);
    uint8_t colour[3] = {0};
    for (int c = 0; c < 3 && c < image->channels; c++)
        colour[c] = background_of(image, c);
    paint(image, &r, colour);
    return ODD_OK;
}

/* -- duplicate -- */

odd_status odd_damage_duplicate(const odd_damage_options *options, odd_damage_draws *draws,
                                odd_image *image)
{
    const odd_region from = odd_draw_region(options, draws, image);
    const odd_region to = odd_draw_place(draws, image, from.width, from.height);
    const odd_pixel_view part = odd_view_part(image, from.left, from.top, from.width, from.height);
    const size_t line = (size_t)from.width * (size_t)image->channels;
    odd_image patch = ODD_IMAGE_EMPTY;
    odd_status st = odd_copy(&part, &patch); /* the two may overlap */
    for (int y = 0; st == ODD_OK && y < to.height; y++)
        memcpy(odd_pixel(image, to.left, to.top + y), odd_pixel(&patch, 0, y), line);
    odd_image_free(&patch);
    return st;
}
