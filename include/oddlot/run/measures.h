/**
 * Measures of a run: the columns `/measures` and `/pixels_digest` of ingest.h5, a row for each
 * image of the catalogue (image/measure.h).
 *
 * All reading is @local (any rank, any time, one thread at a time) once the file is open, and by
 * rows, so that nobody needs all at once: a rank that owns rows [part.row0, part.row0 +
 * part.n_local) of odd_partition_rows() reads these, in batches. A row that could not be read
 * (`/status` is not 0) is all NaN, its digest {0, 0}.
 *
 * As a matrix over ranks, with sums and loops: odd_stored_rows_open(run, ingest, ODD_MEASURES_NAME)
 * of run/stored_rows.h.
 */
#ifndef ODDLOT_RUN_MEASURES_H
#define ODDLOT_RUN_MEASURES_H

#include "oddlot/base/hash.h"
#include "oddlot/base/text.h"
#include "oddlot/image/measure.h"
#include "oddlot/store/dataset.h"

#include <mpi.h>
#include <stdint.h>

#define ODD_MEASURES_NAME      "measures"      /* float32 (images, ODD_MEASURE_COUNT) */
#define ODD_PIXELS_DIGEST_NAME "pixels_digest" /* int64 (images, 2): bits of low and high */

/** What odd_measure_name(), odd_measure_unit() or odd_measure_about() say of all measures, a line
 * each: the attributes `names`, `units` and `abouts` of the measures. ODD_NOMEM */
odd_status odd_measures_list(const char *(*what)(int measure), odd_text *out);

/** Open the measures of an ingest: (images, ODD_MEASURE_COUNT) by odd_dataset_shape(). ODD_FORMAT
 *  where they are not those of this program, or ingest.measure was false. Close with
 * odd_dataset_close(). @local */
odd_status odd_measures_open(const odd_file *ingest, odd_dataset **out);
/** Open the digests of an ingest: (images, 2). @local; ODD_FORMAT */
odd_status odd_pixels_digest_open(const odd_file *ingest, odd_dataset **out);

/** All measures of images [first, first + count): (count, ODD_MEASURE_COUNT), row-major, in the
 *  order of `enum odd_measure`. @local; ODD_ARG for rows that are not there, ODD_IO, ODD_FORMAT */
odd_status odd_measures_read(const odd_dataset *measures, int64_t first, int64_t count,
                             float value[]);
/** Digests of the pixels of images [first, first + count): digest (count). Two images with equal
 *  pixels have equal ones; {0, 0} is no digest and equals none. @local; as above, and
 *  ODD_NOMEM */
odd_status odd_pixels_digest_read(const odd_dataset *digests, int64_t first, int64_t count,
                                  odd_hash digest[]);

#endif
