/* Model: what a network file holds, and what running it takes. */
#include "oddlot/bench/model.h"

#include "oddlot/nn/net.h"
#include "oddlot/nn/onnx.h"

#define BATCH 8 /* images, to tell memory for each */

/* Memory of activations, where oneDNN can run the network. */
static void describe_memory(const odd_graph *graph, odd_text *out)
{
    odd_net *net = NULL;
    int64_t bytes;
    char text[32];
    if (odd_net_new(graph, ODD_PRECISION_F32, &net) == ODD_OK &&
        odd_net_memory(net, BATCH, &bytes) == ODD_OK)
        odd_text_format(out, "activations: %s for each image of a batch of %d; %s\n",
                        odd_human_bytes(bytes / BATCH, text), BATCH, odd_net_text());
    else
        odd_text_format(out, "oddlot cannot run it: %s\n", odd_fail_reason());
    odd_net_free(&net);
}

odd_status odd_model_describe(const char *path, int64_t size, odd_text *out)
{
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY(odd_onnx_read_sized(path, size, size, &graph));
    odd_graph_describe(graph, out);
    ODD_TRY(odd_graph_describe_parts(graph, out));
    describe_memory(graph, out);
    st = odd_text_status(out);
done:
    odd_graph_free(&graph);
    return st;
}
