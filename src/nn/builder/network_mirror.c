/* Mirror: from the layers of an encoder those of a decoder that makes its images again. */
#include "nn/builder/network_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What stands for one item in the decoder: words, and perhaps a second item that gives what the
 * first makes its shape. */
typedef struct {
    odd_mirror kind;
    odd_text words, shape;
} reflection;

static void free_reflections(int items, reflection r[])
{
    for (int i = 0; r && i < items; i++) {
        odd_text_free(&r[i].words);
        odd_text_free(&r[i].shape);
    }
    odd_free(r);
}

/* ---- The words of one mirror ---- */

static void add_pair(odd_text *t, const char *name, const int64_t pair[2])
{
    odd_text_format(t, " %s%" PRId64, name, pair[0]);
    if (pair[1] != pair[0]) odd_text_format(t, "x%" PRId64, pair[1]);
}

static void add_pads(odd_text *t, const int64_t pad[4])
{
    bool same = pad[0] == pad[1] && pad[0] == pad[2] && pad[0] == pad[3];
    if (same && pad[0] == 0) return;
    odd_text_format(t, " pad %" PRId64, pad[0]);
    for (int i = 1; !same && i < 4; i++)
        odd_text_format(t, ",%" PRId64, pad[i]);
}

/* What a window that moves over `size` places leaves over, which the transpose adds. */
static int64_t window_rest(const odd_layer_settings *set, int d, int64_t size)
{
    int64_t reach = (set->kernel[d] - 1) * set->dilation[d] + 1;
    return (size + set->pad[d] + set->pad[2 + d] - reach) % set->stride[d];
}

/* The window of `layer` the other way, to x that it read. A pool becomes an "up-convolution"
 * (Ronneberger, Fischer and Brox, MICCAI 2015). */
static void mirror_window(const odd_layer *layer, const odd_tensor *x, odd_text *t)
{
    const odd_layer_settings *set = &layer->set;
    bool back = layer->kind == ODD_LAYER_CONV_TRANSPOSE;
    bool no_bias = (back || layer->kind == ODD_LAYER_CONV) && layer->inputs < 3;
    odd_text_format(t, "%s %" PRId64, back ? "conv" : "conv_transpose", x->shape[1]);
    add_pair(t, "", set->kernel);
    if (set->stride[0] != 1 || set->stride[1] != 1) add_pair(t, "stride ", set->stride);
    add_pads(t, set->pad);
    if (!back) {
        const int64_t pad[2] = {window_rest(set, 0, x->shape[2]), window_rest(set, 1, x->shape[3])};
        if (pad[0] != 0 || pad[1] != 0) add_pair(t, "output_pad ", pad);
    }
    if (set->dilation[0] != 1 || set->dilation[1] != 1) add_pair(t, "dilation ", set->dilation);
    if (set->group != 1) odd_text_format(t, " groups %" PRId64, set->group);
    if (no_bias) odd_text_add(t, " no bias");
}

static void mirror_map(const odd_tensor *x, odd_text *t)
{
    odd_text_format(t, "conv_transpose %" PRId64, x->shape[1]);
    add_pair(t, "", x->shape + 2);
}

static void mirror_shape(const odd_tensor *x, odd_text *t)
{
    if (x->rank == 2) {
        odd_text_add(t, "flatten");
        return;
    }
    odd_text_add(t, "reshape ");
    for (int d = 1; d < x->rank; d++)
        odd_text_format(t, "%s%" PRId64, d > 1 ? "x" : "", x->shape[d]);
}

/* The item at work of n has read x. */
static odd_status reflect_item(const odd_network *n, const odd_tensor *x, const char *item,
                               reflection *r)
{
    const odd_graph *g = n->g;
    r->kind = n->mirror;
    switch (n->mirror) {
    case ODD_MIRROR_ITSELF:
        odd_text_add(&r->words, item);
        break;
    case ODD_MIRROR_WINDOW:
        mirror_window(&g->layer[g->layers - 1], x, &r->words);
        break;
    case ODD_MIRROR_MAP:
        mirror_map(x, &r->words);
        break;
    case ODD_MIRROR_PRODUCT:
        odd_text_format(&r->words, "dense %" PRId64, odd_tensor_values(x));
        if (g->layer[g->layers - 1].kind == ODD_LAYER_GEMM && g->layer[g->layers - 1].inputs < 3)
            odd_text_add(&r->words, " no bias");
        if (x->rank != 2) mirror_shape(x, &r->shape);
        break;
    case ODD_MIRROR_SHAPE:
        mirror_shape(x, &r->words);
        break;
    case ODD_MIRROR_NOTHING:
        break;
    case ODD_MIRROR_REFUSED:
        return odd_fail(ODD_ARG,
                        "item %d '%s': a network with branches has no mirror; write the layers of "
                        "the decoder",
                        n->item, item);
    }
    return odd_text_status(&r->words) == ODD_OK ? odd_text_status(&r->shape) : ODD_NOMEM;
}

/* ---- Their order ---- */

void odd_network_items_free(odd_network_items *items)
{
    for (int i = 0; items->item && i < items->count; i++)
        free(items->item[i]);
    odd_free(items->item);
    *items = (odd_network_items){0};
}

/* Nothing is added for no words. */
static odd_status add_item(odd_network_items *out, const odd_text *words)
{
    if (words->length == 0) return ODD_OK;
    out->item[out->count] = strdup(words->s);
    if (!out->item[out->count]) return odd_fail(ODD_NOMEM, "cannot allocate a layer");
    out->count++;
    return ODD_OK;
}

static bool makes_shape(const reflection *r)
{
    return r->kind != ODD_MIRROR_ITSELF && r->kind != ODD_MIRROR_NOTHING;
}

/* The mirror of a layer, then what stood before that layer and behind the one before it, in the
 * order of the encoder. What no layer stands before has no place: it would be the output. */
static odd_status add_back(odd_network_items *out, const reflection r[], int layer)
{
    odd_status st;
    int before = layer - 1;
    ODD_TRY(add_item(out, &r[layer].words));
    ODD_TRY(add_item(out, &r[layer].shape));
    while (before >= 0 && !makes_shape(&r[before]))
        before--;
    for (int i = before + 1; before >= 0 && i < layer; i++)
        ODD_TRY(add_item(out, &r[i].words));
done:
    return st;
}

odd_status odd_network_mirror(int rank, const int64_t shape[], int items, const char *const item[],
                              odd_network_items *out)
{
    odd_status st;
    odd_network n = {.item = 0};
    reflection *r = NULL;
    *out = (odd_network_items){0};
    if (items < 1) return odd_fail(ODD_ARG, "an encoder of no layers");
    ODD_TRY(odd_network_begin(&n, "encoder", rank, shape));
    ODD_TRY(ODD_NEW(r, items));
    for (int i = 0; i < items; i++) {
        int x = n.at;
        ODD_TRY(odd_network_next(&n, item[i], i + 1 < items ? item[i + 1] : NULL));
        ODD_TRY(reflect_item(&n, &n.g->tensor[x], item[i], &r[i]));
    }
    ODD_TRY(ODD_NEW(out->item, 2 * (int64_t)items));
    for (int i = items - 1; i >= 0; i--)
        if (makes_shape(&r[i])) ODD_TRY(add_back(out, r, i));
    if (out->count == 0) st = odd_fail(ODD_ARG, "no layer of the encoder has a mirror");
done:
    if (st != ODD_OK) odd_network_items_free(out);
    free_reflections(items, r);
    odd_network_end(&n);
    return st;
}
