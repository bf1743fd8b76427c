/* A network as the feature source: any layer of an ONNX model, pooled if wished. */
#include "oddlot/learn/network_precision.h"
#include "oddlot/nn/networks.h"
#include "oddlot/nn/onnx.h"
#include "oddlot/run/backbone.h"
#include "stage/features/feature_network_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <stddef.h>

typedef struct {
    char *model, *layer, *precision;
    int64_t batch;
    odd_input_options input;
    odd_pool_options pool;
} onnx_options;

static const odd_option table[] = {
    ODD_PATH(onnx_options, model, "",
             "the network, an ONNX file; \"\": the backbone that is found, see `oddlot doctor`"),
    ODD_TEXT(
        onnx_options, layer, "pooled",
        "whose output is taken: a tensor's name, or pooled, penultimate, last_map, cls, tokens, "
        "logits, of which `oddlot model info` shows those that the network has"),
    ODD_CHOICE(onnx_options, precision, "f32", odd_precision_names,
               "of convolutions; auto: bf16 where the CPU has AMX"),
    ODD_INT(onnx_options, batch, "64", 1, 4096, "images that go through at a time"),
    ODD_BASE(onnx_options, input, odd_input_option_table),
    ODD_BASE(onnx_options, pool, odd_pool_option_table),
    ODD_OPTIONS_END,
};

/* A backbone that is found is of no use to an oddlot that was built without networks. */
static const char *model_of(const void *given)
{
    const onnx_options *options = given;
    if (*options->model) return options->model;
    return odd_networks_absent() ? NULL : odd_backbone();
}

/* Nobody chose the size of the images for a backbone that was just found. */
static odd_feature_network network_of(const onnx_options *o)
{
    return (odd_feature_network){.model = model_of(o),
                                 .layer = o->layer,
                                 .precision = o->precision,
                                 .batch = o->batch,
                                 .fit = !*o->model,
                                 .input = o->input,
                                 .pool = o->pool};
}

static odd_status plan_onnx(const odd_job *job, const void *options, const odd_image_form *form,
                            odd_feature_needs *out)
{
    const odd_feature_network given = network_of(options);
    if (odd_networks_absent()) /* the source may be left open */
        return odd_networks_check(job, given.model ? "features.onnx.model" : "features.source");
    if (given.model) {
        const odd_status st = odd_feature_network_plan(&given, form, out);
        return given.fit ? odd_fail_prefix(st, "the backbone that `oddlot doctor` names: ") : st;
    }
    return odd_fail(
        ODD_USAGE, "features.onnx.model names no file, and no backbone is found: " ODD_BACKBONE_HINT
                   "; features.source: pixels needs none");
}

static odd_status digest_model(const void *given, odd_hash *digest)
{
    return odd_onnx_digest(model_of(given), digest);
}

static odd_status open_onnx(const odd_run *run, const void *options, const odd_image_form *form,
                            odd_feature_needs *needs, void **state)
{
    const odd_feature_network given = network_of(options);
    (void)run;
    return odd_feature_network_open(&given, form, needs, state);
}

const odd_feature_source odd_feature_onnx = {
    .name = "onnx",
    .summary = "the output of a layer of a network",
    .slow = true,
    .unit = true,
    .options = table,
    .options_size = sizeof(onnx_options),
    .file = model_of,
    .outside = digest_model,
    .plan = plan_onnx,
    .open = open_onnx,
    .extract = odd_feature_network_extract,
    .close = odd_feature_network_close,
};
