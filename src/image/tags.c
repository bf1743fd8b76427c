/* Tags: reads a directory of TIFF or EXIF. TIFF 6.0, section 2; BigTIFF has the same with wider
 * counts and offsets. Any nonsense means that there is no such tag. */
#include "image/tags_internal.h"

#include <math.h>
#include <string.h>

enum {
    TYPE_BYTE = 1,
    TYPE_ASCII,
    TYPE_SHORT,
    TYPE_LONG,
    TYPE_RATIONAL,
    TYPE_SBYTE,
    TYPE_UNDEFINED,
    TYPE_SSHORT,
    TYPE_SLONG,
    TYPE_SRATIONAL,
    TYPE_FLOAT,
    TYPE_DOUBLE,
    TYPE_IFD,
    TYPE_LONG8 = 16,
    TYPE_SLONG8,
    TYPE_IFD8,
    TYPES
};

static const uint8_t bytes_of_type[TYPES] = {
    [TYPE_BYTE] = 1,     [TYPE_ASCII] = 1,     [TYPE_SHORT] = 2,     [TYPE_LONG] = 4,
    [TYPE_RATIONAL] = 8, [TYPE_SBYTE] = 1,     [TYPE_UNDEFINED] = 1, [TYPE_SSHORT] = 2,
    [TYPE_SLONG] = 4,    [TYPE_SRATIONAL] = 8, [TYPE_FLOAT] = 4,     [TYPE_DOUBLE] = 8,
    [TYPE_IFD] = 4,      [TYPE_LONG8] = 8,     [TYPE_SLONG8] = 8,    [TYPE_IFD8] = 8,
};

/* n <= 8 bytes as a number */
static uint64_t get_number(const uint8_t *p, int n, bool big_endian)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value = value << 8 | p[big_endian ? i : n - 1 - i];
    return value;
}

bool odd_tags_open(const uint8_t *bytes, size_t size, odd_tags *out)
{
    if (size < 8 || (memcmp(bytes, "II", 2) != 0 && memcmp(bytes, "MM", 2) != 0)) return false;
    *out = (odd_tags){.bytes = bytes, .size = size, .big_endian = bytes[0] == 'M'};
    uint64_t version = get_number(bytes + 2, 2, out->big_endian);
    /* 42: TIFF, counts of 2 bytes and offsets of 4; 43: BigTIFF, 8 of each. */
    out->wide = version == 43;
    if ((version != 42 && version != 43) || (out->wide && size < 16)) return false;
    const int count_bytes = out->wide ? 8 : 2;
    uint64_t at = out->wide ? get_number(bytes + 8, 8, out->big_endian)
                            : get_number(bytes + 4, 4, out->big_endian);
    if (at > size || size - at < (size_t)count_bytes) return false;
    out->entries = get_number(bytes + at, count_bytes, out->big_endian);
    out->at = (size_t)at + (size_t)count_bytes;
    return true;
}

/* The values stand in the entry itself where there is room, else where it points to. */
static bool read_entry(const odd_tags *tags, const uint8_t *entry, odd_image_tag *out)
{
    const int word = tags->wide ? 8 : 4;
    const uint8_t *value = entry + 4 + word;
    *out = (odd_image_tag){tags->big_endian, (unsigned)get_number(entry + 2, 2, tags->big_endian),
                           get_number(entry + 4, word, tags->big_endian), value};
    if (out->type >= TYPES || out->count == 0) return false;
    const uint64_t each = bytes_of_type[out->type];
    if (each == 0 || out->count > tags->size / each) return false;
    if (out->count * each <= (uint64_t)word) return true;
    uint64_t at = get_number(value, word, tags->big_endian);
    out->value = tags->bytes + at;
    return at <= tags->size && out->count * each <= tags->size - at;
}

/* Of several entries of one number the last one that makes sense. */
bool odd_tags_find(const odd_tags *tags, unsigned number, odd_image_tag *out)
{
    /* Number, type, count, and the values or where they are. */
    const size_t entry_bytes = tags->wide ? 20 : 12;
    bool found = false;
    size_t at = tags->at;
    for (uint64_t i = 0; i < tags->entries && tags->size - at >= entry_bytes; i++) {
        odd_image_tag tag;
        if (get_number(tags->bytes + at, 2, tags->big_endian) == number &&
            read_entry(tags, tags->bytes + at, &tag)) {
            *out = tag;
            found = true;
        }
        at += entry_bytes;
    }
    return found;
}

static double get_float(const odd_image_tag *tag, const uint8_t *p)
{
    uint32_t bits = (uint32_t)get_number(p, 4, tag->big_endian);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double get_double(const odd_image_tag *tag, const uint8_t *p)
{
    uint64_t bits = get_number(p, 8, tag->big_endian);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double get_ratio(const odd_image_tag *tag, const uint8_t *p, bool with_sign)
{
    uint32_t over = (uint32_t)get_number(p, 4, tag->big_endian);
    uint32_t under = (uint32_t)get_number(p + 4, 4, tag->big_endian);
    if (under == 0) return NAN;
    return with_sign ? (double)(int32_t)over / (int32_t)under : (double)over / under;
}

/* Bytes that may mean anything (BYTE, ASCII, UNDEFINED) are no numbers, as in Pillow. */
double odd_tag_number(const odd_image_tag *tag, uint64_t i, double otherwise)
{
    if (i >= tag->count) return otherwise;
    const int bytes = bytes_of_type[tag->type];
    const uint8_t *p = tag->value + i * (uint64_t)bytes;
    uint64_t whole = get_number(p, bytes, tag->big_endian);
    switch (tag->type) {
    case TYPE_SHORT:
    case TYPE_LONG:
    case TYPE_IFD:
    case TYPE_LONG8:
    case TYPE_IFD8:
        return (double)whole;
    case TYPE_SBYTE:
        return (int8_t)whole;
    case TYPE_SSHORT:
        return (int16_t)whole;
    case TYPE_SLONG:
        return (int32_t)whole;
    case TYPE_SLONG8:
        return (double)(int64_t)whole;
    case TYPE_RATIONAL:
        return get_ratio(tag, p, false);
    case TYPE_SRATIONAL:
        return get_ratio(tag, p, true);
    case TYPE_FLOAT:
        return get_float(tag, p);
    case TYPE_DOUBLE:
        return get_double(tag, p);
    default:
        return otherwise;
    }
}

int odd_tags_code(const odd_tags *tags, unsigned number, int otherwise)
{
    odd_image_tag tag;
    double value = odd_tags_find(tags, number, &tag) ? odd_tag_number(&tag, 0, -1) : -1;
    return value >= 0 && value <= UINT16_MAX ? (int)value : otherwise;
}
