/**
 * Copies: images that show one picture, exactly or nearly.
 *
 * Exact ones have equal digests of their decoded pixels. Near ones are looked for among the nearest
 * rows in layout space (layout_row.h), as they are, mirrored and with a margin cut, and in the
 * backbone's features where the run has them; each candidate is then verified by the aligned
 * difference of the pictures themselves, small ones (aligned.h) and with all detail that is stored
 * (aligned_close.h).
 */
#ifndef ODDLOT_STAGE_COPIES_COPIES_INTERNAL_H
#define ODDLOT_STAGE_COPIES_COPIES_INTERNAL_H

#include "oddlot/image/aligned_close.h"
#include "oddlot/image/prepare.h"
#include "oddlot/par/pairs.h"
#include "oddlot/par/rows.h"
#include "oddlot/run/copies.h"
#include "oddlot/run/run.h"
#include "oddlot/store/dataset.h"
#include "oddlot/store/file.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool near;
    bool mirrored;
    double difference;
    double unlike;
    int64_t neighbours;
} odd_copies_options;

/** Settings of the job: section "copies". Borrowed from it. @local */
const odd_copies_options *odd_copies_settings(const odd_job *job);

/* What the search works with. Of each rank its own. */
typedef struct {
    const odd_run *run;
    const odd_copies_options *options;
    odd_partition part;       /* images of the catalogue, and which are mine */
    const odd_file *ingest;   /* open on all ranks */
    const odd_file *features; /* of a backbone; NULL: there is none */
    const uint8_t *status;    /* (part.n_local) odd_image_status of my rows */
} odd_copies_search;

/** All copies, the same on every rank: 40 bytes a pair and 8 for each image that is in one. Owned
 * by caller: odd_copies_free(). @collective */
odd_status odd_copies_find(const odd_copies_search *search, odd_copies *out);

/** The best copy of each group comes first: the largest that was not enlarged, of these the
 *  sharpest, of these the first. @collective; @same groups */
odd_status odd_copies_put_best_first(const odd_copies_search *search, odd_groups *groups);

/* -- copies_images.c -- */

/* Stored images of my rows, some at a time, and what of each is the image itself, not what it was
 * padded with. */
typedef struct {
    int64_t most; /* that are read at a time */
    int size, channels;
    uint8_t *pixels; /* (most, size, size, channels) */
    float *measured; /* (most, ODD_MEASURE_COUNT) */
    odd_dataset *images, *measures;
    const odd_prepare_options *prepare;
} odd_copy_images;

/** @local; ODD_FORMAT, ODD_NOMEM */
odd_status odd_copy_images_open(const odd_copies_search *search, odd_copy_images *out);
void odd_copy_images_close(odd_copy_images *images);
/** The images [row, row + count) of the catalogue become those that were read. @local */
odd_status odd_copy_images_read(const odd_copy_images *images, int64_t row, int64_t count);
/** Of image i of those that were read. @local */
const uint8_t *odd_copy_pixels(const odd_copy_images *images, int64_t i);
odd_aligned_part odd_copy_part(const odd_copy_images *images, int64_t i);

/* -- copies_pictures.c -- */

/* The small pictures of my rows. */
typedef struct {
    const odd_copies_search *search;
    odd_rows rows;    /* (n, ODD_ALIGNED_VALUES), read as float */
    uint8_t *picture; /* (n_local, ODD_ALIGNED_VALUES) */
    bool *taken;      /* (n_local) does it take part? Not what cannot be read, nor an exact copy */
} odd_copy_pictures;

/** @collective */
odd_status odd_copy_pictures_open(const odd_copies_search *search, const odd_pairs *exact,
                                  odd_copy_pictures *out);
void odd_copy_pictures_close(odd_copy_pictures *p);

/* Their layout rows as they are looked for. */
typedef struct {
    const odd_copy_pictures *pictures;
    bool mirrored;
    double scale;
} odd_copy_layout;

/** Rows (n, ODD_LAYOUT_VALUES), which are made as they are read; those that take no part
 *  are far from all others. layout is kept. @local */
odd_rows odd_copy_layout_rows(odd_copy_layout *layout);

/* -- copies_candidates.c -- */

/** Pairs that may be copies, at their owners. @collective */
odd_status odd_copies_candidates(const odd_copies_search *search, const odd_copy_pictures *pictures,
                                 odd_pairs *out);

/* -- copies_verify.c -- */

/* Times the largest difference of a copy up to which pictures are much alike. Those pairs are
 * verified, too: they tell where a crowd is. */
#define ODD_COPIES_ALIKE 2.0

/** Of these pairs, at their owners, those whose pictures are the same at a glance and, looked at
 *  closely, much alike. @collective */
odd_status odd_copies_verify(const odd_copy_pictures *pictures, const odd_pairs *candidates,
                             odd_pairs *out);

/* -- copies_close.c -- */

/** Of these pairs, at their owners, those that are much alike when looked at closely stay, with
 *  their differences. @collective */
odd_status odd_copies_look_closely(const odd_copies_search *search, odd_pairs *pairs);

/* -- copies_crowds.c -- */

/* Rows that are in a crowd of pictures much alike, rising, and up to which difference others are
 * copies of each; of rows that are in none it is `most`. */
typedef struct {
    double most;
    int64_t count;
    int64_t *row;  /* (count) */
    double *limit; /* (count) */
} odd_copy_crowds;

/** The crowds among all pairs that are much alike. @local; ODD_NOMEM */
odd_status odd_copies_find_crowds(const odd_pairs *pairs, double most, odd_copy_crowds *out);
void odd_copy_crowds_free(odd_copy_crowds *crowds);
/** Pairs that are near enough to be copies stay. @local */
void odd_copies_thin(const odd_copy_crowds *crowds, odd_pairs *pairs);

/* -- copies_stars.c -- */

/** Of the near copies, on every rank: those that make groups in which all are copies of one member.
 *  Pairs are added that nobody had compared. @collective */
odd_status odd_copies_stars(const odd_copy_pictures *pictures, const odd_copy_crowds *crowds,
                            odd_pairs *near);

#endif
