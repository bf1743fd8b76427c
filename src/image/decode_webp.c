/* WebP by libwebp, lossy and lossless; animations go to libvips for their first frame. */
#include "image/decode_vips_internal.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

#define RIFF_HEADER     12
#define CHUNK_HEADER    8
#define BYTES_AT_A_TIME (1 << 18) /* between two looks at the clock */

/* A chunk of the container, if there is one. */
static odd_span find_chunk(const odd_source *source, const char *name)
{
    const odd_span none = {NULL, 0};
    size_t at = RIFF_HEADER;
    while (source->size - at >= CHUNK_HEADER) {
        const uint8_t *p = source->bytes + at;
        size_t length = (size_t)p[4] | (size_t)p[5] << 8 | (size_t)p[6] << 16 | (size_t)p[7] << 24;
        if (length > source->size - at - CHUNK_HEADER) return none;
        if (memcmp(p, name, 4) == 0) return (odd_span){p + CHUNK_HEADER, length};
        /* Chunks begin at even places. */
        at += CHUNK_HEADER + length + length % 2;
        if (at > source->size) return none;
    }
    return none;
}

static void read_chunks(const odd_source *source, odd_decoded *out)
{
    out->orientation = odd_orientation(find_chunk(source, "EXIF"), find_chunk(source, "XMP "));
    odd_keep_profile(out, find_chunk(source, "ICCP"));
}

static bool reject_code(VP8StatusCode code, odd_read_result *result)
{
    if (code == VP8_STATUS_SUSPENDED || code == VP8_STATUS_NOT_ENOUGH_DATA)
        return ODD_REJECT(result, ODD_IMAGE_TRUNCATED, "WebP data ends too early");
    if (code == VP8_STATUS_OUT_OF_MEMORY)
        return ODD_REJECT(result, ODD_IMAGE_TOO_LARGE, "out of memory for WebP");
    return ODD_REJECT(result, ODD_IMAGE_BROKEN, "damaged WebP data");
}

static bool decode_pixels(const odd_source *source, odd_image *image, odd_read_result *result)
{
    int stride = image->width * image->channels;
    size_t seen = 0;
    VP8StatusCode code = VP8_STATUS_SUSPENDED;
    WebPIDecoder *decoder = WebPINewRGB(image->channels == 4 ? MODE_RGBA : MODE_RGB, image->pixels,
                                        (size_t)stride * (size_t)image->height, stride);
    if (!decoder) return reject_code(VP8_STATUS_OUT_OF_MEMORY, result);
    while (code == VP8_STATUS_SUSPENDED && seen < source->size) {
        seen = source->size - seen > BYTES_AT_A_TIME ? seen + BYTES_AT_A_TIME : source->size;
        code = WebPIUpdate(decoder, source->bytes, seen);
        if (odd_seconds() > source->deadline) break;
    }
    WebPIDelete(decoder);
    if (code == VP8_STATUS_OK) return true;
    return seen < source->size && code == VP8_STATUS_SUSPENDED ? odd_reject_slow(source, result)
                                                               : reject_code(code, result);
}

bool odd_decode_webp(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(source->bytes, source->size, &features);
    if (code != VP8_STATUS_OK) return reject_code(code, result);
    if (!odd_within_limits(source, features.width, features.height, result)) return false;
    read_chunks(source, out);
    out->mode = ODD_COLOUR_RGB;
    out->depth = 8;
    if (features.has_animation)
        return odd_vips_decode(source, &(odd_vips_way){"webpload_buffer", 0, false}, out, result);
    if (odd_image_new(features.width, features.height, features.has_alpha ? 4 : 3, &out->image) !=
        ODD_OK)
        return odd_reject_status(result);
    out->box = odd_kept_box(source->options, features.width, features.height, out->orientation);
    return decode_pixels(source, &out->image, result);
}
