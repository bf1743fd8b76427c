/* A closer look: small for copies, however they were compressed, cut or lit, also at half the size;
 * large where one of many small signs is another. Cards with pips and a fine frame, by formula. */
#include "oddlot_test.h"

#include "oddlot/image/aligned_close.h"

#include <math.h>
#include <stdint.h>

const char *odd_test_name = "image.aligned_close";

enum { SIZE = 192, SIDE = ODD_CLOSE_SIDE };
#define SAME 10.0

typedef struct {
    double zoom, left, top, gain, offset;
    int noise; /* levels, as of strong compression */
    int mirrored;
    int missing; /* which pip; -1: none */
    int lines;   /* of the frame */
} view;

static const view plain = {.zoom = 1, .gain = 1, .missing = -1, .lines = 16};

static double card_at(const view *v, double x, double y, int channel)
{
    static const double pip[][2] = {{0.2, 0.2}, {0.5, 0.2}, {0.8, 0.2}, {0.2, 0.5},  {0.8, 0.5},
                                    {0.2, 0.8}, {0.5, 0.8}, {0.8, 0.8}, {0.35, 0.62}};
    for (int i = 0; i < 9; i++)
        if (i != v->missing && hypot(x - pip[i][0], y - pip[i][1]) < 0.035)
            return channel == 0 ? 190 : 20;
    const double turn = atan2(y - 0.5, x - 0.45), far = hypot(x - 0.45, y - 0.5);
    if (far > 0.1 && far < 0.17 && cos(v->lines * turn) > 0.4) return 120;
    return 250;
}

static odd_close_view look_at(const view *v, int side, float planes[])
{
    static uint8_t pixels[SIZE * SIZE * 3];
    uint32_t state = 7;
    for (int i = 0; i < SIZE * SIZE * 3; i++) {
        const double across = (i / 3 % SIZE + 0.5) / SIZE, down = (i / 3 / SIZE + 0.5) / SIZE;
        const double x = v->left + v->zoom * (v->mirrored ? 1 - across : across);
        state = state * 1664525 + 1013904223;
        const double noise = ((double)(state >> 8) / (1 << 24) * 2 - 1) * v->noise;
        const double value = v->gain * card_at(v, x, v->top + v->zoom * down, i % 3) + v->offset;
        pixels[i] = (uint8_t)lrint(fmin(255, fmax(0, value + noise)));
    }
    odd_close_picture(SIZE, 3, pixels, (odd_aligned_part){0, 0, SIZE, SIZE}, side, planes);
    return (odd_close_view){side, planes};
}

static odd_close_room *room;

static odd_aligned compare(const view *a, int side_a, const view *b, int side_b, bool mirrored)
{
    static float planes[2][ODD_CLOSE_VALUES];
    const odd_close_view x = look_at(a, side_a, planes[0]), y = look_at(b, side_b, planes[1]);
    return odd_look_closely(room, x, y, mirrored);
}

static double difference(const view *a, const view *b)
{
    return compare(a, SIDE, b, SIDE, false).difference;
}

static void test_copies(void)
{
    view v = plain;
    CU_ASSERT(difference(&plain, &v) < 1e-3);
    v.noise = 25;
    CU_ASSERT(difference(&plain, &v) < SAME);
    v = plain;
    v.zoom = 0.95;
    v.left = 0.05;
    CU_ASSERT(difference(&plain, &v) < SAME);
    v = plain;
    v.gain = 0.95;
    v.offset = -4;
    CU_ASSERT(difference(&plain, &v) < SAME);
}

static void test_sizes(void)
{
    CU_ASSERT(compare(&plain, SIDE, &plain, SIDE / 2, false).difference < SAME / 2);
    CU_ASSERT(compare(&plain, ODD_ALIGNED_SIDE, &plain, SIDE, false).difference < SAME / 2);
}

static void test_mirrored(void)
{
    view v = plain;
    v.mirrored = 1;
    CU_ASSERT(compare(&plain, SIDE, &v, SIDE, true).difference < SAME / 2);
    CU_ASSERT(compare(&plain, SIDE, &v, SIDE, false).difference > 2 * SAME);
}

/* Of many, one pip that is missing, or a line more. */
static void test_details(void)
{
    view v = plain;
    for (v.missing = 0; v.missing < 9; v.missing++) {
        const odd_aligned seen = compare(&plain, SIDE, &v, SIDE, false);
        CU_ASSERT(seen.difference > 2 * SAME);
        CU_ASSERT(seen.overall < seen.contrast / 2);
        CU_ASSERT(fabs(difference(&v, &plain) - seen.difference) < 1e-6);
    }
    v = plain;
    v.lines = 17;
    CU_ASSERT(difference(&plain, &v) > 2 * SAME);
}

static void test_room(void)
{
    CU_ASSERT(odd_close_room_new(&room) == ODD_OK);
}

static void test_end(void)
{
    odd_close_room_free(&room);
    CU_ASSERT(room == NULL);
}

CU_TestInfo odd_tests[] = {
    {"room", test_room},
    {"copies that are compressed, cut or darker", test_copies},
    {"copies of another size", test_sizes},
    {"mirrored copies", test_mirrored},
    {"small details that differ", test_details},
    {"room is given back", test_end},
    CU_TEST_INFO_NULL,
};
