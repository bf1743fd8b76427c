/**
 * Labels as numbers: the different texts that rows are labelled with, sorted, and which of them
 * each row has.
 */
#ifndef ODDLOT_RUN_LABELS_H
#define ODDLOT_RUN_LABELS_H

#include "oddlot/base/status.h"

#include <stdint.h>

typedef struct {
    int64_t count;
    const char **name; /* (count) sorted bytewise; borrowed from those that were given */
    int64_t *of;       /* (rows) the number of each row's label; -1: it has none */
} odd_labels;

/** Number the labels (rows) of all rows, "" where a row has none. Fast where most equal labels lie
 *  at one address, as those of a selection do. Texts are kept, not copied; owned by caller:
 *  odd_labels_free(). 16 bytes a row. @local; ODD_NOMEM */
odd_status odd_labels_number(int64_t rows, const char *const label[], odd_labels *out);
void odd_labels_free(odd_labels *labels);

#endif
