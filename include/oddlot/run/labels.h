/**
 * Labels as numbers: the different texts that rows are labelled with, sorted, and which of them
 * each row has.
 */
#ifndef ODDLOT_RUN_LABELS_H
#define ODDLOT_RUN_LABELS_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

typedef struct {
    int64_t count;
    const char **name; /* (count) sorted bytewise; borrowed from those that were given */
    int64_t *of;       /* (rows) the number of each row's label; -1: it has none */
    char *text;        /* names of other ranks, too; NULL: they are borrowed */
} odd_labels;

/** Number the labels (rows) of all rows, "" where a row has none. Fast where most equal labels lie
 *  at one address, as those of a selection do. Texts are kept, not copied; owned by caller:
 *  odd_labels_free(). 16 bytes a row. @local; ODD_NOMEM */
odd_status odd_labels_number(int64_t rows, const char *const label[], odd_labels *out);

/** The same of the rows of all ranks, of which each gives its own: the names are those of all, each
 *  rank's `of` that of its rows. Where there are more than `most` different labels, only their
 * count is told: name, of NULL. Labels are told apart by digests of 128 bits. 24 bytes a row, the
 * names on every rank, each sent once. @collective; @same most; ODD_NOMEM */
odd_status odd_labels_number_all(MPI_Comm comm, int64_t rows, const char *const label[],
                                 int64_t most, odd_labels *out);
void odd_labels_free(odd_labels *labels);

#endif
