/* ONNX nodes that make something known of nothing: constants, shapes, ranges. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The shape of a value, whatever it is; *batched: its first dimension is the batch. */
static odd_status shape_of(const odd_onnx_reader *r, const odd_onnx_value *v, int *rank,
                           int64_t shape[ODD_TENSOR_RANK], bool *batched)
{
    int64_t values;
    *batched = false;
    if (v->kind == ODD_VALUE_WEIGHT) return odd_proto_shape(v->weight, rank, shape, &values);
    if (v->kind == ODD_VALUE_NUMBERS) {
        *rank = v->numbers->rank;
        memcpy(shape, v->numbers->shape, sizeof v->numbers->shape);
    } else {
        const odd_tensor t = odd_node_form(r, v->tensor, v->stacked);
        *rank = t.rank;
        *batched = t.batched;
        memcpy(shape, t.shape, sizeof t.shape);
    }
    return ODD_OK;
}

/* A part of a shape: [start, end), from opset 15 on. */
static odd_status shape_part(const odd_onnx_reader *r, int rank, int64_t *start, int64_t *end)
{
    odd_status st;
    ODD_TRY(odd_node_int(r, "start", 0, start));
    ODD_TRY(odd_node_int(r, "end", rank, end));
    if (*start < 0) *start = *start < -rank ? 0 : *start + rank;
    if (*end < 0) *end = *end < -rank ? 0 : *end + rank;
    if (*end > rank) *end = rank;
    if (*start > *end) *start = *end;
done:
    return st;
}

odd_status odd_read_shape(odd_onnx_reader *r)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK], start, end, count;
    bool batched;
    odd_onnx_value *v;
    odd_numbers *n;
    ODD_TRY(odd_node_value(r, 0, &v));
    ODD_TRY(shape_of(r, v, &rank, shape, &batched));
    ODD_TRY(shape_part(r, rank, &start, &end));
    count = end - start;
    ODD_TRY(odd_numbers_new(1, &count, &n));
    for (int64_t d = start; d < end; d++) {
        n->value[d - start] = shape[d];
        n->batch[d - start] = batched && d == 0;
    }
    ODD_TRY(odd_node_give(r, n));
done:
    return st;
}

/* The number of values; whose batch has any size it is a multiple of that. */
odd_status odd_read_size(odd_onnx_reader *r)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK];
    bool batched;
    odd_onnx_value *v;
    odd_numbers *n;
    ODD_TRY(odd_node_value(r, 0, &v));
    ODD_TRY(shape_of(r, v, &rank, shape, &batched));
    ODD_TRY(odd_numbers_new(0, NULL, &n));
    n->value[0] = 1;
    n->batch[0] = batched;
    for (int d = 0; d < rank; d++) /* of tensors that are within bounds */
        if (__builtin_mul_overflow(n->value[0], shape[d], &n->value[0]))
            return odd_numbers_free(&n), odd_node_fail(r, "it is too large");
    ODD_TRY(odd_node_give(r, n));
done:
    return st;
}

/* One number of `value_ints` or `value_int`. */
static odd_status constant_wholes(odd_onnx_reader *r, const char *name)
{
    int64_t values[ODD_LAYER_INPUTS], single;
    int count = -1;
    odd_numbers *n;
    odd_status st;
    bool list = strcmp(name, "value_ints") == 0;
    if (list) {
        ODD_TRY(odd_node_ints(r, name, ODD_LAYER_INPUTS, values, &count));
    } else {
        ODD_TRY(odd_node_int(r, name, 0, &values[0]));
        count = 1;
    }
    single = count;
    ODD_TRY(odd_numbers_new(list, &single, &n));
    memcpy(n->value, values, (size_t)count * sizeof *values);
    ODD_TRY(odd_node_give(r, n));
done:
    return st;
}

static odd_status constant_float(odd_onnx_reader *r)
{
    odd_status st;
    float *value;
    ODD_TRY(ODD_NEW(value, 1));
    st = odd_node_float(r, "value_float", 0, value);
    if (st != ODD_OK)
        odd_free(value);
    else
        st = odd_node_floats(r, 0, NULL, value);
done:
    return st;
}

odd_status odd_read_constant(odd_onnx_reader *r)
{
    const Onnx__TensorProto *value = odd_node_tensor_attribute(r, "value");
    if (!odd_node_makes(r, 0)) return odd_node_fail(r, "its result has no name");
    if (value) { /* as if it stood among the weights */
        const odd_onnx_value v = {
            .name = r->node->output[0], .kind = ODD_VALUE_WEIGHT, .weight = value, .tensor = -1};
        return odd_reader_add(r, &v);
    }
    if (odd_node_has_attribute(r, "value_float")) return constant_float(r);
    if (odd_node_has_attribute(r, "value_int")) return constant_wholes(r, "value_int");
    if (odd_node_has_attribute(r, "value_ints")) return constant_wholes(r, "value_ints");
    return odd_node_fail(r, "its value is not one of numbers");
}

/* The single value that ConstantOfShape repeats: 0.0 where none is given. */
static odd_status repeated_value(const odd_onnx_reader *r, bool *whole, int64_t *number,
                                 float *real)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK], values, *wholes = NULL;
    float *reals = NULL;
    const Onnx__TensorProto *value = odd_node_tensor_attribute(r, "value");
    *real = 0;
    *number = 0;
    *whole = value && odd_proto_is_whole(value);
    if (!value) return ODD_OK;
    ODD_TRY(odd_proto_shape(value, &rank, shape, &values));
    if (values != 1) return odd_node_fail(r, "its value has %" PRId64 " numbers, not 1", values);
    ODD_TRY(odd_proto_floats(value, NULL, 1, &reals));
    if (*whole) ODD_TRY(odd_proto_wholes(value, NULL, 1, &wholes));
    *real = reals[0];
    if (*whole) *number = wholes[0];
done:
    odd_free(reals);
    odd_free(wholes);
    return st;
}

static odd_status repeat_wholes(odd_onnx_reader *r, int rank, const int64_t shape[], int64_t number)
{
    odd_numbers *n;
    odd_status st = odd_numbers_new(rank, shape, &n);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < n->count; i++)
        n->value[i] = number;
    return odd_node_give(r, n);
}

static odd_status repeat_reals(odd_onnx_reader *r, int rank, const int64_t shape[], float real)
{
    odd_status st;
    int64_t values = 1;
    float *data;
    for (int d = 0; d < rank; d++) {
        if (shape[d] < 1 || shape[d] > INT32_MAX || values > INT32_MAX)
            return odd_node_fail(r, "its dimension %d is %" PRId64, d, shape[d]);
        values *= shape[d];
    }
    ODD_TRY(odd_node_spend(r, values));
    ODD_TRY(ODD_NEW(data, values));
    for (int64_t i = 0; i < values; i++)
        data[i] = real;
    ODD_TRY(odd_node_floats(r, rank, shape, data));
done:
    return st;
}

odd_status odd_read_constant_of_shape(odd_onnx_reader *r)
{
    odd_status st;
    bool whole;
    int rank;
    int64_t number, shape[ODD_TENSOR_RANK];
    float real;
    ODD_TRY(odd_node_list(r, 0, "shape", ODD_TENSOR_RANK, shape, &rank));
    if (rank < 0) return odd_node_fail(r, "its shape is missing");
    ODD_TRY(repeated_value(r, &whole, &number, &real));
    ODD_TRY(whole ? repeat_wholes(r, rank, shape, number) : repeat_reals(r, rank, shape, real));
done:
    return st;
}

static odd_status range_of(odd_onnx_reader *r, int64_t first, int64_t end, int64_t step)
{
    odd_numbers *n;
    __int128 span = (__int128)end - first, count = 0; /* of int64_t: cannot overflow */
    if (step == 0) return odd_node_fail(r, "its step is 0");
    if ((span > 0) == (step > 0) && span != 0) count = (span - (step > 0 ? 1 : -1)) / step + 1;
    if (count > INT32_MAX) return odd_node_fail(r, "it has too many numbers");
    int64_t length = (int64_t)count;
    odd_status st = odd_numbers_new(1, &length, &n);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < length; i++)
        n->value[i] = (int64_t)((uint64_t)first + (uint64_t)i * (uint64_t)step);
    return odd_node_give(r, n);
}

/* Each number by itself from the first one, so that rounding does not add up. */
static odd_status range_of_reals(odd_onnx_reader *r)
{
    odd_status st;
    float number[3], *data;
    for (int i = 0; i < 3; i++)
        ODD_TRY(odd_node_scalar(r, i, &number[i]));
    double length = ceil(((double)number[1] - number[0]) / number[2]);
    if (!(length >= 1 && length <= INT32_MAX))
        return odd_node_fail(r, "it has no numbers, or too many");
    int64_t count = (int64_t)length;
    ODD_TRY(odd_node_spend(r, count));
    ODD_TRY(ODD_NEW(data, count));
    for (int64_t i = 0; i < count; i++)
        data[i] = (float)(number[0] + (double)i * number[2]);
    ODD_TRY(odd_node_floats(r, 1, &count, data));
done:
    return st;
}

odd_status odd_read_range(odd_onnx_reader *r)
{
    odd_status st;
    if (!odd_node_is_numbers(r, 0)) return range_of_reals(r);
    int64_t number[3];
    for (int i = 0; i < 3; i++) {
        const odd_numbers *n;
        ODD_TRY(odd_node_numbers(r, i, &n));
        if (n->count != 1) /* a batch is 1 image here */
            return odd_node_fail(r, "its input %d must be one known number", i);
        number[i] = n->value[0];
    }
    ODD_TRY(range_of(r, number[0], number[1], number[2]));
done:
    return st;
}
