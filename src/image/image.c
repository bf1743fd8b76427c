/* Images in memory: make and free, the texts of statuses, views into pixels. */
#include "oddlot/image/image.h"

#include "image/pixels_internal.h"
#include "oddlot/base/memory.h"

#define MAX_CHANNELS 5 /* CMYK with alpha */

odd_status odd_image_new(int width, int height, int channels, odd_image *out)
{
    odd_status st;
    odd_image image = {width, height, channels, NULL};
    *out = (odd_image)ODD_IMAGE_EMPTY;
    if (width < 1 || height < 1 || channels < 1 || channels > MAX_CHANNELS)
        return odd_fail(ODD_ARG, "no image can be %d x %d with %d channels", width, height,
                        channels);
    ODD_TRY(ODD_NEW(image.pixels, (int64_t)width * height * channels));
    *out = image;
done:
    return st;
}

void odd_image_free(odd_image *image)
{
    odd_free(image->pixels);
    *image = (odd_image)ODD_IMAGE_EMPTY;
}

#define STATUS_TEXT(name, text) text,
static const char *const texts[] = {ODD_IMAGE_STATUS_LIST(STATUS_TEXT)};

const char *odd_image_status_text(odd_image_status status)
{
    return (unsigned)status < ODD_IMAGE_STATUS_COUNT ? texts[status] : "unknown status";
}

odd_pixel_view odd_view_part(const odd_image *image, int left, int top, int width, int height)
{
    size_t stride = (size_t)image->width * (size_t)image->channels;
    const uint8_t *corner =
        image->pixels + (size_t)top * stride + (size_t)left * (size_t)image->channels;
    return (odd_pixel_view){corner, stride, width, height, image->channels};
}

odd_pixel_view odd_view_whole(const odd_image *image)
{
    return odd_view_part(image, 0, 0, image->width, image->height);
}
