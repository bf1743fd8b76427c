/* The model of `head`: scaling, weights and biases as arrays. */
#include "detect/head_internal.h"

#include <stdio.h>

void odd_head_names(int layer, char weight[static 32], char bias[static 32])
{
    snprintf(weight, 32, "layer_%d/weight", layer);
    snprintf(bias, 32, "layer_%d/bias", layer);
}

static odd_status find_finite(const odd_bundle *b, const char *name, int rank,
                              const odd_array **out)
{
    odd_status st;
    ODD_TRY(odd_bundle_get(b, name, ODD_F64, rank, out));
    ODD_TRY(odd_array_check_finite(*out));
done:
    return st;
}

/* A layer that reads `inputs` values and makes `outputs`; 0: as many as it does. */
static odd_status find_layer(const odd_bundle *b, int layer, int64_t inputs, int64_t *outputs,
                             odd_head *head)
{
    const odd_array *weight, *bias;
    char weight_name[32], bias_name[32];
    odd_status st;
    odd_head_names(layer, weight_name, bias_name);
    ODD_TRY(find_finite(b, weight_name, 2, &weight));
    ODD_TRY(find_finite(b, bias_name, 1, &bias));
    if (*outputs == 0) *outputs = weight->shape.shape[1];
    if (weight->shape.shape[0] != inputs || weight->shape.shape[1] != *outputs ||
        bias->shape.shape[0] != *outputs || *outputs < 1 || *outputs > INT32_MAX)
        ODD_TRY(odd_fail(ODD_FORMAT, "layer %d of the head does not fit the others", layer));
    head->weight[layer] = weight->data;
    head->bias[layer] = bias->data;
done:
    return st;
}

odd_status odd_head_find(const odd_bundle *b, odd_head *out)
{
    const odd_array *mean, *scale;
    int64_t layers, width = 0, one = 1;
    odd_status st;
    ODD_TRY(find_finite(b, "mean", 1, &mean));
    ODD_TRY(find_finite(b, "scale", 1, &scale));
    ODD_TRY(odd_bundle_get_i64(b, "layers", &layers));
    const int64_t d = mean->shape.shape[0];
    if (d < 1 || d > INT32_MAX || scale->shape.shape[0] != d || layers < 1 ||
        layers > ODD_HEAD_MOST_LAYERS)
        ODD_TRY(odd_fail(ODD_FORMAT, "the arrays of the head do not fit each other"));
    *out = (odd_head){.d = (int)d, .layers = (int)layers, .mean = mean->data, .scale = scale->data};
    for (int l = 0; l < layers; l++)
        ODD_TRY(find_layer(b, l, l == 0 ? d : width, &width, out));
    ODD_TRY(find_layer(b, (int)layers, width, &one, out));
    out->width = (int)width;
done:
    return st;
}
