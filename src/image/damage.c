/* The table of kinds of damage, and one of them done. */
#include "image/damage_internal.h"

#include <string.h>

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

odd_part odd_damage_kind_part(int i)
{
    return (odd_part){.name = odd_damage_kinds[i].name, .summary = odd_damage_kinds[i].about};
}

int odd_damage_find(const char *name)
{
    int kind = odd_damage_count() - 1;
    while (kind >= 0 && strcmp(odd_damage_kinds[kind].name, name) != 0)
        kind--;
    return kind;
}

/* -- doing it -- */

static odd_status check_arguments(const odd_damage_options *options, const odd_image *image)
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
    odd_damage_draws draws = odd_draws_of_kind(key);
    ODD_CHECK(kind >= 0 && kind < odd_damage_count());
    odd_status st = check_arguments(options, image);
    return st == ODD_OK ? odd_damage_kinds[kind].apply(options, &draws, image) : st;
}
