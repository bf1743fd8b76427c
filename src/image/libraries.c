/* Which image libraries these are, for people. */
#include "oddlot/image/prepare.h"

#include <stdio.h> /* before jpeglib.h, which needs it */

#include <archive.h>
#include <jpeglib.h>
#include <jxl/decode.h>
#include <openjpeg.h>
#include <png.h>
#include <vips/vips.h>
#include <webp/decode.h>

#define AS_TEXT(x) #x
#define TEXT_OF(x) AS_TEXT(x)

const char *odd_image_text(void)
{
    static char text[200];
    int webp = WebPGetDecoderVersion();
    uint32_t jxl =
        JxlDecoderVersion(); /* a million for the first number, a thousand for the next */
    snprintf(text, sizeof text,
             "libjpeg-turbo " TEXT_OF(
                 LIBJPEG_TURBO_VERSION) ", libpng %s, libwebp %d.%d.%d, libvips %s, OpenJPEG %s, "
                                        "libjxl %u.%u.%u, %s",
             png_get_libpng_ver(NULL), webp >> 16, webp >> 8 & 255, webp & 255,
             vips_version_string(), opj_version(), jxl / 1000000, jxl / 1000 % 1000, jxl % 1000,
             archive_version_string());
    return text;
}
