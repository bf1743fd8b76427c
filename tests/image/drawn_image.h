/**
 * Images drawn by program, with known answers, and what is measured of them.
 */
#ifndef ODDLOT_TEST_DRAWN_IMAGE_H
#define ODDLOT_TEST_DRAWN_IMAGE_H

#include "oddlot_test.h"

#include "oddlot/image/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline odd_image canvas(int width, int height, uint32_t colour)
{
    odd_image image;
    CU_ASSERT_EQUAL_FATAL(odd_image_new(width, height, 3, &image), ODD_OK);
    for (int i = 0; i < width * height; i++)
        memcpy(image.pixels + 3 * i,
               (uint8_t[]){(uint8_t)(colour >> 16), (uint8_t)(colour >> 8), (uint8_t)colour}, 3);
    return image;
}

/* Columns [left, right) of rows [top, bottom). */
static inline void paint(odd_image *image, int left, int top, int right, int bottom,
                         uint32_t colour)
{
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            memcpy(image->pixels + 3 * (y * image->width + x),
                   (uint8_t[]){(uint8_t)(colour >> 16), (uint8_t)(colour >> 8), (uint8_t)colour},
                   3);
}

/* Grey noise of every frequency over a part, so many levels around 128. */
static inline void texture(odd_image *image, int left, int top, int right, int bottom, int levels)
{
    uint32_t state = 1;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            state = state * 1664525 + 1013904223;
            const int level = 128 - levels + (int)((state >> 16) % (uint32_t)(2 * levels + 1));
            memset(image->pixels + 3 * (y * image->width + x), level, 3);
        }
}

/* Mean of the neighbourhood, so many times. */
static inline void blur(odd_image *image, int times)
{
    const int w = image->width, h = image->height;
    uint8_t *before = malloc((size_t)(3 * w * h));
    for (int t = 0; t < times; t++) {
        memcpy(before, image->pixels, (size_t)(3 * w * h));
        for (int y = 1; y < h - 1; y++)
            for (int x = 3; x < 3 * (w - 1); x++) {
                int sum = 0;
                for (int dy = -1; dy <= 1; dy++)
                    for (int dx = -3; dx <= 3; dx += 3)
                        sum += before[3 * (y + dy) * w + x + dx];
                image->pixels[3 * y * w + x] = (uint8_t)((sum + 4) / 9);
            }
    }
    free(before);
}

/* Twice the size, linear between pixels. */
static inline odd_image enlarged(const odd_image *in)
{
    odd_image out = canvas(2 * in->width, 2 * in->height, 0);
    for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
            for (int c = 0; c < 3; c++) {
                const int x1 = x / 2 + (x % 2 && x / 2 + 1 < in->width);
                const int y1 = y / 2 + (y % 2 && y / 2 + 1 < in->height);
                const uint8_t *p = in->pixels + c;
                const int sum = p[3 * (y / 2 * in->width + x / 2)] +
                                p[3 * (y / 2 * in->width + x1)] + p[3 * (y1 * in->width + x / 2)] +
                                p[3 * (y1 * in->width + x1)];
                out.pixels[3 * (y * out.width + x) + c] = (uint8_t)((sum + 2) / 4);
            }
    return out;
}

static inline odd_measured measured_of(const odd_image *image)
{
    odd_measured m;
    odd_measured_clear(&m);
    CU_ASSERT_EQUAL(odd_measure_pixels(image, &m), ODD_OK);
    return m;
}

static inline double value_of(const odd_image *image, enum odd_measure measure)
{
    return (double)measured_of(image).value[measure];
}

/* Measured of an image that is not wanted any more. */
static inline odd_measured measured_once(odd_image image)
{
    const odd_measured m = measured_of(&image);
    odd_image_free(&image);
    return m;
}

static inline bool is_about(float value, double expected, double within)
{
    return fabs((double)value - expected) <= within;
}

#endif
