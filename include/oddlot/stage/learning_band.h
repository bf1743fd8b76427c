/**
 * Learning band: a curve of a train.h5, by the epoch, as the mean and the range of its networks, or
 * of those of several runs.
 */
#ifndef ODDLOT_STAGE_LEARNING_BAND_H
#define ODDLOT_STAGE_LEARNING_BAND_H

#include "oddlot/report/report.h"
#include "oddlot/store/dataset.h"

typedef struct {
    odd_band_point *point; /* (count) sums in place of means until all are added */
    int64_t *networks;     /* (count) that came to an epoch */
    int64_t count;
} odd_learning_band;

/** Add a dataset (networks, epochs), from epoch 1 on; nothing where it is not there. networks: of
 *  the dataset, unchanged where there is none. @local; ODD_FORMAT, ODD_NOMEM. */
odd_status odd_learning_band_add(odd_learning_band *b, const odd_file *train, const char *name,
                                 int64_t *networks);

/** When all are added: means of the sums, without the epochs that no network came to. */
void odd_learning_band_settle(odd_learning_band *b);

void odd_learning_band_free(odd_learning_band *b);

#endif
