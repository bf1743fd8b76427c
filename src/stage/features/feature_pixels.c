/* Pixels as features: the stored image, made smaller, flattened, grey levels on a curve from 0
 * to 1.
 *
 * The arcsine of the root is steep near black and near white, so that outlines on either background
 * count as much as what is inside. A coarse image hides how an object is shifted by a little. */
#include "stage/features/feature_pixels_internal.h"
#include "stage/features/feature_source_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/image/resize.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const char *const curves[] = {"arcsine", "linear", NULL};

const odd_option odd_pixels_option_table[] = {
    ODD_INT(odd_pixels_options, side, "16", 0, 4096,
            "shrink the stored images to this side first, pixels; 0: as they are stored"),
    ODD_CHOICE(
        odd_pixels_options, curve, "arcsine", curves,
        "of grey levels: arcsine, in which small differences near black and white count; linear"),
    ODD_REAL(odd_pixels_options, scale, "0.00392156862745098", 1e-9, 1e9,
             "factor from grey levels 0-255 to features; the default is 1/255"),
    ODD_OPTIONS_END,
};

typedef struct {
    odd_image_form form; /* of the stored images */
    int side;            /* of what is flattened */
    float level[256];    /* the feature of each grey level */
} pixels;

static int side_of(const odd_pixels_options *options, const odd_image_form *form)
{
    return options->side > 0 && options->side < form->width ? (int)options->side : form->width;
}

static odd_status plan_pixels(const odd_job *job, const void *options, const odd_image_form *form,
                              odd_feature_needs *out)
{
    (void)job;
    int side = side_of(options, form);
    *out = (odd_feature_needs){.width = side * side * form->channels, .batch = 1};
    return ODD_OK;
}

/* The curves meet at black, middle grey and white. */
static void set_levels(const odd_pixels_options *options, float level[static 256])
{
    const bool linear = strcmp(options->curve, "linear") == 0;
    for (int grey = 0; grey < 256; grey++) {
        const double curved = 255 * 2 / M_PI * asin(sqrt(grey / 255.0));
        level[grey] = (float)(options->scale * (linear ? grey : curved));
    }
}

static odd_status open_pixels(const odd_run *run, const void *options, const odd_image_form *form,
                              odd_feature_needs *needs, void **state)
{
    pixels *p = odd_alloc(1, sizeof *p);
    if (!p) return ODD_NOMEM;
    p->form = *form;
    p->side = side_of(options, form);
    set_levels(options, p->level);
    *state = p;
    return plan_pixels(run->job, options, form, needs);
}

static void map_levels(int64_t n, const uint8_t *restrict in, const float level[static 256],
                       float *restrict out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = level[in[i]];
}

/* One image: its features. */
static odd_status flatten_image(const pixels *p, const uint8_t *image, float *x)
{
    const odd_image_form *form = &p->form;
    odd_image stored = {form->width, form->height, form->channels, (uint8_t *)image};
    odd_image small = ODD_IMAGE_EMPTY;
    int64_t values = (int64_t)p->side * p->side * form->channels;
    odd_status st = ODD_OK;
    if (p->side < form->width)
        ODD_TRY(odd_resize(&stored, 0, 0, form->width, form->height, ODD_KERNEL_BICUBIC, p->side,
                           p->side, &small));
    map_levels(values, small.pixels ? small.pixels : image, p->level, x);
done:
    odd_image_free(&small);
    return st;
}

static odd_status extract_pixels(void *state, int64_t count, const int64_t row[],
                                 const uint8_t images[], float x[])
{
    (void)row;
    const pixels *p = state;
    const int64_t stored = (int64_t)p->form.width * p->form.height * p->form.channels;
    const int64_t values = (int64_t)p->side * p->side * p->form.channels;
    int worst = ODD_OK;
#pragma omp parallel for default(none) shared(p, count, images, x, stored, values)                 \
    reduction(max                                                                                  \
              : worst)
    for (int64_t i = 0; i < count; i++) {
        int st = flatten_image(p, images + i * stored, x + i * values);
        if (st > worst) worst = st;
    }
    if (worst == ODD_OK) return ODD_OK;
    return odd_fail((odd_status)worst, "cannot shrink the stored images: out of memory");
}

static void close_pixels(void **state)
{
    odd_free(*state);
    *state = NULL;
}

const odd_feature_source odd_feature_pixels = {
    .name = "pixels",
    .summary = "the stored pixels themselves, flattened and scaled",
    .options = odd_pixels_option_table,
    .options_size = sizeof(odd_pixels_options),
    .plan = plan_pixels,
    .open = open_pixels,
    .extract = extract_pixels,
    .close = close_pixels,
};
