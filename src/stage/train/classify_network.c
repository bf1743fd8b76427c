/* Networks of classes: what the job says, with an output for each class behind it. */
#include "stage/train/classify_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/onnx.h"

#include <stdio.h>

enum { LAST_LAYER = 1 << 20 }; /* added to the number of a network, for the seed of this layer */

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

odd_status odd_classify_complete(const odd_training *t, int64_t number, odd_graph *graph)
{
    char dense[32];
    const char *const item[] = {dense, "as logits"};
    snprintf(dense, sizeof dense, "dense %d", odd_classify_of(t)->classes);
    return odd_train_network_extend(t->run->job, "train.network", 2, item,
                                    odd_train_seed(t->run->job, LAST_LAYER + number), graph);
}

odd_status odd_classify_features(const odd_graph *graph, int *tensor)
{
    return odd_graph_find(graph, "penultimate", tensor);
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
    if (in->rank != 4 || in->shape[1] != images->channels || in->shape[2] != images->height ||
        in->shape[3] != images->width)
        return odd_fail(ODD_FORMAT, "'%s' is not for images of %d x %d with %d channels", path,
                        images->width, images->height, images->channels);
    if (values != classes)
        return odd_fail(ODD_FORMAT, "'%s' gives %lld values, not one for each of %d classes", path,
                        (long long)values, classes);
    return ODD_OK;
}

odd_status odd_classify_network_read(const odd_training *t, int64_t number, odd_graph **out)
{
    char name[64], *path = NULL;
    int deep;
    odd_status st;
    *out = NULL;
    snprintf(name, sizeof name, "networks/fold-%lld.onnx", (long long)number + 1);
    ODD_TRY(odd_run_path(t->run, name, &path));
    ODD_TRY(odd_onnx_read(path, out));
    ODD_TRY(check_network(t, path, *out));
    ODD_TRY(odd_classify_features(*out, &deep));
    ODD_TRY(odd_graph_add_output(*out, deep));
done:
    if (st != ODD_OK) odd_graph_free(out);
    odd_free(path);
    return st;
}
