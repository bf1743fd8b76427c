/**
 * Pixels inside the room: a window into borrowed pixels, and the steps between decoding and
 * storing. Each step reads a view and makes a compact image.
 */
#ifndef ODDLOT_IMAGE_PIXELS_INTERNAL_H
#define ODDLOT_IMAGE_PIXELS_INTERNAL_H

#include "oddlot/image/resize.h"

#include <stdbool.h>

/* A rectangle of pixels that belong to someone else. */
typedef struct {
    const uint8_t *pixels; /* of the top left corner */
    size_t stride;         /* bytes from one row to the next */
    int width, height, channels;
} odd_pixel_view;

/* A part of an image, in its pixels; fractions come from images that were decoded smaller. */
typedef struct {
    double left, top, width, height;
} odd_box;

odd_pixel_view odd_view_whole(const odd_image *image);
odd_pixel_view odd_view_part(const odd_image *image, int left, int top, int width, int height);

/* colour.c */
/** Alpha (of RGBA, or of grey with alpha) over the background: (v * alpha + background *
 *  (255 - alpha)) / 255, as Pillow's paste. */
odd_status odd_flatten(const odd_pixel_view *clear, const uint8_t background[3], odd_image *rgb);
/** ITU-R 601-2 luma, as Pillow's convert("L"). */
odd_status odd_luma(const odd_pixel_view *rgb, odd_image *grey);
/** The formula without a profile, as Pillow's convert("RGB"); 255 is full ink. A fifth channel is
 *  alpha, and becomes that of RGBA. */
odd_status odd_cmyk_to_rgb(const odd_pixel_view *cmyk, odd_image *rgb);
odd_status odd_copy(const odd_pixel_view *view, odd_image *out);
/** Y, Cb, Cr of JPEG's full range to R, G, B: the first three channels of a row, in place. */
void odd_ycc_to_rgb(int width, int channels, uint8_t *row);
/** Undo the multiplication by alpha, the last channel of a row, in place. */
void odd_divide_alpha(int width, int channels, uint8_t *row);

/* orientation.c */
/** Turn and mirror as EXIF orientation 1 ... 8 asks; the box goes along. */
odd_status odd_orient(const odd_pixel_view *view, int orientation, odd_box *box, odd_image *out);

/* resize.c */
/** Resize a box of the view into `out` (out_height, out_width, channels); pixels of the view around
 *  the box take part in the antialiasing, as in Pillow. */
odd_status odd_resample(const odd_pixel_view *in, const odd_box *box, odd_kernel kernel,
                        int out_width, int out_height, uint8_t *out);

/* pad.c */
/** Resize a box of the view, its longer side to `side`, into the middle of a square: pixels (side,
 * side, channels of the view). Around it is the most usual colour of the view's ring
 * (image/measure.h), white where that is no ground. */
odd_status odd_pad(const odd_pixel_view *in, const odd_box *box, odd_kernel kernel, int side,
                   uint8_t *pixels);

/* icc.c */
/** True if the ICC profile means sRGB to within two grey levels, or cannot be applied to pixels of
 *  this many channels (alpha counted): then there is nothing to convert. */
bool odd_profile_is_plain(const uint8_t *profile, size_t size, int channels);

#endif
