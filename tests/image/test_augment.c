/* Augmentation: nothing where it is off, the same for the same key, and each change as worked out
 * by hand. */
#include "oddlot_test.h"

#include "oddlot/base/random.h"
#include "oddlot/image/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *odd_test_name = "image/augment";

enum { WIDTH = 7, HEIGHT = 5, MOST = WIDTH * HEIGHT * 3, TURNS = 200 };

typedef struct {
    int channels;
    uint8_t pixels[MOST];
} picture;

static picture noise(int channels)
{
    picture p = {.channels = channels};
    for (uint64_t i = 0; i < MOST; i++)
        p.pixels[i] = (uint8_t)(60 + odd_below(120, 7, ODD_STREAM_TEST, i, 0));
    return p;
}

static picture augmented(const odd_augment_options *o, picture p, int64_t number, uint32_t turn)
{
    odd_image image = {WIDTH, HEIGHT, p.channels, p.pixels};
    CU_ASSERT_EQUAL(odd_augment(o, 3, number, turn, &image), ODD_OK);
    return p;
}

static bool same(const picture *a, const picture *b)
{
    return memcmp(a->pixels, b->pixels, MOST) == 0;
}

static int within(int i, int n)
{
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* Plainly: pixel (x, y) is that of (x - right, y - down), the nearest there is. */
static picture moved(const picture *p, int right, int down)
{
    picture to = *p;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < p->channels; c++)
                to.pixels[(y * WIDTH + x) * p->channels + c] =
                    p->pixels[(within(y - down, HEIGHT) * WIDTH + within(x - right, WIDTH)) *
                                  p->channels +
                              c];
    return to;
}

static picture mirrored(const picture *p)
{
    picture to = *p;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < p->channels; c++)
                to.pixels[(y * WIDTH + x) * p->channels + c] =
                    p->pixels[(y * WIDTH + WIDTH - 1 - x) * p->channels + c];
    return to;
}

static void off_changes_nothing(void)
{
    const odd_augment_options off = {0};
    CU_ASSERT(odd_augment_is_off(&off));
    for (int channels = 1; channels <= 3; channels += 2)
        for (uint32_t turn = 0; turn < 20; turn++) {
            const picture p = noise(channels), q = augmented(&off, p, turn, turn);
            CU_ASSERT(same(&p, &q));
        }
}

static void a_key_gives_one_picture(void)
{
    const odd_augment_options all = {true, 2, 0.2, 0.3, 10, 0.1, 0.2};
    const picture p = noise(3);
    int other_turn = 0, other_image = 0;
    CU_ASSERT(!odd_augment_is_off(&all));
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        const picture a = augmented(&all, p, 5, turn), b = augmented(&all, p, 5, turn);
        const picture c = augmented(&all, p, 5, turn + 1), d = augmented(&all, p, 6, turn);
        CU_ASSERT(same(&a, &b));
        other_turn += !same(&a, &c);
        other_image += !same(&a, &d);
    }
    CU_ASSERT(other_turn > TURNS - 5 && other_image > TURNS - 5);
}

static void half_are_mirrored(void)
{
    const odd_augment_options flip = {.flip = true};
    const picture p = noise(3), mirror = mirrored(&p);
    int flipped = 0;
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        const picture q = augmented(&flip, p, 1, turn);
        CU_ASSERT(same(&q, &p) || same(&q, &mirror));
        flipped += same(&q, &mirror);
    }
    CU_ASSERT(flipped > TURNS * 0.4 && flipped < TURNS * 0.6);
}

static void they_move_each_way(void)
{
    enum { FAR = 2, WAYS = 2 * FAR + 1 };
    const odd_augment_options shift = {.shift = FAR};
    const picture p = noise(1);
    int seen[WAYS][WAYS] = {{0}}, found = 0;
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        const picture q = augmented(&shift, p, 1, turn);
        for (int down = -FAR; down <= FAR; down++)
            for (int right = -FAR; right <= FAR; right++) {
                const picture r = moved(&p, right, down);
                if (!same(&q, &r)) continue;
                seen[down + FAR][right + FAR]++;
                found++;
            }
    }
    CU_ASSERT_EQUAL(found, TURNS);
    for (int way = 0; way < WAYS * WAYS; way++)
        CU_ASSERT(seen[way / WAYS][way % WAYS] > 0);
}

static void far_moves_leave_a_corner(void)
{
    const odd_augment_options shift = {.shift = 4096};
    const picture p = noise(3);
    for (uint32_t turn = 0; turn < 20; turn++) {
        const picture q = augmented(&shift, p, 1, turn);
        int corners = 0;
        for (int corner = 0; corner < 4; corner++) {
            const int at = (corner / 2 * (HEIGHT - 1) * WIDTH + corner % 2 * (WIDTH - 1)) * 3;
            corners += memcmp(q.pixels, p.pixels + at, 3) == 0;
        }
        CU_ASSERT_EQUAL(corners, 1);
        CU_ASSERT(memcmp(q.pixels, q.pixels + 3, MOST - 3) == 0);
    }
}

/* Levels that rise evenly: what a warp makes of them is known between the edges. */
static picture ramp(double across, double along)
{
    picture p = {.channels = 1};
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            p.pixels[y * WIDTH + x] = (uint8_t)(120 + across * (x - 3) + along * (y - 2));
    return p;
}

/* By how much levels rise to the right and down, next to the middle. */
static void rises(const picture *p, int *right, int *down)
{
    const uint8_t *middle = p->pixels + 2 * WIDTH + 3;
    *right = middle[1] - middle[-1];
    *down = middle[WIDTH] - middle[-WIDTH];
}

/* A gradient of 20 a pixel to the right, so 40 between the neighbours of the middle, turns with the
 * image, shrinks as it grows, and leans as it slants; the middle stays. */
static void warps_are_round_the_middle(void)
{
    const odd_augment_options turn = {.rotate = 30}, zoom = {.zoom = 0.5}, slant = {.slant = 0.5};
    const picture p = ramp(20, 0);
    int most_turned = 0, least = 100, most = 0, leaned = 0;
    for (uint32_t i = 0; i < TURNS; i++) {
        int right, down;
        const picture a = augmented(&turn, p, 1, i), b = augmented(&zoom, p, 1, i);
        const picture c = augmented(&slant, p, 1, i);
        CU_ASSERT(a.pixels[2 * WIDTH + 3] == 120 && b.pixels[2 * WIDTH + 3] == 120);
        CU_ASSERT(c.pixels[2 * WIDTH + 3] == 120);
        rises(&a, &right, &down);
        CU_ASSERT(abs(right * right + down * down - 1600) <= 100);
        CU_ASSERT(abs(down) <= 21); /* 40 sin 30 degrees */
        most_turned = abs(down) > most_turned ? abs(down) : most_turned;
        rises(&b, &right, &down);
        CU_ASSERT(down == 0 && right >= 26 && right <= 80);
        least = right < least ? right : least;
        most = right > most ? right : most;
        rises(&c, &right, &down);
        CU_ASSERT(right == 40 && abs(down) <= 20);
        leaned = abs(down) > leaned ? abs(down) : leaned;
    }
    CU_ASSERT(most_turned >= 18 && least <= 29 && most >= 70 && leaned >= 18);
}

/* A quarter turn is exact: columns become rows. */
static void a_quarter_turn(void)
{
    picture square = {.channels = 3};
    odd_image image = {5, 5, 3, square.pixels};
    const odd_augment_options turn = {.rotate = 180};
    bool found = false;
    for (uint32_t i = 0; i < 20000 && !found; i++) {
        const double u = odd_uniform(3, ODD_STREAM_AUGMENT, 1, i * 8 + 5);
        if (fabs(u - 0.75) > 1e-4) continue; /* 90 degrees, nearly */
        for (int at = 0; at < 25; at++)
            memset(square.pixels + 3 * at, 7 * at, 3);
        CU_ASSERT_EQUAL(odd_augment(&turn, 3, 1, i, &image), ODD_OK);
        for (int at = 0; at < 25; at++)
            CU_ASSERT(abs(square.pixels[3 * at] - 7 * ((4 - at % 5) * 5 + at / 5)) <= 1);
        found = true;
    }
    CU_ASSERT(found);
}

static void levels_stay_in_bounds(void)
{
    const odd_augment_options bright = {.brightness = 0.1}, contrast = {.contrast = 0.5};
    const picture p = noise(3);
    double low = 0, high = 0;
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        const picture b = augmented(&bright, p, 1, turn), c = augmented(&contrast, p, 1, turn);
        const int add = b.pixels[0] - p.pixels[0];
        double mean_p = 0, mean_c = 0;
        for (int i = 0; i < MOST; i++) {
            CU_ASSERT(abs(b.pixels[i] - p.pixels[i] - add) <= 1);
            mean_p += p.pixels[i] / (double)MOST;
            mean_c += c.pixels[i] / (double)MOST;
        }
        CU_ASSERT(abs(add) <= 26);
        CU_ASSERT(mean_c > mean_p - 1 && mean_c < mean_p + 1);
        low = add < low ? add : low;
        high = add > high ? add : high;
    }
    CU_ASSERT(low < -15 && high > 15);
}

static void contrast_scales_distances(void)
{
    const odd_augment_options contrast = {.contrast = 0.5};
    picture p = {.channels = 1};
    int less = 0, more = 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        p.pixels[i] = i % 2 == 0 ? 100 : 140;
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        const picture q = augmented(&contrast, p, 1, turn);
        const int apart = q.pixels[1] - q.pixels[0];
        CU_ASSERT(apart >= 19 && apart <= 61);
        less += apart < 38;
        more += apart > 42;
    }
    CU_ASSERT(less > TURNS / 4 && more > TURNS / 4);
}

CU_TestInfo odd_tests[] = {
    {"off changes nothing", off_changes_nothing},
    {"a key gives one picture", a_key_gives_one_picture},
    {"half are mirrored", half_are_mirrored},
    {"they move each way", they_move_each_way},
    {"far moves leave a corner", far_moves_leave_a_corner},
    {"warps are round the middle", warps_are_round_the_middle},
    {"a quarter turn", a_quarter_turn},
    {"levels stay in bounds", levels_stay_in_bounds},
    {"contrast scales distances", contrast_scales_distances},
    CU_TEST_INFO_NULL,
};
