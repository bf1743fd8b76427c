/* Learning band: a curve by the epoch, as the mean and the range of networks. */
#include "oddlot/stage/learning_band.h"

#include "oddlot/base/memory.h"

#include <math.h>

/* Room for so many epochs: runs that stopped early may stand beside others. */
static odd_status extend_band(odd_learning_band *b, int64_t epochs)
{
    odd_learning_band longer = {.count = epochs};
    odd_status st = ODD_OK;
    if (epochs <= b->count) return ODD_OK;
    ODD_TRY(ODD_NEW(longer.point, epochs));
    ODD_TRY(ODD_NEW(longer.networks, epochs));
    for (int64_t e = 0; e < epochs; e++)
        longer.point[e] =
            e < b->count ? b->point[e]
                         : (odd_band_point){.x = (double)e + 1, .low = INFINITY, .high = -INFINITY};
    for (int64_t e = 0; e < b->count; e++)
        longer.networks[e] = b->networks[e];
    odd_learning_band_free(b);
    *b = longer;
    longer = (odd_learning_band){0}; /* handed over */
done:
    odd_learning_band_free(&longer);
    return st;
}

/* One network, (epochs); what is not finite is left out. */
static void add_network(odd_learning_band *b, const double value[], int64_t epochs)
{
    for (int64_t e = 0; e < epochs; e++) {
        odd_band_point *p = &b->point[e];
        if (!isfinite(value[e])) continue;
        p->mean += value[e];
        p->low = fmin(p->low, value[e]);
        p->high = fmax(p->high, value[e]);
        b->networks[e]++;
    }
}

odd_status odd_learning_band_add(odd_learning_band *b, const odd_file *train, const char *name,
                                 int64_t *networks)
{
    const odd_shape shape = {.type = ODD_F64, .rank = 2, .shape = {-1, -1}};
    odd_dataset *dataset = NULL;
    double *all = NULL;
    odd_status st = ODD_OK;
    if (!odd_file_has(train, name)) return ODD_OK;
    ODD_TRY(odd_dataset_expect(train, name, &shape, &dataset));
    const int64_t rows = odd_dataset_shape(dataset)->shape[0];
    const int64_t epochs = odd_dataset_shape(dataset)->shape[1];
    ODD_TRY(ODD_NEW(all, rows * epochs));
    ODD_TRY(odd_dataset_read(dataset, 0, rows, ODD_F64, all));
    ODD_TRY(extend_band(b, epochs));
    for (int64_t k = 0; k < rows; k++)
        add_network(b, all + k * epochs, epochs);
    *networks = rows;
done:
    odd_dataset_close(&dataset);
    odd_free(all);
    return st;
}

void odd_learning_band_settle(odd_learning_band *b)
{
    int64_t known = 0;
    for (int64_t e = 0; e < b->count; e++) {
        if (b->networks[e] == 0) continue;
        b->point[e].mean /= (double)b->networks[e];
        b->point[known++] = b->point[e];
    }
    b->count = known;
}

void odd_learning_band_free(odd_learning_band *b)
{
    odd_free(b->point);
    odd_free(b->networks);
    *b = (odd_learning_band){0};
}
