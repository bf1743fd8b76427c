/* Reduce coder: made from lists of layers, kept as these lists and the values of its constants. */
#include "stage/reduce/reduce_coder_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/nn/network.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ITEMS = 256, NAME_SIZE = 320 };
static const char separator[] = ", ";

/* -- the network -- */

/* Encoder, "as code", decoder: lent words. */
typedef struct {
    int count;
    const char *item[2 * MOST_ITEMS + 1];
} layers;

static odd_status add_layers(layers *l, int64_t count, char *const item[])
{
    if (count > MOST_ITEMS) return odd_fail(ODD_USAGE, "more than %d layers", MOST_ITEMS);
    for (int64_t i = 0; i < count; i++)
        l->item[l->count++] = item[i];
    return ODD_OK;
}

static odd_status make_graph(int d, const odd_list *network, const odd_list *decoder, uint64_t seed,
                             odd_graph **graph)
{
    const int64_t shape[1] = {d};
    odd_network_items mirror = {0};
    layers l = {0};
    odd_status st;
    if (decoder->count == 0)
        ODD_TRY(odd_network_mirror(1, shape, (int)network->count,
                                   (const char *const *)network->item, &mirror));
    ODD_TRY(add_layers(&l, network->count, network->item));
    l.item[l.count++] = "as code";
    ODD_TRY(add_layers(&l, decoder->count > 0 ? decoder->count : mirror.count,
                       decoder->count > 0 ? decoder->item : mirror.item));
    ODD_TRY(
        odd_network_new("autoencoder", 1, shape, l.count, l.item, ODD_INITIAL_GLOROT, seed, graph));
done:
    odd_network_items_free(&mirror);
    return st;
}

/* Its outputs: the code, then the row that is given back. */
static odd_status find_outputs(odd_reduce_coder *c)
{
    odd_graph *g = c->graph;
    const int back = g->output[0];
    int code;
    odd_status st;
    ODD_TRY(odd_graph_find(g, "code", &code));
    if (odd_tensor_values(&g->tensor[back]) != c->d)
        ODD_TRY(odd_fail(ODD_ARG, "the decoder ends in %lld values, rows have %d",
                         (long long)odd_tensor_values(&g->tensor[back]), c->d));
    if (odd_tensor_values(&g->tensor[code]) > INT_MAX)
        ODD_TRY(odd_fail(ODD_ARG, "the code has too many values"));
    c->k = (int)odd_tensor_values(&g->tensor[code]);
    g->outputs = 0;
    ODD_TRY(odd_graph_add_output(g, code));
    ODD_TRY(odd_graph_add_output(g, back));
done:
    return st;
}

odd_status odd_reduce_coder_new(int d, const odd_list *network, const odd_list *decoder,
                                uint64_t seed, odd_reduce_coder *out)
{
    odd_status st;
    *out = (odd_reduce_coder){.d = d};
    if (network->count == 0) return odd_fail(ODD_USAGE, "reduce.autoencoder.network is empty");
    ODD_TRY(make_graph(d, network, decoder, seed, &out->graph));
    ODD_TRY(find_outputs(out));
    ODD_TRY(ODD_NEW(out->mean, d));
done:
    if (st == ODD_ARG || st == ODD_FORMAT)
        st = odd_fail(ODD_USAGE, "reduce.autoencoder: %s", odd_fail_reason());
    if (st != ODD_OK) odd_reduce_coder_free(out);
    return st;
}

void odd_reduce_coder_free(odd_reduce_coder *c)
{
    odd_graph_free(&c->graph);
    odd_free(c->mean);
    c->mean = NULL;
}

void odd_reduce_coder_scale(const odd_reduce_coder *c, int64_t count, const float x[], float z[])
{
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < c->d; j++)
            z[i * c->d + j] = (float)((x[i * c->d + j] - c->mean[j]) * c->scale);
}

/* -- as arrays -- */

static odd_status add_words(odd_bundle *model, const char *name, const char *about,
                            const odd_list *list)
{
    odd_text words = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    if (list->count == 0) return ODD_OK;
    for (int64_t i = 0; i < list->count; i++)
        odd_text_format(&words, "%s%s", i > 0 ? separator : "", list->item[i]);
    ODD_TRY(odd_text_status(&words));
    ODD_TRY(odd_bundle_add_text(model, name, about, odd_text_string(&words)));
done:
    odd_text_free(&words);
    return st;
}

/* Where a constant of the network is. */
static void name_constant(const odd_tensor *t, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "weights/%s", t->name);
}

odd_status odd_reduce_coder_save(const odd_reduce_coder *c, const odd_reduce_coder_options *options,
                                 odd_bundle *model)
{
    char name[NAME_SIZE];
    double *mean;
    float *data;
    odd_status st;
    ODD_TRY(add_words(model, "network", "layers down to the code", &options->network));
    ODD_TRY(add_words(model, "decoder", "layers from there; none: the mirror", &options->decoder));
    ODD_TRY(
        odd_bundle_add(model, "mean", ODD_F64, "mean of each feature", &mean, 1, (int64_t)c->d));
    memcpy(mean, c->mean, (size_t)c->d * sizeof *mean);
    ODD_TRY(
        odd_bundle_add_f64(model, "scale", "that centred features are multiplied by", c->scale));
    for (int i = 0; i < c->graph->tensors; i++) {
        const odd_tensor *t = &c->graph->tensor[i];
        if (!t->data) continue;
        name_constant(t, name);
        ODD_TRY(odd_bundle_add(model, name, ODD_F32, "as the layers have it", &data, 1,
                               odd_tensor_values(t)));
        memcpy(data, t->data, (size_t)odd_tensor_values(t) * sizeof *data);
    }
done:
    return st;
}

/* The items of a text, which is cut; there is room for MOST_ITEMS. */
static odd_status split_words(char *words, odd_list *list)
{
    for (char *at = words, *next; at && *at; at = next) {
        if (list->count == MOST_ITEMS) return odd_fail(ODD_FORMAT, "a model of too many layers");
        next = strstr(at, separator);
        if (next) {
            *next = '\0';
            next += strlen(separator);
        }
        list->item[list->count++] = at;
    }
    return ODD_OK;
}

static odd_status read_words(const odd_bundle *model, const char *name, char **words, char *item[],
                             odd_list *list)
{
    const char *text;
    odd_status st;
    *list = (odd_list){.item = item};
    if (!odd_bundle_find(model, name)) return ODD_OK; /* an empty list */
    ODD_TRY(odd_bundle_get_text(model, name, &text));
    ODD_TRY(ODD_NEW(*words, (int64_t)strlen(text) + 1));
    strcpy(*words, text);
    ODD_TRY(split_words(*words, list));
done:
    return st;
}

static odd_status read_constants(const odd_bundle *model, odd_graph *g)
{
    const odd_array *a;
    char name[NAME_SIZE];
    odd_status st = ODD_OK;
    for (int i = 0; i < g->tensors; i++) {
        const odd_tensor *t = &g->tensor[i];
        if (!t->data) continue;
        name_constant(t, name);
        ODD_TRY(odd_bundle_get(model, name, ODD_F32, 1, &a));
        if (a->shape.shape[0] != odd_tensor_values(t))
            ODD_TRY(odd_fail(ODD_FORMAT, "array '%s' does not fit the layers of the model", name));
        ODD_TRY(odd_array_check_finite(a));
        memcpy(t->data, a->data, (size_t)odd_tensor_values(t) * sizeof *t->data);
    }
done:
    return st;
}

static odd_status read_scale(const odd_bundle *model, odd_reduce_coder *c)
{
    const odd_array *mean;
    odd_status st;
    ODD_TRY(odd_bundle_get(model, "mean", ODD_F64, 1, &mean));
    ODD_TRY(odd_bundle_get_f64(model, "scale", &c->scale));
    ODD_TRY(odd_array_check_finite(mean));
    memcpy(c->mean, mean->data, (size_t)c->d * sizeof *c->mean);
    if (!(c->scale > 0 && isfinite(c->scale)))
        ODD_TRY(odd_fail(ODD_FORMAT, "a model that scales by %g", c->scale));
done:
    return st;
}

odd_status odd_reduce_coder_load(const odd_bundle *model, odd_reduce_coder *out)
{
    char *words[2] = {NULL, NULL}, *item[2][MOST_ITEMS];
    odd_list network, decoder;
    const odd_array *mean;
    odd_status st;
    *out = (odd_reduce_coder){.d = 0};
    ODD_TRY(odd_bundle_get(model, "mean", ODD_F64, 1, &mean));
    if (mean->shape.shape[0] < 1 || mean->shape.shape[0] > INT_MAX)
        ODD_TRY(odd_fail(ODD_FORMAT, "a model of an impossible number of features"));
    ODD_TRY(read_words(model, "network", &words[0], item[0], &network));
    ODD_TRY(read_words(model, "decoder", &words[1], item[1], &decoder));
    ODD_TRY(odd_reduce_coder_new((int)mean->shape.shape[0], &network, &decoder, 0, out));
    ODD_TRY(read_constants(model, out->graph));
    ODD_TRY(read_scale(model, out));
done:
    odd_free(words[0]);
    odd_free(words[1]);
    if (st != ODD_OK) odd_reduce_coder_free(out);
    return st == ODD_USAGE ? odd_fail(ODD_FORMAT, "the model: %s", odd_fail_reason()) : st;
}
