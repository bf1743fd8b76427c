/* A network as the feature source: any layer of an ONNX model, pooled if wished.
 *
 * Images go through in batches of one size, the last one filled up, so that the bits of a row
 * depend neither on its batch nor on the number of ranks. */
#include "feature_source_internal.h"
#include "network_input_internal.h"
#include "network_pool_internal.h"
#include "network_precision_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/nn/net.h"
#include "oddlot/nn/onnx.h"

#include <stddef.h>
#include <string.h>

#define LARGEST_MODEL ((int64_t)2 << 30)

typedef struct {
    char *model, *layer, *precision;
    int64_t batch;
    odd_input_options input;
    odd_pool_options pool;
} onnx_options;

static const odd_option table[] = {
    {"model", ODD_OPTION_PATH, offsetof(onnx_options, model), "", 0, 0, NULL,
     "the network, an ONNX file"},
    {"layer", ODD_OPTION_TEXT, offsetof(onnx_options, layer), "pooled", 0, 0, NULL,
     "whose output is taken: a tensor's name, or last_map, pooled, penultimate"},
    {"precision", ODD_OPTION_CHOICE, offsetof(onnx_options, precision), "f32", 0, 0,
     odd_precision_names, "of convolutions; auto: bf16 where the CPU has AMX"},
    {"batch", ODD_OPTION_INT, offsetof(onnx_options, batch), "16", 1, 4096, NULL,
     "images that go through at a time"},
    ODD_INPUT_OPTIONS(onnx_options, input),
    ODD_POOL_OPTIONS(onnx_options, pool),
    ODD_OPTIONS_END,
};

typedef struct {
    odd_graph *graph;
    odd_net *net;
    odd_image_form form;
    odd_input input;
    odd_pool pool;
    int64_t batch;
    int64_t image_bytes, input_values, output_values; /* of one image */
    float *x, *y;                                     /* (batch, ...) */
} network;

/* -- the model -- */

static odd_status read_model(const onnx_options *options, const odd_image_form *form,
                             odd_graph **graph, int *output)
{
    odd_status st;
    *graph = NULL;
    if (!*options->model)
        return odd_fail(ODD_USAGE,
                        "features.onnx.model names no file; features.source: pixels needs none");
    ODD_TRY(odd_onnx_read_sized(options->model, form->height, form->width, graph));
    ODD_TRY(odd_graph_find(*graph, options->layer, output));
    ODD_TRY(odd_graph_cut(*graph, *output));
    *output = (*graph)->output[0];
done:
    if (st != ODD_OK) odd_graph_free(graph);
    return st;
}

/* The network's input must be images like the stored ones. */
static odd_status check_input(const onnx_options *options, const odd_graph *graph,
                              const odd_image_form *form)
{
    const odd_tensor *in = &graph->tensor[graph->input];
    if (in->rank != 4 || in->shape[1] != form->channels)
        return odd_fail(
            ODD_USAGE, "'%s' wants %lld channels, the stored images have %d: set image.channels",
            options->model, (long long)(in->rank == 4 ? in->shape[1] : 0), form->channels);
    if (in->shape[2] != form->height || in->shape[3] != form->width)
        return odd_fail(ODD_USAGE,
                        "'%s' wants images of %lld x %lld, stored are %d x %d: set image.size",
                        options->model, (long long)in->shape[3], (long long)in->shape[2],
                        form->width, form->height);
    return ODD_OK;
}

static odd_feature_needs needs_of(const onnx_options *options, const odd_graph *graph,
                                  const odd_pool *pool)
{
    const int64_t values = odd_tensor_values(&graph->tensor[graph->input]);
    return (odd_feature_needs){.width = pool->width,
                               .bytes =
                                   4 * (odd_graph_parameters(graph) + options->batch * 4 * values),
                               .batch = options->batch};
}

static odd_status plan(const void *given, const odd_image_form *form, odd_feature_needs *out)
{
    const onnx_options *options = given;
    odd_graph *graph = NULL;
    odd_text words = ODD_TEXT_EMPTY;
    odd_input input;
    odd_pool pool;
    int output;
    odd_status st;
    ODD_TRY(read_model(options, form, &graph, &output));
    ODD_TRY(check_input(options, graph, form));
    ODD_TRY(odd_input_make(&options->input, graph, form->channels, &input, &words));
    ODD_TRY(odd_pool_make(&options->pool, &graph->tensor[output], &pool));
    *out = needs_of(options, graph, &pool);
done:
    odd_text_free(&words);
    odd_graph_free(&graph);
    return st;
}

static odd_status outside(const void *given, odd_hash *digest)
{
    const onnx_options *options = given;
    char *bytes = NULL;
    int64_t size;
    odd_status st = odd_file_slurp(options->model, LARGEST_MODEL, &bytes, &size);
    if (st == ODD_OK) *digest = odd_hash_add(ODD_HASH_START, bytes, (size_t)size);
    odd_free(bytes);
    return st;
}

/* -- running it -- */

static void close_network(void **state)
{
    network *n = *state;
    if (!n) return;
    odd_net_free(&n->net);
    odd_graph_free(&n->graph);
    odd_free(n->x);
    odd_free(n->y);
    odd_free(n);
    *state = NULL;
}

/* What the network sees, and where that is not what it was trained on. */
static odd_status make_input(const onnx_options *options, const odd_image_form *form, network *n)
{
    odd_text words = ODD_TEXT_EMPTY, differs = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(odd_input_make(&options->input, n->graph, form->channels, &n->input, &words));
    odd_input_compare(n->graph, form, &differs);
    ODD_TRY(odd_text_status(&words));
    ODD_TRY(odd_text_status(&differs));
    odd_log(ODD_LOG_INFO, "features: levels are scaled as %s", odd_text_string(&words));
    if (differs.length > 0)
        odd_log(ODD_LOG_INFO, "features: images as those that the model was trained on need%s",
                odd_text_string(&differs) + 1);
done:
    odd_text_free(&words);
    odd_text_free(&differs);
    return st;
}

static odd_status prepare_network(const onnx_options *options, const odd_image_form *form,
                                  network *n)
{
    odd_precision precision = ODD_PRECISION_F32;
    int output;
    odd_status st;
    odd_precision_find(options->precision, &precision);
    n->form = *form;
    n->batch = options->batch;
    ODD_TRY(read_model(options, form, &n->graph, &output));
    ODD_TRY(check_input(options, n->graph, form));
    ODD_TRY(make_input(options, form, n));
    ODD_TRY(odd_pool_make(&options->pool, &n->graph->tensor[output], &n->pool));
    n->image_bytes = (int64_t)form->width * form->height * form->channels;
    n->input_values = n->image_bytes;
    n->output_values = odd_tensor_values(&n->graph->tensor[output]);
    ODD_TRY(ODD_NEW(n->x, n->batch * n->input_values));
    ODD_TRY(ODD_NEW(n->y, n->batch * n->output_values));
    ODD_TRY(odd_net_new(n->graph, precision, &n->net));
    odd_log(ODD_LOG_INFO, "features: %s, %s", odd_net_text(), odd_net_precision(n->net));
done:
    return st;
}

static odd_status open_network(const void *options, const odd_image_form *form,
                               odd_feature_needs *needs, void **state)
{
    network *n = odd_alloc(1, sizeof *n);
    if (!n) return ODD_NOMEM;
    odd_status st = prepare_network(options, form, n);
    *state = n;
    if (st == ODD_OK) *needs = needs_of(options, n->graph, &n->pool);
    if (st != ODD_OK) close_network(state);
    return st;
}

/* Planes of scaled values from the interleaved grey levels of `count` images; the rest of the batch
 * holds what was there before. */
static void load_batch(network *n, int64_t count, const uint8_t images[])
{
#pragma omp parallel for default(none) shared(n, count, images)
    for (int64_t i = 0; i < count; i++)
        odd_input_load(&n->input, n->form.width * n->form.height, n->form.channels,
                       images + i * n->image_bytes, n->x + i * n->input_values);
}

static void store_batch(const network *n, int64_t count, float x[])
{
#pragma omp parallel for default(none) shared(n, count, x)
    for (int64_t i = 0; i < count; i++)
        odd_pool_apply(&n->pool, n->y + i * n->output_values, x + i * n->pool.width);
}

static odd_status extract(void *state, int64_t count, const uint8_t images[], float x[])
{
    network *n = state;
    odd_status st = ODD_OK;
    for (int64_t first = 0; first < count; first += n->batch) {
        int64_t some = count - first < n->batch ? count - first : n->batch;
        load_batch(n, some, images + first * n->image_bytes);
        ODD_TRY(odd_net_run(n->net, n->batch, n->x, &n->y));
        store_batch(n, some, x + first * n->pool.width);
    }
done:
    return st;
}

const odd_feature_source odd_feature_onnx = {
    .name = "onnx",
    .summary = "the output of a layer of a network",
    .slow = true,
    .unit = true,
    .options = table,
    .options_size = sizeof(onnx_options),
    .outside = outside,
    .plan = plan,
    .open = open_network,
    .extract = extract,
    .close = close_network,
};
