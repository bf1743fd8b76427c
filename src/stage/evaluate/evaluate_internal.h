/**
 * Evaluate: the parts of the stage.
 */
#ifndef ODDLOT_STAGE_EVALUATE_EVALUATE_INTERNAL_H
#define ODDLOT_STAGE_EVALUATE_EVALUATE_INTERNAL_H

#include "oddlot/base/bundle.h"
#include "oddlot/par/partition.h"
#include "oddlot/store/file.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

/* Of my images those whose truth is known, that have a score and are not learnt from where some are
 * held out. */
typedef struct {
    odd_partition part; /* images of the run */
    double *whole;      /* (part.n_local) room for a column */
    int64_t n, all;     /* mine; of all ranks */
    uint8_t *truth;     /* (n) 1 odd, 0 theme */
    int64_t *local;     /* (n) which of my images */
    double *value;      /* (n) of a column */
} odd_evaluated_rows;

/** Where some images are held out, on whatever rank, only they count: the others were learnt from.
 *  out->part is given. @local; ODD_FORMAT, ODD_IO, ODD_NOMEM */
odd_status odd_evaluated_rows_find(const odd_file *ingest, bool some_held_out,
                                   const odd_file *scores, odd_evaluated_rows *out);
void odd_evaluated_rows_free(odd_evaluated_rows *rows);

/** Are some of all ranks odd, and some not? Sets rows->all. @collective */
bool odd_evaluated_has_both(MPI_Comm comm, odd_evaluated_rows *rows);

/** A column of scores, times `sign`, of these rows: rows->value. @local */
odd_status odd_evaluated_column(const odd_file *scores, const char *name, double sign,
                                odd_evaluated_rows *rows);

/* -- evaluate_clusters.c -- */

/**
 * Compare the clusters of the scores with the labels of the catalogue, of so many images: metrics
 * clustering/...; none where there are no clusters or fewer than two labels. Images that are held
 * out do not count. Each rank counts its images, 17 bytes each; the table and the different labels
 * are on every rank.
 * @collective; the same on every rank; ODD_FORMAT, ODD_NUMERIC for scores that do not fit, ODD_IO,
 * ODD_NOMEM.
 */
odd_status odd_evaluate_clusters(MPI_Comm comm, const odd_file *ingest, const odd_file *scores,
                                 int64_t images, odd_bundle *metrics);

#endif
