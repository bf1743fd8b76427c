/**
 * Damage: what happens to product images on their way to a shop, made by program.
 *
 * The white square is that of Churchley et al., who learn to see damage from it; the other kinds
 * are what retailers get: blocks, smears, erased and duplicated parts, wrong crops, broken files.
 * Every draw is keyed by (seed, image, turn), so an image is damaged in the same way everywhere.
 * A kind is one function and one line in damage.c. @local, thread-safe.
 */
#ifndef ODDLOT_IMAGE_DAMAGE_H
#define ODDLOT_IMAGE_DAMAGE_H

#include "oddlot/base/job.h"
#include "oddlot/image/image.h"

#include <stdbool.h>
#include <stdint.h>

/* How large damage is. */
typedef struct {
    int side;                 /* of the white square, pixels; >= 1 */
    double smallest, largest; /* of other regions: shares of the image's width and height, each
                                 drawn uniformly; 0 < smallest <= largest <= 1 */
} odd_damage_options;

/* Whose damage it is. */
typedef struct {
    uint64_t seed;
    int64_t image; /* global number */
    uint32_t turn; /* another turn damages the same image otherwise: an epoch; below 2^26 */
} odd_damage_key;

typedef struct odd_damage_draws
    odd_damage_draws; /* random numbers for one image; damage_internal.h */

typedef struct {
    const char *name;
    const char *about; /* what becomes of the image */
    odd_status (*apply)(const odd_damage_options *options, odd_damage_draws *draws,
                        odd_image *image);
    bool sized; /* odd_damage_options say how large it is; else it is all of the image */
} odd_damage_kind;

extern const odd_damage_kind odd_damage_kinds[]; /* ends with a name of NULL */
int odd_damage_count(void);
/** The number of the kind of this name; -1: there is none. */
int odd_damage_find(const char *name);
/** The i-th kind, for tables of settings. */
odd_part odd_damage_kind_part(int i);

/** Does damage fall on this image, which it does with this probability? */
bool odd_damage_falls(const odd_damage_key *key, double probability);
/** One of `kinds` kinds, each as likely: 0 ... kinds - 1. */
int odd_damage_pick(const odd_damage_key *key, int kinds);

/** Damage an image (1 or 3 channels, any size) by a kind, in place. Pixels may happen to stay as
 *  they were: a white square on white ground changes nothing. ODD_ARG for options out of range or
 *  four channels; ODD_NOMEM, then the image may be half damaged. */
odd_status odd_damage_do(int kind, const odd_damage_options *options, const odd_damage_key *key,
                         odd_image *image);

#endif
