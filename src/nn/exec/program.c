/* Program: the layers of a graph as steps, with what can be fused behind each of them. */
#include "nn/exec/program_internal.h"

#include "nn/exec/program_fuse_internal.h"
#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

void odd_program_free(odd_program *program)
{
    odd_free(program->step);
    odd_free(program->last_use);
    odd_free(program->exact);
    *program = (odd_program){0};
}

/* Layers that some output needs, seen from the outputs backward. */
static odd_status mark_needed(const odd_graph *g, bool **out)
{
    odd_status st;
    bool *needed; /* (tensors) */
    *out = NULL;
    ODD_TRY(ODD_NEW(needed, g->tensors));
    for (int i = 0; i < g->outputs; i++) {
        needed[g->output[i]] = true;
    }
    for (int i = g->layers - 1; i >= 0; i--) {
        const odd_layer *layer = &g->layer[i];
        for (int j = 0; needed[layer->output] && j < layer->inputs; j++) {
            if (layer->input[j] >= 0) needed[layer->input[j]] = true;
        }
    }
    *out = needed;
done:
    return st;
}

static void count_readers(odd_fusing *f, const bool needed[])
{
    const odd_graph *g = f->graph;
    for (int i = 0; i < g->tensors; i++) {
        f->maker[i] = -1;
    }
    for (int i = 0; i < g->outputs; i++) {
        f->readers[g->output[i]]++;
    }
    for (int i = 0; i < g->layers; i++) {
        const odd_layer *layer = &g->layer[i];
        for (int j = 0; needed[layer->output] && j < layer->inputs; j++) {
            if (layer->input[j] >= 0) f->readers[layer->input[j]]++;
        }
    }
}

/* An element-wise layer that found no layer to go behind: an Identity with posts. */
static bool add_posts_step(odd_fusing *f, const odd_layer *layer)
{
    odd_post post[2];
    int of_tensor;
    int posts = odd_fusing_posts(f, layer, post, &of_tensor);
    if (posts == 0) return false;
    odd_step *step = odd_fusing_step(f, layer);
    step->kind = ODD_LAYER_IDENTITY;
    step->inputs = 1;
    step->input[0] = of_tensor;
    for (int i = 0; i < posts; i++) {
        odd_posts_append(step->post, &step->posts, &post[i]);
    }
    return true;
}

/* Steps whose result went elsewhere are dropped; the order of the rest stays. */
static void drop_dead_steps(odd_program *program)
{
    int kept = 0;
    for (int i = 0; i < program->steps; i++) {
        if (program->step[i].output >= 0) program->step[kept++] = program->step[i];
    }
    program->steps = kept;
}

static void find_last_uses(const odd_graph *g, odd_program *program)
{
    for (int t = 0; t < g->tensors; t++) {
        program->last_use[t] = -1;
    }
    for (int i = 0; i < program->steps; i++) {
        const odd_step *step = &program->step[i];
        for (int j = 0; j < step->inputs; j++) {
            if (step->input[j] >= 0) program->last_use[step->input[j]] = i;
        }
        for (int j = 0; j < step->posts; j++) {
            if (step->post[j].binary) program->last_use[step->post[j].operand] = i;
        }
    }
    for (int i = 0; i < g->outputs; i++) {
        program->last_use[g->output[i]] = program->steps;
    }
}

bool odd_step_is_depthwise(const odd_graph *graph, const odd_step *step)
{
    return step->kind == ODD_LAYER_CONV && step->set.group > 1 &&
           step->set.group == graph->tensor[step->input[0]].shape[1];
}

/* Tensors that only depthwise convolutions read, and those that leave the net. */
static void find_exact(const odd_graph *g, odd_program *program)
{
    for (int i = 0; i < program->steps; i++) {
        const odd_step *step = &program->step[i];
        if (odd_step_is_depthwise(g, step)) program->exact[step->input[0]] = true;
    }
    for (int i = 0; i < program->steps; i++) {
        const odd_step *step = &program->step[i];
        for (int j = 0; j < step->inputs; j++) {
            bool other = j > 0 || !odd_step_is_depthwise(g, step);
            if (other && step->input[j] >= 0) program->exact[step->input[j]] = false;
        }
    }
    for (int i = 0; i < g->outputs; i++) {
        program->exact[g->output[i]] = true;
    }
}

odd_status odd_program_new(const odd_graph *graph, bool fuse, odd_program *out)
{
    odd_status st;
    bool *needed = NULL;
    odd_fusing f = {.graph = graph, .program = out};
    *out = (odd_program){0};
    ODD_TRY(ODD_NEW(out->step, graph->layers));
    ODD_TRY(ODD_NEW(out->last_use, graph->tensors));
    ODD_TRY(ODD_NEW(out->exact, graph->tensors));
    ODD_TRY(ODD_NEW(f.maker, graph->tensors));
    ODD_TRY(ODD_NEW(f.readers, graph->tensors));
    ODD_TRY(mark_needed(graph, &needed));
    count_readers(&f, needed);
    for (int i = 0; i < graph->layers; i++) {
        const odd_layer *layer = &graph->layer[i];
        if (!needed[layer->output] || (fuse && odd_fusing_layer(&f, layer))) continue;
        if (!add_posts_step(&f, layer)) odd_fusing_step(&f, layer);
    }
    drop_dead_steps(out);
    find_last_uses(graph, out);
    find_exact(graph, out);
done:
    odd_free(needed);
    odd_free(f.maker);
    odd_free(f.readers);
    if (st != ODD_OK) odd_program_free(out);
    return st;
}
