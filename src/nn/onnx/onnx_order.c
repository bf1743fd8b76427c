/* Order: the nodes that the outputs need, each behind those that make what it reads. */
#include "nn/onnx/onnx_order_internal.h"

#include "nn/graph/names_internal.h"

#include "oddlot/base/memory.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

typedef enum { NEW, OPEN, DONE } node_state;

/* A node on the way down from an output, and which of its inputs comes next. */
typedef struct {
    int node;
    size_t next;
} step;

typedef struct {
    const Onnx__GraphProto *proto;
    odd_names makers; /* which node makes a value */
    node_state *state;
    step *path;
    int *order;
    int ordered;
} search;

static odd_status index_makers(search *s)
{
    odd_status st = ODD_OK;
    for (size_t i = 0; i < s->proto->n_node; i++) {
        const Onnx__NodeProto *node = s->proto->node[i];
        for (size_t k = 0; k < node->n_output; k++) {
            if (!*node->output[k]) continue;
            if (odd_names_find(&s->makers, node->output[k]) >= 0)
                return odd_fail(ODD_FORMAT, "two nodes make '%s'", node->output[k]);
            ODD_TRY(odd_names_add(&s->makers, node->output[k], (int)i));
        }
    }
done:
    return st;
}

/* Depth first, with a path of our own instead of recursion: chains are long. */
static odd_status visit(search *s, int first)
{
    int depth = 0;
    s->path[0] = (step){first, 0};
    s->state[first] = OPEN;
    while (depth >= 0) {
        step *at = &s->path[depth];
        const Onnx__NodeProto *node = s->proto->node[at->node];
        if (at->next == node->n_input) {
            s->state[at->node] = DONE;
            s->order[s->ordered++] = at->node;
            depth--;
            continue;
        }
        const char *input = node->input[at->next++];
        int maker = *input ? odd_names_find(&s->makers, input) : -1;
        if (maker < 0 || s->state[maker] == DONE) continue;
        if (s->state[maker] == OPEN)
            return odd_fail(ODD_FORMAT, "the model goes round in a circle at '%s'", input);
        s->state[maker] = OPEN;
        s->path[++depth] = (step){maker, 0};
    }
    return ODD_OK;
}

static odd_status visit_outputs(search *s, const char *const output[], size_t outputs)
{
    odd_status st = ODD_OK;
    for (size_t o = 0; st == ODD_OK && o < outputs; o++) {
        int maker = odd_names_find(&s->makers, output[o]);
        if (maker >= 0 && s->state[maker] == NEW) st = visit(s, maker);
    }
    return st;
}

/* A file that is sorted already, as it should be, keeps its order. */
static void keep_file_order(search *s)
{
    int count = 0;
    for (size_t i = 0; i < s->proto->n_node; i++) {
        const Onnx__NodeProto *node = s->proto->node[i];
        for (size_t k = 0; s->state[i] == DONE && k < node->n_input; k++)
            if (odd_names_find(&s->makers, node->input[k]) > (int)i) return;
    }
    for (size_t i = 0; i < s->proto->n_node; i++)
        if (s->state[i] == DONE) s->order[count++] = (int)i;
}

odd_status odd_onnx_order(const Onnx__GraphProto *proto, const char *const output[], size_t outputs,
                          int **order, int *count)
{
    odd_status st;
    search s = {.proto = proto};
    *order = NULL;
    *count = 0;
    if (proto->n_node >= INT_MAX) return odd_fail(ODD_FORMAT, "the model has too many nodes");
    ODD_TRY(index_makers(&s));
    ODD_TRY(ODD_NEW(s.state, (int64_t)proto->n_node));
    ODD_TRY(ODD_NEW(s.path, (int64_t)proto->n_node));
    ODD_TRY(ODD_NEW(s.order, (int64_t)proto->n_node));
    ODD_TRY(visit_outputs(&s, output, outputs));
    keep_file_order(&s);
    *order = s.order;
    *count = s.ordered;
    s.order = NULL; /* handed over */
done:
    odd_names_free(&s.makers);
    odd_free(s.state);
    odd_free(s.path);
    odd_free(s.order);
    return st;
}

bool odd_onnx_is_ours(const char *domain)
{
    return !domain || !*domain || strcmp(domain, "ai.onnx") == 0;
}
