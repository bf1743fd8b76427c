/* Pictures that are compared: parts of images as means over areas, slightly smoothed. */
#include "image/aligned_internal.h"

#include "oddlot/base/minmax.h"

#include <math.h>

enum { COLOURS = ODD_WARP_COLOURS };

/* The pixels that a place along one axis covers: all of them, but for the share of the ends. */
typedef struct {
    int first, last;
    double first_share, last_share;
} span;

static double overlap(int pixel, double from, double to)
{
    return fmin(pixel + 1, to) - fmax(pixel, from);
}

static span span_of(int size, double from, double to)
{
    span s = {.first = (int)from, .last = odd_min_int((int)ceil(to), size) - 1};
    s.first_share = overlap(s.first, from, to);
    s.last_share = overlap(s.last, from, to);
    return s;
}

static double share_of(const span *s, int i)
{
    return i == s->first ? s->first_share : i == s->last ? s->last_share : 1;
}

/* The means of the first colours: a mirrored image has the mirrored means. */
static void mean_of(int size, int channels, const uint8_t *pixels, const span *across,
                    const span *down, int colours, float mean[COLOURS])
{
    double sum[COLOURS] = {0}, all = 0;
    for (int y = down->first; y <= down->last; y++)
        for (int x = across->first; x <= across->last; x++) {
            const double share = share_of(across, x) * share_of(down, y);
            const uint8_t *pixel = pixels + ((int64_t)y * size + x) * channels;
            for (int c = 0; c < colours; c++)
                sum[c] += share * pixel[c];
            all += share;
        }
    for (int c = 0; c < colours; c++)
        mean[c] = (float)(sum[c] / all);
}

void odd_picture_of_part(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                         int side, float planes[])
{
    const double width = (double)(part.right - part.left) / side;
    const double height = (double)(part.bottom - part.top) / side;
    const int colours = channels == COLOURS ? COLOURS : 1;
    for (int y = 0; y < side; y++) {
        const span down = span_of(size, part.top + y * height, part.top + (y + 1) * height);
        for (int x = 0; x < side; x++) {
            const span across = span_of(size, part.left + x * width, part.left + (x + 1) * width);
            float mean[COLOURS];
            mean_of(size, channels, pixels, &across, &down, colours, mean);
            for (int c = 0; c < COLOURS; c++)
                planes[(c * side + y) * side + x] = mean[c < colours ? c : 0];
        }
    }
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
