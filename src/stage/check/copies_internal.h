/**
 * Copies: images that show one picture, exactly or nearly; what the checks `duplicate` and
 * `placeholder` say findings of.
 *
 * Exact ones have equal digests of their decoded pixels. Near ones are looked for among the nearest
 * rows in layout space (layout_row.h), as they are, mirrored and with a margin cut, and in the
 * backbone's features where the run has them; each candidate is then verified by the aligned
 * difference of the pictures themselves (aligned.h).
 */
#ifndef ODDLOT_STAGE_CHECK_COPIES_INTERNAL_H
#define ODDLOT_STAGE_CHECK_COPIES_INTERNAL_H

#include "oddlot/image/aligned.h"
#include "oddlot/par/pairs.h"
#include "oddlot/par/rows.h"
#include "stage/check/check_internal.h"

typedef struct {
    bool near;
    bool mirrored;
    double difference;
    double unlike;
    int64_t neighbours;
} odd_duplicate_options;

typedef struct {
    int64_t least;
} odd_placeholder_options;

/* Marks of a pair. */
enum { ODD_COPY_EXACT = 1, ODD_COPY_PLAIN = 2, ODD_COPY_MIRRORED = 4 };

/* On rank 0; the others have none. */
struct odd_copies {
    odd_pairs pairs; /* verified: value is the aligned difference, 0 of exact ones */
    odd_groups groups;
};

/** The copies of the catalogue, all on rank 0; they are found at the first call. Borrowed from the
 *  context. @collective */
odd_status odd_check_copies(odd_check_context *context, const odd_copies **out);

/** Stages that they are found by. */
extern const char *const odd_copies_reads[];
/** Bytes that each rank needs for it. @local */
int64_t odd_copies_memory(const odd_run *run, int64_t rows);

/* -- copies_pictures.c -- */

/* The small pictures of my rows. */
typedef struct {
    odd_rows rows;    /* (n, ODD_ALIGNED_VALUES), read as float */
    uint8_t *picture; /* (n_local, ODD_ALIGNED_VALUES) */
    bool *taken;      /* (n_local) does it take part? Not what cannot be read, nor an exact copy */
} odd_copy_pictures;

/** @collective */
odd_status odd_copy_pictures_open(const odd_check_context *context, const odd_pairs *exact,
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
odd_status odd_copies_find(const odd_check_context *context, const odd_duplicate_options *options,
                           const odd_copy_pictures *pictures, odd_pairs *out);

/* -- copies_verify.c -- */

/** Of these pairs, at their owners, those whose pictures are the same. @collective */
odd_status odd_copies_verify(const odd_duplicate_options *options,
                             const odd_copy_pictures *pictures, const odd_pairs *candidates,
                             odd_pairs *out);

/* -- copies_stars.c -- */

/** Of the near copies, on every rank: those that make groups in which all are copies of one member.
 *  Pairs are added that nobody had compared. @collective */
odd_status odd_copies_stars(const odd_duplicate_options *options, const odd_copy_pictures *pictures,
                            odd_pairs *near);

#endif
