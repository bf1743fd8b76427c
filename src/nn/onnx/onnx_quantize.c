/* ONNX nodes of quantised models: weights that are stored as small integers become float again, and
 * what layers compute is rounded as if it were stored so. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* value = (stored - zero) * scale, with one scale and zero for all, or one for each place of
 * `axis`.
 */
typedef struct {
    int scale_id;            /* tensor of the graph */
    const float *scale;      /* (count), its values */
    const odd_numbers *zero; /* (count), NULL: 0 */
    int64_t count;
    int64_t axis;
} quantiser;

/* Scale and zero point are the inputs 1 and 2; `rank` dimensions are quantised. */
static odd_status read_quantiser(odd_onnx_reader *r, int rank, quantiser *q)
{
    odd_status st;
    *q = (quantiser){.zero = NULL};
    ODD_TRY(odd_node_tensor(r, 1, &q->scale_id));
    const odd_tensor *t = &r->graph->tensor[q->scale_id];
    if (!t->data || t->rank > 1) return odd_node_fail(r, "its scale must be a constant list");
    q->scale = t->data;
    q->count = odd_tensor_values(t);
    if (odd_node_has(r, 2)) ODD_TRY(odd_node_numbers(r, 2, &q->zero));
    if (q->zero && q->zero->count != q->count)
        return odd_node_fail(r, "%" PRId64 " scales, but %" PRId64 " zero points", q->count,
                             q->zero->count);
    int64_t blocked;
    ODD_TRY(odd_node_int(r, "block_size", 0, &blocked));
    if (blocked != 0) return odd_node_fail(r, "scales of blocks are not supported");
    for (int64_t i = 0; i < q->count; i++)
        if (!(q->scale[i] > 0) || !isfinite(q->scale[i]))
            return odd_node_fail(r, "its scale is %g", (double)q->scale[i]);
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

/* What is computed, or images that come as small integers: (x - zero) scale, calculated. */
static odd_status dequantize_computed(odd_onnx_reader *r, int x)
{
    odd_status st;
    quantiser q;
    const odd_tensor form = odd_node_form(r, x, r->stacked);
    const int rank = form.rank;
    int input[2] = {x, -1};
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(read_quantiser(r, rank, &q));
    ODD_TRY(check_axis(r, &q, form.shape));
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
    r->stacked = v->stacked;
    if (v->kind == ODD_VALUE_WHOLE) return dequantize_computed(r, v->tensor);
    r->stacked = false;
    if (!odd_node_is_numbers(r, 0))
        return odd_node_fail(r, "its input '%s' is not quantised", v->name);
    return dequantize_weight(r, 0);
}

/* The type of what is stored: that of the zero point, else the attribute of opset 21, else uint8.
 */
static odd_status stored_type(odd_onnx_reader *r, int64_t *type)
{
    odd_onnx_value *zero;
    odd_status st = odd_node_int(r, "output_dtype", 0, type);
    if (st != ODD_OK) return st;
    if (odd_node_has(r, 2) && odd_node_value(r, 2, &zero) == ODD_OK && zero->weight)
        *type = zero->weight->data_type;
    if (*type == 0) *type = ONNX__TENSOR_PROTO__DATA_TYPE__UINT8;
    return ODD_OK;
}

static odd_status stored_range(odd_onnx_reader *r, int64_t *low, int64_t *high)
{
    int64_t type;
    odd_status st = stored_type(r, &type);
    if (st != ODD_OK) return st;
    switch (type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8:
        *low = 0, *high = UINT8_MAX;
        return ODD_OK;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT8:
        *low = INT8_MIN, *high = INT8_MAX;
        return ODD_OK;
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT16:
        *low = 0, *high = UINT16_MAX;
        return ODD_OK;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT16:
        *low = INT16_MIN, *high = INT16_MAX;
        return ODD_OK;
    default:
        return odd_node_fail(r, "only (u)int8 and (u)int16 are supported");
    }
}

/* The quotient is one of floats, as everybody calculates it; half to even. */
static int64_t quantised(float value, float scale, int64_t zero, int64_t low, int64_t high)
{
    float whole = nearbyintf(value / scale) + (float)zero;
    if (!(whole > (float)low)) return low;
    return whole < (float)high ? (int64_t)whole : high;
}

/* Weights that a training tool stored as float, to be quantised and expanded again. */
static odd_status quantize_constant(odd_onnx_reader *r, const odd_tensor *t, const quantiser *q,
                                    int64_t low, int64_t high)
{
    odd_numbers *n;
    odd_status st = odd_numbers_new(t->rank, t->shape, &n);
    if (st != ODD_OK) return st;
    const int64_t run = run_length(q, t->rank, t->shape);
    for (int64_t i = 0; i < n->count; i++) {
        int64_t channel = i / run % q->count;
        n->value[i] = quantised(t->data[i], q->scale[channel], zero_of(q, channel), low, high);
    }
    return odd_node_give(r, n);
}

static odd_status zeros_constant(odd_onnx_reader *r, const quantiser *q, int *id)
{
    float *data = odd_alloc(q->count, sizeof *data);
    if (!data) return ODD_NOMEM;
    for (int64_t i = 0; i < q->count; i++)
        data[i] = (float)zero_of(q, i);
    return odd_node_constant(r, 1, &q->count, data, id);
}

/* What a layer computes is rounded when it runs; as floats, which hold these numbers exactly. */
static odd_status quantize_computed(odd_onnx_reader *r, int x, const quantiser *q, int64_t low,
                                    int64_t high)
{
    odd_status st;
    int input[3] = {x, q->scale_id, -1};
    odd_layer_settings set = odd_layer_defaults();
    set.axis = q->axis + (q->count > 1 && r->stacked);
    set.low = (float)low;
    set.high = (float)high;
    ODD_TRY(zeros_constant(r, q, &input[2]));
    r->whole = true;
    ODD_TRY(odd_node_layer(r, ODD_LAYER_QUANTIZE, &set, 3, input));
done:
    return st;
}

odd_status odd_read_quantize(odd_onnx_reader *r)
{
    odd_status st;
    int x;
    int64_t low = 0, high = 0;
    quantiser q;
    ODD_TRY(odd_node_operand(r, 0, &x, &r->stacked));
    const odd_tensor form = odd_node_form(r, x, r->stacked);
    ODD_TRY(read_quantiser(r, form.rank, &q));
    ODD_TRY(check_axis(r, &q, form.shape));
    ODD_TRY(stored_range(r, &low, &high));
    ODD_TRY(form.data ? quantize_constant(r, &form, &q, low, high)
                      : quantize_computed(r, x, &q, low, high));
done:
    return st;
}
