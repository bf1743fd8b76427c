/* Planes: light, and the distance from the ground, of each pixel; one pass over the image. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

static inline uint8_t apart(uint8_t a, uint8_t b)
{
    return (uint8_t)(a > b ? a - b : b - a);
}

static inline uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* Returns the largest difference of two channels of a pixel, 0: all are grey. */
ODD_SIMD(static, uint8_t, split_row,
         (int n, const uint8_t *in, const uint8_t *ground, uint8_t *light, uint8_t *far),
         (n, in, ground, light, far))
{
    const uint8_t r0 = ground[0], g0 = ground[1], b0 = ground[2];
    uint8_t colour = 0;
    for (int x = 0; x < n; x++) {
        const uint8_t r = in[3 * x], g = in[3 * x + 1], b = in[3 * x + 2];
        light[x] = (uint8_t)((r * 19595u + g * 38470u + b * 7471u + 0x8000u) >> 16);
        far[x] = larger(larger(apart(r, r0), apart(g, g0)), apart(b, b0));
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

/* Of RGB, with room made for both planes. */
static void split_colours(odd_measuring *m)
{
    const int w = m->view.width;
    uint8_t colour = 0;
    for (int y = 0; y < m->view.height; y++) {
        const size_t at = (size_t)y * (size_t)w;
        colour = larger(colour, split_row(w, m->view.pixels + 3 * at, m->ground, m->own_light + at,
                                          m->far + at));
    }
    m->grey = colour == 0;
}

odd_status odd_measure_planes(odd_measuring *m)
{
    const int64_t n = (int64_t)m->view.width * m->view.height;
    odd_status st;
    ODD_TRY(ODD_NEW(m->far, n));
    if (m->view.channels == 1) {
        m->grey = true;
        far_of_grey(n, m->view.pixels, m->ground[0], m->far);
        return ODD_OK;
    }
    ODD_TRY(ODD_NEW(m->own_light, n));
    m->light = m->own_light;
    split_colours(m);
done:
    return st;
}

void odd_planes_free(odd_measuring *m)
{
    odd_free(m->far);
    odd_free(m->own_light);
    m->far = m->own_light = NULL;
}
