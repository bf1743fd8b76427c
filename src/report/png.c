/* PNG: 8-bit pixels into a PNG file, by libpng's simplified interface. */
#include "oddlot/report/png.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <png.h>

static const png_uint_32 formats[] = {
    [1] = PNG_FORMAT_GRAY, [3] = PNG_FORMAT_RGB, [4] = PNG_FORMAT_RGBA};

static odd_status check(int width, int height, int channels, const uint8_t *pixels)
{
    if (width < 1 || height < 1 || width > PNG_USER_WIDTH_MAX || height > PNG_USER_HEIGHT_MAX)
        return odd_fail(ODD_ARG, "cannot write a PNG of %d x %d pixels", width, height);
    if (channels != 1 && channels != 3 && channels != 4)
        return odd_fail(ODD_ARG, "cannot write a PNG of %d channels", channels);
    return pixels ? ODD_OK : odd_fail(ODD_ARG, "cannot write a PNG without pixels");
}

odd_status odd_png_encode(int width, int height, int channels, const uint8_t *pixels,
                          uint8_t **bytes, size_t *size)
{
    odd_status st;
    png_image image = {.version = PNG_IMAGE_VERSION};
    uint8_t *png = NULL;
    *bytes = NULL;
    *size = 0;
    ODD_TRY(check(width, height, channels, pixels));
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    image.format = formats[channels];
    png_alloc_size_t length = PNG_IMAGE_PNG_SIZE_MAX(image);
    ODD_TRY(ODD_NEW(png, (int64_t)length));
    if (!png_image_write_to_memory(&image, png, &length, 0, pixels, 0, NULL)) {
        st = odd_fail(ODD_IO, "cannot encode a PNG: %s", image.message);
        goto done;
    }
    *bytes = png;
    *size = length;
    png = NULL; /* handed over */
done:
    png_image_free(&image);
    odd_free(png);
    return st;
}

odd_status odd_png_write(const char *path, int width, int height, int channels,
                         const uint8_t *pixels)
{
    odd_status st;
    uint8_t *bytes = NULL;
    size_t size;
    ODD_TRY(odd_png_encode(width, height, channels, pixels, &bytes, &size));
    ODD_TRY(odd_file_spill(path, bytes, size));
done:
    odd_free(bytes);
    return st == ODD_ARG ? odd_fail_prefix(st, "'%s': ", path) : st;
}
