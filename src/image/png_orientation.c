/* How a PNG stands: its eXIf chunk, EXIF as text in hexadecimal digits (ImageMagick's "Raw profile
 * type exif"), or XMP. They may stand behind the pixels, where libpng would come to them too late;
 * so the chunks are looked at ahead. */
#include "image/decode_internal.h"
#include "oddlot/base/text.h"

#include <string.h>

#include <zlib.h>

#define SIGNATURE_BYTES 8
#define CHUNK_FRAME     12        /* length, type, checksum */
#define MAX_TEXT_BYTES  (1 << 22) /* of one inflated text; what comes after is not looked at */
#define RAW_LINES       3         /* an empty one, the name, the length; then the digits */

static void add_inflated(odd_span data, odd_text *out)
{
    z_stream z = {.next_in = (uint8_t *)(uintptr_t)data.bytes, .avail_in = (uInt)data.size};
    uint8_t buffer[1 << 14];
    int code = inflateInit(&z);
    if (code != Z_OK) return;
    while (code == Z_OK && out->length < MAX_TEXT_BYTES && !out->failed) {
        z.next_out = buffer;
        z.avail_out = sizeof buffer;
        code = inflate(&z, Z_NO_FLUSH);
        odd_text_bytes(out, buffer, sizeof buffer - z.avail_out);
    }
    inflateEnd(&z);
}

/* Drop everything up to a zero byte and the byte itself; false if there is none. */
static bool skip_string(odd_span *body)
{
    const uint8_t *end = body->size > 0 ? memchr(body->bytes, 0, body->size) : NULL;
    if (!end) return false;
    body->size -= (size_t)(end + 1 - body->bytes);
    body->bytes = end + 1;
    return true;
}

/* The text of a chunk, if it is the first one of text that has this keyword. */
static void take_text(const uint8_t *type, odd_span body, const char *keyword, odd_text *out)
{
    const bool plain = memcmp(type, "tEXt", 4) == 0, packed = memcmp(type, "zTXt", 4) == 0;
    const bool international = memcmp(type, "iTXt", 4) == 0;
    const size_t head = plain ? 0 : packed ? 1 : 2; /* (is it compressed), by what method */
    const char *named = (const char *)body.bytes;
    if (out->length > 0 || (!plain && !packed && !international)) return;
    if (body.size <= strlen(keyword) || memcmp(named, keyword, strlen(keyword) + 1) != 0) return;
    skip_string(&body);
    if (body.size < head) return;
    bool deflated = packed || (international && body.bytes[0] != 0);
    body = (odd_span){body.bytes + head, body.size - head};
    if (international && (!skip_string(&body) || !skip_string(&body))) return; /* languages */
    if (deflated)
        add_inflated(body, out);
    else
        odd_text_bytes(out, body.bytes, body.size);
}

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 'a' ^ 'A';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* From the lines of digits to bytes, in place. */
static odd_span unpack_digits(odd_text *raw)
{
    uint8_t *bytes = (uint8_t *)raw->s;
    size_t at = 0, digits = 0;
    for (int line = 0; line < RAW_LINES; at++) {
        if (at >= raw->length) return (odd_span){NULL, 0};
        line += bytes[at] == '\n';
    }
    for (; at < raw->length; at++) {
        int value = digit_value(bytes[at]);
        if (value < 0) continue;
        bytes[digits / 2] = (uint8_t)(digits % 2 == 0 ? value << 4 : bytes[digits / 2] | value);
        digits++;
    }
    return (odd_span){bytes, digits / 2};
}

static odd_span as_span(const odd_text *text)
{
    return (odd_span){(const uint8_t *)text->s, text->length};
}

int odd_png_orientation(const odd_source *source)
{
    odd_text raw = ODD_TEXT_EMPTY, xmp = ODD_TEXT_EMPTY;
    odd_span exif = {NULL, 0};
    const uint8_t *p = source->bytes;
    size_t at = SIGNATURE_BYTES;
    while (source->size - at >= CHUNK_FRAME) {
        size_t length = (size_t)p[at] << 24 | (size_t)p[at + 1] << 16 | (size_t)p[at + 2] << 8 |
                        (size_t)p[at + 3];
        if (length > source->size - at - CHUNK_FRAME) break;
        odd_span body = {p + at + 8, length};
        if (memcmp(p + at + 4, "eXIf", 4) == 0) exif = body;
        take_text(p + at + 4, body, "Raw profile type exif", &raw);
        take_text(p + at + 4, body, "XML:com.adobe.xmp", &xmp);
        at += CHUNK_FRAME + length;
    }
    if (!exif.bytes) exif = unpack_digits(&raw);
    int orientation = odd_orientation(exif, as_span(&xmp));
    odd_text_free(&raw);
    odd_text_free(&xmp);
    return orientation;
}
