/**
 * Damage inside the room: draws for one image, regions of it, and the kinds of damage.
 */
#ifndef ODDLOT_IMAGE_DAMAGE_INTERNAL_H
#define ODDLOT_IMAGE_DAMAGE_INTERNAL_H

#include "oddlot/image/damage.h"

#include <stddef.h>

struct odd_damage_draws {
    odd_damage_key key;
    uint32_t next; /* draws made of this turn */
};

/* damage_draws.c */

/** The draws of a turn that are left for its kind of damage. */
odd_damage_draws odd_draws_of_kind(const odd_damage_key *key);
/** The next draw: uniform in 0 ... n - 1, n > 0; uniform in [low, high). */
int odd_draw_below(odd_damage_draws *draws, int n);
double odd_draw_between(odd_damage_draws *draws, double low, double high);
/** A seed for as many draws as one likes. */
uint64_t odd_draw_seed(odd_damage_draws *draws);

/* Pixels of an image; never empty, always inside. */
typedef struct {
    int left, top, width, height;
} odd_region;

/** A region as large as the options say, anywhere. */
odd_region odd_draw_region(const odd_damage_options *options, odd_damage_draws *draws,
                           const odd_image *image);
/** A region of this size, cut to the image's, anywhere. */
odd_region odd_draw_place(odd_damage_draws *draws, const odd_image *image, int width, int height);

/** The pixel at (x, y). */
uint8_t *odd_pixel(const odd_image *image, int x, int y);

typedef odd_status odd_damage_apply(const odd_damage_options *options, odd_damage_draws *draws,
                                    odd_image *image);
/* damage_regions.c */
odd_damage_apply odd_damage_square, odd_damage_black, odd_damage_colour, odd_damage_noise,
    odd_damage_smear, odd_damage_missing, odd_damage_duplicate;
/* damage_resample.c */
odd_damage_apply odd_damage_smooth, odd_damage_blur, odd_damage_stretch, odd_damage_crop;
/* damage_jpeg.c */
odd_damage_apply odd_damage_broken_jpeg, odd_damage_cut_jpeg;

#endif
