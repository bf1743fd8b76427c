/* Steps of training: the layers that the losses need, with an activation behind the layer before it
 * where backward can do with its result alone. An Identity with posts is an activation of its own,
 * as in the programs of nets. */
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"

#include <limits.h>

typedef struct {
    const odd_graph *g;
    odd_program *program;
    bool *needed; /* (tensors) */
    int *readers; /* (tensors) layers and losses */
    int *maker;   /* (tensors) step; -1: none */
} stepping;

static void mark_needed(stepping *s, int losses, const odd_loss loss[])
{
    for (int i = 0; i < losses; i++) {
        s->needed[loss[i].tensor] = true;
        s->readers[loss[i].tensor]++;
    }
    for (int l = s->g->layers - 1; l >= 0; l--) {
        const odd_layer *layer = &s->g->layer[l];
        for (int i = 0; s->needed[layer->output] && i < layer->inputs; i++) {
            if (layer->input[i] < 0) continue;
            s->needed[layer->input[i]] = true;
            s->readers[layer->input[i]]++;
        }
    }
}

/* Activations whose slope follows from their result. */
static bool slope_from_result(const odd_layer *layer)
{
    switch (layer->kind) {
    case ODD_LAYER_RELU:
    case ODD_LAYER_SIGMOID:
    case ODD_LAYER_TANH:
        return true;
    case ODD_LAYER_LEAKY_RELU:
    case ODD_LAYER_ELU:
        return layer->set.alpha >= 0;
    default:
        return false;
    }
}

/* Not behind a transposed convolution: oneDNN 2.6 runs its activations in a plain loop then, ten
 * times as slow as the convolution. */
static bool can_have_posts(odd_layer_kind kind)
{
    return kind == ODD_LAYER_CONV || kind == ODD_LAYER_GEMM;
}

/* Fuse the activation into the layer that makes its input, if no other layer reads that. */
static bool fuse_activation(stepping *s, const odd_layer *layer)
{
    int x = layer->input[0], maker = s->maker[x];
    if (!slope_from_result(layer) || maker < 0 || s->readers[x] != 1) return false;
    odd_step *before = &s->program->step[maker];
    if (!can_have_posts(before->kind) || before->posts > 0) return false;
    before->posts = odd_posts_of_layer(layer->kind, &layer->set, before->post);
    before->output = layer->output;
    s->maker[layer->output] = maker;
    return true;
}

/* The step that makes sigmoid(x) for this one reader; NULL. */
static odd_step *sigmoid_of(const stepping *s, int x, int gate)
{
    if (x < 0 || gate < 0 || s->maker[gate] < 0 || s->readers[gate] != 1) return NULL;
    odd_step *step = &s->program->step[s->maker[gate]];
    bool is = step->kind == ODD_LAYER_SIGMOID && step->input[0] == x;
    return is ? step : NULL;
}

/* x sigmoid(x), two layers in the graph, is one step that keeps x alone: by two, maps are read and
 * written six times as often. */
static bool fuse_swish(stepping *s, const odd_layer *layer)
{
    if (layer->kind != ODD_LAYER_MUL) return false;
    odd_step *step = sigmoid_of(s, layer->input[0], layer->input[1]);
    if (!step) step = sigmoid_of(s, layer->input[1], layer->input[0]);
    if (!step) return false;
    step->kind = ODD_LAYER_IDENTITY;
    step->posts = 1;
    step->post[0] = (odd_post){.alg = dnnl_eltwise_swish, .alpha = 1};
    s->maker[layer->output] = s->maker[step->output];
    step->output = layer->output;
    return true;
}

static void add_step(stepping *s, const odd_layer *layer)
{
    odd_step *step = &s->program->step[s->program->steps];
    *step = (odd_step){.kind = layer->kind,
                       .name = layer->name,
                       .set = layer->set,
                       .inputs = layer->inputs,
                       .output = layer->output};
    for (int i = 0; i < layer->inputs; i++)
        step->input[i] = layer->input[i];
    s->maker[layer->output] = s->program->steps++;
}

/* Backward may read everything: nothing is overwritten while the tape is planned. */
static odd_status start_stepping(stepping *s)
{
    odd_status st;
    const odd_graph *g = s->g;
    ODD_TRY(ODD_NEW(s->program->step, g->layers));
    ODD_TRY(ODD_NEW(s->program->last_use, g->tensors));
    ODD_TRY(ODD_NEW(s->program->exact, g->tensors));
    ODD_TRY(ODD_NEW(s->needed, g->tensors));
    ODD_TRY(ODD_NEW(s->readers, g->tensors));
    ODD_TRY(ODD_NEW(s->maker, g->tensors));
    for (int t = 0; t < g->tensors; t++) {
        s->program->last_use[t] = INT_MAX;
        s->program->exact[t] = true;
        s->maker[t] = -1;
    }
done:
    return st;
}

odd_status odd_train_steps(const odd_graph *g, int losses, const odd_loss loss[], odd_program *out)
{
    odd_status st;
    stepping s = {.g = g, .program = out};
    *out = (odd_program){0};
    ODD_TRY(start_stepping(&s));
    mark_needed(&s, losses, loss);
    for (int l = 0; l < g->layers; l++) {
        const odd_layer *layer = &g->layer[l];
        if (!s.needed[layer->output] || fuse_activation(&s, layer) || fuse_swish(&s, layer))
            continue;
        add_step(&s, layer);
    }
done:
    odd_free(s.needed);
    odd_free(s.readers);
    odd_free(s.maker);
    if (st != ODD_OK) odd_program_free(out);
    return st;
}
