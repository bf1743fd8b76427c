/* Aligned difference: small for what copies of a picture suffer, large for other pictures that are
 * much alike. Products of one colour on white, with a pattern, drawn by formula. */
#include "oddlot_test.h"

#include "oddlot/image/aligned.h"
#include "oddlot/image/layout_row.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

const char *odd_test_name = "image.aligned";

enum { SIZE = 128, VALUES = ODD_ALIGNED_VALUES };
#define GIVE_UP 20.0
#define SAME    10.0

typedef struct {
    double red, green, blue;   /* of the product */
    double zoom, left, top;    /* of the view: shares of a side */
    double gain[3], offset[3]; /* of the light */
    double mark;               /* levels of a small sign on it */
    int noise;                 /* levels, as of strong compression */
    int mirrored;
} view;

static const view plain = {.red = 200, .green = 90, .blue = 60, .zoom = 1, .gain = {1, 1, 1}};

/* A bottle, thicker at its foot, with stripes; x and y from 0 to 1. */
static double product_at(const view *v, double x, double y, int channel)
{
    const double colour[] = {v->red, v->green, v->blue};
    const double half = 0.12 + 0.16 * y * y, off = fabs(x - 0.46) / half;
    if (y < 0.08 || y > 0.93 || off > 1) return 255;
    const double stripes = 25 * sin(40 * y + 9 * x);
    const int marked = fabs(x - 0.5) < 0.07 && fabs(y - 0.6) < 0.06;
    return fmin(255, fmax(0, colour[channel] + stripes + (marked ? v->mark : 0)));
}

static void draw(const view *v, uint8_t pixels[SIZE * SIZE * 3])
{
    uint32_t state = 1;
    for (int i = 0; i < SIZE * SIZE * 3; i++) {
        const int channel = i % 3, column = i / 3 % SIZE, row = i / 3 / SIZE;
        const double across = (column + 0.5) / SIZE;
        const double x = v->left + v->zoom * (v->mirrored ? 1 - across : across);
        const double y = v->top + v->zoom * (row + 0.5) / SIZE;
        state = state * 1664525 + 1013904223;
        const double noise =
            v->noise ? (double)(state >> 8) / (1 << 24) * 2 * v->noise - v->noise : 0;
        const double value =
            v->gain[channel] * product_at(v, x, y, channel) + v->offset[channel] + noise;
        pixels[i] = (uint8_t)lrint(fmin(255, fmax(0, value)));
    }
}

static void picture_of(const view *v, float picture[VALUES])
{
    static uint8_t pixels[SIZE * SIZE * 3];
    draw(v, pixels);
    odd_aligned_picture(SIZE, 3, pixels, (odd_aligned_part){0, 0, SIZE, SIZE}, picture);
}

static double difference(const view *v, const view *w)
{
    float a[VALUES], b[VALUES];
    picture_of(v, a);
    picture_of(w, b);
    const odd_aligned ab = odd_align(a, b, GIVE_UP), ba = odd_align(b, a, GIVE_UP);
    CU_ASSERT(ab.difference == ba.difference || fabs(ab.difference - ba.difference) < 1e-9);
    return ab.difference;
}

static void test_copies(void)
{
    view v = plain;
    CU_ASSERT(difference(&plain, &v) < 1e-3);
    v.noise = 12;
    CU_ASSERT(difference(&plain, &v) < SAME / 2);
    v = plain;
    v.zoom = 0.95;
    CU_ASSERT(difference(&plain, &v) < SAME / 2);
    v.left = v.top = 0.05;
    CU_ASSERT(difference(&plain, &v) < SAME / 2);
    v.left = 0;
    CU_ASSERT(difference(&plain, &v) < SAME / 2);
}

static void test_light(void)
{
    const view darker = {200, 90, 60, 1, 0, 0, {0.92, 0.92, 0.92}, {0}, 0, 0, 0};
    const view lighter = {200, 90, 60, 1, 0, 0, {1.04, 1.04, 1.04}, {3, 3, 3}, 0, 0, 0};
    const view cast = {200, 90, 60, 1, 0, 0, {1.02, 1, 0.98}, {3, 0, -3}, 0, 0, 0};
    CU_ASSERT(difference(&plain, &darker) < SAME / 2);
    CU_ASSERT(difference(&plain, &lighter) < SAME);
    CU_ASSERT(difference(&plain, &cast) < SAME);
}

static void test_others(void)
{
    view v = plain;
    v.red = 60;
    v.blue = 200;
    CU_ASSERT(difference(&plain, &v) > 2 * SAME); /* another colour */
    v = plain;
    v.green = 150;
    CU_ASSERT(difference(&plain, &v) > SAME);
    v = plain;
    v.mark = 60;
    CU_ASSERT(difference(&plain, &v) > SAME); /* a sign on it */
    v = plain;
    v.mirrored = 1;
    CU_ASSERT(difference(&plain, &v) > SAME); /* it does not stand in the middle */
}

static void test_mirror(void)
{
    float a[VALUES], b[VALUES], c[VALUES];
    view v = plain;
    v.mirrored = 1;
    picture_of(&plain, a);
    picture_of(&v, b);
    odd_aligned_mirror(b, c);
    CU_ASSERT(odd_align(a, c, GIVE_UP).difference < 0.5);
}

static void test_grey(void)
{
    static uint8_t grey[SIZE * SIZE], rgb[SIZE * SIZE * 3];
    float a[VALUES], b[VALUES];
    for (int i = 0; i < SIZE * SIZE; i++) {
        grey[i] = (uint8_t)(i * 7 % 251);
        memset(rgb + 3 * i, grey[i], 3);
    }
    const odd_aligned_part all = {0, 0, SIZE, SIZE}, tiny = {1, 0, 5, 3};
    odd_aligned_picture(SIZE, 1, grey, all, a);
    odd_aligned_picture(SIZE, 3, rgb, all, b);
    CU_ASSERT(memcmp(a, b, sizeof a) == 0);
    odd_aligned_picture(5, 1, grey, tiny, a); /* smaller than what is compared */
    CU_ASSERT(isfinite(a[VALUES - 1]));
}

static double row_distance(const view *v, double scale_v, const view *w)
{
    float a[VALUES], b[VALUES], x[ODD_LAYOUT_VALUES], y[ODD_LAYOUT_VALUES];
    double square = 0;
    picture_of(v, a);
    picture_of(w, b);
    odd_layout_row(a, scale_v, x);
    odd_layout_row(b, 1, y);
    for (int i = 0; i < ODD_LAYOUT_VALUES; i++)
        square += pow((double)x[i] - (double)y[i], 2);
    return square;
}

static void test_rows(void)
{
    view light = plain, part = plain, other = plain;
    light.gain[0] = light.gain[1] = light.gain[2] = 0.8;
    part.zoom = 0.95;
    part.left = part.top = 0.025;
    other.mirrored = 1;
    CU_ASSERT(row_distance(&plain, 1, &light) < 0.01);
    CU_ASSERT(row_distance(&plain, 0.95, &part) < 0.01);
    CU_ASSERT(row_distance(&plain, 1, &part) > row_distance(&plain, 0.95, &part));
    CU_ASSERT(row_distance(&plain, 1, &other) > 0.05);
}

CU_TestInfo odd_tests[] = {
    {"copies that are compressed or cut", test_copies},
    {"copies in another light", test_light},
    {"other pictures that are alike", test_others},
    {"a mirrored copy", test_mirror},
    {"grey pictures, and tiny ones", test_grey},
    {"rows of their layout", test_rows},
    CU_TEST_INFO_NULL,
};
