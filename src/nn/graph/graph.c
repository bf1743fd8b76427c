/* Graph: tensors and layers in arrays that grow, found by number and by name. */
#include "oddlot/nn/graph.h"

#include "nn/graph/graph_internal.h"
#include "nn/graph/names_internal.h"

#include "oddlot/base/memory.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 16

void odd_graph_free(odd_graph **graph)
{
    odd_graph *g = *graph;
    if (!g) return;
    for (int i = 0; i < g->tensors; i++) {
        free(g->tensor[i].name);
        odd_free(g->tensor[i].data);
    }
    for (int i = 0; i < g->layers; i++)
        free(g->layer[i].name);
    odd_graph_free_notes(g);
    if (g->names) odd_names_free(g->names);
    odd_free(g->names);
    odd_free(g->tensor);
    odd_free(g->layer);
    odd_free(g->output);
    free(g->name);
    odd_free(g);
    *graph = NULL;
}

static odd_status copy_text(const char *s, char **copy)
{
    *copy = strdup(s);
    return *copy ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a name");
}

odd_status odd_graph_new(const char *name, odd_graph **out)
{
    odd_status st;
    odd_graph *g;
    *out = NULL;
    ODD_TRY(ODD_NEW(g, 1));
    g->input = -1;
    ODD_TRY(ODD_NEW(g->names, 1));
    ODD_TRY(copy_text(name, &g->name));
    *out = g;
    g = NULL; /* handed over */
done:
    odd_graph_free(&g);
    return st;
}

/* Grow an array of `used` elements by one. */
static odd_status make_room(void **array, int used, int *room, size_t element)
{
    if (used < *room) return ODD_OK;
    if (used > INT_MAX / 2) return odd_fail(ODD_NOMEM, "a network of more than %d parts", used);
    int wider = used > 0 ? 2 * used : FIRST_ROOM;
    void *more = odd_alloc(wider, element);
    if (!more) return ODD_NOMEM;
    if (used > 0) memcpy(more, *array, (size_t)used * element);
    odd_free(*array);
    *array = more;
    *room = wider;
    return ODD_OK;
}

/* A name that no tensor has, where the caller gave none. */
static odd_status make_name(const odd_graph *g, char **name)
{
    char text[32];
    int number = g->tensors;
    do
        snprintf(text, sizeof text, "tensor_%d", number++);
    while (odd_names_find(g->names, text) >= 0);
    return copy_text(text, name);
}

/* The tensor joins the graph, under its name (or one made for it); `t` without name, data given. */
static odd_status add_tensor(odd_graph *g, const char *name, const odd_tensor *t, int *id)
{
    odd_status st;
    char *copy = NULL;
    if (odd_names_find(g->names, name) >= 0)
        return odd_fail(ODD_FORMAT, "a second tensor of the name '%s'", name);
    ODD_TRY(make_room((void **)&g->tensor, g->tensors, &g->tensor_room, sizeof *g->tensor));
    ODD_TRY(*name ? copy_text(name, &copy) : make_name(g, &copy));
    ODD_TRY(odd_names_add(g->names, copy, g->tensors));
    *id = g->tensors++;
    g->tensor[*id] = *t;
    g->tensor[*id].name = copy;
    copy = NULL; /* handed over */
done:
    free(copy);
    return st;
}

static odd_status check_tensor(const char *name, int rank, const int64_t shape[], bool batched)
{
    int64_t values;
    odd_status st = odd_shape_check(rank, shape, &values);
    if (st != ODD_OK) return odd_fail_prefix(st, "tensor '%s': ", name);
    if (batched && (rank == 0 || shape[0] != 1))
        return odd_fail(ODD_FORMAT,
                        "tensor '%s': the batch must be its first dimension, given as 1", name);
    return ODD_OK;
}

odd_status odd_graph_give_tensor(odd_graph *g, const char *name, int rank, const int64_t shape[],
                                 float *data, int *id)
{
    odd_status st;
    odd_tensor t = {.rank = rank, .data = data};
    *id = -1;
    ODD_TRY(check_tensor(name, rank, shape, false));
    for (int i = 0; i < rank; i++)
        t.shape[i] = shape[i];
    ODD_TRY(add_tensor(g, name, &t, id));
    data = NULL; /* handed over */
done:
    odd_free(data);
    return st;
}

odd_status odd_graph_tensor(odd_graph *g, const char *name, int rank, const int64_t shape[],
                            bool batched, const float data[], int *id)
{
    odd_status st;
    odd_tensor t = {.rank = rank, .batched = batched};
    *id = -1;
    ODD_TRY(check_tensor(name, rank, shape, batched));
    if (data && batched)
        return odd_fail(ODD_FORMAT, "tensor '%s': constants are not batched", name);
    for (int i = 0; i < rank; i++)
        t.shape[i] = shape[i];
    if (data) {
        ODD_TRY(ODD_NEW(t.data, odd_tensor_values(&t)));
        memcpy(t.data, data, (size_t)odd_tensor_values(&t) * sizeof *data);
    }
    ODD_TRY(add_tensor(g, name, &t, id));
    t.data = NULL; /* handed over */
done:
    odd_free(t.data);
    return st;
}

static odd_status fill_layer(const odd_graph *g, odd_layer *layer, int inputs, const int input[])
{
    if (inputs < 1 || inputs > ODD_LAYER_INPUTS)
        return odd_fail(ODD_FORMAT, "layer '%s' (%s): %d inputs", layer->name,
                        odd_layer_name(layer->kind), inputs);
    layer->inputs = inputs;
    for (int i = 0; i < inputs; i++) {
        if (input[i] < -1 || input[i] >= g->tensors)
            return odd_fail(ODD_FORMAT, "layer '%s' (%s): no tensor has the number %d", layer->name,
                            odd_layer_name(layer->kind), input[i]);
        layer->input[i] = input[i];
    }
    return ODD_OK;
}

odd_status odd_graph_layer(odd_graph *g, odd_layer_kind kind, const char *name,
                           const odd_layer_settings *set, int inputs, const int input[],
                           const char *output_name, int *output)
{
    odd_status st;
    int id = -1; /* *output may be one of the inputs: it is written last */
    odd_layer layer = {.kind = kind, .set = *set};
    odd_tensor made = {.rank = 0};
    if ((unsigned)kind >= ODD_LAYER_COUNT) return odd_fail(ODD_FORMAT, "a layer of unknown kind");
    ODD_TRY(copy_text(*name          ? name
                      : *output_name ? output_name
                                     : odd_layer_name(kind),
                      &layer.name));
    ODD_TRY(fill_layer(g, &layer, inputs, input));
    ODD_TRY(odd_shape_infer(g, &layer, &made));
    ODD_TRY(make_room((void **)&g->layer, g->layers, &g->layer_room, sizeof *g->layer));
    ODD_TRY(add_tensor(g, output_name, &made, &id));
    layer.output = id;
    g->layer[g->layers++] = layer;
    layer.name = NULL; /* handed over */
done:
    *output = id;
    free(layer.name);
    return st;
}

odd_status odd_graph_add_output(odd_graph *g, int tensor)
{
    ODD_CHECK(tensor >= 0 && tensor < g->tensors);
    int *more = odd_alloc((int64_t)g->outputs + 1, sizeof *more);
    if (!more) return ODD_NOMEM;
    if (g->outputs > 0) memcpy(more, g->output, (size_t)g->outputs * sizeof *more);
    odd_free(g->output);
    g->output = more;
    g->output[g->outputs++] = tensor;
    return ODD_OK;
}

static odd_status copy_tensors(const odd_graph *from, odd_graph *to)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < from->tensors; i++) {
        const odd_tensor *t = &from->tensor[i];
        int id;
        ODD_TRY(odd_graph_tensor(to, t->name, t->rank, t->shape, t->batched, t->data, &id));
        to->tensor[id].stays = t->stays;
    }
done:
    return st;
}

static odd_status copy_layers(const odd_graph *from, odd_graph *to)
{
    odd_status st;
    to->layer_room = from->layers;
    ODD_TRY(ODD_NEW(to->layer, from->layers));
    for (int i = 0; i < from->layers; i++) {
        to->layer[i] = from->layer[i];
        ODD_TRY(copy_text(from->layer[i].name, &to->layer[i].name));
        to->layers++;
    }
done:
    return st;
}

odd_status odd_graph_copy(const odd_graph *graph, odd_graph **out)
{
    odd_status st;
    odd_graph *g;
    *out = NULL;
    ODD_TRY(odd_graph_new(graph->name, &g));
    ODD_TRY(copy_tensors(graph, g));
    ODD_TRY(copy_layers(graph, g));
    for (int i = 0; i < graph->outputs; i++)
        ODD_TRY(odd_graph_add_output(g, graph->output[i]));
    ODD_TRY(odd_graph_copy_notes(graph, g));
    g->input = graph->input;
    *out = g;
    g = NULL; /* handed over */
done:
    odd_graph_free(&g);
    return st;
}

bool odd_tensor_is_constant(const odd_graph *g, int tensor)
{
    return tensor >= 0 && g->tensor[tensor].data;
}
