/* Unpack: protobuf messages of strangers, which may nest without end or ask for more memory than
 * they are worth. protobuf-c would recurse and allocate as told, so both are bounded here. */
#include "nn/onnx/onnx_tensor_internal.h"

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

#include <stdlib.h>

#define DEEPEST       32 /* a model with its weights takes 6 */
#define FREE_MEMORY   ((size_t)64 << 20)
#define MEMORY_FACTOR 16 /* a message in memory is larger than its bytes, but not by more */

/* The next number of the wire format; false at the end or where it is too long. */
static bool take_varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (int shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

/* The kind of message in field `id`, NULL if it holds none. */
static const ProtobufCMessageDescriptor *inner_kind(const ProtobufCMessageDescriptor *kind,
                                                    uint64_t id)
{
    for (unsigned i = 0; i < kind->n_fields; i++)
        if (kind->fields[i].id == id)
            return kind->fields[i].type == PROTOBUF_C_TYPE_MESSAGE ? kind->fields[i].descriptor
                                                                   : NULL;
    return NULL;
}

/* Step over the value of a field; a message inside is given back as [inner, *at). */
static bool take_value(const uint8_t **at, const uint8_t *end, unsigned wire_type,
                       const uint8_t **inner)
{
    static const size_t fixed[] = {[1] = 8, [5] = 4};
    uint64_t length = 0;
    *inner = NULL;
    if (wire_type == 0) return take_varint(at, end, &length);
    if (wire_type == 2 && !take_varint(at, end, &length)) return false;
    if (wire_type == 1 || wire_type == 5) length = fixed[wire_type];
    if (wire_type == 3 || wire_type == 4 || wire_type > 5 || length > (size_t)(end - *at))
        return false;
    *inner = *at;
    *at += length;
    return true;
}

static odd_status check_depth(const ProtobufCMessageDescriptor *kind, const uint8_t *at,
                              const uint8_t *end, int depth)
{
    odd_status st = ODD_OK;
    if (depth > DEEPEST) return odd_fail(ODD_FORMAT, "not a model: it nests too deep");
    while (st == ODD_OK && at < end) {
        uint64_t tag;
        const uint8_t *inner;
        if (!take_varint(&at, end, &tag) || !take_value(&at, end, tag & 7, &inner))
            return odd_fail(ODD_FORMAT, "not an ONNX file, or a damaged one; was it cut short?");
        const ProtobufCMessageDescriptor *inside =
            (tag & 7) == 2 ? inner_kind(kind, tag >> 3) : NULL;
        if (inside) st = check_depth(inside, inner, at, depth + 1);
    }
    return st;
}

typedef struct {
    size_t left;
} budget;

static void *take(void *context, size_t size)
{
    budget *b = context;
    if (size > b->left) return NULL;
    b->left -= size;
    return malloc(size > 0 ? size : 1);
}

static void give_back(void *context, void *p)
{
    (void)context;
    free(p);
}

ProtobufCMessage *odd_onnx_unpack(const ProtobufCMessageDescriptor *kind, const void *bytes,
                                  size_t size)
{
    budget b = {size > (SIZE_MAX - FREE_MEMORY) / MEMORY_FACTOR
                    ? SIZE_MAX
                    : size * MEMORY_FACTOR + FREE_MEMORY};
    ProtobufCAllocator bounded = {take, give_back, &b};
    const uint8_t *at = bytes;
    if (check_depth(kind, at, at + size, 0) != ODD_OK) return NULL;
    ProtobufCMessage *message = protobuf_c_message_unpack(kind, &bounded, size, at);
    if (!message) odd_fail(ODD_FORMAT, "not an ONNX file, a damaged one, or out of memory");
    return message;
}
