/* Find: a tensor by its name, or by the part that it plays in an image network. */
#include "nn/graph/graph_internal.h"
#include "nn/graph/graph_parts_internal.h"
#include "nn/graph/names_internal.h"

#include <stddef.h>
#include <string.h>

/* The names of parts, in the order in which they are told. */
static const struct {
    const char *name, *missing;
    size_t part;
} parts[] = {
    {"pooled", "nothing pools the last map", offsetof(odd_graph_parts, pooled)},
    {"penultimate", "no Gemm, MatMul or 1x1 Conv makes its output",
     offsetof(odd_graph_parts, penultimate)},
    {"last_map", "no layer makes rows and columns", offsetof(odd_graph_parts, last_map)},
    {"cls", "it takes no class token out of a sequence", offsetof(odd_graph_parts, cls)},
    {"tokens", "it makes no sequence of tokens", offsetof(odd_graph_parts, tokens)},
    {"logits", "no product of a vector makes its output", offsetof(odd_graph_parts, logits)},
};
enum { PARTS = sizeof parts / sizeof *parts };

static int part_of(const odd_graph_parts *found, int i)
{
    return *(const int *)(const void *)((const char *)found + parts[i].part);
}

/* The names that apply, each with its tensor's shape. */
static void list_parts(const odd_graph *g, const odd_graph_parts *found, const char *before,
                       const char *between, odd_text *out)
{
    char shape[ODD_SHAPE_TEXT];
    for (int i = 0; i < PARTS; i++) {
        const int tensor = part_of(found, i);
        if (tensor < 0) continue;
        odd_tensor_shape_text(&g->tensor[tensor], shape);
        odd_text_format(out, "%s%s (%s)", out->length ? between : before, parts[i].name, shape);
    }
}

static odd_status fail_missing(const odd_graph *g, const odd_graph_parts *found, int i)
{
    odd_text there = ODD_TEXT_EMPTY;
    const bool is_map = strcmp(parts[i].name, "last_map") == 0;
    list_parts(g, found, "; it has ", ", ", &there);
    const odd_status st =
        odd_fail(ODD_FORMAT, "network '%s' has no '%s': %s%s", g->name, parts[i].name,
                 is_map && found->of_tokens ? "it works on tokens, not on maps" : parts[i].missing,
                 odd_text_string(&there));
    odd_text_free(&there);
    return st;
}

/* -1: it is no name of a part. */
static int part_named(const char *name)
{
    for (int i = 0; i < PARTS; i++)
        if (strcmp(parts[i].name, name) == 0) return i;
    return -1;
}

static odd_status find_part(const odd_graph *g, int i, int *tensor)
{
    odd_graph_parts found;
    const odd_status st = odd_graph_find_parts(g, &found);
    if (st != ODD_OK) return st;
    *tensor = part_of(&found, i);
    return *tensor >= 0 ? ODD_OK : fail_missing(g, &found, i);
}

odd_status odd_graph_describe_parts(const odd_graph *g, odd_text *out)
{
    odd_graph_parts found;
    odd_text list = ODD_TEXT_EMPTY;
    const odd_status st = odd_graph_find_parts(g, &found);
    if (st != ODD_OK) return st;
    list_parts(g, &found, "", ", ", &list);
    odd_text_format(out, "features.onnx.layer: %s\n",
                    list.length ? odd_text_string(&list) : "names of tensors only");
    odd_text_free(&list);
    return ODD_OK;
}

/* The name of a computed tensor that was perhaps meant, NULL: none is near. */
static const char *nearest(const odd_graph *g, const char *name)
{
    const char *best = NULL;
    /* One slip in three letters may be meant. */
    int least = (int)strlen(name) / 3 + 1;
    for (int l = 0; l < g->layers; l++) {
        const char *other = g->tensor[g->layer[l].output].name;
        int distance = odd_text_distance(name, other);
        if (distance < least) {
            least = distance;
            best = other;
        }
    }
    return best;
}

odd_status odd_graph_find(const odd_graph *g, const char *name, int *tensor)
{
    const int part = part_named(name);
    *tensor = odd_names_find(g->names, name);
    if (*tensor >= 0) return ODD_OK;
    if (part >= 0) return find_part(g, part, tensor);
    const char *meant = nearest(g, name);
    return odd_fail(ODD_FORMAT, "network '%s' has no tensor '%s'%s%s%s", g->name, name,
                    meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
}
