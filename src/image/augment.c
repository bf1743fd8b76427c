/* Augment: mirrored, moved, turned, larger or smaller, slanted, brighter or darker, with more or
 * less contrast. */
#include "oddlot/image/augment.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <math.h>
#include <string.h>

/* One for each change, so that turning one off leaves the others. */
enum {
    DRAW_FLIP,
    DRAW_RIGHT,
    DRAW_DOWN,
    DRAW_BRIGHTNESS,
    DRAW_CONTRAST,
    DRAW_ROTATE,
    DRAW_ZOOM,
    DRAW_SLANT,
    DRAWS
};

typedef struct {
    bool flip;
    int64_t right, down; /* pixels */
    double add, times;   /* of levels and of their distances from the mean */
    double turn, size, slant;
} change;

bool odd_augment_is_off(const odd_augment_options *o)
{
    return !o->flip && o->shift == 0 && o->brightness == 0 && o->contrast == 0 && o->rotate == 0 &&
           o->zoom == 0 && o->slant == 0;
}

/* -- which -- */

/* From -most to most. */
static double either_way(double most, double u)
{
    return most * (2 * u - 1);
}

static change draw_change(const odd_augment_options *o, uint64_t seed, int64_t number,
                          uint32_t turn)
{
    double u[DRAWS];
    for (uint32_t k = 0; k < DRAWS; k++)
        u[k] = odd_uniform(seed, ODD_STREAM_AUGMENT, (uint64_t)number, turn * DRAWS + k);
    const double steps = (double)(2 * o->shift + 1);
    return (change){.flip = o->flip && u[DRAW_FLIP] < 0.5,
                    .right = (int64_t)(u[DRAW_RIGHT] * steps) - o->shift,
                    .down = (int64_t)(u[DRAW_DOWN] * steps) - o->shift,
                    .add = 255 * either_way(o->brightness, u[DRAW_BRIGHTNESS]),
                    .times = 1 + either_way(o->contrast, u[DRAW_CONTRAST]),
                    .turn = either_way(o->rotate, u[DRAW_ROTATE]) * acos(-1) / 180,
                    .size = 1 + either_way(o->zoom, u[DRAW_ZOOM]),
                    .slant = either_way(o->slant, u[DRAW_SLANT])};
}

/* -- places -- */

static int64_t clamp_index(int64_t i, int64_t n)
{
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* Each pixel comes from where the change takes it from. */
static void shift_pixels(const change *c, const odd_image *from, uint8_t *to)
{
    const size_t channels = (size_t)from->channels;
    for (int64_t y = 0; y < from->height; y++) {
        const int64_t row = clamp_index(y - c->down, from->height) * from->width;
        for (int64_t x = 0; x < from->width; x++, to += channels) {
            const int64_t at = clamp_index(x - c->right, from->width);
            const int64_t column = c->flip ? from->width - 1 - at : at;
            memcpy(to, from->pixels + (size_t)(row + column) * channels, channels);
        }
    }
}

/* Between pixels: a mean of the nearest four, each as near as it counts. */
static void interpolate_pixel(const odd_image *from, double x, double y, uint8_t *to)
{
    const double left = floor(x), top = floor(y), right = x - left, down = y - top;
    const int64_t x0 = clamp_index((int64_t)left, from->width),
                  y0 = clamp_index((int64_t)top, from->height);
    const int64_t x1 = clamp_index((int64_t)left + 1, from->width);
    const int64_t y1 = clamp_index((int64_t)top + 1, from->height);
    const uint8_t *a = from->pixels + (y0 * from->width + x0) * from->channels;
    const uint8_t *b = from->pixels + (y0 * from->width + x1) * from->channels;
    const uint8_t *c = from->pixels + (y1 * from->width + x0) * from->channels;
    const uint8_t *d = from->pixels + (y1 * from->width + x1) * from->channels;
    for (int i = 0; i < from->channels; i++)
        to[i] = (uint8_t)((1 - down) * ((1 - right) * a[i] + right * b[i]) +
                          down * ((1 - right) * c[i] + right * d[i]) + 0.5);
}

/* A place of the result, seen from the middle, is that place slanted, then grown, then turned. */
static void warp_pixels(const change *c, const odd_image *from, uint8_t *to)
{
    const double across = (from->width - 1) / 2.0, along = (from->height - 1) / 2.0;
    const double cosine = cos(c->turn) / c->size, sine = sin(c->turn) / c->size;
    for (int y = 0; y < from->height; y++)
        for (int x = 0; x < from->width; x++, to += from->channels) {
            const double right = cosine * (x - across) + sine * (y - along);
            const double down = cosine * (y - along) - sine * (x - across);
            interpolate_pixel(from, right - c->slant * down + across, down + along, to);
        }
}

static odd_status replace_pixels(const change *c, odd_image *image,
                                 void (*make)(const change *c, const odd_image *from, uint8_t *to))
{
    const int64_t bytes = (int64_t)image->width * image->height * image->channels;
    uint8_t *made = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(made, bytes));
    make(c, image, made);
    memcpy(image->pixels, made, (size_t)bytes);
done:
    odd_free(made);
    return st;
}

static odd_status move_image(const change *c, odd_image *image)
{
    const bool is_warped = c->turn != 0 || c->size != 1 || c->slant != 0;
    odd_status st = ODD_OK;
    if (is_warped) ODD_TRY(replace_pixels(c, image, warp_pixels));
    if (c->flip || c->right != 0 || c->down != 0) ODD_TRY(replace_pixels(c, image, shift_pixels));
done:
    return st;
}

/* -- levels -- */

static double mean_level(int64_t n, const uint8_t level[])
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += level[i];
    return (double)sum / (double)n;
}

static void shade_image(const change *c, odd_image *image)
{
    const int64_t n = (int64_t)image->width * image->height * image->channels;
    uint8_t to[256];
    if (c->add == 0 && c->times == 1) return;
    const double mean = mean_level(n, image->pixels);
    for (int level = 0; level < 256; level++)
        to[level] = (uint8_t)lround(fmin(fmax(mean + (level - mean) * c->times + c->add, 0), 255));
    for (int64_t i = 0; i < n; i++)
        image->pixels[i] = to[image->pixels[i]];
}

odd_status odd_augment(const odd_augment_options *options, uint64_t seed, int64_t number,
                       uint32_t turn, odd_image *image)
{
    const change c = draw_change(options, seed, number, turn);
    odd_status st = move_image(&c, image);
    if (st == ODD_OK) shade_image(&c, image);
    return st;
}
