/**
 * Dataset: an array in a file whose first dimension is rows, written and read in slabs of rows.
 *
 * Chunks span the full width, so slabs on row borders run at the speed of the disk.
 */
#ifndef ODDLOT_STORE_DATASET_H
#define ODDLOT_STORE_DATASET_H

#include "oddlot/store/file.h"

typedef struct odd_dataset odd_dataset;

/** Create a dataset (groups in its name are made). `about` and `unit` become attributes, with the
 *  file's stage and seed. @collective @same all. @return ODD_IO. */
odd_status odd_dataset_create(odd_file *file, const char *name, const odd_shape *shape,
                              const char *about, const char *unit, odd_dataset **out);

/** Open one for reading; what it must look like (type, rank) is checked by the caller on
 *  odd_dataset_shape(). Integer, float and string types are accepted and converted on reading.
 *  @local after a collective odd_file_open(). @return ODD_FORMAT naming file and dataset. */
odd_status odd_dataset_open(const odd_file *file, const char *name, odd_dataset **out);
/** Open and insist on type, rank and (where not -1) dimensions. */
odd_status odd_dataset_expect(const odd_file *file, const char *name, const odd_shape *expected,
                              odd_dataset **out);
void odd_dataset_close(odd_dataset **dataset); /* @local; NULL is fine */

const odd_shape *odd_dataset_shape(const odd_dataset *dataset);

/** Write my `count` rows from global row `row0` on. @collective: ranks with nothing to write take
 *  part with count 0; ranks may come with different counts. @return ODD_IO agreed by all. */
odd_status odd_dataset_write(odd_dataset *dataset, int64_t row0, int64_t count, const void *data);

/** Read rows into data (count, ...) as `type` (numbers are converted; strings need the same width).
 *  @local: no communication, any rank any time, one thread at a time. */
odd_status odd_dataset_read(const odd_dataset *dataset, int64_t row0, int64_t count, odd_type type,
                            void *data);

/** Whole small arrays in one call. @collective for put (all ranks give the same data). */
odd_status odd_bundle_write(odd_file *file, const char *group, const odd_bundle *b);
odd_status odd_bundle_read(const odd_file *file, const char *group, odd_bundle *b); /* @local */

#endif
