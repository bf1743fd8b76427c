/* Colour by plain formulas: alpha on a background, luma, CMYK without a profile, luma and chroma.
 */
#include "image/pixels_internal.h"
#include "oddlot/base/simd.h"

#include <string.h>

/* One row of `width` pixels from `in` to `out`. */
typedef void row_function(int width, const uint8_t *in, const uint8_t *background, uint8_t *out);

static odd_status each_row(const odd_pixel_view *in, row_function *convert,
                           const uint8_t *background, int channels, odd_image *out)
{
    odd_status st;
    ODD_TRY(odd_image_new(in->width, in->height, channels, out));
    for (int y = 0; y < in->height; y++)
        convert(in->width, in->pixels + (size_t)y * in->stride, background,
                out->pixels + (size_t)y * (size_t)in->width * (size_t)channels);
done:
    return st;
}

/* x / 255 to the nearest, 0 <= x <= 255 * 255 */
static inline unsigned by_255(unsigned x)
{
    x += 128;
    return ((x >> 8) + x) >> 8;
}

/* RGBA; colours are not multiplied by alpha. */
ODD_SIMD(static, void, flatten_row,
         (int width, const uint8_t *in, const uint8_t *background, uint8_t *out),
         (width, in, background, out))
{
    for (int x = 0; x < width; x++) {
        unsigned alpha = in[4 * x + 3];
        for (int c = 0; c < 3; c++)
            out[3 * x + c] = (uint8_t)by_255(in[4 * x + c] * alpha + background[c] * (255 - alpha));
    }
}

ODD_SIMD(static, void, flatten_grey_row,
         (int width, const uint8_t *in, const uint8_t *background, uint8_t *out),
         (width, in, background, out))
{
    for (int x = 0; x < width; x++) {
        unsigned alpha = in[2 * x + 1];
        for (int c = 0; c < 3; c++)
            out[3 * x + c] = (uint8_t)by_255(in[2 * x] * alpha + background[c] * (255 - alpha));
    }
}

/* ITU-R 601 in units of 1 / 65536, as Pillow rounds it. */
ODD_SIMD(static, void, luma_row,
         (int width, const uint8_t *in, const uint8_t *background, uint8_t *out),
         (width, in, background, out))
{
    (void)background;
    for (int x = 0; x < width; x++) {
        const uint8_t *p = in + 3 * x;
        out[x] = (uint8_t)((p[0] * 19595u + p[1] * 38470u + p[2] * 7471u + 0x8000u) >> 16);
    }
}

/* Inks 255 full; black takes its share of the paper first, each ink its share of the rest. */
static inline void cmyk_pixel(const uint8_t *in, uint8_t *out)
{
    int paper = 255 - in[3];
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)(paper - (int)by_255(in[c] * (unsigned)paper));
}

ODD_SIMD(static, void, cmyk_row,
         (int width, const uint8_t *in, const uint8_t *background, uint8_t *out),
         (width, in, background, out))
{
    (void)background;
    for (int x = 0; x < width; x++)
        cmyk_pixel(in + 4 * x, out + 3 * x);
}

static void cmyk_alpha_row(int width, const uint8_t *in, const uint8_t *background, uint8_t *out)
{
    (void)background;
    for (int x = 0; x < width; x++) {
        cmyk_pixel(in + 5 * x, out + 4 * x);
        out[4 * x + 3] = in[5 * x + 4];
    }
}

odd_status odd_flatten(const odd_pixel_view *clear, const uint8_t background[3], odd_image *rgb)
{
    return each_row(clear, clear->channels == 2 ? flatten_grey_row : flatten_row, background, 3,
                    rgb);
}

odd_status odd_luma(const odd_pixel_view *rgb, odd_image *grey)
{
    return each_row(rgb, luma_row, NULL, 1, grey);
}

odd_status odd_cmyk_to_rgb(const odd_pixel_view *cmyk, odd_image *rgb)
{
    bool clear = cmyk->channels == 5;
    return each_row(cmyk, clear ? cmyk_alpha_row : cmyk_row, NULL, clear ? 4 : 3, rgb);
}

odd_status odd_copy(const odd_pixel_view *view, odd_image *out)
{
    odd_status st;
    size_t row = (size_t)view->width * (size_t)view->channels;
    ODD_TRY(odd_image_new(view->width, view->height, view->channels, out));
    for (int y = 0; y < view->height; y++)
        memcpy(out->pixels + (size_t)y * row, view->pixels + (size_t)y * view->stride, row);
done:
    return st;
}

static uint8_t to_byte(double level)
{
    return (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level + 0.5);
}

/* JFIF: full range, Cb and Cr around 128. */
void odd_ycc_to_rgb(int width, int channels, uint8_t *row)
{
    for (int x = 0; x < width; x++) {
        uint8_t *p = row + x * channels;
        double y = p[0], blue = p[1] - 128, red = p[2] - 128;
        p[0] = to_byte(y + 1.402 * red);
        p[1] = to_byte(y - 0.344136 * blue - 0.714136 * red);
        p[2] = to_byte(y + 1.772 * blue);
    }
}

/* Back from colours that were multiplied by alpha; where alpha is 0 none is known. */
void odd_divide_alpha(int width, int channels, uint8_t *row)
{
    for (int x = 0; x < width; x++) {
        uint8_t *p = row + x * channels;
        const int alpha = p[channels - 1];
        for (int c = 0; c < channels - 1 && alpha > 0; c++)
            p[c] = (uint8_t)(p[c] >= alpha ? 255 : p[c] * 255 / alpha);
    }
}
