/* Attributes of a node: found by name, checked by type. */
#include "nn/onnx/onnx_reader_internal.h"

#include <inttypes.h>
#include <string.h>

/* Nodes have few attributes: a search from the first on is fine. */
static const Onnx__AttributeProto *find(const odd_onnx_reader *r, const char *name)
{
    for (size_t i = 0; i < r->node->n_attribute; i++) {
        const Onnx__AttributeProto *a = r->node->attribute[i];
        if (a->name && strcmp(a->name, name) == 0) return a;
    }
    return NULL;
}

bool odd_node_has_attribute(const odd_onnx_reader *r, const char *name)
{
    return find(r, name) != NULL;
}

odd_status odd_node_int(const odd_onnx_reader *r, const char *name, int64_t otherwise,
                        int64_t *value)
{
    const Onnx__AttributeProto *a = find(r, name);
    *value = a ? a->i : otherwise;
    if (a && !a->has_i) return odd_node_fail(r, "attribute '%s' is not an integer", name);
    return ODD_OK;
}

odd_status odd_node_float(const odd_onnx_reader *r, const char *name, float otherwise, float *value)
{
    const Onnx__AttributeProto *a = find(r, name);
    *value = a ? a->f : otherwise;
    if (a && !a->has_f) return odd_node_fail(r, "attribute '%s' is not a number", name);
    return ODD_OK;
}

odd_status odd_node_ints(const odd_onnx_reader *r, const char *name, int most, int64_t values[],
                         int *count)
{
    const Onnx__AttributeProto *a = find(r, name);
    *count = -1;
    if (!a) return ODD_OK;
    if (a->n_ints > (size_t)most)
        return odd_node_fail(r, "attribute '%s' has %zu values, more than %d", name, a->n_ints,
                             most);
    *count = (int)a->n_ints;
    for (int i = 0; i < *count; i++)
        values[i] = a->ints[i];
    return ODD_OK;
}

odd_status odd_node_floats_attribute(const odd_onnx_reader *r, const char *name, int most,
                                     float values[], int64_t *count)
{
    const Onnx__AttributeProto *a = find(r, name);
    if (!a) return odd_node_fail(r, "it has no '%s'", name);
    if (a->n_floats > (size_t)most)
        return odd_node_fail(r, "attribute '%s' has %zu values, more than %d", name, a->n_floats,
                             most);
    *count = (int64_t)a->n_floats;
    for (int i = 0; i < *count; i++)
        values[i] = a->floats[i];
    return ODD_OK;
}

bool odd_node_is(const odd_onnx_reader *r, const char *name, const char *word,
                 const char *otherwise)
{
    const Onnx__AttributeProto *a = find(r, name);
    if (!a) return strcmp(word, otherwise) == 0;
    return a->has_s && a->s.len == strlen(word) && memcmp(a->s.data, word, a->s.len) == 0;
}

const char *odd_node_word(const odd_onnx_reader *r, const char *name, size_t *length)
{
    const Onnx__AttributeProto *a = find(r, name);
    *length = a && a->has_s ? a->s.len : 0;
    return a && a->has_s ? (const char *)a->s.data : NULL;
}

const Onnx__TensorProto *odd_node_tensor_attribute(const odd_onnx_reader *r, const char *name)
{
    const Onnx__AttributeProto *a = find(r, name);
    return a ? a->t : NULL;
}

const Onnx__GraphProto *odd_node_graph_attribute(const odd_onnx_reader *r, const char *name)
{
    const Onnx__AttributeProto *a = find(r, name);
    return a ? a->g : NULL;
}

/* Axes, pads and the like moved from attributes to inputs, each in an opset of its own. */
odd_status odd_node_list(odd_onnx_reader *r, int input, const char *attribute, int most,
                         int64_t values[], int *count)
{
    const odd_numbers *numbers;
    if (input < 0 || !odd_node_has(r, input))
        return odd_node_ints(r, attribute, most, values, count);
    *count = -1;
    odd_status st = odd_node_numbers(r, input, &numbers);
    if (st != ODD_OK) return st;
    if (numbers->rank > 1 || numbers->count > most)
        return odd_node_fail(r, "'%s' has %" PRId64 " values, more than %d", attribute,
                             numbers->count, most);
    *count = (int)numbers->count;
    for (int i = 0; i < *count; i++) {
        if (numbers->batch[i]) return odd_node_fail(r, "'%s' depends on the batch", attribute);
        values[i] = numbers->value[i];
    }
    return ODD_OK;
}

odd_status odd_node_axis(const odd_onnx_reader *r, int64_t axis, int rank, int64_t *out)
{
    if (axis < -rank || axis >= rank)
        return odd_node_fail(r, "axis %" PRId64 " of %d dimensions", axis, rank);
    *out = axis < 0 ? axis + rank : axis;
    return ODD_OK;
}

/* Insertion sort of at most six. */
static void sort(int64_t values[], int count)
{
    for (int i = 1; i < count; i++)
        for (int j = i; j > 0 && values[j] < values[j - 1]; j--) {
            int64_t swap = values[j];
            values[j] = values[j - 1];
            values[j - 1] = swap;
        }
}

odd_status odd_node_axes(odd_onnx_reader *r, int input, const char *attribute, int rank,
                         int64_t axes[ODD_TENSOR_RANK], int *count)
{
    odd_status st = odd_node_list(r, input, attribute, ODD_TENSOR_RANK, axes, count);
    for (int i = 0; st == ODD_OK && i < *count; i++)
        st = odd_node_axis(r, axes[i], rank, &axes[i]);
    if (st == ODD_OK && *count > 0) sort(axes, *count);
    return st;
}
