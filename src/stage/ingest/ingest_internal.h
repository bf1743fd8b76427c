/**
 * Ingest: one rank's part of it, shared by stage_ingest.c, ingest_batch.c (images),
 * ingest_columns.c (what is known of each image), ingest_errors.c (what could not be read) and
 * ingest_checkpoint.c (what was done before a kill).
 */
#ifndef ODDLOT_STAGE_INGEST_INGEST_INTERNAL_H
#define ODDLOT_STAGE_INGEST_INGEST_INTERNAL_H

#include "oddlot/image/prepare.h"
#include "oddlot/par/partition.h"
#include "oddlot/store/dataset.h"

#include "oddlot/run/run.h"
#include "oddlot/run/selection.h"

typedef struct {
    double max_unreadable;
    bool measure;
} odd_ingest_options;

/* What is wrong with one image; travels between ranks as bytes. */
typedef struct {
    int64_t row;
    int32_t status;
    char reason[ODD_READ_REASON_SIZE];
} odd_image_error;

/* What could not be read of all ranks' images, in the order of rows; on rank 0. */
typedef struct {
    odd_image_error *error; /* (count) */
    int64_t count;
    const char **name; /* (count) into names */
    char *names;
} odd_image_errors;

/* One file or raw image on its way from the reader to the threads. */
typedef struct {
    uint8_t *bytes;
    size_t size;
    odd_image raw;
    odd_read_result result;
} odd_arrival;

/* One rank's work. */
typedef struct {
    MPI_Comm comm;
    const odd_selection *selection;
    const odd_prepare_options *prepare;
    odd_partition part;
    odd_reader *reader;
    size_t image_bytes;
    int64_t batch;          /* images of a batch */
    odd_arrival *arrived;   /* (batch) */
    uint8_t *pixels;        /* (batch, image_bytes) */
    odd_measured *measured; /* (batch); NULL: nothing is measured */
    uint8_t *status;        /* (n_local) odd_image_status */
    odd_image_error *error; /* (errors) */
    int64_t errors, error_room;
} odd_ingest;

/* The columns of measures, as they are written. */
typedef struct {
    odd_dataset *value, *digest;
    float *values;  /* (batch, ODD_MEASURE_COUNT) */
    int64_t *pairs; /* (batch, 2) */
} odd_ingest_measures;

#define ODD_INGEST_WINDOW_BYTES                                                                    \
    (64 << 20) /* of encoded files and raw pixels, in memory at a time */

/** Prepare a batch of my rows: pixels, measures, status, errors. @local. ODD_IO, ODD_NOMEM */
odd_status odd_ingest_batch(odd_ingest *g, odd_batch b);

/** Does the job measure images? @local */
bool odd_ingest_is_measured(const odd_job *job);

/** Create the columns of measures, if there are to be any. @collective */
odd_status odd_ingest_measures_create(MPI_Comm comm, odd_file *file, const odd_ingest *g,
                                      odd_ingest_measures *out);
/** Write what was measured of a batch, if anything was. @collective */
odd_status odd_ingest_measures_write(const odd_ingest *g, odd_batch b, odd_ingest_measures *m);
void odd_ingest_measures_close(odd_ingest_measures *m); /* @local */

/** Write path, label, truth, ... of every row. @collective */
odd_status odd_ingest_write_columns(MPI_Comm comm, odd_file *file, const odd_ingest *g);

/** Remember why a row cannot be read. @local */
odd_status odd_ingest_note_error(odd_ingest *g, int64_t row, const odd_read_result *result);

/** Gather what could not be read into /errors and errors.csv, and fail if they are too many.
 *  @collective; ODD_FORMAT if they are; ODD_PROBLEM where nothing can be read and any number may
 *  be unreadable: then findings.csv and the page say so. */
odd_status odd_ingest_finish_errors(const odd_run *run, odd_file *file, const odd_ingest *g);

/* -- unreadable_page.c -- */

/** findings.csv, and the page, of a catalogue of which nothing can be read: image i has error i.
 *  @local: rank 0. ODD_IO, ODD_NOMEM */
odd_status odd_unreadable_page_write(const odd_run *run, const odd_image_errors *all);

#endif
