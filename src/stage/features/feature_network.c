/* Feature network: any layer of a network, pooled if wished; images are resized for it where it may
 * be so.
 *
 * Images go through in batches of one size, the last one filled up, so that the bits of a row
 * depend neither on its batch nor on the number of ranks. */
#include "stage/features/feature_network_internal.h"

#include "oddlot/learn/network_precision.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/text.h"
#include "oddlot/image/resize.h"
#include "oddlot/nn/net.h"
#include "oddlot/nn/onnx.h"

#include <string.h>

#define FIT_KERNEL ODD_KERNEL_BICUBIC

typedef struct {
    odd_graph *graph;
    odd_net *net;
    odd_image_form form; /* of the stored images */
    odd_image_form seen; /* of those that the network takes */
    odd_input input;
    odd_pool pool;
    odd_feature_units units;
    float *threshold; /* (pool.width) of units; NULL: the row is of values */
    int64_t batch;
    int64_t image_bytes, input_values, output_values; /* of one image: stored, in, out */
    float *x, *y;                                     /* (batch, ...) */
} network;

/* -- the model -- */

/* Of several outputs the layer is the only one, or the first where none is named. */
static odd_status cut_at_layer(const odd_feature_network *given, odd_graph *graph)
{
    int output = graph->output[0];
    odd_status st = ODD_OK;
    if (*given->layer) ODD_TRY(odd_graph_find(graph, given->layer, &output));
    ODD_TRY(odd_graph_cut(graph, output));
done:
    return st;
}

odd_status odd_feature_network_cut(const odd_feature_network *given, odd_graph *graph,
                                   float **threshold)
{
    const odd_feature_units *units = given->units;
    *threshold = NULL;
    return units ? odd_graph_units(graph, (int)units->layers->count, units->layers->item, threshold)
                 : cut_at_layer(given, graph);
}

static odd_status read_model(const odd_feature_network *given, const odd_image_form *form,
                             odd_graph **graph, float **threshold, int *output)
{
    odd_status st;
    *graph = NULL;
    ODD_TRY(odd_onnx_read_sized(given->model, form->height, form->width, graph));
    ODD_TRY(odd_feature_network_cut(given, *graph, threshold));
    *output = (*graph)->output[0];
done:
    if (st != ODD_OK) odd_graph_free(graph);
    return st;
}

static odd_status make_pool(const odd_feature_network *given, const odd_tensor *output,
                            odd_pool *out)
{
    return odd_pool_make(&given->pool, output, strcmp(given->layer, "tokens") == 0, out);
}

/* The input must be images. */
static odd_status check_images(const odd_feature_network *given, const odd_tensor *in)
{
    odd_status st = ODD_OK;
    if (in->rank != 4)
        st = odd_fail(ODD_FORMAT,
                      "its input '%s' has %d dimensions, not the four of images: N x channels x "
                      "height x width",
                      in->name, in->rank);
    return st == ODD_OK ? st : odd_fail_prefix(st, "'%s': ", given->model);
}

/* Images as they come into the network. How they were stored is another matter where they are
 * resized after that. */
static odd_image_form seen_form(const odd_graph *graph, const odd_image_form *stored)
{
    const int64_t *shape = graph->tensor[graph->input].shape;
    odd_image_form seen = {.width = (int)shape[3],
                           .height = (int)shape[2],
                           .channels = (int)shape[1],
                           .kernel = stored->kernel,
                           .margin = stored->margin};
    if (seen.width != stored->width || seen.height != stored->height)
        seen.kernel = odd_kernel_names[FIT_KERNEL];
    return seen;
}

/* And like the stored ones, or such that these can be made so. */
static odd_status check_input(const odd_feature_network *given, const odd_graph *graph,
                              const odd_image_form *form)
{
    const odd_tensor *in = &graph->tensor[graph->input];
    odd_status st = check_images(given, in);
    if (st != ODD_OK) return st;
    if (given->fit && in->shape[1] == 3 && form->channels == 1) return ODD_OK;
    if (in->shape[1] != form->channels)
        return odd_fail(ODD_USAGE,
                        "'%s' wants %lld channels, the stored images have %d: set image.channels",
                        given->model, (long long)in->shape[1], form->channels);
    if (given->fit) return ODD_OK;
    if (in->shape[2] != form->height || in->shape[3] != form->width)
        return odd_fail(ODD_USAGE,
                        "'%s' wants images of %lld x %lld, stored are %d x %d: set image.size",
                        given->model, (long long)in->shape[3], (long long)in->shape[2], form->width,
                        form->height);
    return ODD_OK;
}

/* Whole groups: a part of one costs as much. */
static int64_t whole_groups(const odd_feature_network *given)
{
    return (given->batch + ODD_NET_GROUP - 1) / ODD_NET_GROUP * ODD_NET_GROUP;
}

odd_feature_needs odd_feature_network_needs(const odd_feature_network *given,
                                            const odd_graph *graph, int width)
{
    const int64_t values = odd_tensor_values(&graph->tensor[graph->input]);
    return (odd_feature_needs){
        .width = width,
        .bytes = 4 * (odd_graph_parameters(graph) + whole_groups(given) * 4 * values),
        .batch = whole_groups(given)};
}

odd_status odd_feature_network_plan(const odd_feature_network *given, const odd_image_form *form,
                                    odd_feature_needs *out)
{
    odd_graph *graph = NULL;
    odd_text words = ODD_TEXT_EMPTY;
    odd_precision precision;
    float *threshold = NULL;
    odd_input input;
    odd_pool pool;
    int output;
    odd_status st = odd_precision_of_name(given->precision, &precision);
    if (st != ODD_OK)
        return odd_fail(ODD_USAGE, "features' precision: %s; f32 runs anywhere", odd_fail_reason());
    ODD_TRY(read_model(given, form, &graph, &threshold, &output));
    ODD_TRY(check_input(given, graph, form));
    ODD_TRY(odd_input_make(&given->input, graph, seen_form(graph, form).channels, &input, &words));
    ODD_TRY(make_pool(given, &graph->tensor[output], &pool));
    *out = odd_feature_network_needs(given, graph, pool.width);
done:
    odd_text_free(&words);
    odd_graph_free(&graph);
    odd_free(threshold);
    return st;
}

/* -- running it -- */

void odd_feature_network_close(void **state)
{
    network *n = *state;
    if (!n) return;
    odd_net_free(&n->net);
    odd_graph_free(&n->graph);
    odd_free(n->threshold);
    odd_free(n->x);
    odd_free(n->y);
    odd_free(n);
    *state = NULL;
}

/* What the network sees, and where that is not what it was trained on. */
static odd_status make_input(const odd_feature_network *given, network *n)
{
    odd_text words = ODD_TEXT_EMPTY, differs = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(odd_input_make(&given->input, n->graph, n->seen.channels, &n->input, &words));
    odd_input_compare(n->graph, &n->seen, &differs);
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

static bool is_resized(const network *n)
{
    return n->form.width != n->seen.width || n->form.height != n->seen.height;
}

static void tell_fit(const network *n)
{
    if (is_resized(n))
        odd_log(ODD_LOG_INFO,
                "features: stored images of %d x %d are resized to the network's %d x %d (%s)",
                n->form.width, n->form.height, n->seen.width, n->seen.height, n->seen.kernel);
}

static odd_status prepare_network(const odd_feature_network *given, const odd_image_form *form,
                                  network *n)
{
    odd_precision precision;
    int output;
    odd_status st;
    ODD_TRY(odd_precision_of_name(given->precision, &precision));
    n->form = *form;
    n->batch = whole_groups(given);
    ODD_TRY(read_model(given, form, &n->graph, &n->threshold, &output));
    if (given->units) n->units = *given->units;
    ODD_TRY(check_input(given, n->graph, form));
    n->seen = seen_form(n->graph, form);
    tell_fit(n);
    ODD_TRY(make_input(given, n));
    ODD_TRY(make_pool(given, &n->graph->tensor[output], &n->pool));
    n->image_bytes = (int64_t)form->width * form->height * form->channels;
    n->input_values = (int64_t)n->seen.width * n->seen.height * n->seen.channels;
    n->output_values = odd_tensor_values(&n->graph->tensor[output]);
    ODD_TRY(ODD_NEW(n->x, n->batch * n->input_values));
    ODD_TRY(ODD_NEW(n->y, n->batch * n->output_values));
    ODD_TRY(odd_net_new(n->graph, precision, &n->net));
    odd_log(ODD_LOG_INFO, "features: %s, %s", odd_net_text(), odd_net_precision(n->net));
done:
    return st;
}

odd_status odd_feature_network_open(const odd_feature_network *given, const odd_image_form *form,
                                    odd_feature_needs *needs, void **state)
{
    network *n = odd_alloc(1, sizeof *n);
    if (!n) return ODD_NOMEM;
    odd_status st = prepare_network(given, form, n);
    *state = n;
    if (st == ODD_OK) *needs = odd_feature_network_needs(given, n->graph, n->pool.width);
    if (st != ODD_OK) odd_feature_network_close(state);
    return st;
}

/* Planes of scaled values from interleaved levels. Grey ones are red, green and blue alike. */
static void load_levels(const network *n, const uint8_t levels[], float planes[])
{
    const int area = n->seen.width * n->seen.height;
    if (n->form.channels == n->seen.channels) {
        odd_input_load(&n->input, area, n->seen.channels, levels, planes);
        return;
    }
    for (int c = 0; c < n->seen.channels; c++) {
        const odd_input one = {{n->input.factor[c]}, {n->input.shift[c]}, {0}};
        odd_input_load(&one, area, 1, levels, planes + (int64_t)c * area);
    }
}

static odd_status load_image(const network *n, const uint8_t image[], float planes[])
{
    const odd_image_form *form = &n->form;
    const odd_image stored = {form->width, form->height, form->channels, (uint8_t *)image};
    odd_image fit = ODD_IMAGE_EMPTY;
    odd_status st = ODD_OK;
    if (is_resized(n))
        ODD_TRY(odd_resize(&stored, 0, 0, form->width, form->height, FIT_KERNEL, n->seen.width,
                           n->seen.height, &fit));
    load_levels(n, fit.pixels ? fit.pixels : image, planes);
done:
    odd_image_free(&fit);
    return st;
}

/* The first of `count` images of the network's input. */
static odd_status load_batch(network *n, int64_t count, const uint8_t images[])
{
    int worst = ODD_OK;
#pragma omp parallel for default(none) shared(n, count, images) reduction(max : worst)
    for (int64_t i = 0; i < count; i++) {
        const int st = load_image(n, images + i * n->image_bytes, n->x + i * n->input_values);
        if (st > worst) worst = st;
    }
    if (worst == ODD_OK) return ODD_OK;
    return odd_fail((odd_status)worst, "cannot resize the stored images: out of memory");
}

/* Which units are active, in place of their values. */
static void set_active(const network *n, int64_t row, float x[])
{
    for (int u = 0; u < n->pool.width; u++) {
        const bool drawn = n->units.sampled && n->threshold[u] > 0;
        const double limit =
            drawn ? odd_uniform(n->units.seed, ODD_STREAM_UNITS, (uint64_t)row, (uint32_t)u)
                  : (double)n->threshold[u];
        x[u] = (double)x[u] > limit;
    }
}

static void store_batch(const network *n, int64_t count, const int64_t row[], float x[])
{
#pragma omp parallel for default(none) shared(n, count, row, x)
    for (int64_t i = 0; i < count; i++) {
        odd_pool_apply(&n->pool, n->y + i * n->output_values, x + i * n->pool.width);
        if (n->threshold) set_active(n, row[i], x + i * n->pool.width);
    }
}

/* Returns the count of images that go through at a time, so that the next ones begin with a group.
 */
static int64_t next_batch(const network *n, int64_t count, const int64_t row[])
{
    int64_t some = count < n->batch ? count : n->batch;
    while (some < count && some > 1 && row[some] / ODD_NET_GROUP == row[some - 1] / ODD_NET_GROUP)
        some--;
    return some;
}

odd_status odd_feature_network_extract(void *state, int64_t count, const int64_t row[],
                                       const uint8_t images[], float x[])
{
    network *n = state;
    odd_status st = ODD_OK;
    for (int64_t first = 0, some; first < count; first += some) {
        some = next_batch(n, count - first, row + first);
        ODD_TRY(load_batch(n, some, images + first * n->image_bytes));
        ODD_TRY(odd_net_run(n->net, some, row + first, n->x, &n->y));
        store_batch(n, some, row + first, x + first * n->pool.width);
    }
done:
    return st;
}
