/* State: a trainer as a bundle and back, and the network as it is now. */
#include "nn/train/trainer_internal.h"

#include "nn/graph/graph_internal.h"

#include <inttypes.h>
#include <string.h>

static const char *const moment_name[ODD_MOMENTS] = {"moment1", "moment2"};

static odd_status add_values(odd_bundle *b, const char *name, const char *about, int64_t count,
                             const float values[])
{
    float *data;
    odd_status st = odd_bundle_add(b, name, ODD_F32, about, &data, 1, count);
    if (st == ODD_OK && count > 0) memcpy(data, values, (size_t)count * sizeof *data);
    return st;
}

odd_status odd_trainer_save(const odd_trainer *t, odd_bundle *b)
{
    const odd_parameters *p = &t->training.parameters;
    odd_status st;
    ODD_TRY(odd_bundle_add_text(b, "network", "name of the network", t->training.graph->name));
    ODD_TRY(odd_bundle_add_text(b, "optimizer", "how the weights move",
                                odd_optimizer_name(t->options.optimizer.kind)));
    ODD_TRY(odd_bundle_add_i64(b, "step", "steps done", t->step));
    ODD_TRY(add_values(b, "weights",
                       "what learns, tensor after tensor; then running averages, and centers",
                       p->length, p->value));
    for (int i = 0; i < odd_optimizer_moments(&t->options.optimizer); i++)
        ODD_TRY(add_values(b, moment_name[i], "of the optimizer, a value a weight", p->learnt,
                           t->moment[i]));
done:
    return st;
}

static odd_status find_values(const odd_bundle *b, const char *name, int64_t count,
                              const float **values)
{
    const odd_array *a;
    odd_status st = odd_bundle_get(b, name, ODD_F32, 1, &a);
    if (st != ODD_OK) return st;
    if (a->shape.shape[0] != count)
        return odd_fail(ODD_FORMAT,
                        "array '%s' has %" PRId64 " values, this network needs %" PRId64, name,
                        a->shape.shape[0], count);
    *values = a->data;
    return ODD_OK;
}

static odd_status check_text(const odd_bundle *b, const char *name, const char *mine)
{
    const char *text;
    odd_status st = odd_bundle_get_text(b, name, &text);
    if (st != ODD_OK) return st;
    if (strcmp(text, mine) == 0) return ODD_OK;
    return odd_fail(ODD_FORMAT, "the state is of %s '%s', not '%s'", name, text, mine);
}

odd_status odd_trainer_load(odd_trainer *t, const odd_bundle *b)
{
    const odd_parameters *p = &t->training.parameters;
    int moments = odd_optimizer_moments(&t->options.optimizer);
    const float *weights = NULL, *moment[ODD_MOMENTS] = {NULL};
    int64_t step;
    odd_status st;
    ODD_TRY(check_text(b, "network", t->training.graph->name));
    ODD_TRY(check_text(b, "optimizer", odd_optimizer_name(t->options.optimizer.kind)));
    ODD_TRY(odd_bundle_get_i64(b, "step", &step));
    if (step < 0) return odd_fail(ODD_FORMAT, "a state after %" PRId64 " steps", step);
    ODD_TRY(find_values(b, "weights", p->length, &weights));
    for (int i = 0; i < moments; i++)
        ODD_TRY(find_values(b, moment_name[i], p->learnt, &moment[i]));
    memcpy(p->value, weights, (size_t)p->length * sizeof *weights); /* nothing fails from here on */
    for (int i = 0; i < moments; i++)
        memcpy(t->moment[i], moment[i], (size_t)p->learnt * sizeof *weights);
    t->training.parameters.version++;
    t->step = step;
done:
    return st;
}

/* Nothing is drawn: samples are their means, readers of an Identity read what it reads; outputs
 * keep their names. */
static void stop_drawing(odd_graph *g)
{
    for (int l = 0; l < g->layers; l++) {
        odd_layer *layer = &g->layer[l];
        layer->set.sample = false;
        if (layer->kind != ODD_LAYER_IDENTITY) continue;
        layer->set.value = 0;
        for (int r = l + 1; r < g->layers; r++)
            for (int i = 0; i < g->layer[r].inputs; i++)
                if (g->layer[r].input[i] == layer->output) g->layer[r].input[i] = layer->input[0];
    }
}

odd_status odd_trainer_graph(const odd_trainer *t, odd_graph **out)
{
    const odd_parameters *p = &t->training.parameters;
    odd_graph *g = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_graph_copy(t->training.graph, &g));
    for (int s = 0; s < p->slots; s++)
        memcpy(g->tensor[p->slot[s].tensor].data, p->value + p->slot[s].offset,
               (size_t)p->slot[s].count * sizeof *p->value);
    stop_drawing(g);
    ODD_TRY(odd_graph_sweep(g));
    *out = g;
    g = NULL; /* handed over */
done:
    odd_graph_free(&g);
    return st;
}
