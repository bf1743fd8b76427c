/* The table of kinds of damage, their draws and their regions. */
#include "image/damage_internal.h"

#include "oddlot/base/random.h"
#include "oddlot/base/text.h"

#include <math.h>
#include <string.h>

/* Draws of one turn of an image: whether, which kind, then those of the kind. */
enum { DRAW_FALLS, DRAW_KIND, DRAWS_OF_KIND, DRAWS_OF_TURN = 64 };

const odd_damage_kind odd_damage_kinds[] = {
    {"square", "a white square", odd_damage_square, true},
    {"black", "a black block", odd_damage_black, true},
    {"colour", "a block of one colour", odd_damage_colour, true},
    {"noise", "a block of noise", odd_damage_noise, true},
    {"smear", "a region whose left edge is dragged to the right", odd_damage_smear, true},
    {"smooth", "a region without details", odd_damage_smooth, true},
    {"stretch", "a region that holds half of itself, stretched", odd_damage_stretch, true},
    {"missing", "a region erased to the colour of the background", odd_damage_missing, true},
    {"duplicate", "a region copied to another place", odd_damage_duplicate, true},
    {"blur", "all of it out of focus", odd_damage_blur, false},
    {"crop", "only a part of it, enlarged", odd_damage_crop, false},
    {"broken_jpeg", "decoded from a JPEG file with some bytes changed", odd_damage_broken_jpeg,
     false},
    {"cut_jpeg", "decoded from a JPEG file that ends too early", odd_damage_cut_jpeg, false},
    {NULL, NULL, NULL, false},
};

int odd_damage_count(void)
{
    return (int)(sizeof odd_damage_kinds / sizeof *odd_damage_kinds) - 1;
}

static odd_status no_such_kind(const char *name)
{
    odd_text known = ODD_TEXT_EMPTY;
    for (int k = 0; k < odd_damage_count(); k++)
        odd_text_format(&known, "%s%s", k > 0 ? ", " : "", odd_damage_kinds[k].name);
    odd_status st =
        odd_fail(ODD_ARG, "there is no damage '%s'; known are %s", name, odd_text_string(&known));
    odd_text_free(&known);
    return st;
}

odd_status odd_damage_find(const char *name, int *kind)
{
    for (*kind = 0; *kind < odd_damage_count(); ++*kind)
        if (strcmp(odd_damage_kinds[*kind].name, name) == 0) return ODD_OK;
    *kind = 0;
    return no_such_kind(name);
}

/* -- draws -- */

static uint32_t number_of(const odd_damage_key *key, uint32_t draw)
{
    ODD_CHECK(draw < DRAWS_OF_TURN);
    return key->turn * DRAWS_OF_TURN + draw;
}

static double uniform(const odd_damage_key *key, uint32_t draw)
{
    return odd_uniform(key->seed, ODD_STREAM_DAMAGE, (uint64_t)key->image, number_of(key, draw));
}

static int below(const odd_damage_key *key, uint32_t draw, int n)
{
    return (int)odd_below((uint64_t)n, key->seed, ODD_STREAM_DAMAGE, (uint64_t)key->image,
                          number_of(key, draw));
}

bool odd_damage_falls(const odd_damage_key *key, double probability)
{
    return uniform(key, DRAW_FALLS) < probability;
}

int odd_damage_pick(const odd_damage_key *key, int kinds)
{
    return below(key, DRAW_KIND, kinds);
}

int odd_draw_below(odd_damage_draws *draws, int n)
{
    return below(&draws->key, draws->next++, n);
}

double odd_draw_between(odd_damage_draws *draws, double low, double high)
{
    return low + (high - low) * uniform(&draws->key, draws->next++);
}

uint64_t odd_draw_seed(odd_damage_draws *draws)
{
    uint32_t bits[4];
    odd_philox(draws->key.seed, ODD_STREAM_DAMAGE, (uint64_t)draws->key.image,
               number_of(&draws->key, draws->next++), bits);
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

/* -- doing it -- */

static odd_status check(const odd_damage_options *options, const odd_image *image)
{
    if (image->channels != 1 && image->channels != 3)
        return odd_fail(ODD_ARG, "damage to an image of %d channels; it needs 1 or 3",
                        image->channels);
    if (options->side < 1) return odd_fail(ODD_ARG, "a square of side %d", options->side);
    if (options->smallest > 0 && options->smallest <= options->largest && options->largest <= 1)
        return ODD_OK;
    return odd_fail(ODD_ARG, "damaged regions from %g to %g of a side; shares are in 0 ... 1",
                    options->smallest, options->largest);
}

odd_status odd_damage_do(int kind, const odd_damage_options *options, const odd_damage_key *key,
                         odd_image *image)
{
    odd_damage_draws draws = {*key, DRAWS_OF_KIND};
    ODD_CHECK(kind >= 0 && kind < odd_damage_count());
    odd_status st = check(options, image);
    return st == ODD_OK ? odd_damage_kinds[kind].apply(options, &draws, image) : st;
}
