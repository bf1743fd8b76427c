/* Colours of a list of pixels: the most usual one, and how many are close to a colour. */
#include "image/measure_internal.h"

#include "oddlot/base/simd.h"

#include <stdlib.h>

#define CUBES      4096 /* of 16 x 16 x 16 levels */
#define MOST_ASKED 512  /* pixels that vote: more would hardly choose another colour */

static inline int cube_of(const uint8_t *p)
{
    return (p[0] >> 4) << 8 | (p[1] >> 4) << 4 | p[2] >> 4;
}

static int largest_of(int n, const uint16_t count[])
{
    int best = 0;
    for (int i = 1; i < n; i++)
        if (count[i] > count[best]) best = i;
    return best;
}

/* The cube that has most of n pixels, of several the first: by the pixels, which are fewer. */
static int fullest_cube(int n, const uint16_t cube[])
{
    uint16_t count[CUBES] = {0};
    int best = cube[0];
    for (int i = 0; i < n; i++)
        count[cube[i]]++;
    for (int i = 1; i < n; i++)
        if (count[cube[i]] > count[best] || (count[cube[i]] == count[best] && cube[i] < best))
            best = cube[i];
    return best;
}

/* Mean of the pixels, `step` apart, in the cube that has most of them. */
static void mean_of_fullest(int64_t n, int64_t step, const uint8_t rgb[], int mean[static 3])
{
    uint16_t cube[MOST_ASKED];
    int asked = 0, members = 0, sum[3] = {0};
    for (int64_t i = 0; i < n; i += step)
        cube[asked++] = (uint16_t)cube_of(rgb + 3 * i);
    const int fullest = fullest_cube(asked, cube);
    for (int i = 0; i < asked; i++) {
        const uint8_t *p = rgb + 3 * step * i;
        if (cube[i] != fullest) continue;
        members++;
        for (int c = 0; c < 3; c++)
            sum[c] += p[c];
    }
    for (int c = 0; c < 3; c++)
        mean[c] = sum[c] / members;
}

static inline bool is_near(const uint8_t *p, const int colour[static 3])
{
    return abs(p[0] - colour[0]) <= ODD_FAR && abs(p[1] - colour[1]) <= ODD_FAR &&
           abs(p[2] - colour[2]) <= ODD_FAR;
}

void odd_usual_colour(int64_t n, const uint8_t rgb[], uint8_t colour[static 3])
{
    const int64_t step = (n + MOST_ASKED - 1) / MOST_ASKED;
    uint16_t count[3][256] = {{0}};
    int mean[3];
    mean_of_fullest(n, step, rgb, mean);
    for (int64_t i = 0; i < n; i += step)
        if (is_near(rgb + 3 * i, mean))
            for (int c = 0; c < 3; c++)
                count[c][rgb[3 * i + c]]++;
    for (int c = 0; c < 3; c++)
        colour[c] = (uint8_t)largest_of(256, count[c]);
}

ODD_SIMD(static, uint32_t, count_between,
         (int n, const uint8_t *rgb, const uint8_t *least, const uint8_t *most),
         (n, rgb, least, most))
{
    const uint8_t r0 = least[0], g0 = least[1], b0 = least[2];
    const uint8_t r1 = most[0], g1 = most[1], b1 = most[2];
    uint32_t count = 0;
    for (int i = 0; i < n; i++) {
        const uint8_t r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
        count += (uint32_t)((r >= r0) & (r <= r1) & (g >= g0) & (g <= g1) & (b >= b0) & (b <= b1));
    }
    return count;
}

static int64_t count_all_between(int64_t n, const uint8_t *rgb, const uint8_t least[static 3],
                                 const uint8_t most[static 3])
{
    const int64_t at_once = 1 << 20;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i += at_once)
        count += count_between((int)(n - i < at_once ? n - i : at_once), rgb + 3 * i, least, most);
    return count;
}

int64_t odd_count_near(int64_t n, const uint8_t rgb[], const uint8_t colour[static 3])
{
    uint8_t least[3], most[3];
    for (int c = 0; c < 3; c++) {
        least[c] = (uint8_t)(colour[c] > ODD_FAR ? colour[c] - ODD_FAR : 0);
        most[c] = (uint8_t)(colour[c] < 255 - ODD_FAR ? colour[c] + ODD_FAR : 255);
    }
    return count_all_between(n, rgb, least, most);
}

int64_t odd_count_above(int64_t n, const uint8_t rgb[], int least)
{
    const uint8_t low[3] = {(uint8_t)least, (uint8_t)least, (uint8_t)least};
    return count_all_between(n, rgb, low, (const uint8_t[3]){255, 255, 255});
}
