/* PBM, PGM and PPM, with numbers in words (P1 P2 P3) or in bytes (P4 P5 P6); of several images in a
 * file the first. What is white, the file says; levels are scaled to 255 as in Pillow. */
#include "image/decode_internal.h"

#include <string.h>

#define MAX_DIGITS   10
#define ROWS_AT_ONCE 16 /* between two looks at the clock */

typedef struct {
    const uint8_t *bytes;
    size_t size, at;
    const odd_source *source;
    odd_read_result *result;
    char kind;    /* '1' ... '6' */
    int channels; /* 1, 3 */
    int most;     /* the level of white */
} pnm_reader;

static bool reject_truncated(pnm_reader *r)
{
    return ODD_REJECT(r->result, ODD_IMAGE_TRUNCATED, "%s data ends too early", r->source->format);
}

static bool reject_broken(pnm_reader *r, const char *what)
{
    return ODD_REJECT(r->result, ODD_IMAGE_BROKEN, "damaged %s: %s", r->source->format, what);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* To the next byte that is no blank and in no comment; false at the end. */
static bool skip_blanks(pnm_reader *r)
{
    for (bool comment = false; r->at < r->size; r->at++) {
        uint8_t c = r->bytes[r->at];
        if (comment)
            comment = c != '\n' && c != '\r';
        else if (c == '#')
            comment = true;
        else if (!is_blank(c))
            return true;
    }
    return false;
}

static bool read_number(pnm_reader *r, int64_t *out)
{
    int digits = 0;
    *out = 0;
    if (!skip_blanks(r)) return reject_truncated(r);
    for (; r->at < r->size && r->bytes[r->at] >= '0' && r->bytes[r->at] <= '9'; r->at++) {
        if (++digits > MAX_DIGITS) return reject_broken(r, "a number is too long");
        *out = *out * 10 + (r->bytes[r->at] - '0');
    }
    return digits > 0 || reject_broken(r, "there is something else where a number should be");
}

static bool read_header(pnm_reader *r, int64_t *width, int64_t *height)
{
    int64_t most = 1;
    r->kind = (char)r->bytes[1];
    r->channels = r->kind == '3' || r->kind == '6' ? 3 : 1;
    r->at = 2;
    if (!read_number(r, width) || !read_number(r, height)) return false;
    if (r->kind != '1' && r->kind != '4' && !read_number(r, &most)) return false;
    if (most < 1 || most > UINT16_MAX) return reject_broken(r, "white is not 1 ... 65535");
    r->most = (int)most;
    if (r->at < r->size && !is_blank(r->bytes[r->at]))
        return reject_broken(r, "there is something else after its header");
    r->at++; /* just one blank: pixels may look like more */
    return true;
}

static uint8_t scaled(const pnm_reader *r, int64_t value)
{
    if (value > r->most) value = r->most;
    return (uint8_t)(r->most == 255 ? value : (value * 510 + r->most) / (2 * r->most));
}

/* Digits of bits need no blank between them; 1 is black. */
static bool read_bit(pnm_reader *r, uint8_t *out)
{
    if (!skip_blanks(r)) return reject_truncated(r);
    const uint8_t digit = r->bytes[r->at++];
    *out = digit == '1' ? 0 : 255;
    return digit == '0' || digit == '1' || reject_broken(r, "a bit is not 0 or 1");
}

static bool read_level(pnm_reader *r, uint8_t *out)
{
    int64_t value;
    if (!read_number(r, &value)) return false;
    *out = scaled(r, value);
    return value <= r->most || reject_broken(r, "a level is above white");
}

static bool read_words(pnm_reader *r, int n, uint8_t *row)
{
    for (int i = 0; i < n; i++)
        if (!(r->kind == '1' ? read_bit(r, row + i) : read_level(r, row + i))) return false;
    return true;
}

/* Of a row of n numbers; where they are words, the fewest. */
static size_t row_bytes(const pnm_reader *r, int n)
{
    if (r->kind == '4') return ((size_t)n + 7) / 8;
    if (r->kind == '1') return (size_t)n;
    return r->kind <= '3' || r->most > 255 ? 2 * (size_t)n : (size_t)n;
}

static bool read_packed(pnm_reader *r, int n, uint8_t *row)
{
    const uint8_t *in = r->bytes + r->at;
    r->at += row_bytes(r, n);
    for (int i = 0; i < n; i++) {
        if (r->kind == '4')
            row[i] = (in[i / 8] >> (7 - i % 8) & 1) ? 0 : 255;
        else
            row[i] = scaled(r, r->most > 255 ? in[2 * i] << 8 | in[2 * i + 1] : in[i]);
    }
    return true;
}

/* Looked at before room is made for the pixels. The last word has no need of a blank. */
static bool has_rows(const pnm_reader *r, int width, int height)
{
    const size_t wanted = row_bytes(r, width * r->channels) * (size_t)height;
    return r->at <= r->size && wanted <= r->size - r->at + (r->kind <= '3' ? 1 : 0);
}

static bool read_pixels(pnm_reader *r, odd_image *image)
{
    const int n = image->width * image->channels;
    for (int y = 0; y < image->height; y++) {
        uint8_t *row = image->pixels + (size_t)y * (size_t)n;
        if (y % ROWS_AT_ONCE == 0 && odd_seconds() > r->source->deadline)
            return odd_reject_slow(r->source, r->result);
        if (!(r->kind <= '3' ? read_words(r, n, row) : read_packed(r, n, row))) return false;
    }
    return true;
}

bool odd_is_pnm(const uint8_t *bytes, size_t size)
{
    return size >= 3 && bytes[1] >= '1' && bytes[1] <= '6' &&
           (is_blank(bytes[2]) || bytes[2] == '#');
}

bool odd_decode_pnm(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    pnm_reader r = {source->bytes, source->size, .source = source, .result = result};
    int64_t width, height;
    if (!read_header(&r, &width, &height)) return false;
    if (!odd_within_limits(source, width, height, result)) return false;
    if (!has_rows(&r, (int)width, (int)height)) return reject_truncated(&r);
    if (odd_image_new((int)width, (int)height, r.channels, &out->image) != ODD_OK)
        return odd_reject_status(result);
    out->box = odd_kept_box(source->options, (int)width, (int)height, 1);
    out->mode = r.channels == 1 ? ODD_COLOUR_GREY : ODD_COLOUR_RGB;
    out->depth = r.most == 1 ? 1 : r.most > 255 ? 16 : 8;
    return read_pixels(&r, &out->image);
}
