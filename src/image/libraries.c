/* Which image libraries these are, for people. */
#include "image/decode_internal.h"
#include "oddlot/image/prepare.h"

#include <stdio.h> /* before jpeglib.h, which needs it */

#include <archive.h>
#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>

#define AS_TEXT(x) #x
#define TEXT_OF(x) AS_TEXT(x)

const char *odd_image_text(void)
{
    static char text[320];
    int webp = WebPGetDecoderVersion();
    snprintf(text, sizeof text,
             "libjpeg-turbo " TEXT_OF(
                 LIBJPEG_TURBO_VERSION) ", libpng %s, libwebp %d.%d.%d, %s, %s, %s, %s",
             png_get_libpng_ver(NULL), webp >> 16, webp >> 8 & 255, webp & 255, odd_vips_text(),
             odd_openjpeg_text(), odd_libjxl_text(), archive_version_string());
    return text;
}
