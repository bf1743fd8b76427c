/* A network as the feature source: any layer of an ONNX model, pooled if wished. */
#include "oddlot/learn/network_precision.h"
#include "oddlot/store/file.h"
#include "stage/features/feature_network_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <stddef.h>

#define LARGEST_MODEL ((int64_t)2 << 30)

typedef struct {
    char *model, *layer, *precision;
    int64_t batch;
    odd_input_options input;
    odd_pool_options pool;
} onnx_options;

static const odd_option table[] = {
    ODD_PATH(onnx_options, model, "", "the network, an ONNX file"),
    ODD_TEXT(onnx_options, layer, "pooled",
             "whose output is taken: a tensor's name, or last_map, pooled, penultimate"),
    ODD_CHOICE(onnx_options, precision, "f32", odd_precision_names,
               "of convolutions; auto: bf16 where the CPU has AMX"),
    ODD_INT(onnx_options, batch, "64", 1, 4096, "images that go through at a time"),
    ODD_BASE(onnx_options, input, odd_input_option_table),
    ODD_BASE(onnx_options, pool, odd_pool_option_table),
    ODD_OPTIONS_END,
};

static odd_feature_network network_of(const onnx_options *o)
{
    return (odd_feature_network){o->model, o->layer, o->precision, o->batch, o->input, o->pool};
}

static odd_status plan_onnx(const odd_job *job, const void *options, const odd_image_form *form,
                            odd_feature_needs *out)
{
    const odd_feature_network given = network_of(options);
    (void)job;
    if (*given.model) return odd_feature_network_plan(&given, form, out);
    return odd_fail(ODD_USAGE,
                    "features.onnx.model names no file; features.source: pixels needs none");
}

static odd_status digest_model(const void *given, odd_hash *digest)
{
    const onnx_options *options = given;
    char *bytes = NULL;
    int64_t size;
    odd_status st = odd_file_slurp(options->model, LARGEST_MODEL, &bytes, &size);
    if (st == ODD_OK) *digest = odd_hash_add(ODD_HASH_START, bytes, (size_t)size);
    odd_free(bytes);
    return st;
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
    .outside = digest_model,
    .plan = plan_onnx,
    .open = open_onnx,
    .extract = odd_feature_network_extract,
    .close = odd_feature_network_close,
};
