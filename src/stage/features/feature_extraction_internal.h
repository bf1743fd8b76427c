/**
 * Feature extraction: one rank's part of the `features` stage, from stored images to stored rows.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_EXTRACTION_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_EXTRACTION_INTERNAL_H

#include "stage/features/feature_output_internal.h"
#include "stage/features/feature_source_internal.h"

#include "oddlot/par/partition.h"
#include "oddlot/store/checkpoint.h"
#include "oddlot/store/dataset.h"

#define ODD_FEATURE_BATCH_BYTES (64 << 20) /* of images and of features, in memory at a time */

/* Rows of the ingest are cut into parts; the readable ones of my part are mine here too, so that
 * each image is read by one rank only. A zeroed one is closed. */
typedef struct {
    const odd_run *run;                       /* set before opening */
    const odd_feature_source *source;         /* likewise */
    const void *options;                      /* of the source; likewise, as the next two */
    const odd_feature_output_options *output; /* kept */
    const odd_file *ingest;                   /* kept */
    odd_image_form form;   /* kernel and margin before opening; the rest from the images */
    odd_dataset *images;   /* of the ingest */
    void *state;           /* of the source */
    int width;             /* values of a row */
    odd_partition in;      /* rows of the ingest */
    int64_t out_row0;      /* my first row of features */
    int64_t out_local;     /* my rows of features */
    int64_t out_n;         /* rows of features in all */
    int64_t batch;         /* images at a time */
    int64_t image_bytes;   /* of one image */
    uint8_t *status;       /* (in.n_local) */
    float *x;              /* (batch, width) */
    bool *loaded;          /* (batch) rows of it that are from the checkpoint */
    odd_checkpoint *known; /* rows that were done before, and that are; NULL: the source is quick */
} odd_extraction;

/** Look at the images, count the rows, begin the source. @collective on comm. ODD_USAGE,
 * ODD_FORMAT, ODD_NOMEM and what the source gives. */
odd_status odd_extraction_open(MPI_Comm comm, odd_extraction *e);
void odd_extraction_close(odd_extraction *e); /* @local; leaves the checkpoint */

/** Write my rows, and of which images they are, batch after batch. @collective on comm; what is
 *  done is in the checkpoint when it fails. ODD_STOPPED by a signal. */
odd_status odd_extraction_run(MPI_Comm comm, odd_extraction *e, odd_feature_sink *features,
                              odd_dataset *row);

#endif
