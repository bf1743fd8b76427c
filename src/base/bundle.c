/* Bundle: a few named arrays with their shapes and a sentence on what each is. */
#include "oddlot/base/bundle.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of one value; of a string by its shape. */
static const struct {
    size_t size;
    const char *name;
} types[] = {
    [ODD_U8] = {1, "u8"},         [ODD_I32] = {4, "i32"}, [ODD_I64] = {8, "i64"},
    [ODD_F16] = {2, "f16"},       [ODD_F32] = {4, "f32"}, [ODD_F64] = {8, "f64"},
    [ODD_STRING] = {0, "string"},
};

static bool is_type(odd_type type)
{
    return (unsigned)type < sizeof types / sizeof *types;
}

size_t odd_type_size(odd_type type)
{
    return is_type(type) ? types[type].size : 0;
}

odd_status odd_shape_bytes(const odd_shape *shape, int64_t *bytes)
{
    *bytes = 0;
    if (!is_type(shape->type)) return odd_fail(ODD_ARG, "unknown type %d", (int)shape->type);
    if (shape->rank < 0 || shape->rank > ODD_MAX_RANK)
        return odd_fail(ODD_ARG, "an array of %d dimensions", shape->rank);
    size_t width = shape->type == ODD_STRING ? shape->width : odd_type_size(shape->type);
    if (width == 0 || width > INT64_MAX) return odd_fail(ODD_ARG, "strings of %zu bytes", width);
    /* Without the zeros, so that whether it overflows does not hang on their place. */
    int64_t product = (int64_t)width;
    bool empty = false;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->shape[i] < 0)
            return odd_fail(ODD_ARG, "a dimension of %lld", (long long)shape->shape[i]);
        if (shape->shape[i] == 0)
            empty = true;
        else if (__builtin_mul_overflow(product, shape->shape[i], &product))
            return odd_fail(ODD_ARG, "an array larger than any memory");
    }
    *bytes = empty ? 0 : product;
    return ODD_OK;
}

static void array_free(odd_array *a)
{
    free(a->name);
    free(a->about);
    odd_free(a->data);
}

/* Whole numbers and texts are always finite. */
odd_status odd_array_check_finite(const odd_array *array)
{
    const bool wide = array->shape.type == ODD_F64;
    const double *doubles = array->data;
    const float *floats = array->data;
    int64_t bytes;
    odd_status st = odd_shape_bytes(&array->shape, &bytes);
    if (!wide && array->shape.type != ODD_F32) return st;
    const int64_t count = bytes / (int64_t)(wide ? sizeof(double) : sizeof(float));
    for (int64_t i = 0; st == ODD_OK && i < count; i++)
        if (!isfinite(wide ? doubles[i] : (double)floats[i]))
            st = odd_fail(ODD_FORMAT, "array '%s' has a value that is not finite", array->name);
    return st;
}

void odd_bundle_free(odd_bundle *b)
{
    for (int i = 0; i < b->count; i++)
        array_free(&b->array[i]);
    free(b->array);
    *b = (odd_bundle)ODD_BUNDLE_EMPTY;
}

static odd_status array_make(odd_array *a, const char *name, const char *about,
                             const odd_shape *shape)
{
    int64_t bytes;
    odd_status st = odd_shape_bytes(shape, &bytes);
    if (st != ODD_OK) return odd_fail_prefix(st, "array '%s': ", name);
    *a = (odd_array){.name = strdup(name), .about = strdup(about), .shape = *shape};
    if (shape->type != ODD_STRING) a->shape.width = odd_type_size(shape->type);
    a->data = odd_alloc(bytes, 1);
    if (a->name && a->about && a->data) return ODD_OK;
    array_free(a);
    return odd_fail(ODD_NOMEM, "cannot allocate array '%s'", name);
}

/* Room for one more array, behind the others. */
static odd_status grow(odd_bundle *b, const char *name)
{
    odd_array *more = realloc(b->array, ((size_t)b->count + 1) * sizeof *more);
    if (!more) return odd_fail(ODD_NOMEM, "cannot allocate array '%s'", name);
    b->array = more;
    return ODD_OK;
}

odd_status odd_bundle_add_shape(odd_bundle *b, const char *name, const char *about,
                                const odd_shape *shape, void *data_out)
{
    odd_array a;
    /* The caller has a pointer of its own type there, so its bytes are written, here and below. */
    memset(data_out, 0, sizeof(void *));
    if (name[0] == '\0') return odd_fail(ODD_ARG, "an array without a name");
    if (odd_bundle_find(b, name)) return odd_fail(ODD_ARG, "array '%s' is there already", name);
    odd_status st = array_make(&a, name, about, shape);
    if (st != ODD_OK) return st;
    st = grow(b, name);
    if (st != ODD_OK) {
        array_free(&a);
        return st;
    }
    b->array[b->count++] = a;
    memcpy(data_out, &a.data, sizeof a.data);
    return ODD_OK;
}

odd_status odd_bundle_add(odd_bundle *b, const char *name, odd_type type, const char *about,
                          void *data_out, int rank, ...)
{
    odd_shape shape = {.type = type, .rank = rank};
    va_list dimensions;
    va_start(dimensions, rank);
    for (int i = 0; i < rank && i < ODD_MAX_RANK; i++)
        shape.shape[i] = va_arg(dimensions, int64_t);
    va_end(dimensions);
    return odd_bundle_add_shape(b, name, about, &shape, data_out);
}

odd_status odd_bundle_add_f64(odd_bundle *b, const char *name, const char *about, double value)
{
    double *data;
    odd_status st = odd_bundle_add(b, name, ODD_F64, about, &data, 0);
    if (st == ODD_OK) *data = value;
    return st;
}

odd_status odd_bundle_add_i64(odd_bundle *b, const char *name, const char *about, int64_t value)
{
    int64_t *data;
    odd_status st = odd_bundle_add(b, name, ODD_I64, about, &data, 0);
    if (st == ODD_OK) *data = value;
    return st;
}

odd_status odd_bundle_add_text(odd_bundle *b, const char *name, const char *about,
                               const char *value)
{
    char *data;
    odd_shape shape = {.type = ODD_STRING, .width = strlen(value) + 1};
    odd_status st = odd_bundle_add_shape(b, name, about, &shape, &data);
    if (st == ODD_OK) memcpy(data, value, shape.width);
    return st;
}

odd_status odd_bundle_take(odd_bundle *from, const char *part, odd_bundle *to)
{
    const size_t length = strlen(part);
    odd_status st = ODD_OK;
    int left = 0;
    for (int i = 0; i < from->count; i++) {
        odd_array a = from->array[i];
        const bool taken = strncmp(a.name, part, length) == 0 && a.name[length] == '/';
        const char *name = taken ? a.name + length + 1 : a.name;
        if (taken && st == ODD_OK && (*name == '\0' || odd_bundle_find(to, name)))
            st = odd_fail(ODD_ARG, "array '%s' is there already", name);
        if (taken && st == ODD_OK) st = grow(to, name);
        if (!taken || st != ODD_OK) {
            from->array[left++] = a;
            continue;
        }
        memmove(a.name, name, strlen(name) + 1);
        to->array[to->count++] = a;
    }
    from->count = left;
    return st;
}

const odd_array *odd_bundle_find(const odd_bundle *b, const char *name)
{
    for (int i = 0; i < b->count; i++)
        if (strcmp(b->array[i].name, name) == 0) return &b->array[i];
    return NULL;
}

odd_status odd_bundle_get(const odd_bundle *b, const char *name, odd_type type, int rank,
                          const odd_array **out)
{
    *out = NULL;
    const odd_array *a = odd_bundle_find(b, name);
    if (!a) return odd_fail(ODD_FORMAT, "array '%s' is missing", name);
    if (a->shape.type != type)
        return odd_fail(ODD_FORMAT, "array '%s' is of type %s, not %s", name,
                        types[a->shape.type].name, types[type].name);
    if (a->shape.rank != rank)
        return odd_fail(ODD_FORMAT, "array '%s' has %d dimensions, not %d", name, a->shape.rank,
                        rank);
    *out = a;
    return ODD_OK;
}

odd_status odd_bundle_get_f64(const odd_bundle *b, const char *name, double *value)
{
    const odd_array *a;
    *value = 0;
    odd_status st = odd_bundle_get(b, name, ODD_F64, 0, &a);
    if (st == ODD_OK) memcpy(value, a->data, sizeof *value);
    return st;
}

odd_status odd_bundle_get_i64(const odd_bundle *b, const char *name, int64_t *value)
{
    const odd_array *a;
    *value = 0;
    odd_status st = odd_bundle_get(b, name, ODD_I64, 0, &a);
    if (st == ODD_OK) memcpy(value, a->data, sizeof *value);
    return st;
}

odd_status odd_bundle_get_text(const odd_bundle *b, const char *name, const char **value)
{
    const odd_array *a;
    *value = NULL;
    odd_status st = odd_bundle_get(b, name, ODD_STRING, 0, &a);
    if (st != ODD_OK) return st;
    /* A file may hold any bytes. */
    if (!memchr(a->data, '\0', a->shape.width))
        return odd_fail(ODD_FORMAT, "text '%s' does not end", name);
    *value = a->data;
    return ODD_OK;
}
