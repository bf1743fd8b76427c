/**
 * Labels as numbers: the different texts that images are labelled with, sorted, and which of them
 * each row has, without any rank having the texts of all rows.
 */
#ifndef ODDLOT_RUN_LABELS_H
#define ODDLOT_RUN_LABELS_H

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"
#include "oddlot/run/image_facts.h"

#include <mpi.h>
#include <stdint.h>

/* Begins as {0}. */
typedef struct {
    int64_t rows;         /* that have a number here */
    int64_t *of;          /* (rows) of each its label; -1: it has none */
    int64_t count;        /* different labels of all ranks, */
    const char **name;    /* (count) sorted bytewise, the same on every rank, as many as there are
                             however few are mine: a table that should be small */
    odd_text texts;       /* what the names are */
    int64_t *slot, slots; /* used while rows are added: an open-addressing table, -1: free */
} odd_labels;

/** Begin with room for so many rows. @local; ODD_NOMEM */
odd_status odd_labels_new(int64_t rows, odd_labels *out);
/** The label of the next row, "" where it has none; copied where it is new. @local; ODD_NOMEM */
odd_status odd_labels_add(odd_labels *labels, const char *label);
/** All rows are there: sort, and number labels over all ranks. @collective; ODD_NOMEM */
odd_status odd_labels_settle(MPI_Comm comm, odd_labels *labels);
void odd_labels_free(odd_labels *labels);

/** The labels of images [first, first + count), which each rank names for itself. Owned by caller:
 *  odd_labels_free(). 8 bytes an image. @collective; what odd_image_text_of() returns */
odd_status odd_labels_read(MPI_Comm comm, odd_image_facts *facts, int64_t first, int64_t count,
                           odd_labels *out);
/** The rows of all ranks, in their order, on every rank: 8 bytes for each. @collective; ODD_NOMEM
 */
odd_status odd_labels_share(MPI_Comm comm, odd_labels *labels);

#endif
