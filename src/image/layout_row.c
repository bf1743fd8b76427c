/* Layout row, see image/layout_row.h. */
#include "oddlot/image/layout_row.h"

#include "oddlot/base/minmax.h"

#include <math.h>

enum { SIDE = ODD_ALIGNED_SIDE, PLANE = SIDE * SIDE, COLOURS = 3 };
#define LEAST_CONTRAST 9.0 /* levels squared: below it rows are short */

/* Between the four pixels around a place, -1 ... 1 across and down. */
static void look_at(const float picture[], double u, double v, double colour[COLOURS])
{
    const double x = fmin(fmax((u + 1) * SIDE / 2 - 0.5, 0), SIDE - 1);
    const double y = fmin(fmax((v + 1) * SIDE / 2 - 0.5, 0), SIDE - 1);
    const int left = odd_min_int((int)x, SIDE - 2), top = odd_min_int((int)y, SIDE - 2);
    const double fx = x - left, fy = y - top;
    for (int c = 0; c < COLOURS; c++) {
        const float *p = picture + c * PLANE + top * SIDE + left;
        const double up = (1 - fx) * (double)p[0] + fx * (double)p[1];
        const double low = (1 - fx) * (double)p[SIDE] + fx * (double)p[SIDE + 1];
        colour[c] = (1 - fy) * up + fy * low;
    }
}

/* Less their mean; returns the mean of their squares then. */
static double centre(int count, float x[])
{
    double mean = 0, square = 0;
    for (int i = 0; i < count; i++)
        mean += (double)x[i] / count;
    for (int i = 0; i < count; i++) {
        x[i] = (float)((double)x[i] - mean);
        square += (double)x[i] * (double)x[i] / count;
    }
    return square;
}

static double place(int i, int side)
{
    return (2 * i + 1) / (double)side - 1;
}

static void take_light(const float picture[], double scale, float light[])
{
    const int side = ODD_LAYOUT_LIGHT;
    for (int i = 0; i < side * side; i++) {
        double colour[COLOURS];
        look_at(picture, scale * place(i % side, side), scale * place(i / side, side), colour);
        light[i] = (float)((colour[0] + colour[1] + colour[2]) / 3);
    }
}

static void take_colour(const float picture[], double scale, float red[], float yellow[])
{
    const int side = ODD_LAYOUT_COLOUR;
    for (int i = 0; i < side * side; i++) {
        double colour[COLOURS];
        look_at(picture, scale * place(i % side, side), scale * place(i / side, side), colour);
        red[i] = (float)(colour[0] - colour[1]);
        yellow[i] = (float)((colour[0] + colour[1]) / 2 - colour[2]);
    }
}

void odd_layout_row(const float picture[ODD_ALIGNED_VALUES], double scale,
                    float row[ODD_LAYOUT_VALUES])
{
    const int light = ODD_LAYOUT_LIGHT * ODD_LAYOUT_LIGHT;
    const int colour = ODD_LAYOUT_COLOUR * ODD_LAYOUT_COLOUR;
    float *red = row + light, *yellow = red + colour;
    take_light(picture, scale, row);
    take_colour(picture, scale, red, yellow);
    const double square = centre(light, row);
    const double chroma = (centre(colour, red) + centre(colour, yellow)) / 2;
    const double length = sqrt(square + chroma + LEAST_CONTRAST);
    for (int i = 0; i < light; i++)
        row[i] = (float)((double)row[i] / length / sqrt(light));
    for (int i = 0; i < 2 * colour; i++)
        red[i] = (float)((double)red[i] / length / sqrt(2 * colour));
}
