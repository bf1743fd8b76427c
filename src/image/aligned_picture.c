/* Pictures that are compared: parts of images as means over areas, slightly smoothed. */
#include "image/aligned_internal.h"

#include <math.h>

enum { COLOURS = ODD_WARP_COLOURS };

/* How much of a pixel lies between two places. */
static double overlap(int pixel, double from, double to)
{
    return fmin(pixel + 1, to) - fmax(pixel, from);
}

/* The mean over [from, to) across and down, parts of pixels by their share: a mirrored image has
 * the mirrored means. */
static double mean_of(int size, int channels, const uint8_t *pixels, const double from[2],
                      const double to[2])
{
    double sum = 0, all = 0;
    for (int y = (int)from[1]; y < size && y < to[1]; y++)
        for (int x = (int)from[0]; x < size && x < to[0]; x++) {
            const double share = overlap(x, from[0], to[0]) * overlap(y, from[1], to[1]);
            sum += share * pixels[((int64_t)y * size + x) * channels];
            all += share;
        }
    return sum / all;
}

static void shrink_pixels(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                          int side, float plane[])
{
    const double width = (double)(part.right - part.left) / side;
    const double height = (double)(part.bottom - part.top) / side;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const double from[2] = {part.left + x * width, part.top + y * height};
            const double to[2] = {part.left + (x + 1) * width, part.top + (y + 1) * height};
            plane[y * side + x] = (float)mean_of(size, channels, pixels, from, to);
        }
}

void odd_picture_of_part(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                         int side, float planes[])
{
    for (int c = 0; c < COLOURS; c++)
        shrink_pixels(size, channels, pixels + (channels == COLOURS ? c : 0), part, side,
                      planes + c * side * side);
}

/* Smooth in one direction, 1 2 1: values `stride` apart. */
static void smooth_line(int side, float line[], int stride)
{
    float before = line[0];
    for (int i = 0; i < side; i++) {
        const float now = line[i * stride];
        const float behind = i + 1 < side ? line[(i + 1) * stride] : now;
        line[i * stride] = (before + 2 * now + behind) / 4;
        before = now;
    }
}

void odd_picture_smooth(int side, float planes[])
{
    for (int row = 0; row < COLOURS * side; row++)
        smooth_line(side, planes + row * side, 1);
    for (int c = 0; c < COLOURS; c++)
        for (int column = 0; column < side; column++)
            smooth_line(side, planes + c * side * side + column, side);
}

void odd_aligned_picture(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                         float picture[ODD_ALIGNED_VALUES])
{
    odd_picture_of_part(size, channels, pixels, part, ODD_ALIGNED_SIDE, picture);
    odd_picture_smooth(ODD_ALIGNED_SIDE, picture);
}

void odd_picture_mirror(int side, const float from[], float to[])
{
    for (int row = 0; row < COLOURS * side; row++)
        for (int x = 0; x < side; x++)
            to[row * side + x] = from[row * side + side - 1 - x];
}

void odd_aligned_mirror(const float from[ODD_ALIGNED_VALUES], float to[ODD_ALIGNED_VALUES])
{
    odd_picture_mirror(ODD_ALIGNED_SIDE, from, to);
}

/* Means of a line of `from` values over `to` areas, `stride` apart in both. */
static void shrink_line(int from, const float line[], int to, float out[], int stride)
{
    const double step = (double)from / to;
    for (int i = 0; i < to; i++) {
        const double begin = i * step, end = (i + 1) * step;
        double sum = 0;
        for (int k = (int)begin; k < from && k < end; k++)
            sum += overlap(k, begin, end) * (double)line[k * stride];
        out[i * stride] = (float)(sum / step);
    }
}

void odd_picture_shrink(int from, const float planes[], int to, float room[], float out[])
{
    for (int c = 0; c < COLOURS; c++) {
        const float *plane = planes + c * from * from;
        for (int column = 0; column < from; column++) /* room: (to, from) */
            shrink_line(from, plane + column, to, room + column, from);
        for (int row = 0; row < to; row++)
            shrink_line(from, room + row * from, to, out + (c * to + row) * to, 1);
    }
}
