/**
 * Speakers: of images that show one picture, one speaks for all, so that a picture counts once
 * however often it is there.
 */
#ifndef ODDLOT_RUN_SPEAKERS_H
#define ODDLOT_RUN_SPEAKERS_H

#include "oddlot/base/status.h"
#include "oddlot/par/partition.h"
#include "oddlot/store/file.h"

#include <mpi.h>
#include <stdint.h>

/* One that speaks. */
typedef struct {
    int64_t row;   /* of features.h5 */
    int64_t image; /* of the catalogue */
} odd_looked_at;

/* The rows of features.h5, and those of them that speak. Rows are cut as images are, so that a rank
 * has what its images say; those that speak are cut anew, as they are what is looked at. 32 bytes
 * for each of a rank's own rows. */
typedef struct {
    odd_partition images;     /* of the catalogue */
    int64_t row0, rows;       /* the rows of my images */
    int64_t *image;           /* (rows) of each, rising */
    int64_t *spoken;          /* (rows) the number of what speaks for each */
    odd_partition part;       /* of those that speak, numbered as their rows rise */
    odd_looked_at *looked_at; /* (part.n_local) */
} odd_speakers;

/** By the representatives of copies.h5; copies NULL: each row speaks for itself. images: of the
 *  catalogue. Free also after a failure. @collective; @same images; ODD_FORMAT where a
 *  representative has no row or does not speak for itself, ODD_NOMEM */
odd_status odd_speakers_read(MPI_Comm comm, const odd_file *copies, const odd_file *features,
                             int64_t images, odd_speakers *out);
void odd_speakers_free(odd_speakers *speakers);

/** For how many rows each of my part speaks: shown (part.n_local). @collective; ODD_NOMEM */
odd_status odd_speakers_count(MPI_Comm comm, const odd_speakers *speakers, int64_t shown[]);

#endif
