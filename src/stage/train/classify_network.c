/* Networks of classes: what the job says, with an output for each class behind it. */
#include "stage/train/classify_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/onnx.h"

#include <stdio.h>

/* Added to the number of a network, for the seeds of these layers. */
enum { LAST_LAYER = 1 << 20, SECOND_HEAD = 1 << 21 };

odd_status odd_classify_network(const odd_job *job, int64_t number, const int64_t shape[3],
                                odd_graph **out)
{
    const odd_training_options *o = odd_job_section(job, "train");
    const int items = (int)o->network.count;
    const char *const *item = (const char *const *)o->network.item;
    const uint64_t seed = odd_train_seed(job, number);
    odd_status st;
    if (!odd_train_starts(job))
        return odd_train_network(job, "train.network", 3, shape, items, item, seed, out);
    ODD_TRY(odd_train_start(job, shape, out));
    if (items > 0) ODD_TRY(odd_train_network_extend(job, "train.network", items, item, seed, *out));
done:
    if (st != ODD_OK) odd_graph_free(out);
    return st;
}

/* Behind the last hidden layer, which is the output still; *outlier: what it makes. */
static odd_status add_second_head(const odd_training *t, int64_t number, odd_graph *graph,
                                  int *outlier)
{
    static const char *const item[] = {"dense 256", "relu",    "dense 256",
                                       "relu",      "dense 1", ("as " ODD_OUTLIER_OUTPUT)};
    const int deep = graph->output[0];
    odd_status st;
    ODD_TRY(odd_train_network_extend(t->run->job, "train.classify.outlier_loss",
                                     sizeof item / sizeof *item, item,
                                     odd_train_seed(t->run->job, SECOND_HEAD + number), graph));
    *outlier = graph->output[0];
    graph->output[0] = deep;
done:
    return st;
}

odd_status odd_classify_complete(const odd_training *t, int64_t number, odd_graph *graph)
{
    const bool second = odd_classify_options_of(t->run->job)->outlier_loss > 0;
    char dense[32];
    const char *const item[] = {dense, "as logits"};
    int outlier;
    odd_status st;
    snprintf(dense, sizeof dense, "dense %d", odd_classify_of(t)->classes);
    if (second) ODD_TRY(add_second_head(t, number, graph, &outlier));
    ODD_TRY(odd_train_network_extend(t->run->job, "train.network", 2, item,
                                     odd_train_seed(t->run->job, LAST_LAYER + number), graph));
    if (second) ODD_TRY(odd_graph_add_output(graph, outlier));
done:
    return st;
}

const odd_layer *odd_classify_last_layer(const odd_graph *graph)
{
    for (int l = 0; l < graph->layers; l++)
        if (graph->layer[l].output == graph->output[0])
            return graph->layer[l].kind == ODD_LAYER_GEMM ? &graph->layer[l] : NULL;
    return NULL;
}

odd_status odd_classify_features(const odd_graph *graph, int *tensor)
{
    const odd_layer *last = odd_classify_last_layer(graph);
    if (!last) return odd_graph_find(graph, "penultimate", tensor);
    *tensor = last->input[0];
    return ODD_OK;
}

odd_status odd_classify_networks_write(const odd_training *t, int64_t number,
                                       const odd_graph *graph)
{
    odd_graph *hidden = NULL;
    char name[32];
    int deep;
    odd_status st;
    snprintf(name, sizeof name, "fold-%lld", (long long)number + 1);
    ODD_TRY(odd_train_network_write(t, graph, name));
    if (number > 0) goto done;
    ODD_TRY(odd_graph_copy(graph, &hidden));
    ODD_TRY(odd_classify_features(hidden, &deep));
    ODD_TRY(odd_graph_cut(hidden, deep));
    ODD_TRY(odd_train_network_write(t, hidden, "features"));
done:
    odd_graph_free(&hidden);
    return st;
}

/* It may have been put there by anyone. */
static odd_status check_network(const odd_training *t, const char *path, const odd_graph *graph)
{
    const odd_train_images *images = &t->images;
    const odd_tensor *in = &graph->tensor[graph->input];
    const int64_t values = odd_tensor_values(&graph->tensor[graph->output[0]]);
    const int32_t classes = odd_classify_of(t)->classes;
    const bool second = odd_classify_options_of(t->run->job)->outlier_loss > 0;
    if (in->rank != 4 || in->shape[1] != images->channels || in->shape[2] != images->height ||
        in->shape[3] != images->width)
        return odd_fail(ODD_FORMAT, "'%s' is not for images of %d x %d with %d channels", path,
                        images->width, images->height, images->channels);
    if (values != classes)
        return odd_fail(ODD_FORMAT, "'%s' gives %lld values, not one for each of %d classes", path,
                        (long long)values, classes);
    if (graph->outputs != 1 + second ||
        (second && odd_tensor_values(&graph->tensor[graph->output[1]]) != 1))
        return odd_fail(ODD_FORMAT, "'%s' has %d outputs, not one for each head", path,
                        graph->outputs);
    return ODD_OK;
}

odd_status odd_classify_network_read(const odd_training *t, int64_t number, odd_graph **out)
{
    char name[64], *path = NULL;
    int deep, second;
    odd_status st;
    *out = NULL;
    snprintf(name, sizeof name, "networks/fold-%lld.onnx", (long long)number + 1);
    ODD_TRY(odd_run_path(t->run, name, &path));
    ODD_TRY(odd_onnx_read(path, out));
    ODD_TRY(check_network(t, path, *out));
    ODD_TRY(odd_classify_features(*out, &deep));
    second = (*out)->outputs > 1 ? (*out)->output[1] : -1;
    (*out)->outputs = 1;
    ODD_TRY(odd_graph_add_output(*out, deep));
    if (second >= 0) ODD_TRY(odd_graph_add_output(*out, second));
done:
    if (st != ODD_OK) odd_graph_free(out);
    odd_free(path);
    return st;
}
