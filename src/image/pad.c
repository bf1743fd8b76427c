/* Pad: a whole image on a square of its own background, nothing cut off. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

static int scaled_length(double length, double longer, int side)
{
    const int scaled = (int)floor(length * side / longer + 0.5);
    return scaled < 1 ? 1 : scaled;
}

/* White where there is no one colour around the image. */
static odd_status choose_background(const odd_pixel_view *view, uint8_t colour[static 3])
{
    bool even;
    const odd_status st = odd_find_ground(view, colour, &even);
    if (st == ODD_OK && !even) memset(colour, 255, 3);
    return st;
}

/* One row, of which the others are copies. */
static void fill_square(int side, int channels, const uint8_t colour[static 3], uint8_t *pixels)
{
    const size_t pixel = (size_t)channels, row = (size_t)side * pixel;
    for (size_t x = 0; x < (size_t)side; x++)
        memcpy(pixels + x * pixel, colour, pixel);
    for (size_t y = 1; y < (size_t)side; y++)
        memcpy(pixels + y * row, pixels, row);
}

/* An image (height, width) into the middle of the square; where it cannot be, a pixel to the left,
 * or up. */
static void place_image(const uint8_t *image, int width, int height, int side, int channels,
                        uint8_t *pixels)
{
    const size_t row = (size_t)width * (size_t)channels, stride = (size_t)side * (size_t)channels;
    uint8_t *corner = pixels + (size_t)((side - height) / 2) * stride +
                      (size_t)((side - width) / 2) * (size_t)channels;
    for (int y = 0; y < height; y++)
        memcpy(corner + (size_t)y * stride, image + (size_t)y * row, row);
}

odd_status odd_pad(const odd_pixel_view *in, const odd_box *box, odd_kernel kernel, int side,
                   uint8_t *pixels)
{
    const double longer = fmax(box->width, box->height);
    const int width = scaled_length(box->width, longer, side);
    const int height = scaled_length(box->height, longer, side);
    uint8_t *image = NULL, colour[3];
    odd_status st;
    ODD_TRY(choose_background(in, colour));
    ODD_TRY(ODD_NEW(image, (int64_t)width * height * in->channels));
    ODD_TRY(odd_resample(in, box, kernel, width, height, image));
    fill_square(side, in->channels, colour, pixels);
    place_image(image, width, height, side, in->channels, pixels);
done:
    odd_free(image);
    return st;
}
