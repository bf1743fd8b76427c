/* In place of libvips, where oddlot is built without it. */
#include "image/decode_vips_internal.h"

const char *odd_vips_text(void)
{
    return "no libvips (TIFF, GIF, HEIC, AVIF and animated WebP are not read, ICC profiles not "
           "applied)";
}

odd_status odd_vips_start(void)
{
    return ODD_OK;
}

void odd_vips_stop(void) {}

bool odd_vips_decode(const odd_source *source, const odd_vips_way *way, odd_decoded *out,
                     odd_read_result *result)
{
    (void)way, (void)out;
    return odd_reject_absent(source, "libvips", "libvips-dev", result);
}

bool odd_decode_gif(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    return odd_vips_decode(source, NULL, out, result);
}

bool odd_apply_profile(const odd_source *source, const odd_decoded *decoded,
                       const odd_pixel_view *view, odd_image *out, odd_read_result *result)
{
    (void)source, (void)decoded, (void)view, (void)out, (void)result;
    return false;
}
