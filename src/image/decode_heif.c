/* HEIC and AVIF, by libvips. The container's own turns (irot, imir) are done by libheif; EXIF and XMP
 * inside only repeat them, so they are not looked at, as in pillow-heif. */
#include "image/decode_vips_internal.h"

bool odd_decode_heif(const odd_source *source, odd_decoded *out, odd_verdict *verdict)
{
    return odd_vips_decode(source, &(odd_vips_way){"heifload_buffer", 0, false}, out, verdict);
}
