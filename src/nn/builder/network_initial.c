/* Initial weights: drawn by seed, layer and value, once the whole network is known to fit. */
#include "nn/builder/network_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

odd_status odd_initial_find(const char *name, odd_initial *initial)
{
    *initial = strcmp(name, "glorot") == 0 ? ODD_INITIAL_GLOROT : ODD_INITIAL_HE;
    if (*initial == ODD_INITIAL_GLOROT || strcmp(name, "he") == 0) return ODD_OK;
    return odd_fail(ODD_ARG, "there are no initial weights '%s'; known are he and glorot", name);
}

#define MOST_VALUES INT64_C(500000000) /* 2 GB, and an ONNX file ends at 2 GiB */

static odd_status check_count(odd_network *n, int rank, const int64_t shape[])
{
    int64_t count;
    odd_status st = odd_shape_check(rank, shape, &count);
    if (st != ODD_OK) return st;
    n->values += count; /* both under 2^41 */
    if (n->values <= MOST_VALUES) return ODD_OK;
    return odd_words_fail(n, "%" PRId64 " weights so far are more than %" PRId64 ", the most",
                          n->values, MOST_VALUES);
}

static odd_status remember_constant(odd_network *n, const odd_values_wanted *wanted)
{
    odd_values_wanted *more = realloc(n->wanted, ((size_t)n->constants + 1) * sizeof *more);
    if (!more) return odd_fail(ODD_NOMEM, "cannot allocate a layer");
    n->wanted = more;
    n->wanted[n->constants++] = *wanted;
    return ODD_OK;
}

/* A constant of one value for now, which makes it one for the graph; that it is short is known
 * here only. */
static odd_status add_constant(odd_network *n, int rank, const int64_t shape[],
                               odd_values_wanted wanted, int *tensor)
{
    odd_status st;
    float *stand_in;
    wanted.item = n->item;
    ODD_TRY(check_count(n, rank, shape));
    ODD_TRY(ODD_NEW(stand_in, 1));
    ODD_TRY(odd_graph_give_tensor(n->g, "", rank, shape, stand_in, tensor));
    wanted.tensor = *tensor;
    ODD_TRY(remember_constant(n, &wanted));
done:
    return st;
}

odd_status odd_initial_weights(odd_network *n, int rank, const int64_t shape[], double inputs,
                               double outputs, int *tensor)
{
    bool he = n->initial == ODD_INITIAL_HE;
    /* He: a standard deviation of sqrt(2 / fan-in). Glorot: a uniform range that ends at
     * sqrt(6 / (fan-in + fan-out)). Both keep the spread of values from layer to layer. */
    double size = he ? sqrt(2 / inputs) : sqrt(6 / (inputs + outputs));
    return add_constant(n, rank, shape, (odd_values_wanted){.drawn = true, .size = size}, tensor);
}

odd_status odd_initial_constant(odd_network *n, int rank, const int64_t shape[], float value,
                                int *tensor)
{
    return add_constant(n, rank, shape, (odd_values_wanted){.size = value}, tensor);
}

/* Keyed by value and item: no weight depends on what was drawn before it. */
static void draw_values(const odd_network *n, const odd_values_wanted *wanted, int64_t count,
                        float values[])
{
    bool he = n->initial == ODD_INITIAL_HE;
    uint32_t layer = (uint32_t)wanted->item;
    for (int64_t i = 0; i < count; i++) {
        double value = he ? odd_normal(n->seed, ODD_STREAM_WEIGHTS, (uint64_t)i, layer)
                          : 2 * odd_uniform(n->seed, ODD_STREAM_WEIGHTS, (uint64_t)i, layer) - 1;
        values[i] = (float)(wanted->size * value);
    }
}

static odd_status fill_constant(odd_network *n, const odd_values_wanted *wanted)
{
    odd_tensor *t = &n->g->tensor[wanted->tensor];
    int64_t count = odd_tensor_values(t);
    odd_free(t->data);
    odd_status st = ODD_NEW(t->data, count);
    if (st != ODD_OK) return st;
    if (wanted->drawn) {
        draw_values(n, wanted, count, t->data);
        return ODD_OK;
    }
    for (int64_t i = 0; i < count; i++)
        t->data[i] = (float)wanted->size;
    return ODD_OK;
}

static odd_status check_memory(const odd_network *n)
{
    char need[32], left[32];
    int64_t bytes = n->values * (int64_t)sizeof(float), available = odd_memory_available();
    if (bytes <= available) return ODD_OK;
    return odd_fail(
        ODD_NOMEM,
        "the weights of network '%s' take %s; %s of memory are left: make its layers smaller",
        n->g->name, odd_human_bytes(bytes, need), odd_human_bytes(available, left));
}

odd_status odd_initial_fill(odd_network *n)
{
    odd_status st = check_memory(n);
    for (int i = 0; st == ODD_OK && i < n->constants; i++)
        st = fill_constant(n, &n->wanted[i]);
    return st;
}
