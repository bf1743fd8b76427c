/* Pixels as features: the stored image flattened, grey levels scaled to 0 ... 1. */
#include "feature_source_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

typedef struct {
    double scale;
} pixels_options;

static const odd_option table[] = {
    {"scale", ODD_OPTION_REAL, 0, "0.00392156862745098", 1e-9, 1e9, NULL,
     "factor from grey levels 0-255 to features; the default is 1/255"},
    ODD_OPTIONS_END,
};

typedef struct {
    int64_t width; /* values of an image */
    float scale;
} pixels;

static odd_status plan(const void *options, const odd_image_form *form, int *width, int64_t *bytes)
{
    (void)options;
    *width = form->width * form->height * form->channels;
    *bytes = 0;
    return ODD_OK;
}

static odd_status open_pixels(const void *options, const odd_image_form *form, void **state)
{
    pixels *p = odd_alloc(1, sizeof *p);
    if (!p) return ODD_NOMEM;
    p->width = (int64_t)form->width * form->height * form->channels;
    p->scale = (float)((const pixels_options *)options)->scale;
    *state = p;
    return ODD_OK;
}

ODD_SIMD static void scale_values(int64_t n, const uint8_t *restrict in, float scale,
                                  float *restrict out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = scale * (float)in[i];
}

static odd_status extract(void *state, int64_t count, const uint8_t images[], float x[])
{
    const pixels *p = state;
#pragma omp parallel for default(none) shared(p, count, images, x)
    for (int64_t i = 0; i < count; i++)
        scale_values(p->width, images + i * p->width, p->scale, x + i * p->width);
    return ODD_OK;
}

static void close_pixels(void **state)
{
    odd_free(*state);
    *state = NULL;
}

const odd_feature_source odd_feature_pixels = {
    .name = "pixels",
    .summary = "the stored pixels themselves, flattened and scaled",
    .options = table,
    .options_size = sizeof(pixels_options),
    .plan = plan,
    .open = open_pixels,
    .extract = extract,
    .close = close_pixels,
};
