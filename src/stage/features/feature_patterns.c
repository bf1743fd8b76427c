/* Which hidden units of a network are active, as the feature source: what the network made of an
 * image on the way, where the values of its last layer are only what came of it. */
#include "oddlot/learn/network_precision.h"
#include "oddlot/nn/networks.h"
#include "oddlot/nn/onnx.h"
#include "oddlot/run/backbone.h"
#include "stage/features/feature_network_internal.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

typedef struct {
    char *of, *model, *gates, *precision;
    odd_list layers;
    int64_t batch, seed;
    odd_input_options input;
} patterns_options;

static const char *const networks[] = {"trained", "backbone", NULL};
static const char *const gate_choices[] = {"half", "sampled", NULL};

static const odd_option table[] = {
    ODD_CHOICE(patterns_options, of, "trained", networks,
               "whose units: of the network that the job trains, or of the backbone that is found"),
    ODD_PATH(patterns_options, model, "", "of this network instead, an ONNX file"),
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

/* The network that is there before the run; NULL: the one that the job trains, or none. */
static const char *model_of(const void *options)
{
    const patterns_options *o = options;
    if (*o->model) return o->model;
    return strcmp(o->of, "backbone") == 0 && !odd_networks_absent() ? odd_backbone() : NULL;
}

static bool is_trained(const patterns_options *o)
{
    return !*o->model && strcmp(o->of, "trained") == 0;
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
                                 .input = is_trained(o) ? trained : o->input,
                                 .fit = !*o->model && !is_trained(o),
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
    const odd_feature_network given = network_of(o, model_of(o), &units);
    const odd_status st = odd_networks_check(job, "features.source");
    if (st != ODD_OK) return st;
    if (given.model) return odd_feature_network_plan(&given, form, out);
    if (is_trained(o)) return plan_trained(job, &given, form, out);
    return odd_job_fail(job, "features.patterns.of", "no backbone is found: " ODD_BACKBONE_HINT);
}

static odd_status digest_patterns(const void *options, odd_hash *digest)
{
    const char *model = model_of(options);
    return model ? odd_onnx_digest(model, digest) : ODD_OK;
}

static odd_status open_patterns(const odd_run *run, const void *options, const odd_image_form *form,
                                odd_feature_needs *needs, void **state)
{
    const patterns_options *o = options;
    const odd_feature_units units = units_of(o);
    odd_feature_network given = network_of(o, model_of(o), &units);
    char *path = NULL;
    odd_status st = ODD_OK;
    *state = NULL;
    if (is_trained(o)) ODD_TRY(odd_run_path(run, odd_train_task_of(run->job)->product, &path));
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
    .file = model_of,
    .outside = digest_patterns,
    .plan = plan_patterns,
    .open = open_patterns,
    .extract = odd_feature_network_extract,
    .close = odd_feature_network_close,
};
