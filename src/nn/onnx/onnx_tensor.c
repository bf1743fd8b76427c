/* TensorProto: the numbers of a constant, whatever type and field its writer chose. */
#include "nn/onnx/onnx_tensor_internal.h"

#include "nn/graph/graph_internal.h"
#include "nn/onnx/onnx_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "raw_data is little-endian");

/* How a value of each ONNX type is stored. */
typedef enum { NO_NUMBER, F32, F64, F16, BF16, I8, U8, I16, U16, I32, U32, I64, U64 } storage;

static const struct {
    storage storage;
    size_t bytes;
    bool whole;
} types[] = {
    [ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT] = {F32, 4, false},
    [ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE] = {F64, 8, false},
    [ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16] = {F16, 2, false},
    [ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16] = {BF16, 2, false},
    [ONNX__TENSOR_PROTO__DATA_TYPE__INT8] = {I8, 1, true},
    [ONNX__TENSOR_PROTO__DATA_TYPE__UINT8] = {U8, 1, true},
    [ONNX__TENSOR_PROTO__DATA_TYPE__BOOL] = {U8, 1, true},
    [ONNX__TENSOR_PROTO__DATA_TYPE__INT16] = {I16, 2, true},
    [ONNX__TENSOR_PROTO__DATA_TYPE__UINT16] = {U16, 2, true},
    [ONNX__TENSOR_PROTO__DATA_TYPE__INT32] = {I32, 4, true},
    [ONNX__TENSOR_PROTO__DATA_TYPE__UINT32] = {U32, 4, true},
    [ONNX__TENSOR_PROTO__DATA_TYPE__INT64] = {I64, 8, true},
    [ONNX__TENSOR_PROTO__DATA_TYPE__UINT64] = {U64, 8, true},
};
#define TYPES ((int32_t)(sizeof types / sizeof *types))

/* Values that stand `stride` bytes apart. */
typedef struct {
    storage storage;
    size_t stride;
    const uint8_t *at;
    uint8_t *owned; /* external data; NULL: they are in the message */
} numbers;

const char *odd_proto_name(const Onnx__TensorProto *proto)
{
    return proto->name && *proto->name ? proto->name : "(no name)";
}

static odd_status check_type(const Onnx__TensorProto *proto)
{
    int32_t type = proto->data_type;
    if (type < 0 || type >= TYPES || types[type].storage == NO_NUMBER)
        return odd_fail(ODD_FORMAT, "tensor '%s': its type (%" PRId32 ") is not one of numbers",
                        odd_proto_name(proto), type);
    return ODD_OK;
}

bool odd_proto_is_whole(const Onnx__TensorProto *proto)
{
    int32_t type = proto->data_type;
    return type >= 0 && type < TYPES && types[type].whole;
}

odd_status odd_proto_shape(const Onnx__TensorProto *proto, int *rank,
                           int64_t shape[ODD_TENSOR_RANK], int64_t *values)
{
    const char *name = odd_proto_name(proto);
    *values = 1;
    if (proto->n_dims > ODD_TENSOR_RANK)
        return odd_fail(ODD_FORMAT, "tensor '%s': %zu dimensions (at most %d)", name, proto->n_dims,
                        ODD_TENSOR_RANK);
    *rank = (int)proto->n_dims;
    for (int d = 0; d < *rank; d++) {
        int64_t size = shape[d] = proto->dims[d];
        if (size < 0)
            return odd_fail(ODD_FORMAT, "tensor '%s': a dimension of %" PRId64, name, size);
        if (*values > 0 && size > ODD_TENSOR_VALUES / *values)
            return odd_fail(ODD_FORMAT, "tensor '%s': too many values", name);
        *values *= size;
    }
    return check_type(proto);
}

static odd_status wrong_size(const Onnx__TensorProto *proto, int64_t values, size_t found)
{
    return odd_fail(ODD_FORMAT, "tensor '%s': its shape has %" PRId64 " values, its data %zu",
                    odd_proto_name(proto), values, found);
}

/* The typed field that holds values of this type: small ones stand in wider integers. */
static void typed_field(const Onnx__TensorProto *proto, numbers *n, size_t *count)
{
    switch (n->storage) {
    case F32:
        *count = proto->n_float_data, n->stride = 4, n->at = (const uint8_t *)proto->float_data;
        return;
    case F64:
        *count = proto->n_double_data, n->stride = 8, n->at = (const uint8_t *)proto->double_data;
        return;
    case I64:
        *count = proto->n_int64_data, n->stride = 8, n->at = (const uint8_t *)proto->int64_data;
        return;
    case U32:
    case U64:
        *count = proto->n_uint64_data, n->stride = 8, n->at = (const uint8_t *)proto->uint64_data;
        return;
    default:
        *count = proto->n_int32_data, n->stride = 4, n->at = (const uint8_t *)proto->int32_data;
    }
}

/* Where the values are, after checking that all are there. */
static odd_status locate(const Onnx__TensorProto *proto, const char *folder, int64_t values,
                         numbers *n)
{
    size_t bytes = types[proto->data_type].bytes, count;
    *n = (numbers){.storage = types[proto->data_type].storage, .stride = bytes};
    if (odd_proto_is_outside(proto)) {
        odd_status st = odd_proto_external(proto, folder, (size_t)values * bytes, &n->owned);
        n->at = n->owned;
        if (st != ODD_OK) odd_fail_prefix(st, "tensor '%s': ", odd_proto_name(proto));
        return st;
    }
    /* Values are in a file of their own, in raw bytes, or in a field by their type. */
    if (proto->has_raw_data && (proto->raw_data.len > 0 || values == 0)) {
        n->at = proto->raw_data.data;
        if (proto->raw_data.len != (size_t)values * bytes)
            return wrong_size(proto, values, proto->raw_data.len / bytes);
        return ODD_OK;
    }
    typed_field(proto, n, &count);
    return count == (size_t)values ? ODD_OK : wrong_size(proto, values, count);
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 half precision: 5 bits of exponent, 10 of fraction. */
static float float_of_half(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 0x1F;
    uint32_t fraction = half & 0x3FF;
    /* Zero and what is smaller than 2^-14 have no leading 1: they count in steps of 2^-24. */
    if (exponent == 0) return (sign ? -1.0f : 1.0f) * (float)fraction * 0x1p-24f;
    if (exponent == 31) return float_of_bits(sign | 0x7F800000 | fraction << 13);
    return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

#define VALUE_AT(type, p)                                                                          \
    type value;                                                                                    \
    memcpy(&value, p, sizeof value)

static int64_t whole_at(const numbers *n, int64_t i)
{
    const uint8_t *p = n->at + (size_t)i * n->stride;
    switch (n->storage) {
    case I8:
        return (int8_t)*p;
    case U8:
        return *p;
    case I16: {
        VALUE_AT(int16_t, p);
        return value;
    }
    case U16: {
        VALUE_AT(uint16_t, p);
        return value;
    }
    case I32: {
        VALUE_AT(int32_t, p);
        return value;
    }
    case U32: {
        VALUE_AT(uint32_t, p);
        return value;
    }
    default: { /* values from 2^63 are of no use as sizes: they wrap and are refused there */
        VALUE_AT(int64_t, p);
        return value;
    }
    }
}

static float float_at(const numbers *n, int64_t i)
{
    const uint8_t *p = n->at + (size_t)i * n->stride;
    switch (n->storage) {
    case F32: {
        VALUE_AT(float, p);
        return value;
    }
    case F64: {
        VALUE_AT(double, p);
        return (float)value;
    }
    case F16: {
        VALUE_AT(uint16_t, p);
        return float_of_half(value);
    }
    case BF16: {
        VALUE_AT(uint16_t, p);
        return float_of_bits((uint32_t)value << 16);
    }
    default:
        return (float)whole_at(n, i);
    }
}

odd_status odd_proto_floats(const Onnx__TensorProto *proto, const char *folder, int64_t values,
                            float **out)
{
    odd_status st;
    numbers n = {.owned = NULL};
    *out = NULL;
    ODD_TRY(check_type(proto));
    ODD_TRY(locate(proto, folder, values, &n));
    ODD_TRY(ODD_NEW(*out, values));
    /* Usual weights, which may be large, are copied as they are. */
    if (n.storage == F32 && values > 0)
        memcpy(*out, n.at, (size_t)values * sizeof **out);
    else
        for (int64_t i = 0; i < values; i++)
            (*out)[i] = float_at(&n, i);
done:
    odd_free(n.owned);
    return st;
}

odd_status odd_proto_wholes(const Onnx__TensorProto *proto, const char *folder, int64_t values,
                            int64_t **out)
{
    odd_status st;
    numbers n = {.owned = NULL};
    *out = NULL;
    ODD_TRY(check_type(proto));
    if (!odd_proto_is_whole(proto))
        return odd_fail(ODD_FORMAT, "tensor '%s': whole numbers are needed", odd_proto_name(proto));
    ODD_TRY(locate(proto, folder, values, &n));
    ODD_TRY(ODD_NEW(*out, values));
    for (int64_t i = 0; i < values; i++)
        (*out)[i] = whole_at(&n, i);
done:
    odd_free(n.owned);
    return st;
}

odd_status odd_onnx_tensor(const void *bytes, size_t size, odd_tensor *out)
{
    odd_status st = ODD_FORMAT;
    int64_t values;
    *out = (odd_tensor){.data = NULL};
    Onnx__TensorProto *proto =
        (Onnx__TensorProto *)odd_onnx_unpack(&onnx__tensor_proto__descriptor, bytes, size);
    if (!proto) goto done; /* the reason is recorded */
    ODD_TRY(odd_proto_shape(proto, &out->rank, out->shape, &values));
    ODD_TRY(odd_proto_floats(proto, NULL, values, &out->data));
done:
    if (proto) onnx__tensor_proto__free_unpacked(proto, NULL);
    return st;
}
