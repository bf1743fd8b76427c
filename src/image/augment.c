/* Augment: mirrored, moved, brighter or darker, with more or less contrast. */
#include "oddlot/image/augment.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <math.h>
#include <string.h>

/* One for each change, so that turning one off leaves the others. */
enum { DRAW_FLIP, DRAW_RIGHT, DRAW_DOWN, DRAW_BRIGHTNESS, DRAW_CONTRAST, DRAWS = 8 };

typedef struct {
    bool flip;
    int64_t right, down; /* pixels */
    double add, times;   /* of levels and of their distances from the mean */
} change;

bool odd_augment_is_off(const odd_augment_options *o)
{
    return !o->flip && o->shift == 0 && o->brightness == 0 && o->contrast == 0;
}

/* -- which -- */

static change draw(const odd_augment_options *o, uint64_t seed, int64_t number, uint32_t turn)
{
    double u[DRAWS];
    for (uint32_t k = 0; k < DRAWS; k++)
        u[k] = odd_uniform(seed, ODD_STREAM_AUGMENT, (uint64_t)number, turn * DRAWS + k);
    const double steps = (double)(2 * o->shift + 1);
    return (change){.flip = o->flip && u[DRAW_FLIP] < 0.5,
                    .right = (int64_t)(u[DRAW_RIGHT] * steps) - o->shift,
                    .down = (int64_t)(u[DRAW_DOWN] * steps) - o->shift,
                    .add = 255 * o->brightness * (2 * u[DRAW_BRIGHTNESS] - 1),
                    .times = 1 + o->contrast * (2 * u[DRAW_CONTRAST] - 1)};
}

/* -- places -- */

static int64_t within(int64_t i, int64_t n)
{
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* Each pixel comes from where the change takes it from. */
static void take(const change *c, const odd_image *from, uint8_t *to)
{
    const size_t channels = (size_t)from->channels;
    for (int64_t y = 0; y < from->height; y++) {
        const int64_t row = within(y - c->down, from->height) * from->width;
        for (int64_t x = 0; x < from->width; x++, to += channels) {
            const int64_t at = within(x - c->right, from->width);
            const int64_t column = c->flip ? from->width - 1 - at : at;
            memcpy(to, from->pixels + (size_t)(row + column) * channels, channels);
        }
    }
}

static odd_status move(const change *c, odd_image *image)
{
    const int64_t bytes = (int64_t)image->width * image->height * image->channels;
    uint8_t *moved = NULL;
    odd_status st = ODD_OK;
    if (!c->flip && c->right == 0 && c->down == 0) return ODD_OK;
    ODD_TRY(ODD_NEW(moved, bytes));
    take(c, image, moved);
    memcpy(image->pixels, moved, (size_t)bytes);
done:
    odd_free(moved);
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

static void shade(const change *c, odd_image *image)
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
    const change c = draw(options, seed, number, turn);
    odd_status st = move(&c, image);
    if (st == ODD_OK) shade(&c, image);
    return st;
}
