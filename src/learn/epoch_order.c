/* Rows in the order of an epoch: by keys drawn for it. */
#include "oddlot/learn/epoch_order.h"

#include "oddlot/base/random.h"

#include <stdlib.h>

/* Equal keys go by number, so that the order does not depend on how qsort works. */
static int by_key(const void *a, const void *b)
{
    const odd_ordered_row *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

void odd_epoch_order(int64_t count, int64_t row[], uint64_t seed, int64_t epoch,
                     odd_ordered_row place[])
{
    uint32_t bits[4];
    for (int64_t i = 0; i < count; i++) {
        odd_philox(seed, ODD_STREAM_SHUFFLE, (uint64_t)row[i], (uint32_t)epoch, bits);
        place[i] = (odd_ordered_row){(uint64_t)bits[1] << 32 | bits[0], row[i]};
    }
    qsort(place, (size_t)count, sizeof *place, by_key);
    for (int64_t i = 0; i < count; i++)
        row[i] = place[i].row;
}
