/* BMP, read here: uncompressed pixels and fields of bits; run lengths are unpacked by bmp_runs.c.
 *
 * No library of Debian reads what people have of it from memory and under limits: ImageMagick goes
 * by way of files on disk and knows no time limit, libgd drops alpha, Imlib2 brings X11 along. */
#include "image/bmp_internal.h"
#include "oddlot/base/memory.h"

#include <string.h>

#define ROWS_AT_ONCE 16 /* between two looks at the clock */

static uint8_t field_level(uint32_t pixel, uint32_t mask)
{
    const int shift = __builtin_ctz(mask);
    const uint64_t most = mask >> shift, value = (pixel & mask) >> shift;
    return (uint8_t)(most == 255 ? value : value * 255 / most); /* rounded down as in Pillow */
}

static void store_fields(const odd_bmp *bmp, const uint8_t *in, uint8_t *out)
{
    const int bytes = bmp->bits / 8, channels = bmp->field[3] ? 4 : 3;
    for (int x = 0; x < bmp->width; x++) {
        uint32_t pixel = 0;
        for (int i = 0; i < bytes; i++)
            pixel |= (uint32_t)in[x * bytes + i] << 8 * i;
        for (int c = 0; c < channels; c++)
            out[x * channels + c] = field_level(pixel, bmp->field[c]);
    }
}

/* A colour that the palette does not have is black. */
static void store_colour(const odd_bmp *bmp, int number, uint8_t *out)
{
    const size_t at = (size_t)number * (size_t)bmp->palette_step;
    const bool known = at + (size_t)bmp->palette_step <= bmp->palette.size;
    for (int c = 0; c < 3; c++)
        out[c] = known ? bmp->palette.bytes[at + 2 - (size_t)c] : 0;
}

static void store_numbers(const odd_bmp *bmp, int bits, const uint8_t *in, uint8_t *out)
{
    const int in_byte = 8 / bits;
    for (int x = 0; x < bmp->width; x++) {
        int shift = 8 - bits * (x % in_byte + 1);
        store_colour(bmp, in[x / in_byte] >> shift & ((1 << bits) - 1), out + 3 * x);
    }
}

/* All rows from `in`, a stride apart. */
static bool store_rows(const odd_bmp *bmp, int bits, const uint8_t *in, size_t stride,
                       odd_image *out, odd_read_result *result)
{
    for (int i = 0; i < bmp->height; i++) {
        const int y = bmp->from_top ? i : bmp->height - 1 - i;
        uint8_t *row = out->pixels + (size_t)y * (size_t)out->width * (size_t)out->channels;
        if (i % ROWS_AT_ONCE == 0 && odd_seconds() > bmp->source->deadline)
            return odd_reject_slow(bmp->source, result);
        if (bits <= 8)
            store_numbers(bmp, bits, in + (size_t)i * stride, row);
        else
            store_fields(bmp, in + (size_t)i * stride, row);
    }
    return true;
}

static bool reject_truncated(odd_read_result *result)
{
    return ODD_REJECT(result, ODD_IMAGE_TRUNCATED, "BMP data ends too early");
}

static bool store_runs(const odd_bmp *bmp, odd_image *out, odd_read_result *result)
{
    uint8_t *numbers = NULL;
    if (ODD_NEW(numbers, (int64_t)bmp->width * bmp->height) != ODD_OK)
        return odd_reject_status(result);
    bool good = odd_bmp_unpack(bmp, numbers)
                    ? store_rows(bmp, 8, numbers, (size_t)bmp->width, out, result)
                    : reject_truncated(result);
    odd_free(numbers);
    return good;
}

bool odd_decode_bmp(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    odd_bmp bmp;
    if (!odd_bmp_open(source, &bmp, result)) return false;
    const bool runs = bmp.packing == ODD_BMP_RLE8 || bmp.packing == ODD_BMP_RLE4;
    const size_t used = ((size_t)bmp.width * (size_t)bmp.bits + 7) / 8, stride = (used + 3) / 4 * 4;
    if (!runs && stride * ((size_t)bmp.height - 1) + used > bmp.data.size)
        return reject_truncated(result);
    const int channels = bmp.packing == ODD_BMP_FIELDS && bmp.field[3] ? 4 : 3;
    if (odd_image_new(bmp.width, bmp.height, channels, &out->image) != ODD_OK)
        return odd_reject_status(result);
    out->mode = bmp.bits <= 8 ? ODD_COLOUR_PALETTE : ODD_COLOUR_RGB;
    out->depth = bmp.bits <= 8 ? bmp.bits : 8;
    out->box = odd_kept_box(source->options, bmp.width, bmp.height, 1);
    return runs ? store_runs(&bmp, &out->image, result)
                : store_rows(&bmp, bmp.bits, bmp.data.bytes, stride, &out->image, result);
}
