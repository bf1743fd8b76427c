/**
 * Resize: separable antialiased bicubic, equal to Pillow's Image.resize(BICUBIC) bit by bit.
 *
 * Keys' cubic with a = -0.5, stretched by the reduction factor so that it also low-passes; 8-bit
 * fixed-point coefficients as in Pillow (Resample.c), horizontal pass first.
 */
#ifndef ODDLOT_IMAGE_RESIZE_H
#define ODDLOT_IMAGE_RESIZE_H

#include "oddlot/image/image.h"

/** Resize the box (left, top, width, height) of `in` to (out_width, out_height). 1, 3 or 4
 * channels, each by itself (alpha is not weighed in). Pixels around the box take part in the
 * antialiasing, as with Pillow's `box`. @local, thread-safe. ODD_ARG when the box is not inside;
 * ODD_NOMEM. Owned by caller. */
odd_status odd_resize(const odd_image *in, int left, int top, int width, int height, int out_width,
                      int out_height, odd_image *out);

/** The plain loop that the fast one is tested against. */
odd_status odd_resize_plain(const odd_image *in, int left, int top, int width, int height,
                            int out_width, int out_height, odd_image *out);

#endif
