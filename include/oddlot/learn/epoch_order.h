/**
 * Epoch order: rows in the order in which an epoch meets them.
 */
#ifndef ODDLOT_LEARN_EPOCH_ORDER_H
#define ODDLOT_LEARN_EPOCH_ORDER_H

#include <stdint.h>

/* A row of an epoch with its place in it. */
typedef struct {
    uint64_t key;
    int64_t row;
} odd_ordered_row;

/** Put row (count) into the order of an epoch, which hangs on the seed, the epoch and their numbers
 *  alone. place: (count), for the work. @local */
void odd_epoch_order(int64_t count, int64_t row[], uint64_t seed, int64_t epoch,
                     odd_ordered_row place[]);

#endif
