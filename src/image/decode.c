/* Decode: which library reads which format. */
#include "image/decode_internal.h"

#include <stdio.h>
#include <string.h>

/* A format is only what is named here: bytes that nobody claims never reach a library. Formats of
 * one code stand together. */
typedef struct {
    enum odd_image_format code;
    size_t at; /* where the mark begins */
    const char *mark;
    size_t mark_size;
    odd_decoder *decode;
    odd_recogniser *is_one; /* of those whose mark may begin other things; NULL: the mark tells */
} format;

static const format formats[] = {
    {ODD_IMAGE_FORMAT_JPEG, 0, "\xff\xd8\xff", 3, odd_decode_jpeg, NULL},
    {ODD_IMAGE_FORMAT_PNG, 0, "\x89PNG\r\n\x1a\n", 8, odd_decode_png, NULL},
    {ODD_IMAGE_FORMAT_WEBP, 8, "WEBP", 4, odd_decode_webp, NULL},
    {ODD_IMAGE_FORMAT_GIF, 0, "GIF87a", 6, odd_decode_gif, NULL},
    {ODD_IMAGE_FORMAT_GIF, 0, "GIF89a", 6, odd_decode_gif, NULL},
    {ODD_IMAGE_FORMAT_TIFF, 0, "II*\0", 4, odd_decode_tiff, NULL},
    {ODD_IMAGE_FORMAT_TIFF, 0, "MM\0*", 4, odd_decode_tiff, NULL},
    {ODD_IMAGE_FORMAT_TIFF, 0, "II+\0", 4, odd_decode_tiff, NULL},
    {ODD_IMAGE_FORMAT_TIFF, 0, "MM\0+", 4, odd_decode_tiff, NULL},
    {ODD_IMAGE_FORMAT_HEIF, 4, "ftyp", 4, odd_decode_heif, odd_is_heif},
    {ODD_IMAGE_FORMAT_JPEG2000, 0, "\0\0\0\x0cjP  \r\n\x87\n", 12, odd_decode_jp2, NULL},
    {ODD_IMAGE_FORMAT_JPEG2000, 0, "\xff\x4f\xff\x51", 4, odd_decode_jp2, NULL},
    {ODD_IMAGE_FORMAT_JPEGXL, 0, "\0\0\0\x0cJXL \r\n\x87\n", 12, odd_decode_jxl, NULL},
    {ODD_IMAGE_FORMAT_JPEGXL, 0, "\xff\x0a", 2, odd_decode_jxl, NULL},
    {ODD_IMAGE_FORMAT_BMP, 0, "BM", 2, odd_decode_bmp, odd_is_bmp},
    {ODD_IMAGE_FORMAT_PNM, 0, "P", 1, odd_decode_pnm, odd_is_pnm},
};
#define FORMATS (sizeof formats / sizeof *formats)

/* By the first bytes; NULL: none that is read. */
static const format *find_format(const uint8_t *bytes, size_t size)
{
    for (const format *f = formats; f < formats + FORMATS; f++)
        if (size >= f->at + f->mark_size && memcmp(bytes + f->at, f->mark, f->mark_size) == 0 &&
            (!f->is_one || f->is_one(bytes, size)))
            return f;
    return NULL;
}

static bool reject_unknown(odd_read_result *result)
{
    char names[ODD_READ_REASON_SIZE] = "";
    size_t length = 0;
    for (size_t i = 0; i < FORMATS; i++)
        if ((i == 0 || formats[i].code != formats[i - 1].code) && length < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       i == 0 ? "" : ", ", odd_image_format_name(formats[i].code));
    return ODD_REJECT(result, ODD_IMAGE_UNKNOWN, "%s (%s)",
                      odd_image_status_text(ODD_IMAGE_UNKNOWN), names);
}

bool odd_decode(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    const format *f = find_format(source->bytes, source->size);
    odd_source named = *source;
    if (!f) return reject_unknown(result);
    named.format = odd_image_format_name(f->code);
    out->format = f->code;
    return f->decode(&named, out, result);
}

bool odd_begins_as_image(const uint8_t *bytes, size_t size)
{
    return find_format(bytes, size) != NULL;
}
