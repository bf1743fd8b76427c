/* Initial weights: drawn by seed, layer and value. */
#include "nn/network_internal.h"

#include "nn/graph_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

odd_status odd_initial_find(const char *name, odd_initial *initial)
{
    *initial = strcmp(name, "glorot") == 0 ? ODD_INITIAL_GLOROT : ODD_INITIAL_HE;
    if (*initial == ODD_INITIAL_GLOROT || strcmp(name, "he") == 0) return ODD_OK;
    return odd_fail(ODD_ARG, "there are no initial weights '%s'; known are he and glorot", name);
}

#define MOST_VALUES ((int64_t)1 << 29) /* 2 GiB, which is all that an ONNX file can hold */

static odd_status new_values(const odd_network *n, int rank, const int64_t shape[], int64_t *count,
                             float **values)
{
    odd_status st = odd_shape_check(rank, shape, count);
    *values = NULL;
    if (st != ODD_OK) return st;
    if (*count > MOST_VALUES)
        return odd_words_fail(n, "%" PRId64 " weights are more than a network file can hold",
                              *count);
    return ODD_NEW(*values, *count);
}

odd_status odd_initial_weights(odd_network *n, int rank, const int64_t shape[], double inputs,
                               double outputs, int *tensor)
{
    int64_t count;
    float *values;
    odd_status st;
    bool he = n->initial == ODD_INITIAL_HE;
    double size = he ? sqrt(2 / inputs) : sqrt(6 / (inputs + outputs));
    uint32_t layer = (uint32_t)n->item;
    ODD_TRY(new_values(n, rank, shape, &count, &values));
    for (int64_t i = 0; i < count; i++) {
        double draw = he ? odd_normal(n->seed, ODD_STREAM_WEIGHTS, (uint64_t)i, layer)
                         : 2 * odd_uniform(n->seed, ODD_STREAM_WEIGHTS, (uint64_t)i, layer) - 1;
        values[i] = (float)(size * draw);
    }
    return odd_graph_give_tensor(n->g, "", rank, shape, values, tensor);
done:
    return st;
}

odd_status odd_initial_constant(odd_network *n, int rank, const int64_t shape[], float value,
                                int *tensor)
{
    int64_t count;
    float *values;
    odd_status st;
    ODD_TRY(new_values(n, rank, shape, &count, &values));
    for (int64_t i = 0; i < count; i++)
        values[i] = value;
    return odd_graph_give_tensor(n->g, "", rank, shape, values, tensor);
done:
    return st;
}
