/* ONNX nodes of quantised models: weights that are stored as small integers become float again. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* value = (stored - zero) * scale, with one scale and zero for all, or one for each place of
 * `axis`.
 */
typedef struct {
    const float *scale;      /* (count), of the graph */
    const odd_numbers *zero; /* (count), NULL: 0 */
    int64_t count;
    int64_t axis;
} quantiser;

/* Scale and zero point are the inputs 1 and 2; `rank` dimensions are quantised. */
static odd_status read_quantiser(odd_onnx_reader *r, int rank, quantiser *q)
{
    odd_status st;
    int scale;
    *q = (quantiser){.zero = NULL};
    ODD_TRY(odd_node_tensor(r, 1, &scale));
    const odd_tensor *t = &r->graph->tensor[scale];
    if (!t->data || t->rank > 1) return odd_node_fail(r, "its scale must be a constant list");
    q->scale = t->data;
    q->count = odd_tensor_values(t);
    if (odd_node_has(r, 2)) ODD_TRY(odd_node_numbers(r, 2, &q->zero));
    if (q->zero && q->zero->count != q->count)
        return odd_node_fail(r, "%" PRId64 " scales, but %" PRId64 " zero points", q->count,
                             q->zero->count);
    ODD_TRY(odd_node_int(r, "axis", 1, &q->axis));
    if (q->count > 1) ODD_TRY(odd_node_axis(r, q->axis, rank, &q->axis));
done:
    return st;
}

static odd_status check_axis(const odd_onnx_reader *r, const quantiser *q, const int64_t shape[])
{
    if (q->count > 1 && shape[q->axis] != q->count)
        return odd_node_fail(r, "%" PRId64 " scales for %" PRId64 " channels", q->count,
                             shape[q->axis]);
    return ODD_OK;
}

/* How many values in a row share a scale. */
static int64_t run_length(const quantiser *q, int rank, const int64_t shape[])
{
    int64_t run = 1;
    for (int d = q->count > 1 ? (int)q->axis + 1 : rank; d < rank; d++)
        run *= shape[d];
    return run;
}

static int64_t zero_of(const quantiser *q, int64_t channel)
{
    return q->zero ? q->zero->value[channel] : 0;
}

/* The stored values as floats, from the file or from known numbers. */
static odd_status stored_values(odd_onnx_reader *r, const odd_onnx_value *v, int *rank,
                                int64_t shape[], int64_t *values, float **data)
{
    odd_status st;
    if (v->kind == ODD_VALUE_WEIGHT) {
        ODD_TRY(odd_proto_shape(v->weight, rank, shape, values));
        ODD_TRY(odd_node_spend(r, *values));
        return odd_proto_floats(v->weight, r->options->folder, *values, data);
    }
    *rank = v->numbers->rank;
    *values = v->numbers->count;
    memcpy(shape, v->numbers->shape, sizeof v->numbers->shape);
    ODD_TRY(odd_node_spend(r, *values));
    ODD_TRY(ODD_NEW(*data, *values));
    for (int64_t i = 0; i < *values; i++)
        (*data)[i] = (float)v->numbers->value[i];
done:
    return st;
}

static odd_status dequantize_weight(odd_onnx_reader *r, int input)
{
    odd_status st;
    int rank = 0;
    int64_t shape[ODD_TENSOR_RANK], values;
    float *data = NULL;
    odd_onnx_value *v;
    quantiser q;
    ODD_TRY(odd_node_value(r, input, &v));
    ODD_TRY(stored_values(r, v, &rank, shape, &values, &data));
    ODD_TRY(read_quantiser(r, rank, &q));
    ODD_TRY(check_axis(r, &q, shape));
    int64_t run = run_length(&q, rank, shape);
    for (int64_t i = 0; i < values; i++) {
        int64_t channel = i / run % q.count;
        data[i] = (data[i] - (float)zero_of(&q, channel)) * q.scale[channel];
    }
    st = odd_node_floats(r, rank, shape, data);
    data = NULL; /* handed over */
done:
    odd_free(data);
    return st;
}

/* A constant with a value for each channel that broadcasts over a tensor of this rank. */
static odd_status channel_constant(odd_onnx_reader *r, const quantiser *q, int rank, bool zeros,
                                   int *id)
{
    int64_t shape[ODD_TENSOR_RANK] = {0};
    int dims = q->count > 1 ? rank - (int)q->axis : 0;
    float *data = odd_alloc(q->count, sizeof *data);
    if (!data) return ODD_NOMEM;
    for (int d = 0; d < dims; d++)
        shape[d] = d == 0 ? q->count : 1;
    for (int64_t i = 0; i < q->count; i++)
        data[i] = zeros ? (float)zero_of(q, i) : q->scale[i];
    return odd_node_constant(r, dims, shape, data, id);
}

/* Images that come as small integers: (x - zero) scale, calculated. */
static odd_status dequantize_image(odd_onnx_reader *r, int x)
{
    odd_status st;
    quantiser q;
    int input[2] = {x, -1}, rank = r->graph->tensor[x].rank;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(read_quantiser(r, rank, &q));
    ODD_TRY(check_axis(r, &q, r->graph->tensor[x].shape));
    ODD_TRY(channel_constant(r, &q, rank, true, &input[1]));
    ODD_TRY(odd_node_step(r, ODD_LAYER_SUB, &set, 2, input, &input[0]));
    ODD_TRY(channel_constant(r, &q, rank, false, &input[1]));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_MUL, &set, 2, input));
done:
    return st;
}

odd_status odd_read_dequantize(odd_onnx_reader *r)
{
    odd_onnx_value *v;
    odd_status st = odd_node_value(r, 0, &v);
    if (st != ODD_OK) return st;
    if (v->kind == ODD_VALUE_WHOLE) return dequantize_image(r, v->tensor);
    if (!odd_node_is_numbers(r, 0))
        return odd_node_fail(r, "its input '%s' is not quantised", v->name);
    return dequantize_weight(r, 0);
}

/* The type that values are stored in: the zero point's, or what opset 21 says of it, or uint8. */
static odd_status stored_type(odd_onnx_reader *r, int64_t *type)
{
    odd_status st;
    odd_onnx_value *zero;
    ODD_TRY(odd_node_int(r, "output_dtype", 0, type));
    if (odd_node_has(r, 2)) {
        ODD_TRY(odd_node_value(r, 2, &zero));
        if (zero->weight) *type = zero->weight->data_type;
    }
    if (*type == ONNX__TENSOR_PROTO__DATA_TYPE__UNDEFINED)
        *type = ONNX__TENSOR_PROTO__DATA_TYPE__UINT8;
done:
    return st;
}

static odd_status stored_range(odd_onnx_reader *r, int64_t *low, int64_t *high)
{
    static const struct {
        int64_t type, low, high;
    } ranges[] = {
        {ONNX__TENSOR_PROTO__DATA_TYPE__UINT8, 0, UINT8_MAX},
        {ONNX__TENSOR_PROTO__DATA_TYPE__INT8, INT8_MIN, INT8_MAX},
        {ONNX__TENSOR_PROTO__DATA_TYPE__UINT16, 0, UINT16_MAX},
        {ONNX__TENSOR_PROTO__DATA_TYPE__INT16, INT16_MIN, INT16_MAX},
    };
    int64_t type;
    odd_status st = stored_type(r, &type);
    if (st != ODD_OK) return st;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (ranges[i].type == type) {
            *low = ranges[i].low;
            *high = ranges[i].high;
            return ODD_OK;
        }
    return odd_node_fail(r, "values of type %" PRId64 " cannot be made", type);
}

static int64_t quantised(float value, float scale, int64_t zero, int64_t low, int64_t high)
{
    double whole = nearbyint((double)value / scale) + (double)zero; /* half to even */
    if (!(whole > (double)low)) return low;
    return whole < (double)high ? (int64_t)whole : high;
}

/* Weights that a training tool stored as float, to be quantised and expanded again. What a layer
 * computes would need rounding at run time, which this engine does not do. */
odd_status odd_read_quantize(odd_onnx_reader *r)
{
    odd_status st;
    int x;
    int64_t low = 0, high = 0;
    quantiser q;
    odd_numbers *n = NULL;
    ODD_TRY(odd_node_tensor(r, 0, &x));
    if (!r->graph->tensor[x].data) return odd_node_fail(r, "computed values cannot be quantised");
    ODD_TRY(read_quantiser(r, r->graph->tensor[x].rank, &q));
    const odd_tensor *t = &r->graph->tensor[x];
    ODD_TRY(check_axis(r, &q, t->shape));
    ODD_TRY(stored_range(r, &low, &high));
    ODD_TRY(odd_numbers_new(t->rank, t->shape, &n));
    int64_t run = run_length(&q, t->rank, t->shape);
    for (int64_t i = 0; i < n->count; i++) {
        int64_t channel = i / run % q.count;
        n->value[i] = quantised(t->data[i], q.scale[channel], zero_of(&q, channel), low, high);
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}
