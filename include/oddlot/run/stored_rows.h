/**
 * Stored rows: rows of float32 that lie in the file of a stage.
 */
#ifndef ODDLOT_RUN_STORED_ROWS_H
#define ODDLOT_RUN_STORED_ROWS_H

#include "oddlot/par/rows.h"
#include "oddlot/run/run.h"
#include "oddlot/store/matrix.h"

#include <stdint.h>

/* Rows of a matrix (n, d), dense or sparse, or some of them: in memory where my part fits the job's
 * memory, else streamed. */
typedef struct {
    odd_rows rows;
    odd_matrix *matrix; /* open while rows are streamed */
    float *x;           /* my rows, where they are in memory */
    int64_t *pick;      /* (rows.part.n) their numbers in the matrix, rising, on every rank; NULL:
                           all are taken */
} odd_stored_rows;

/** All rows of a matrix. @collective. Close with odd_stored_rows_close() before the file. */
odd_status odd_stored_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out);
/** Some rows of a matrix: pick (picked) their numbers, rising, the same on every rank; kept by the
 *  rows, which free them, also where this fails. @collective */
odd_status odd_picked_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                int64_t *pick, int64_t picked, odd_stored_rows *out);
/** The rows that may be learnt from, whose images the ingest does not hold out; the matrix has a
 *  row for each of the features. @collective; ODD_USAGE where all that could be read are held out
 */
odd_status odd_learnt_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out);
void odd_stored_rows_close(odd_stored_rows *stored);
/** The number in the matrix of a row, counted over all ranks. @local */
int64_t odd_stored_row(const odd_stored_rows *stored, int64_t row);

/** Read rows of a matrix (n, d), their numbers rising: x (count, d). @local */
odd_status odd_rows_gather(const odd_matrix *matrix, int64_t count, const int64_t row[], float x[]);

#endif
