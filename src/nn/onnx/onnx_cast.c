/* ONNX nodes that change the type of values: Cast, and Identity, which does not even that. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

/* Real types are all float here, whole ones all int64. */
typedef enum { TO_REAL, TO_WHOLE, TO_TRUTH, TO_OTHER } cast_type;

static cast_type type_of(int64_t type)
{
    switch (type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE:
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16:
    case ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16:
        return TO_REAL;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT8:
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT16:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT16:
        return TO_WHOLE;
    case ONNX__TENSOR_PROTO__DATA_TYPE__BOOL:
        return TO_TRUTH;
    default:
        return TO_OTHER;
    }
}

static odd_status copy_numbers(odd_onnx_reader *r, int input, bool truth)
{
    const odd_numbers *x;
    odd_numbers *n;
    odd_status st = odd_node_numbers(r, input, &x);
    if (st == ODD_OK) st = odd_numbers_new(x->rank, x->shape, &n);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < x->count; i++) {
        n->value[i] = truth ? x->value[i] != 0 : x->value[i];
        n->batch[i] = !truth && x->batch[i];
    }
    return odd_node_give(r, n);
}

/* Numbers of the file that need not be small: weights. */
static odd_status weight_to_real(odd_onnx_reader *r, const odd_onnx_value *v)
{
    int rank;
    int64_t shape[ODD_TENSOR_RANK], values;
    float *data;
    odd_status st = odd_proto_shape(v->weight, &rank, shape, &values);
    if (st == ODD_OK) st = odd_node_spend(r, values);
    if (st == ODD_OK) st = odd_proto_floats(v->weight, r->options->folder, values, &data);
    return st == ODD_OK ? odd_node_floats(r, rank, shape, data) : st;
}

static odd_status numbers_to_real(odd_onnx_reader *r, const odd_numbers *x)
{
    float *data = odd_alloc(x->count, sizeof *data);
    if (!data) return ODD_NOMEM;
    for (int64_t i = 0; i < x->count; i++) {
        data[i] = (float)x->value[i];
        if (x->batch[i]) {
            odd_free(data);
            return odd_node_fail(r, "it calculates with the size of the batch");
        }
    }
    return odd_node_floats(r, x->rank, x->shape, data);
}

/* Towards 0, as C does; what does not fit has no meaning. */
static odd_status constant_to_whole(odd_onnx_reader *r, const odd_tensor *t, bool truth)
{
    odd_numbers *n;
    odd_status st = odd_numbers_new(t->rank, t->shape, &n);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < n->count; i++) {
        if (!(fabsf(t->data[i]) < 0x1p62f)) {
            odd_numbers_free(&n);
            return odd_node_fail(r, "%g is no whole number", (double)t->data[i]);
        }
        n->value[i] = truth ? t->data[i] != 0 : (int64_t)t->data[i];
    }
    return odd_node_give(r, n);
}

static odd_status tensor_to_whole(odd_onnx_reader *r, bool truth)
{
    int x;
    odd_status st = odd_node_tensor(r, 0, &x);
    if (st != ODD_OK) return st;
    if (!r->graph->tensor[x].data)
        return odd_node_fail(r, "computed values cannot become whole numbers");
    return constant_to_whole(r, &r->graph->tensor[x], truth);
}

static odd_status to_real(odd_onnx_reader *r)
{
    odd_onnx_value *v;
    int x;
    odd_status st = odd_node_value(r, 0, &v);
    if (st != ODD_OK) return st;
    if (v->kind == ODD_VALUE_NUMBERS) return numbers_to_real(r, v->numbers);
    r->stacked = v->stacked;
    if (v->kind == ODD_VALUE_WHOLE) return odd_node_pass(r, v->tensor);
    if (v->kind == ODD_VALUE_WEIGHT && odd_proto_is_whole(v->weight)) return weight_to_real(r, v);
    st = odd_node_operand(r, 0, &x, &r->stacked);
    return st == ODD_OK ? odd_node_pass(r, x) : st;
}

/* By where the value is: in the graph, known as numbers, or still a weight of the file. */
static odd_status cast(odd_onnx_reader *r, cast_type type)
{
    if (type == TO_OTHER) return odd_node_fail(r, "only float, whole numbers and bool can be made");
    if (type == TO_REAL) return to_real(r);
    if (odd_node_is_numbers(r, 0)) return copy_numbers(r, 0, type == TO_TRUTH);
    return tensor_to_whole(r, type == TO_TRUTH);
}

odd_status odd_read_cast(odd_onnx_reader *r)
{
    int64_t to;
    odd_status st = odd_node_int(r, "to", 0, &to);
    return st == ODD_OK ? cast(r, type_of(to)) : st;
}

/* Of known whole numbers the type is not kept, but only truths would differ. */
odd_status odd_read_cast_like(odd_onnx_reader *r)
{
    odd_onnx_value *like;
    odd_status st = odd_node_value(r, 1, &like);
    if (st != ODD_OK) return st;
    if (like->kind == ODD_VALUE_WEIGHT) return cast(r, type_of(like->weight->data_type));
    return cast(r, like->kind == ODD_VALUE_TENSOR ? TO_REAL : TO_WHOLE);
}

odd_status odd_read_identity(odd_onnx_reader *r)
{
    odd_onnx_value *v, copy;
    int x;
    if (odd_node_is_numbers(r, 0)) return copy_numbers(r, 0, false);
    odd_status st = odd_node_value(r, 0, &v);
    if (st != ODD_OK) return st;
    if (v->kind == ODD_VALUE_WHOLE && odd_node_makes(r, 0)) {
        copy = *v;
        copy.name = r->node->output[0];
        return odd_reader_add(r, &copy);
    }
    st = odd_node_operand(r, 0, &x, &r->stacked);
    return st == ODD_OK ? odd_node_pass(r, x) : st;
}
