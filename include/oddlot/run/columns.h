/**
 * Columns: 1-D datasets, one value for each row; and the images, many values for each. The one
 * owner of those that are read whole.
 *
 * O(n) are odd_image_marks_read(), odd_feature_images_read(), and odd_image_column_part() of all
 * images. A column of 8 bytes a row is 1 MB for 131,784 images and 800 MB for 100 million, one of
 * marks 132 KB and 100 MB. They are on every rank, at a time
 *   fit, views and score, where some verified images choose the threshold: verified, these; 2 bytes
 *   train       status, held_out, and the numbers of the readable images, 10 bytes; where it learns
 *               labels: verified, and the number of each label (labels.h), 9 bytes
 *   categories  the number of what each image is filed under, 8 bytes, and groups the same
 *   experiment  image and label, 16 bytes
 * All else is read by parts, or value by value.
 */
#ifndef ODDLOT_RUN_COLUMNS_H
#define ODDLOT_RUN_COLUMNS_H

#include "oddlot/base/status.h"
#include "oddlot/par/partition.h"
#include "oddlot/store/dataset.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/** A whole 1-D column of numbers as `type`; *n rows. For tables whose length is not that of the
 *  catalogue. Owned by caller: odd_free(). @local */
odd_status odd_column_read(const odd_file *file, const char *name, odd_type type, void **data,
                           int64_t *n);

/* -- whole columns of a value for each image; all @local, owned by caller: odd_free(); NULL on
 * failure -- */

/** What ingest.h5 knows of each image: `status`, `verified` or `held_out`; (*images). */
odd_status odd_image_marks_read(const odd_file *ingest, const char *name, uint8_t **mark,
                                int64_t *images);
/** The rows of a column: images, or rows of features.h5. @local */
odd_status odd_image_count(const odd_file *file, const char *name, int64_t *n);
/** The values of the images [row0, row0 + count) of a column of a stage's file, as `type`: data
 *  (count). whose: the file's name for people. ODD_FORMAT where it is not of `images`. @local */
odd_status odd_image_column_part(const odd_file *file, const char *whose, const char *name,
                                 odd_type type, int64_t images, int64_t row0, int64_t count,
                                 void *data);
/** The values of some images of such a column, in any order: data (count). Images must be there.
 *  One read for those that rise and are near, with what is between them: up to 512 KB at a time.
 *  @local */
odd_status odd_image_column_of(const odd_file *file, const char *whose, const char *name,
                               odd_type type, int64_t images, int64_t count, const int64_t image[],
                               void *data);
/** The image of each row of features.h5: (*n), rising. ODD_FORMAT for an image that is not one of
 *  `images`, or comes twice. */
odd_status odd_feature_images_read(const odd_file *features, int64_t images, int64_t **image,
                                   int64_t *n);
/** Those of my rows: image (part->n_local), rising over all ranks. ODD_FORMAT also where there are
 * not part->n rows. @local */
odd_status odd_feature_images_part(const odd_file *features, int64_t images,
                                   const odd_partition *part, int64_t image[]);
/** The rows of features.h5 that are of my images: *image (*rows), rising, the first of them row
 * *row0; those of all ranks are all rows. Owned by caller: odd_free(); NULL on failure. features:
 * open on comm. ODD_FORMAT also where images do not rise. @collective; @same part->n */
odd_status odd_feature_images_mine(MPI_Comm comm, const odd_file *features,
                                   const odd_partition *part, int64_t **image, int64_t *row0,
                                   int64_t *rows);
/** The least odd of the flagged images; -1: none is flagged. ODD_FORMAT for one that is not one of
 *  `images`. */
odd_status odd_flagged_last(const odd_file *scores, int64_t images, int64_t *row);
/** The flagged images, oddest first: (*n), at most `most`; odd_image_count() of "flagged/row" says
 *  how many there are. ODD_FORMAT for one that is not one of `images`. */
odd_status odd_flagged_read(const odd_file *scores, int64_t images, int64_t most, int64_t **row,
                            int64_t *n);

/** The (*n) oddest images by their rank, flagged or not, on every rank: at most `most`, fewer where
 *  so many were not read. Each rank looks at its part of the column. scores: open on comm. Owned by
 *  caller: odd_free(); NULL on failure. ODD_FORMAT. @collective; @same images, most */
odd_status odd_oddest_read(MPI_Comm comm, const odd_file *scores, int64_t images, int64_t most,
                           int64_t **row, int64_t *n);

/** Write my part of a new 1-D column of n rows. @collective */
odd_status odd_column_write(odd_file *file, const char *name, odd_type type, int64_t n,
                            int64_t row0, int64_t count, const void *data, const char *about,
                            const char *unit);

/* A column that one rank has whole. */
typedef struct {
    const char *name;
    odd_type type;
    const void *data;
    const char *about;
} odd_whole_column;

/** Write columns of n rows, all of which rank 0 has, into a group of the file; "": at the top.
 *  @collective on comm, that of the file */
odd_status odd_whole_columns_write(MPI_Comm comm, odd_file *file, const char *group, int64_t n,
                                   const odd_whole_column column[], size_t columns);

/** Text of each row as a column of strings as wide as the longest: @collective */
odd_status odd_column_write_text(odd_file *file, const char *name, MPI_Comm comm, int64_t n,
                                 int64_t row0, int64_t count,
                                 const char *(*text)(const void *context, int64_t row),
                                 const void *context, const char *about);

/** The first `most` cells of a column of strings, each 0-terminated; cell i begins at
 *  i * (*width + 1). Owned by caller: odd_free(). @local */
odd_status odd_column_read_text(const odd_file *file, const char *name, int64_t most, char **out,
                                size_t *width, int64_t *n);

/** The images of an ingest: uint8 (n, height, width, channels), an image of at most INT32_MAX
 * bytes.
 *  @local; ODD_FORMAT */
odd_status odd_images_open(const odd_file *ingest, odd_dataset **out);

#endif
