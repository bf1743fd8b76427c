/* Elements: which HDF5 type stands for which of ours, and numbers that must fit. */
#include "store/hdf5_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *odd_type_text(odd_type type)
{
    static const char *const text[] = {
        [ODD_U8] = "u8",   [ODD_I32] = "i32", [ODD_I64] = "i64",     [ODD_F16] = "f16",
        [ODD_F32] = "f32", [ODD_F64] = "f64", [ODD_STRING] = "text",
    };
    return text[type];
}

const char *odd_shape_text(const odd_shape *shape, char buffer[static ODD_SHAPE_TEXT])
{
    size_t used = 0;
    for (int i = 0; i < shape->rank; i++) {
        const char *before = i > 0 ? ", " : "(";
        if (shape->shape[i] < 0)
            used += (size_t)snprintf(buffer + used, ODD_SHAPE_TEXT - used, "%sany", before);
        else
            used += (size_t)snprintf(buffer + used, ODD_SHAPE_TEXT - used, "%s%lld", before,
                                     (long long)shape->shape[i]);
    }
    used += (size_t)snprintf(buffer + used, ODD_SHAPE_TEXT - used, "%s",
                             shape->rank > 0 ? ") " : "scalar ");
    if (shape->type == ODD_STRING)
        snprintf(buffer + used, ODD_SHAPE_TEXT - used, "S%zu", shape->width);
    else
        snprintf(buffer + used, ODD_SHAPE_TEXT - used, "%s", odd_type_text(shape->type));
    return buffer;
}

/* IEEE 754's binary16, as h5py's float16; HDF5 has no name for it. The order is that narrowing
 * needs: first the fields, then the size. */
static hid_t half_type(void)
{
    hid_t half = H5Tcopy(H5T_NATIVE_FLOAT);
    if (H5Tset_fields(half, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(half, 2) >= 0 &&
        H5Tset_ebias(half, 15) >= 0)
        return half;
    H5Tclose(half);
    return H5I_INVALID_HID;
}

hid_t odd_element_type(odd_type type, size_t width)
{
    switch (type) {
    case ODD_U8:
        return H5Tcopy(H5T_NATIVE_UINT8);
    case ODD_I32:
        return H5Tcopy(H5T_NATIVE_INT32);
    case ODD_I64:
        return H5Tcopy(H5T_NATIVE_INT64);
    case ODD_F16:
        return half_type();
    case ODD_F32:
        return H5Tcopy(H5T_NATIVE_FLOAT);
    case ODD_F64:
        return H5Tcopy(H5T_NATIVE_DOUBLE);
    case ODD_STRING:
        break;
    }
    hid_t string = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(string, width) >= 0 && H5Tset_strpad(string, H5T_STR_NULLPAD) >= 0)
        return string;
    H5Tclose(string);
    return H5I_INVALID_HID;
}

/* The narrowest of ours that holds every value; of 64 bits without sign those from 2^63 on do not
 * fit, which is told where one is read. */
static odd_status integer_of(hid_t type, odd_type *element)
{
    size_t size = H5Tget_size(type), bits = H5Tget_precision(type);
    H5T_sign_t sign = H5Tget_sign(type);
    if (size == 0 || size > 8 || (size & (size - 1)) || bits != 8 * size || sign < 0)
        return odd_fail(ODD_FORMAT, "integers of %zu bits in %zu bytes", bits, size);
    if (size == 1 && sign == H5T_SGN_NONE)
        *element = ODD_U8;
    else
        *element = size < 4 || (size == 4 && sign == H5T_SGN_2) ? ODD_I32 : ODD_I64;
    return ODD_OK;
}

/* IEEE 754 half, single and double, in any byte order. */
static odd_status float_of(hid_t type, odd_type *element)
{
    static const size_t layout[][3] = {{2, 5, 10}, {4, 8, 23}, {8, 11, 52}};
    static const odd_type ours[] = {ODD_F16, ODD_F32, ODD_F64};
    size_t size = H5Tget_size(type), sign, exponent, exponent_bits, mantissa, mantissa_bits;
    if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0) {
        for (int i = 0; i < 3; i++) {
            if (size != layout[i][0] || exponent_bits != layout[i][1] ||
                mantissa_bits != layout[i][2] || sign != 8 * size - 1 ||
                exponent != mantissa_bits || mantissa != 0)
                continue;
            *element = ours[i];
            return ODD_OK;
        }
    }
    return odd_fail(ODD_FORMAT, "floating-point numbers that are not IEEE 754");
}

static odd_status string_of(hid_t type, odd_type *element, size_t *width)
{
    if (H5Tis_variable_str(type) != 0) return odd_fail(ODD_FORMAT, "strings of variable length");
    *element = ODD_STRING;
    *width = H5Tget_size(type);
    return *width > 0 ? ODD_OK : odd_fail(ODD_FORMAT, "strings of no length");
}

/* h5py stores bool as an enumeration FALSE = 0, TRUE = 1 over int8. */
static odd_status bool_of(hid_t type, odd_type *element)
{
    hid_t base = H5Tget_super(type);
    size_t size = H5Tget_size(base);
    H5Tclose(base);
    if (size != 1 || H5Tget_nmembers(type) != 2)
        return odd_fail(ODD_FORMAT, "an enumeration that is not h5py's bool");
    *element = ODD_U8;
    return ODD_OK;
}

odd_status odd_element_of(hid_t type, odd_type *element, size_t *width)
{
    odd_status st;
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        st = integer_of(type, element);
        break;
    case H5T_FLOAT:
        st = float_of(type, element);
        break;
    case H5T_ENUM:
        st = bool_of(type, element);
        break;
    case H5T_STRING:
        return string_of(type, element, width);
    default:
        return odd_fail(ODD_FORMAT, "elements that are neither numbers nor strings");
    }
    *width = odd_type_size(*element);
    return st;
}

/* HDF5 calls "too large" also an infinity that becomes the infinity of a narrower type. */
static int is_infinite_double(hid_t type, const void *value)
{
    double x;
    if (H5Tget_class(type) != H5T_FLOAT || H5Tget_size(type) != sizeof x) return 0;
    memcpy(&x, value, sizeof x);
    return isinf(x);
}

/* What a narrower type cannot hold is an error, where HDF5 would take the nearest value. */
static H5T_conv_ret_t insist(H5T_conv_except_t fault, hid_t from, hid_t to, void *value,
                             void *result, void *context)
{
    (void)result;
    (void)context;
    int to_float = H5Tget_class(to) == H5T_FLOAT;
    switch (fault) {
    case H5T_CONV_EXCEPT_PRECISION:
        return H5T_CONV_UNHANDLED; /* rounding is what a narrower float is for */
    case H5T_CONV_EXCEPT_PINF:
    case H5T_CONV_EXCEPT_NINF:
    case H5T_CONV_EXCEPT_NAN:
        return to_float ? H5T_CONV_UNHANDLED : H5T_CONV_ABORT;
    default:
        return to_float && is_infinite_double(from, value) ? H5T_CONV_UNHANDLED : H5T_CONV_ABORT;
    }
}

hid_t odd_element_transfer(void)
{
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    if (transfer >= 0) H5Pset_type_conv_cb(transfer, insist, NULL);
    return transfer;
}
