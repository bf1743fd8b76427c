/* Inlining: calls of functions that a model brings along become the nodes of those functions. */
#include "nn/onnx/onnx_inline_internal.h"

#include "nn/graph/names_internal.h"
#include "nn/onnx/onnx_order_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <string.h>

#define DEEPEST 16                /* calls inside calls */
#define BYTES   ((size_t)1 << 28) /* of all that is made */
#define LISTED  4096              /* inputs, outputs and attributes of a function */
#define MOST    ((size_t)1 << 18) /* nodes of all calls: a few functions can call each other often */

/* What the new nodes are made of, kept until the model was read. */
struct odd_inlined_block {
    odd_inlined_block *next;
};

typedef struct {
    const Onnx__ModelProto *model;
    odd_names functions; /* "domain:name": their numbers */
    odd_inlined *out;
    size_t room;
} inliner;

/* A call at work; NULL call: the graph itself. */
typedef struct {
    const Onnx__FunctionProto *function;
    const Onnx__NodeProto *call;
    int depth;
} scope;

static odd_status too_large(void)
{
    odd_fail(ODD_FORMAT, "the functions of the model are too large");
    return ODD_FORMAT; /* which the compiler then knows */
}

static odd_status take(inliner *n, void *pointer, size_t count, size_t element)
{
    const size_t head = 64; /* keeps the alignment of odd_alloc() */
    if (count > (BYTES - n->out->bytes) / (element + head)) return too_large();
    n->out->bytes += head + count * element;
    odd_inlined_block *b = odd_alloc((int64_t)(head + count * element), 1);
    if (!b) return ODD_NOMEM;
    b->next = n->out->blocks;
    n->out->blocks = b;
    void *memory = (char *)b + head;
    memcpy(pointer, &memory, sizeof memory);
    return ODD_OK;
}

void odd_inlined_free(odd_inlined *inlined)
{
    while (inlined->blocks) {
        odd_inlined_block *next = inlined->blocks->next;
        odd_free(inlined->blocks);
        inlined->blocks = next;
    }
    odd_free(inlined->node);
    inlined->node = NULL;
}

/* ---- Which function ---- */

static odd_status key_of(const char *domain, const char *name, odd_text *key)
{
    odd_text_format(key, "%s:%s", odd_onnx_is_ours(domain) ? "" : domain, name ? name : "");
    return odd_text_status(key);
}

static odd_status index_functions(inliner *n)
{
    odd_status st = ODD_OK;
    odd_text key = ODD_TEXT_EMPTY;
    for (size_t i = 0; i < n->model->n_functions; i++) {
        const Onnx__FunctionProto *f = n->model->functions[i];
        char *copy;
        if (f->n_input > LISTED || f->n_output > LISTED) {
            st = too_large();
            goto done;
        }
        odd_text_free(&key);
        ODD_TRY(key_of(f->domain, f->name, &key));
        if (odd_names_find(&n->functions, odd_text_string(&key)) >= 0) {
            st = odd_fail(ODD_FORMAT, "two functions of the name '%s'", f->name ? f->name : "");
            goto done;
        }
        ODD_TRY(take(n, &copy, key.length + 1, 1));
        strcpy(copy, odd_text_string(&key));
        ODD_TRY(odd_names_add(&n->functions, copy, (int)i));
    }
done:
    odd_text_free(&key);
    return st;
}

static odd_status find_function(const inliner *n, const Onnx__NodeProto *node,
                                const Onnx__FunctionProto **found)
{
    odd_text key = ODD_TEXT_EMPTY;
    odd_status st = key_of(node->domain, node->op_type, &key);
    int number = st == ODD_OK ? odd_names_find(&n->functions, odd_text_string(&key)) : -1;
    *found = number >= 0 ? n->model->functions[number] : NULL;
    odd_text_free(&key);
    return st;
}

/* ---- One node of a function ---- */

static int place_of(const char *name, char *const list[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0) return (int)i;
    return -1;
}

/* What a name inside the function is called outside: the call's own, or behind its result's. */
static odd_status rename_value(inliner *n, const scope *s, const char *name, char **out)
{
    static char nothing[] = "";
    const Onnx__NodeProto *call = s->call;
    const int in = place_of(name, s->function->input, s->function->n_input);
    const int made = place_of(name, s->function->output, s->function->n_output);
    *out = nothing;
    if (!*name) return ODD_OK;
    if (in >= 0 && (size_t)in >= call->n_input) return ODD_OK; /* left out */
    if (in >= 0) return *out = call->input[in], ODD_OK;
    if (made >= 0 && (size_t)made < call->n_output && *call->output[made])
        return *out = call->output[made], ODD_OK;
    const char *before = call->output[0];
    odd_status st = take(n, out, strlen(before) + strlen(name) + 2, 1);
    if (st == ODD_OK) strcat(strcat(strcpy(*out, before), "/"), name);
    return st;
}

static odd_status rename_values(inliner *n, const scope *s, size_t count, char *const from[],
                                char ***to)
{
    odd_status st = take(n, to, count, sizeof **to);
    for (size_t i = 0; st == ODD_OK && i < count; i++)
        st = rename_value(n, s, from[i], &(*to)[i]);
    return st;
}

/* Attributes may be those of the call, under another name; one that it does not have goes. */
static odd_status fill_attributes(inliner *n, const scope *s, Onnx__NodeProto *node)
{
    odd_status st;
    Onnx__AttributeProto **own = node->attribute;
    const size_t count = node->n_attribute;
    node->n_attribute = 0;
    ODD_TRY(take(n, &node->attribute, count, sizeof *node->attribute));
    for (size_t i = 0; i < count; i++) {
        Onnx__AttributeProto *a = own[i], *copy;
        const Onnx__AttributeProto *given = a;
        const bool refers = a->ref_attr_name && *a->ref_attr_name;
        for (size_t k = 0; refers && k < s->call->n_attribute; k++)
            if (s->call->attribute[k]->name &&
                strcmp(s->call->attribute[k]->name, a->ref_attr_name) == 0)
                given = s->call->attribute[k];
        if (refers && given == a) continue;
        ODD_TRY(take(n, &copy, 1, sizeof *copy));
        *copy = *given;
        copy->name = a->name;
        node->attribute[node->n_attribute++] = copy;
    }
done:
    return st;
}

static odd_status copy_node(inliner *n, const scope *s, Onnx__NodeProto *from,
                            Onnx__NodeProto **out)
{
    odd_status st;
    Onnx__NodeProto *node;
    ODD_TRY(take(n, &node, 1, sizeof *node));
    *node = *from;
    ODD_TRY(rename_values(n, s, from->n_input, from->input, &node->input));
    ODD_TRY(rename_values(n, s, from->n_output, from->output, &node->output));
    ODD_TRY(rename_value(n, s, from->name ? from->name : "", &node->name));
    ODD_TRY(fill_attributes(n, s, node));
    *out = node;
done:
    return st;
}

/* ---- All of them ---- */

static odd_status append(inliner *n, Onnx__NodeProto *node)
{
    odd_inlined *out = n->out;
    if (out->graph.n_node == n->room) {
        const size_t room = n->room > 0 ? 2 * n->room : 64;
        Onnx__NodeProto **more = odd_alloc((int64_t)room, sizeof(void *));
        if (!more) return ODD_NOMEM;
        if (out->graph.n_node > 0) memcpy(more, out->node, out->graph.n_node * sizeof(void *));
        odd_free(out->node);
        out->node = more;
        n->room = room;
    }
    out->node[out->graph.n_node++] = node;
    return ODD_OK;
}

static odd_status expand(inliner *n, const scope *s, size_t count, Onnx__NodeProto *const list[])
{
    odd_status st = ODD_OK;
    for (size_t i = 0; i < count; i++) {
        Onnx__NodeProto *node = list[i];
        const Onnx__FunctionProto *function;
        if (s->call) {
            if (++n->out->made > MOST) return too_large();
            ODD_TRY(copy_node(n, s, list[i], &node));
        }
        ODD_TRY(find_function(n, node, &function));
        if (!function) {
            ODD_TRY(append(n, node));
            continue;
        }
        if (node->n_attribute > LISTED) return too_large();
        if (s->depth == DEEPEST || node->n_output == 0 || !*node->output[0])
            return odd_fail(ODD_FORMAT, "function '%s' calls itself, or makes nothing",
                            node->op_type ? node->op_type : "");
        const scope inside = {function, node, s->depth + 1};
        ODD_TRY(expand(n, &inside, function->n_node, function->node));
    }
done:
    return st;
}

odd_status odd_onnx_inline(const Onnx__ModelProto *model, odd_inlined *out)
{
    odd_status st;
    inliner n = {.model = model, .out = out};
    const scope top = {NULL, NULL, 0};
    *out = (odd_inlined){.graph = *model->graph};
    if (model->n_functions == 0) return ODD_OK;
    out->graph.n_node = 0;
    ODD_TRY(index_functions(&n));
    ODD_TRY(expand(&n, &top, model->graph->n_node, model->graph->node));
    out->graph.node = out->node;
done:
    odd_names_free(&n.functions);
    return st;
}
