/**
 * Resize: separable and antialiased, equal to Pillow's Image.resize() bit by bit.
 *
 * The kernel is stretched by the reduction factor so that it also low-passes; 8-bit fixed-point
 * coefficients as in Pillow (Resample.c), horizontal pass first. Nearest takes the pixel under each
 * centre and does not average, as Pillow's. Area is the mean of what a new pixel covers, parts of
 * pixels by their share, as OpenCV's INTER_AREA where it makes smaller; Pillow has none such.
 */
#ifndef ODDLOT_IMAGE_RESIZE_H
#define ODDLOT_IMAGE_RESIZE_H

#include "oddlot/image/image.h"

typedef enum {
    ODD_KERNEL_BICUBIC,  /* Keys' cubic, a = -0.5 */
    ODD_KERNEL_BILINEAR, /* triangle */
    ODD_KERNEL_LANCZOS,  /* windowed sinc, 3 lobes */
    ODD_KERNEL_AREA,     /* what is covered */
    ODD_KERNEL_NEAREST
} odd_kernel;

/** Their names in that order, NULL-terminated: the choices of a setting. */
extern const char *const odd_kernel_names[];
/** The kernel of one of these names. */
odd_kernel odd_kernel_find(const char *name);

/** Resize the box (left, top, width, height) of `in` to (out_width, out_height). 1, 3 or 4
 * channels, each by itself (alpha is not weighed in). Pixels around the box take part in the
 * antialiasing, as with Pillow's `box`. @local, thread-safe. ODD_ARG when the box is not inside;
 * ODD_NOMEM. Owned by caller. */
odd_status odd_resize(const odd_image *in, int left, int top, int width, int height,
                      odd_kernel kernel, int out_width, int out_height, odd_image *out);

/** The plain loop that the fast one is tested against. */
odd_status odd_resize_plain(const odd_image *in, int left, int top, int width, int height,
                            odd_kernel kernel, int out_width, int out_height, odd_image *out);

#endif
