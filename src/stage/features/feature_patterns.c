/* Which hidden units of a network are active, as the feature source: what the network made of an
 * image on the way, where the values of its last layer are only what came of it. */
#include "oddlot/learn/network_precision.h"
#include "oddlot/nn/networks.h"
#include "oddlot/nn/onnx.h"
#include "stage/features/feature_network_internal.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

typedef struct {
    char *model, *gates, *precision;
    odd_list layers;
    int64_t batch, seed;
    odd_input_options input;
} patterns_options;

static const char *const gate_choices[] = {"half", "sampled", NULL};

static const odd_option table[] = {
    ODD_PATH(patterns_options, model, "",
             "the network, an ONNX file; \"\": the one that the job trains"),
    ODD_LIST(patterns_options, layers, "[]",
             "whose units are looked at: names of tensors, or parts such as last_map; [] of all "
             "hidden layers that have such (relu, sigmoid, ...)"),
    ODD_CHOICE(patterns_options, gates, "half", gate_choices,
               "units between 0 and 1 (sigmoid) are active from the half on, or drawn with that "
               "probability; others above 0"),
    ODD_INT(patterns_options, seed, "1", 0, 1e15, "of what is drawn"),
    ODD_CHOICE(patterns_options, precision, "f32", odd_precision_names,
               "of convolutions; auto: bf16 where the CPU has AMX"),
    ODD_INT(patterns_options, batch, "64", 1, 4096, "images that go through at a time"),
    ODD_BASE(patterns_options, input, odd_input_option_table),
    ODD_OPTIONS_END,
};

static odd_feature_units units_of(const patterns_options *o)
{
    return (odd_feature_units){.layers = &o->layers,
                               .sampled = strcmp(o->gates, "sampled") == 0,
                               .seed = (uint64_t)o->seed};
}

/* What a network of the job was trained on is in its notes. */
static odd_feature_network network_of(const patterns_options *o, const char *model,
                                      const odd_feature_units *units)
{
    const odd_input_options trained = {.preset = "model", .order = "model"};
    return (odd_feature_network){.model = model,
                                 .layer = "",
                                 .precision = o->precision,
                                 .batch = o->batch,
                                 .input = *o->model ? o->input : trained,
                                 .pool = {.pool = "none"},
                                 .units = units};
}

/* Of the network that will have been trained. */
static odd_status plan_trained(const odd_job *job, const odd_feature_network *given,
                               const odd_image_form *form, odd_feature_needs *out)
{
    odd_graph *graph = NULL;
    float *threshold = NULL;
    odd_status st;
    ODD_TRY(odd_feature_trained_graph(job, form, &graph));
    ODD_TRY(odd_feature_network_cut(given, graph, &threshold));
    *out = odd_feature_network_needs(given, graph,
                                     (int)odd_tensor_values(&graph->tensor[graph->output[0]]));
done:
    odd_free(threshold);
    odd_graph_free(&graph);
    return st;
}

static odd_status plan_patterns(const odd_job *job, const void *options, const odd_image_form *form,
                                odd_feature_needs *out)
{
    const patterns_options *o = options;
    const odd_feature_units units = units_of(o);
    const odd_feature_network given = network_of(o, o->model, &units);
    const odd_status st = odd_networks_check(job, "features.source");
    if (st != ODD_OK) return st;
    return *o->model ? odd_feature_network_plan(&given, form, out)
                     : plan_trained(job, &given, form, out);
}

static odd_status digest_patterns(const void *options, odd_hash *digest)
{
    const patterns_options *o = options;
    return *o->model ? odd_onnx_digest(o->model, digest) : ODD_OK;
}

static const char *file_of(const void *options)
{
    const patterns_options *o = options;
    return *o->model ? o->model : NULL;
}

static odd_status open_patterns(const odd_run *run, const void *options, const odd_image_form *form,
                                odd_feature_needs *needs, void **state)
{
    const patterns_options *o = options;
    const odd_feature_units units = units_of(o);
    odd_feature_network given = network_of(o, o->model, &units);
    char *path = NULL;
    odd_status st = ODD_OK;
    *state = NULL;
    if (!*o->model) ODD_TRY(odd_run_path(run, odd_train_task_of(run->job)->product, &path));
    if (path) given.model = path;
    ODD_TRY(odd_feature_network_open(&given, form, needs, state));
done:
    odd_free(path);
    return st;
}

const odd_feature_source odd_feature_patterns = {
    .name = "patterns",
    .summary = "which hidden units of a network are active: sparse rows of ones",
    .slow = true,
    .bits = true,
    .options = table,
    .options_size = sizeof(patterns_options),
    .trained = true,
    .file = file_of,
    .outside = digest_patterns,
    .plan = plan_patterns,
    .open = open_patterns,
    .extract = odd_feature_network_extract,
    .close = odd_feature_network_close,
};
