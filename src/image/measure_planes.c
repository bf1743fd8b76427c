/* Planes: light, and the distance from the ground, of each pixel; one pass over the image. */
#include "image/measure_internal.h"

#include "oddlot/base/simd.h"

#include <stdlib.h>

odd_status odd_plane_new(int64_t n, uint8_t **out)
{
    *out = malloc((size_t)n);
    return *out ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate room to measure an image");
}

static inline uint8_t apart(uint8_t a, uint8_t b)
{
    return (uint8_t)(a > b ? a - b : b - a);
}

static inline uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* Returns the largest difference of two channels of a pixel, 0: all are grey. */
ODD_SIMD(static, uint8_t, split_colours,
         (int64_t n, const uint8_t *in, const uint8_t *ground, uint8_t *light, uint8_t *far),
         (n, in, ground, light, far))
{
    const uint8_t r0 = ground[0], g0 = ground[1], b0 = ground[2];
    uint8_t colour = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint8_t r = in[3 * i], g = in[3 * i + 1], b = in[3 * i + 2];
        light[i] = (uint8_t)((r * 19595u + g * 38470u + b * 7471u + 0x8000u) >> 16);
        far[i] = larger(larger(apart(r, r0), apart(g, g0)), apart(b, b0));
        colour = larger(colour, larger(apart(r, g), apart(g, b)));
    }
    return colour;
}

ODD_SIMD(static, void, far_of_grey, (int64_t n, const uint8_t *in, uint8_t ground, uint8_t *far),
         (n, in, ground, far))
{
    for (int64_t i = 0; i < n; i++)
        far[i] = apart(in[i], ground);
}

odd_status odd_measure_planes(odd_measuring *m)
{
    const int64_t n = (int64_t)m->view.width * m->view.height;
    const bool colours = m->view.channels == 3;
    odd_status st;
    ODD_TRY(odd_plane_new(colours ? 2 * n : n, &m->planes));
    m->far = m->planes;
    m->chroma = 0;
    if (colours) {
        m->light = m->planes + n;
        m->chroma = split_colours(n, m->view.pixels, m->ground, m->planes + n, m->planes);
    } else
        far_of_grey(n, m->view.pixels, m->ground[0], m->planes);
    m->value[ODD_MEASURE_CHROMA_MOST] = (float)m->chroma;
done:
    return st;
}
