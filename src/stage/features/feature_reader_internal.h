/**
 * Feature reader: brings the next batch of stored images from their file while the one before is
 * worked on, so that the disk and the CPU are busy together.
 *
 * One batch ahead, in a thread of its own, without MPI. HDF5 is not thread-safe: between
 * odd_feature_reader_ahead() and odd_feature_reader_rest() nobody else may enter it. All @local.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_READER_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_READER_INTERNAL_H

#include "oddlot/par/partition.h"
#include "oddlot/store/dataset.h"

typedef struct odd_feature_reader odd_feature_reader;

/* Images of a batch that have a picture. */
typedef struct {
    int64_t taken; /* rows of the batch, those without a picture included */
    int64_t count;
    uint8_t *images; /* (count, image_bytes); NULL: they are not read */
    int64_t *row;    /* (count) of the ingest */
} odd_image_batch;

/** Nothing is read yet. `images` (n, height, width, channels) and `status`
 *  (part.n_local; odd_image_status) are kept. Memory: twice `batch` images. images NULL: none are
 *  read, batches have row numbers only, and HDF5 is never entered. ODD_NOMEM. */
odd_status odd_feature_reader_open(const odd_dataset *images, const odd_partition *part,
                                   const uint8_t status[], int64_t batch, odd_feature_reader **out);
void odd_feature_reader_close(odd_feature_reader **reader); /* waits; NULL is fine */

/** The next batch, read now where it was not read ahead; empty behind the last one. It is valid
 * until the batch after it is asked for. The reader rests. ODD_FORMAT where the file is damaged,
 * ODD_NOMEM. */
odd_status odd_feature_reader_next(odd_feature_reader *reader, const odd_image_batch **batch);

/** Begin to read the batch that is next. */
void odd_feature_reader_ahead(odd_feature_reader *reader);
/** Wait until it is read: HDF5 is free. */
void odd_feature_reader_rest(odd_feature_reader *reader);

#endif
