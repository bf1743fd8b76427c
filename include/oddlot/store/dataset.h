/**
 * Dataset: an array in a file whose first dimension is rows, written and read in slabs of rows.
 *
 * Rows lie one after the other without chunks, so slabs run at the speed of the disk. At its
 * publish a dataset whose rows were each written once gets the attribute `checksum`, which does not
 * depend on the number of ranks: two datasets are equal bit by bit where their checksums are.
 */
#ifndef ODDLOT_STORE_DATASET_H
#define ODDLOT_STORE_DATASET_H

#include "oddlot/store/file.h"

typedef struct odd_dataset odd_dataset;

/** Create a dataset (groups in its name are made) and ask the disk for its room. `about` and `unit`
 *  (NULL or "": none) become attributes, with the file's stage and seed. @collective @same all,
 *  which is checked.
 *  @return ODD_IO (disk full, name taken, ...), ODD_ARG (shape), ODD_DIFFER, ODD_NOMEM. */
odd_status odd_dataset_create(odd_file *file, const char *name, const odd_shape *shape,
                              const char *about, const char *unit, odd_dataset **out);

enum { ODD_SEGMENTS_MOST = 256 }; /* files of one dataset: each rank has all of them open */

/** The same with its rows over so many files beside this one, "features.1-of-3.h5" and so on, each
 *  with an even run of them, and a virtual dataset here, so that other programs see one array.
 *  Fewer rows than files: in this file. One of a file; segments: 1 ... ODD_SEGMENTS_MOST, @same,
 *  which is checked. As odd_dataset_create(). @collective */
odd_status odd_dataset_create_split(odd_file *file, const char *name, const odd_shape *shape,
                                    const char *about, const char *unit, int segments,
                                    odd_dataset **out);

/** Open one for reading; what it must look like (type, rank) is checked by the caller on
 *  odd_dataset_shape(). Integers (up to 16 bits signed and unsigned become ODD_I32, larger unsigned
 *  ones ODD_I64), IEEE floats (16 bits are ODD_F16), h5py's bool (ODD_U8) and strings of fixed
 * length are accepted. Data that the file does not itself hold (links, virtual storage but of
 * odd_dataset_create_split(), external storage, filters other than deflate, shuffle and fletcher32,
 * more rows than bytes) is refused: sizes can be believed.
 *  @local after a collective odd_file_open(). @return ODD_FORMAT naming file and dataset. */
odd_status odd_dataset_open(const odd_file *file, const char *name, odd_dataset **out);
/** Open and insist on type, rank and (where not -1) dimensions. ODD_F16 will do for ODD_F32. */
odd_status odd_dataset_expect(const odd_file *file, const char *name, const odd_shape *expected,
                              odd_dataset **out);
void odd_dataset_close(odd_dataset **dataset); /* @local; NULL is fine; also after its file */

const odd_shape *odd_dataset_shape(const odd_dataset *dataset);
/** Are its ODD_U8 truth values, 0 and 1, as h5py's bool is? @local */
bool odd_dataset_is_bool(const odd_dataset *dataset);

/** Write my `count` rows from global row `row0` on; a scalar is one row. @collective: ranks with
 *  nothing to write take part with count 0; ranks may come with different counts, of any size.
 *  @return ODD_IO agreed by all; then the file cannot be published any more. */
odd_status odd_dataset_write(odd_dataset *dataset, int64_t row0, int64_t count, const void *data);

/** Where in its file the rows begin, in bytes; they lie one after the other. @local; ODD_IO, also
 *  where they lie in segments. */
odd_status odd_dataset_place(const odd_dataset *dataset, int64_t *place);

/** Read rows into data (count, ...) as `type`; strings come with the width of the dataset's shape.
 *  ODD_F16 as ODD_F32 is as fast as the disk.
 *  Numbers are converted, but for rounding of floats never changed: 300 as ODD_U8, 1.5 or NaN as an
 *  integer is ODD_FORMAT. @local: no communication, any rank any time, one thread at a time. */
odd_status odd_dataset_read(const odd_dataset *dataset, int64_t row0, int64_t count, odd_type type,
                            void *data);

/** Whole small arrays in one call. @collective for put (all ranks give the same data). */
odd_status odd_bundle_write(odd_file *file, const char *group, const odd_bundle *b);
odd_status odd_bundle_read(const odd_file *file, const char *group, odd_bundle *b); /* @local */
/** Without arrays of more than `most` bytes, which are for others. @local */
odd_status odd_bundle_read_small(const odd_file *file, const char *group, int64_t most,
                                 odd_bundle *b);

#endif
