/* What the kinds of damage draw: numbers, and regions of an image. */
#include "image/damage_internal.h"

#include "oddlot/base/random.h"

#include <math.h>

/* Draws of one turn of an image: whether, which kind, then those of the kind. What is drawn depends
 * on the number of a draw, not on those before it, so that images may be damaged in any order. */
enum { DRAW_FALLS, DRAW_KIND, DRAWS_OF_KIND, DRAWS_OF_TURN = 64 };

/* -- draws -- */

static uint32_t draw_number(const odd_damage_key *key, uint32_t draw)
{
    ODD_CHECK(draw < DRAWS_OF_TURN);
    return key->turn * DRAWS_OF_TURN + draw;
}

static double keyed_uniform(const odd_damage_key *key, uint32_t draw)
{
    return odd_uniform(key->seed, ODD_STREAM_DAMAGE, (uint64_t)key->image, draw_number(key, draw));
}

static int keyed_below(const odd_damage_key *key, uint32_t draw, int n)
{
    return (int)odd_below((uint64_t)n, key->seed, ODD_STREAM_DAMAGE, (uint64_t)key->image,
                          draw_number(key, draw));
}

bool odd_damage_falls(const odd_damage_key *key, double probability)
{
    return keyed_uniform(key, DRAW_FALLS) < probability;
}

int odd_damage_pick(const odd_damage_key *key, int kinds)
{
    return keyed_below(key, DRAW_KIND, kinds);
}

odd_damage_draws odd_draws_of_kind(const odd_damage_key *key)
{
    return (odd_damage_draws){*key, DRAWS_OF_KIND};
}

int odd_draw_below(odd_damage_draws *draws, int n)
{
    return keyed_below(&draws->key, draws->next++, n);
}

double odd_draw_between(odd_damage_draws *draws, double low, double high)
{
    return low + (high - low) * keyed_uniform(&draws->key, draws->next++);
}

uint64_t odd_draw_seed(odd_damage_draws *draws)
{
    uint32_t bits[4];
    odd_philox(draws->key.seed, ODD_STREAM_DAMAGE, (uint64_t)draws->key.image,
               draw_number(&draws->key, draws->next++), bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

/* -- regions -- */

odd_region odd_draw_place(odd_damage_draws *draws, const odd_image *image, int width, int height)
{
    if (width > image->width) width = image->width;
    if (height > image->height) height = image->height;
    int left = odd_draw_below(draws, image->width - width + 1);
    int top = odd_draw_below(draws, image->height - height + 1);
    return (odd_region){left, top, width, height};
}

/* Whole pixels of a share of a side, at least one. */
static int extent(const odd_damage_options *options, odd_damage_draws *draws, int side)
{
    double length = round(side * odd_draw_between(draws, options->smallest, options->largest));
    return length < 1 ? 1 : (int)length;
}

odd_region odd_draw_region(const odd_damage_options *options, odd_damage_draws *draws,
                           const odd_image *image)
{
    int width = extent(options, draws, image->width);
    int height = extent(options, draws, image->height);
    return odd_draw_place(draws, image, width, height);
}

uint8_t *odd_pixel(const odd_image *image, int x, int y)
{
    return image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * (size_t)image->channels;
}
