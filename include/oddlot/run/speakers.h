/**
 * Speakers: of images that show one picture, one speaks for all, so that a picture counts once
 * however often it is there.
 */
#ifndef ODDLOT_RUN_SPEAKERS_H
#define ODDLOT_RUN_SPEAKERS_H

#include "oddlot/base/status.h"
#include "oddlot/store/file.h"

#include <stdint.h>

/* Rows of features.h5, 16 bytes for each on every rank. */
typedef struct {
    int64_t rows;
    int64_t count;   /* rows that speak */
    int64_t *row;    /* (count) which they are, rising */
    int64_t *spoken; /* (rows) which of the count speaks for each */
} odd_speakers;

/** By the representatives of copies.h5; copies NULL: each row speaks for itself. images: of the
 *  catalogue; image: (rows) of each row, rising. @local; ODD_FORMAT where a representative has no
 *  row, ODD_NOMEM. Free also after a failure. */
odd_status odd_speakers_read(const odd_file *copies, int64_t images, int64_t rows,
                             const int64_t image[], odd_speakers *out);
void odd_speakers_free(odd_speakers *speakers);

#endif
