/* A network that tells damage, back from its file. */
#include "stage/train/damage_training_internal.h"

#include "oddlot/nn/onnx.h"

static odd_status check_network(const char *path, int height, int width, int channels,
                                const odd_graph *graph)
{
    const odd_tensor *in = &graph->tensor[graph->input];
    const int64_t values = odd_tensor_values(&graph->tensor[graph->output[0]]);
    if (in->rank != 4 || in->shape[1] != channels || in->shape[2] != height ||
        in->shape[3] != width)
        return odd_fail(ODD_FORMAT, "'%s' is not for images of %d x %d with %d channels", path,
                        width, height, channels);
    if (values > 2)
        return odd_fail(ODD_FORMAT, "'%s' gives %lld values, not the log odds of damage", path,
                        (long long)values);
    if (graph->outputs > 1)
        return odd_fail(ODD_FORMAT, "'%s' has %d outputs, not one for the log odds of damage", path,
                        graph->outputs);
    return ODD_OK;
}

odd_status odd_damage_network_read(const char *path, int height, int width, int channels,
                                   odd_graph **out)
{
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_onnx_read(path, out));
    ODD_TRY(check_network(path, height, width, channels, *out));
done:
    if (st != ODD_OK) odd_graph_free(out);
    return st;
}
