/**
 * Columns: 1-D datasets, one value for each row; and the images, many values for each.
 */
#ifndef ODDLOT_RUN_COLUMNS_H
#define ODDLOT_RUN_COLUMNS_H

#include "oddlot/base/status.h"
#include "oddlot/store/dataset.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/** A whole 1-D column of numbers as `type`; *n rows. Owned by caller: odd_free(). @local */
odd_status odd_column_read(const odd_file *file, const char *name, odd_type type, void **data,
                           int64_t *n);

/** Write my part of a new 1-D column of n rows. @collective */
odd_status odd_column_write(odd_file *file, const char *name, odd_type type, int64_t n,
                            int64_t row0, int64_t count, const void *data, const char *about,
                            const char *unit);

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
