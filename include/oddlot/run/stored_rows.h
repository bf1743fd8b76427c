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
    int64_t *pick;      /* (rows.part.n_local) numbers of my rows in the matrix, rising; NULL: all
                           rows are taken */
} odd_stored_rows;

/** All rows of a matrix. @collective. Close with odd_stored_rows_close() before the file. */
odd_status odd_stored_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out);
/** Some rows of a matrix: the numbers of those that I pick, row (count), rising and behind those
 * that ranks before me pick; borrowed. @collective */
odd_status odd_picked_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                const int64_t row[], int64_t count, odd_stored_rows *out);
/** The rows that may be learnt from, whose images the ingest does not hold out; the matrix has a
 *  row for each of the features. @collective; ODD_USAGE where all that could be read are held out
 */
odd_status odd_learnt_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out);
void odd_stored_rows_close(odd_stored_rows *stored);
/** The number in the matrix of my row. @local */
int64_t odd_stored_row(const odd_stored_rows *stored, int64_t local);
/** Rows counted over all ranks become their numbers in the matrix; -1 stays. @collective on
 *  stored->rows.comm; @same count, row, which the rows have. */
void odd_stored_rows_find(const odd_stored_rows *stored, int64_t count, int64_t row[]);

/** Read rows of a matrix (n, d), their numbers rising: x (count, d). @local */
odd_status odd_rows_gather(const odd_matrix *matrix, int64_t count, const int64_t row[], float x[]);

#endif
