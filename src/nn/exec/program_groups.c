/* Fusing: a normalisation of the channels of maps in groups, which is written out as the maps
 * reshaped to (N, groups, values), a layer normalisation of each row, and back. It becomes one step
 * over the maps as they lie. */
#include "nn/exec/program_fuse_internal.h"

/* The step that makes a tensor by reshaping another, and for one reader; NULL: none. */
static odd_step *view_of(const odd_fusing *f, int tensor)
{
    odd_step *step = odd_fusing_maker(f, tensor);
    return step && step->kind == ODD_LAYER_RESHAPE && step->posts == 0 ? step : NULL;
}

/* What reshapes from a tensor back begin with, or what has the shape of `like` on that way. With
 * `drop` they go away. */
static int before_views(const odd_fusing *f, int tensor, int like, bool drop)
{
    for (odd_step *view; (view = view_of(f, tensor)) && !odd_same_shape(f->graph, tensor, like);) {
        tensor = view->input[0];
        if (drop) view->output = -1;
    }
    return tensor;
}

static bool is_all_ones(const odd_tensor *t)
{
    bool ones = t->data != NULL;
    for (int64_t i = 0; ones && i < odd_tensor_values(t); i++)
        ones = t->data[i] == 1;
    return ones;
}

/* True if the step normalises rows (N, groups, values) and does nothing else. */
static bool is_of_rows(const odd_graph *g, const odd_step *norm)
{
    const odd_tensor *rows = &g->tensor[norm->input[0]];
    return norm->kind == ODD_LAYER_LAYER_NORM && norm->groups == 0 && norm->posts == 0 &&
           rows->rank == 3 && rows->batched && norm->set.axis == 2 &&
           (norm->inputs < 3 || norm->input[2] < 0) && is_all_ones(&g->tensor[norm->input[1]]);
}

bool odd_fusing_groups(odd_fusing *f, const odd_layer *layer)
{
    const odd_graph *g = f->graph;
    const odd_tensor *maps = &g->tensor[layer->output];
    if (layer->kind != ODD_LAYER_RESHAPE || maps->rank != 4 || !maps->batched) return false;
    const int normal = before_views(f, layer->input[0], layer->output, false);
    odd_step *norm = odd_fusing_maker(f, normal);
    if (!norm || !is_of_rows(g, norm)) return false;
    const int64_t groups = g->tensor[norm->input[0]].shape[1];
    const int x = before_views(f, norm->input[0], layer->output, false);
    if (!odd_same_shape(g, x, layer->output) || maps->shape[1] % groups != 0) return false;
    before_views(f, norm->input[0], layer->output, true);
    before_views(f, layer->input[0], layer->output, true);
    norm->groups = groups;
    norm->inputs = 1;
    norm->input[0] = x;
    norm->output = layer->output;
    f->maker[layer->output] = f->maker[normal];
    return true;
}
