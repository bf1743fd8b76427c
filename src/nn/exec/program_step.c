/* One step of a program, as a layer makes it. */
#include "nn/exec/program_fuse_internal.h"

odd_step *odd_fusing_step(odd_fusing *f, const odd_layer *layer)
{
    odd_step *step = &f->program->step[f->program->steps];
    step->kind = layer->kind;
    step->name = layer->name;
    step->set = layer->set;
    step->inputs = layer->inputs;
    for (int i = 0; i < layer->inputs; i++) {
        step->input[i] = layer->input[i];
    }
    step->output = layer->output;
    f->maker[layer->output] = f->program->steps++;
    return step;
}

dnnl_alg_kind_t odd_binary_of_layer(odd_layer_kind kind)
{
    switch (kind) {
    case ODD_LAYER_ADD:
        return dnnl_binary_add;
    case ODD_LAYER_SUB:
        return dnnl_binary_sub;
    case ODD_LAYER_MUL:
        return dnnl_binary_mul;
    case ODD_LAYER_DIV:
        return dnnl_binary_div;
    case ODD_LAYER_MAX:
        return dnnl_binary_max;
    case ODD_LAYER_MIN:
        return dnnl_binary_min;
    default:
        return dnnl_alg_kind_undef;
    }
}

odd_step *odd_fusing_maker(const odd_fusing *f, int tensor)
{
    if (tensor < 0 || f->readers[tensor] != 1 || f->maker[tensor] < 0) return NULL;
    return &f->program->step[f->maker[tensor]];
}
