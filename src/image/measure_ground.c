/* Ground: the ring at the border of an image, and its most usual colour. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

#define RING_SHARE 0.02 /* of the shorter side */
#define EVEN_SHARE 0.5  /* of the ring that is ground, from which on there is one */

int odd_ring_width(int width, int height)
{
    const int shorter = width < height ? width : height;
    const int ring = (int)(RING_SHARE * shorter + 0.5);
    return ring < 1 ? 1 : ring;
}

/* Append pixels of row y as RGB. */
static uint8_t *add_pixels(const odd_pixel_view *view, int y, int from, int to, uint8_t *rgb)
{
    const uint8_t *row = view->pixels + (size_t)y * view->stride;
    const int n = to - from;
    if (view->channels == 3)
        memcpy(rgb, row + 3 * (size_t)from, 3 * (size_t)n);
    else
        for (int x = 0; x < n; x++)
            rgb[3 * x] = rgb[3 * x + 1] = rgb[3 * x + 2] = row[from + x];
    return rgb + 3 * (size_t)n;
}

int64_t odd_ring_pixels(const odd_pixel_view *view, int rows, uint8_t *rgb)
{
    const int w = view->width, h = view->height, ring = odd_ring_width(w, h);
    const bool all = 2 * ring >= w;
    uint8_t *end = rgb;
    for (int y = 0; y < rows; y++) {
        if (y < ring || y >= h - ring || all)
            end = add_pixels(view, y, 0, w, end);
        else
            end = add_pixels(view, y, w - ring, w, add_pixels(view, y, 0, ring, end));
    }
    return (end - rgb) / 3;
}

int64_t odd_ring_room(const odd_pixel_view *view)
{
    const int64_t w = view->width, h = view->height,
                  ring = odd_ring_width(view->width, view->height);
    const int64_t room = 2 * ring * (w + h);
    return room < w * h ? room : w * h;
}

static int light_of(const uint8_t p[static 3])
{
    return (int)((p[0] * 19595u + p[1] * 38470u + p[2] * 7471u + 0x8000u) >> 16);
}

static int saturation_of(const uint8_t p[static 3])
{
    int most = p[0], least = p[0];
    for (int c = 1; c < 3; c++) {
        most = p[c] > most ? p[c] : most;
        least = p[c] < least ? p[c] : least;
    }
    return most - least;
}

odd_status odd_find_ground(const odd_pixel_view *view, uint8_t colour[static 3], bool *even)
{
    uint8_t *ring = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(ring, 3 * odd_ring_room(view)));
    const int64_t n = odd_ring_pixels(view, view->height, ring);
    odd_usual_colour(n, ring, colour);
    *even = (double)odd_count_near(n, ring, colour) >= EVEN_SHARE * (double)n;
done:
    odd_free(ring);
    return st;
}

odd_status odd_measure_ground(odd_measuring *m)
{
    uint8_t *ring = NULL;
    float *v = m->value;
    odd_status st;
    ODD_TRY(ODD_NEW(ring, 3 * odd_ring_room(&m->view)));
    const int64_t n = odd_ring_pixels(&m->view, m->view.height, ring);
    odd_usual_colour(n, ring, m->ground);
    const double even = (double)odd_count_near(n, ring, m->ground) / (double)n;
    m->even = even >= EVEN_SHARE;
    v[ODD_MEASURE_GROUND_RED] = m->ground[0];
    v[ODD_MEASURE_GROUND_GREEN] = m->ground[1];
    v[ODD_MEASURE_GROUND_BLUE] = m->ground[2];
    v[ODD_MEASURE_GROUND_LIGHTNESS] = (float)light_of(m->ground);
    v[ODD_MEASURE_GROUND_SATURATION] = (float)saturation_of(m->ground) / 255;
    v[ODD_MEASURE_GROUND_EVEN] = (float)even;
    v[ODD_MEASURE_GROUND_WHITE] = (float)odd_count_above(n, ring, 255) / (float)n;
    v[ODD_MEASURE_GROUND_NEAR_WHITE] = (float)odd_count_above(n, ring, 250) / (float)n;
done:
    odd_free(ring);
    return st;
}
