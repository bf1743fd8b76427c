/* What the items of a network are made of: a layer behind what there is, and its bias. */
#include "nn/builder/network_internal.h"

const odd_tensor *odd_network_so_far(const odd_network *n)
{
    return &n->g->tensor[n->at];
}

odd_status odd_network_add(odd_network *n, odd_layer_kind kind, const odd_layer_settings *set,
                           int more, const int other[], bool last)
{
    int input[ODD_LAYER_INPUTS] = {n->at};
    for (int i = 0; i < more; i++)
        input[1 + i] = other[i];
    return odd_graph_layer(n->g, kind, "", set, 1 + more, input, last ? n->name : "", &n->at);
}

odd_status odd_network_no_bias(odd_network *n, bool *bias)
{
    if (!odd_words_take(n, "bias")) return odd_words_fail(n, "'no' what");
    *bias = false;
    return ODD_OK;
}

odd_status odd_network_bias(odd_network *n, bool bias, int64_t count, int other[2], int *more)
{
    *more = bias ? 2 : 1;
    return bias ? odd_initial_constant(n, 1, &count, 0, &other[1]) : ODD_OK;
}
