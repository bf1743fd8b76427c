/* Fusing: activations, residual sums and zero padding go into the convolutions and products. */
#include "nn/exec/program_fuse_internal.h"

#include "nn/graph/graph_internal.h"

#include <string.h>

/* ---- Chains of posts ---- */

static bool is_linear(const odd_post *p)
{
    return !p->binary && p->alg == dnnl_eltwise_linear;
}

bool odd_posts_append(odd_post post[ODD_POSTS], int *posts, const odd_post *add)
{
    odd_post *last = *posts > 0 ? &post[*posts - 1] : NULL;
    if (last && is_linear(last) && is_linear(add)) {
        last->beta = add->alpha * last->beta + add->beta;
        last->alpha *= add->alpha;
        return true;
    }
    if (*posts == ODD_POSTS) return false;
    post[(*posts)++] = *add;
    return true;
}

static bool append_all(odd_step *step, const odd_post post[], int posts)
{
    if (step->posts + posts > ODD_POSTS) return false;
    for (int i = 0; i < posts; i++) {
        odd_posts_append(step->post, &step->posts, &post[i]);
    }
    return true;
}

static odd_post eltwise(dnnl_alg_kind_t alg, float alpha, float beta)
{
    return (odd_post){.alg = alg, .alpha = alpha, .beta = beta, .operand = -1};
}

/* x clip(x / 6 + 1 / 2, 0, 1). */
static odd_post hard_swish(void)
{
    return eltwise(dnnl_eltwise_hardswish, 1.0f / 6, 0.5f);
}

int odd_posts_of_layer(odd_layer_kind kind, const odd_layer_settings *set, odd_post post[2])
{
    switch (kind) {
    case ODD_LAYER_RELU:
        post[0] = eltwise(dnnl_eltwise_relu, 0, 0);
        return 1;
    case ODD_LAYER_LEAKY_RELU:
        post[0] = eltwise(dnnl_eltwise_relu, set->alpha, 0);
        return 1;
    case ODD_LAYER_ELU:
        post[0] = eltwise(dnnl_eltwise_elu, set->alpha, 0);
        return 1;
    case ODD_LAYER_CLIP:
        post[0] = eltwise(dnnl_eltwise_clip, set->low, set->high);
        return 1;
    case ODD_LAYER_SIGMOID:
        post[0] = eltwise(dnnl_eltwise_logistic, 0, 0);
        return 1;
    case ODD_LAYER_TANH:
        post[0] = eltwise(dnnl_eltwise_tanh, 0, 0);
        return 1;
    case ODD_LAYER_EXP:
        post[0] = eltwise(dnnl_eltwise_exp, 0, 0);
        return 1;
    case ODD_LAYER_SQRT:
        post[0] = eltwise(dnnl_eltwise_sqrt, 0, 0);
        return 1;
    case ODD_LAYER_GELU:
        post[0] = eltwise(set->by_tanh ? dnnl_eltwise_gelu_tanh : dnnl_eltwise_gelu_erf, 0, 0);
        return 1;
    case ODD_LAYER_NEG:
        post[0] = eltwise(dnnl_eltwise_linear, -1, 0);
        return 1;
    case ODD_LAYER_ABS:
        post[0] = eltwise(dnnl_eltwise_abs, 0, 0);
        return 1;
    case ODD_LAYER_HARD_SWISH:
        post[0] = hard_swish();
        return 1;
    case ODD_LAYER_HARD_SIGMOID:
        post[0] = eltwise(dnnl_eltwise_linear, set->alpha, set->beta);
        post[1] = eltwise(dnnl_eltwise_clip, 0, 1);
        return 2;
    default:
        return 0;
    }
}

static bool is_number(const odd_graph *g, int tensor)
{
    return odd_tensor_is_constant(g, tensor) && odd_tensor_values(&g->tensor[tensor]) == 1;
}

/* x + c, x - c, c - x, x * c, x / c as c1 x + c0; c / x is none. */
static bool number_as_linear(odd_layer_kind kind, float c, bool number_first, odd_post *post)
{
    switch (kind) {
    case ODD_LAYER_ADD:
        *post = eltwise(dnnl_eltwise_linear, 1, c);
        return true;
    case ODD_LAYER_SUB:
        *post = number_first ? eltwise(dnnl_eltwise_linear, -1, c)
                             : eltwise(dnnl_eltwise_linear, 1, -c);
        return true;
    case ODD_LAYER_MUL:
        *post = eltwise(dnnl_eltwise_linear, c, 0);
        return true;
    case ODD_LAYER_DIV:
        *post = eltwise(dnnl_eltwise_linear, 1 / c, 0);
        return !number_first && c != 0;
    case ODD_LAYER_POW:
        *post = eltwise(c == 2      ? dnnl_eltwise_square
                        : c == 0.5f ? dnnl_eltwise_sqrt
                                    : dnnl_eltwise_pow,
                        1, c);
        return !number_first;
    default:
        return false;
    }
}

int odd_fusing_posts(const odd_fusing *f, const odd_layer *layer, odd_post post[2], int *of_tensor)
{
    const odd_graph *g = f->graph;
    *of_tensor = layer->input[0];
    int posts = odd_posts_of_layer(layer->kind, &layer->set, post);
    if (posts > 0 || layer->inputs != 2) return posts;
    bool number_first = is_number(g, layer->input[0]);
    int number = layer->input[number_first ? 0 : 1];
    *of_tensor = layer->input[number_first ? 1 : 0];
    if (!is_number(g, number) || !odd_same_shape(g, *of_tensor, layer->output)) return 0;
    return number_as_linear(layer->kind, g->tensor[number].data[0], number_first, &post[0]);
}

/* ---- Steps that can take posts ---- */

/* Not the transposed convolution: oneDNN 2.6 applies posts there value by value in plain code,
 * which takes several times as long as the convolution. */
static bool takes_posts(const odd_step *step, const odd_post *post)
{
    switch (step->kind) {
    case ODD_LAYER_CONV:
    case ODD_LAYER_GEMM:
    case ODD_LAYER_MATMUL:
        return true;
    case ODD_LAYER_LAYER_NORM: /* of maps; binary ones: see fuse_binary_into() */
        return step->groups > 0;
    case ODD_LAYER_IDENTITY:
    case ODD_LAYER_ADD:
    case ODD_LAYER_SUB:
    case ODD_LAYER_MUL:
    case ODD_LAYER_DIV:
        return !post->binary;
    case ODD_LAYER_BATCH_NORM: /* oneDNN has a rectifier there and nothing else */
        return !post->binary && post->alg == dnnl_eltwise_relu && post->alpha == 0 &&
               step->posts == 0;
    default:
        return false;
    }
}

static bool put_behind(odd_fusing *f, odd_step *step, const odd_post post[], int posts, int output)
{
    if (!step || !takes_posts(step, &post[0]) || !append_all(step, post, posts)) return false;
    f->maker[step->output] = -1;
    f->maker[output] = (int)(step - f->program->step);
    step->output = output;
    return true;
}

/* ---- x * sigmoid(x) and its piecewise linear cousin ---- */

static bool is_hard_sigmoid(const odd_step *s, float *times)
{
    const odd_post *p = s->post;
    if (s->posts < 2 || !is_linear(&p[0]) || p[1].binary || p[1].alg != dnnl_eltwise_clip)
        return false;
    float end = p[1].beta; /* clip((x + 3) e / 6, 0, e) is e times the hard sigmoid */
    const float slack = 1e-6f * end;
    bool is = p[1].alpha == 0 && end > 0 && p[0].beta - end / 2 < slack &&
              end / 2 - p[0].beta < slack && p[0].alpha - end / 6 < slack &&
              end / 6 - p[0].alpha < slack;
    *times = end;
    if (s->posts == 3 && is_linear(&p[2]) && p[2].beta == 0) {
        *times *= p[2].alpha;
        return is;
    }
    return is && s->posts == 2;
}

/* sigmoid(times x). */
static bool is_sigmoid(const odd_step *s, float *times)
{
    const odd_post *p = s->post, *last = &p[s->posts - 1];
    bool scaled = s->posts == 2 && is_linear(&p[0]) && p[0].beta == 0;
    *times = scaled ? p[0].alpha : 1;
    return (s->posts == 1 || scaled) && !last->binary && last->alg == dnnl_eltwise_logistic;
}

/* The posts that gate(x) * x is, where the step makes gate(x). */
static int gate_posts(const odd_step *gate, odd_post post[2])
{
    float times;
    if (gate->kind != ODD_LAYER_IDENTITY || gate->posts == 0) return 0;
    if (is_sigmoid(gate, &times)) {
        post[0] = eltwise(dnnl_eltwise_swish, times, 0);
        return 1;
    }
    if (!is_hard_sigmoid(gate, &times)) return 0;
    post[0] = hard_swish();
    post[1] = eltwise(dnnl_eltwise_linear, times, 0);
    return times == 1 ? 1 : 2;
}

/* Mul(x, gate(x)): the gate's step goes away, x gets the posts. */
static bool fuse_gate(odd_fusing *f, const odd_layer *layer, int x, int gated)
{
    odd_post post[2];
    odd_step *gate = odd_fusing_maker(f, gated);
    if (layer->kind != ODD_LAYER_MUL || !gate || gate->input[0] != x) return false;
    int posts = gate_posts(gate, post);
    if (posts == 0) return false;
    gate->output = -1; /* dropped later */
    f->readers[x]--;
    if (put_behind(f, odd_fusing_maker(f, x), post, posts, layer->output)) return true;
    odd_step *step = odd_fusing_step(f, layer);
    step->kind = ODD_LAYER_IDENTITY;
    step->inputs = 1;
    step->input[0] = x;
    return append_all(step, post, posts);
}

/* ---- Sums and products with another tensor ---- */

/* One number a channel for (N, C, H, W) or (N, C): oneDNN broadcasts it without loss of speed. */
static bool is_channelwise(const odd_graph *g, int operand, int output)
{
    const odd_tensor *t = &g->tensor[operand], *out = &g->tensor[output];
    int channel = t->rank - out->rank + 1; /* where the channels of `out` are in t */
    if (!t->data || out->rank < 2 || channel < 0 || t->rank > out->rank) return false;
    return t->shape[channel] == out->shape[1] && odd_tensor_values(t) == out->shape[1];
}

static bool fuse_binary_into(odd_fusing *f, const odd_layer *layer, int into, int operand)
{
    odd_step *step = odd_fusing_maker(f, into);
    odd_post post = {.binary = true, .alg = odd_binary_of_layer(layer->kind), .operand = operand};
    if (!step || operand == into || !odd_same_shape(f->graph, into, layer->output)) return false;
    bool rows = step->kind == ODD_LAYER_GEMM && f->graph->tensor[layer->output].rank > 2;
    if (step->groups > 0 && !is_channelwise(f->graph, operand, layer->output)) return false;
    if ((rows || !is_channelwise(f->graph, operand, layer->output)) &&
        !odd_same_shape(f->graph, operand, layer->output))
        return false;
    if (f->maker[operand] > f->maker[into]) return false; /* not there yet when `into` is made */
    return put_behind(f, step, &post, 1, layer->output);
}

static bool fuse_binary(odd_fusing *f, const odd_layer *layer)
{
    bool commutes = layer->kind == ODD_LAYER_ADD || layer->kind == ODD_LAYER_MUL;
    int a = layer->input[0], b = layer->input[1];
    if (odd_binary_of_layer(layer->kind) == dnnl_alg_kind_undef) return false;
    return fuse_gate(f, layer, a, b) || fuse_gate(f, layer, b, a) ||
           fuse_binary_into(f, layer, a, b) || (commutes && fuse_binary_into(f, layer, b, a));
}

/* ---- Padding ---- */

static bool is_zero_border(const odd_step *pad)
{
    const odd_layer_settings *s = &pad->set;
    if (pad->kind != ODD_LAYER_PAD || pad->posts > 0 || s->value != 0 || s->axes != 4) return false;
    for (int i = 0; i < 4; i++) {
        bool spatial = i >= 2;
        if (s->list[i] < 0 || s->list2[i] < 0) return false;
        if (!spatial && (s->list[i] != 0 || s->list2[i] != 0)) return false;
    }
    return true;
}

static bool fuse_pad(odd_fusing *f, const odd_layer *layer)
{
    if (layer->kind != ODD_LAYER_CONV) return false;
    odd_step *pad = odd_fusing_maker(f, layer->input[0]);
    if (!pad || !is_zero_border(pad)) return false;
    odd_step *step = odd_fusing_step(f, layer);
    step->input[0] = pad->input[0];
    for (int i = 0; i < 2; i++) {
        step->set.pad[i] += pad->set.list[2 + i];
        step->set.pad[2 + i] += pad->set.list2[2 + i];
    }
    pad->output = -1; /* dropped later */
    return true;
}

bool odd_fusing_layer(odd_fusing *f, const odd_layer *layer)
{
    odd_post post[2];
    int of_tensor;
    int posts = odd_fusing_posts(f, layer, post, &of_tensor);
    if (posts > 0) return put_behind(f, odd_fusing_maker(f, of_tensor), post, posts, layer->output);
    return fuse_binary(f, layer) || fuse_pad(f, layer) || odd_fusing_groups(f, layer);
}
