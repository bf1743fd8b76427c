/* Measure: all that is measured of an image's pixels, in the order in which one part needs another.
 */
#include "image/measure_internal.h"

#include <stdlib.h>

static odd_hash digest_pixels(const odd_measuring *m)
{
    const odd_pixel_view *view = &m->view;
    const bool grey = m->chroma == 0;
    const int64_t form[3] = {view->width, view->height, grey ? 1 : 3};
    const size_t n = (size_t)view->width * (size_t)view->height;
    const uint8_t *pixels = grey ? m->light : view->pixels; /* of grey, light is the level */
    odd_hash h = odd_hash_add(ODD_HASH_START, form, sizeof form);
    return odd_hash_add(h, pixels, grey ? n : 3 * n);
}

static odd_status measure_all(odd_measuring *m, odd_hash *digest)
{
    odd_status st;
    ODD_TRY(odd_measure_ground(m));
    ODD_TRY(odd_measure_planes(m));
    *digest = digest_pixels(m);
    ODD_TRY(odd_measure_product(m));
    ODD_TRY(odd_measure_bands(m));
    ODD_TRY(odd_measure_edges(m));
    odd_measure_detail(m);
    ODD_TRY(odd_measure_tones(m));
done:
    return st;
}

odd_status odd_measure_view(const odd_pixel_view *view, odd_measured *out)
{
    odd_measuring m = {.view = *view, .light = view->pixels, .value = out->value};
    if (view->channels != 1 && view->channels != 3)
        return odd_fail(ODD_ARG, "pixels with %d channels cannot be measured", view->channels);
    out->value[ODD_MEASURE_WIDTH] = (float)view->width;
    out->value[ODD_MEASURE_HEIGHT] = (float)view->height;
    const odd_status st = measure_all(&m, &out->pixels);
    free(m.planes);
    return st;
}

odd_status odd_measure_pixels(const odd_image *image, odd_measured *out)
{
    const odd_pixel_view view = odd_view_whole(image);
    return odd_measure_view(&view, out);
}
