/**
 * Embeddings: rows of numbers for images that somebody else's program computed, in a file: a .npy
 * file or a dataset of an HDF5 file, "FILE.h5:/DATASET". Of more than two dimensions all but the
 * first make a row. All @local; HDF5 is entered.
 */
#ifndef ODDLOT_STAGE_FEATURES_EMBEDDINGS_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_EMBEDDINGS_INTERNAL_H

#include "stage/features/npy_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/store/dataset.h"

/* One of the two. */
typedef struct {
    odd_npy npy;
    odd_file *file;
    odd_dataset *dataset; /* NULL: it is a .npy file */
    int64_t n;            /* rows */
    int width;            /* values of a row */
} odd_embeddings;

/** ODD_IO; ODD_FORMAT naming the file, what is wrong with it and what to do. */
odd_status odd_embeddings_open(const char *given, odd_embeddings *out);
void odd_embeddings_close(odd_embeddings *e); /* one that did not open is fine */
/** x (count, width) of neighbouring rows. Numbers are not checked. */
odd_status odd_embeddings_read(const odd_embeddings *e, int64_t row0, int64_t count, float x[]);

/** Where "FILE.h5:/DATASET" has its dataset, "/DATASET"; NULL: it names a file only. */
const char *odd_dataset_part(const char *given);

/** Which image each row is of: the names of images row by row, in a text file, one a line, or in a
 *  dataset of strings, find their row. `name` (n) as in ingest.h5, its /path; `wanted` (n): 0 where
 *  an image needs no row.
 *  @param[out] row  (n) of the embeddings; -1: none.
 *  @return ODD_FORMAT naming what is twice, missing, or not one for each of `rows` rows. */
odd_status odd_embeddings_match(const char *given, int64_t rows, const odd_dataset *name,
                                const uint8_t wanted[], int64_t row[]);

/** Size and time of the file that `given` names join the digest. ODD_IO */
odd_status odd_embeddings_digest(const char *given, odd_hash *digest);

#endif
