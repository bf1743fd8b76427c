/* A network in two parts: from the image to its last map, and from there to the log odds. */
#include "stage/report/heat_internal.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"

/* Tensors of a graph by their number in the part of it that is being made; -1: not there. */
typedef struct {
    const odd_graph *from;
    odd_graph *to;
    int *number; /* (tensors of from) */
} part;

static odd_status add_constant(part *p, int tensor)
{
    const odd_tensor *t = &p->from->tensor[tensor];
    return odd_graph_tensor(p->to, t->name, t->rank, t->shape, t->batched, t->data,
                            &p->number[tensor]);
}

/* A layer that reads only what is there; others belong to the front. */
static odd_status add_layer(part *p, const odd_layer *layer)
{
    int input[ODD_LAYER_INPUTS];
    odd_status st = ODD_OK;
    for (int i = 0; i < layer->inputs; i++) {
        const int from = layer->input[i];
        if (from >= 0 && p->number[from] < 0 && !p->from->tensor[from].data) return ODD_OK;
    }
    for (int i = 0; i < layer->inputs; i++) {
        const int from = layer->input[i];
        if (from >= 0 && p->number[from] < 0) ODD_TRY(add_constant(p, from));
        input[i] = from >= 0 ? p->number[from] : -1;
    }
    ODD_TRY(odd_graph_layer(p->to, layer->kind, layer->name, &layer->set, layer->inputs, input,
                            p->from->tensor[layer->output].name, &p->number[layer->output]));
done:
    return st;
}

static odd_status add_part(part *p, int map)
{
    const odd_tensor *in = &p->from->tensor[map];
    odd_status st;
    ODD_TRY(ODD_NEW(p->number, p->from->tensors));
    for (int t = 0; t < p->from->tensors; t++)
        p->number[t] = -1;
    ODD_TRY(odd_graph_tensor(p->to, in->name, in->rank, in->shape, true, NULL, &p->number[map]));
    p->to->input = p->number[map];
    for (int l = 0; l < p->from->layers; l++)
        if (p->from->layer[l].output != map) ODD_TRY(add_layer(p, &p->from->layer[l]));
    const int output = p->number[p->from->output[0]];
    if (output < 0)
        ODD_TRY(odd_fail(ODD_FORMAT, "network '%s' does not depend on its last map alone",
                         p->from->name));
    ODD_TRY(odd_graph_add_output(p->to, output));
    ODD_TRY(odd_graph_cut(p->to, output));
done:
    return st;
}

/* What is behind a map, which becomes the input. */
static odd_status graph_behind(const odd_graph *graph, int map, odd_graph **out)
{
    part p = {.from = graph};
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_graph_new(graph->name, &p.to));
    ODD_TRY(add_part(&p, map));
    *out = p.to;
    p.to = NULL; /* handed over */
done:
    odd_graph_free(&p.to);
    odd_free(p.number);
    return st;
}

static odd_status open_front(const odd_graph *graph, int map, odd_heat_network *out)
{
    odd_graph *front = NULL;
    odd_status st;
    ODD_TRY(odd_graph_copy(graph, &front));
    ODD_TRY(odd_graph_cut(front, map));
    ODD_TRY(odd_net_new(front, ODD_PRECISION_F32, &out->front));
done:
    odd_graph_free(&front);
    return st;
}

/* The last map that everything behind it is made of, or the image. */
static odd_status open_parts(const odd_graph *graph, odd_heat_network *out)
{
    odd_graph *back = NULL;
    int map;
    odd_status st;
    if (odd_graph_find(graph, "last_map", &map) != ODD_OK ||
        graph_behind(graph, map, &back) != ODD_OK) {
        map = graph->input;
        ODD_TRY(odd_graph_copy(graph, &back));
    }
    const int64_t *shape = graph->tensor[map].shape;
    out->planes = (int)shape[1];
    out->rows = (int)shape[2];
    out->columns = (int)shape[3];
    if (map != graph->input) ODD_TRY(open_front(graph, map, out));
    ODD_TRY(odd_net_new(back, ODD_PRECISION_F32, &out->back));
done:
    odd_graph_free(&back);
    return st;
}

odd_status odd_heat_network_open(const odd_graph *graph, odd_heat_network *out)
{
    const int64_t *shape = graph->tensor[graph->input].shape; /* (1, channels, height, width) */
    odd_status st;
    *out = (odd_heat_network){.channels = (int)shape[1],
                              .height = (int)shape[2],
                              .width = (int)shape[3],
                              .values = (int)odd_tensor_values(&graph->tensor[graph->output[0]])};
    ODD_TRY(open_parts(graph, out));
done:
    if (st != ODD_OK) odd_heat_network_close(out);
    return st;
}

void odd_heat_network_close(odd_heat_network *network)
{
    odd_net_free(&network->front);
    odd_net_free(&network->back);
}

odd_status odd_heat_odds(const odd_heat_network *network, int64_t n, const float map[],
                         float output[], double odds[])
{
    float *const outputs[] = {output};
    odd_status st;
    ODD_TRY(odd_net_run(network->back, n, NULL, map, outputs));
    for (int64_t i = 0; i < n; i++) {
        const float *x = output + i * network->values;
        odds[i] = network->values == 1 ? x[0] : (double)x[1] - x[0];
    }
done:
    return st;
}
