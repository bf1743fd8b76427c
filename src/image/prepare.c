/* Prepare: the way of an image from encoded bytes to the square that the catalogue stores. */
#include "oddlot/image/prepare.h"

#include "image/decode_internal.h"
#include "image/measure_internal.h"
#include "oddlot/base/memory.h"

#include <ctype.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Buffers up to this size stay with the process from image to image: giving them back and touching
 * fresh pages each time costs a third of the rate at 0.2 megapixels. */
#define REUSED_BYTES (16 << 20)

static const char *const channel_choices[] = {"gray", "rgb", NULL};
static const char *const crop_choices[] = {"centre", "none", "pad", NULL};

const odd_option odd_prepare_option_table[] = {
    ODD_INT(odd_prepare_options, size, "299", 1, 4096, "side of the stored square, pixels"),
    ODD_CHOICE(odd_prepare_options, channels, "rgb", channel_choices, "store grey or RGB"),
    ODD_CHOICE(
        odd_prepare_options, crop, "centre", crop_choices,
        "centre: the largest central square; none: squeeze the whole image to a square; pad: "
        "the whole image on a square of its background colour, white where it has none"),
    ODD_REAL(odd_prepare_options, margin, "0", 0, 0.9,
             "share of each side that is cut away besides; 0.125 is what resizing to 256 and "
             "cropping to 224 leaves out"),
    ODD_CHOICE(
        odd_prepare_options, kernel, "bicubic", odd_kernel_names,
        "how images are resized: area, the mean of what a pixel covers; the others as by Pillow, "
        "all but nearest antialiased"),
    ODD_TEXT(odd_prepare_options, background, "ffffff", "colour behind transparent pixels, rrggbb"),
    ODD_REAL(odd_prepare_options, max_megapixels, "100", 0.000001, 1000,
             "largest image that is decoded, millions of pixels"),
    ODD_REAL(odd_prepare_options, max_megabytes, "100", 0.000001, 2000,
             "largest file that is read, millions of bytes"),
    ODD_REAL(odd_prepare_options, max_seconds, "20", 0.001, 86400,
             "longest that one image may take to decode, seconds"),
    ODD_OPTIONS_END,
};

odd_status odd_prepare_check(const odd_prepare_options *options)
{
    const char *colour = options->background;
    bool valid = strlen(colour) == 6;
    for (const char *c = colour; *c; c++)
        valid = valid && isxdigit((unsigned char)*c);
    if (!valid)
        return odd_fail(ODD_USAGE, "background '%s' is not a colour like ffffff (rrggbb)", colour);
    return ODD_OK;
}

odd_status odd_image_start(void)
{
    mallopt(M_MMAP_THRESHOLD, REUSED_BYTES);
    mallopt(M_TRIM_THRESHOLD, 4 * REUSED_BYTES);
    return odd_vips_start();
}

void odd_image_stop(void)
{
    odd_vips_stop();
}

int odd_prepared_channels(const odd_prepare_options *options)
{
    return strcmp(options->channels, "gray") == 0 ? 1 : 3;
}

size_t odd_prepared_bytes(const odd_prepare_options *options)
{
    return (size_t)options->size * (size_t)options->size * (size_t)odd_prepared_channels(options);
}

/* The pixels on their way: each step replaces them by what it made of them. */
typedef struct {
    odd_image owned; /* empty while the pixels are borrowed */
    odd_pixel_view view;
    odd_box box;            /* what to keep of the view */
    odd_measured *measured; /* NULL: measures are not wanted */
} part;

/* What a step made, which is nothing where it failed; the status is passed through. */
static odd_status replace_image(part *p, odd_status st, const odd_image *made)
{
    if (st != ODD_OK) return st;
    odd_image_free(&p->owned);
    p->owned = *made;
    p->view = odd_view_whole(&p->owned);
    return ODD_OK;
}

/* Narrow the view to the whole pixels that cover the box. */
static void narrow_view(part *p)
{
    const odd_pixel_view *whole = &p->view;
    int left = (int)floor(p->box.left), top = (int)floor(p->box.top);
    int right = (int)fmin(ceil(p->box.left + p->box.width), whole->width);
    int bottom = (int)fmin(ceil(p->box.top + p->box.height), whole->height);
    const uint8_t *corner =
        whole->pixels + (size_t)top * whole->stride + (size_t)left * (size_t)whole->channels;
    p->view = (odd_pixel_view){corner, whole->stride, right - left, bottom - top, whole->channels};
    p->box.left -= left;
    p->box.top -= top;
}

static odd_status flatten_alpha(const odd_prepare_options *options, part *p)
{
    odd_image made = ODD_IMAGE_EMPTY;
    uint32_t colour = (uint32_t)strtoul(options->background, NULL, 16);
    const uint8_t background[3] = {(uint8_t)(colour >> 16), (uint8_t)(colour >> 8),
                                   (uint8_t)colour};
    return replace_image(p, odd_flatten(&p->view, background, &made), &made);
}

static odd_status convert_to_luma(part *p)
{
    odd_image made = ODD_IMAGE_EMPTY;
    return replace_image(p, odd_luma(&p->view, &made), &made);
}

static odd_status orient_view(part *p, int orientation)
{
    odd_image made = ODD_IMAGE_EMPTY;
    return replace_image(p, odd_orient(&p->view, orientation, &p->box, &made), &made);
}

static void spread_grey(size_t n, uint8_t *pixels)
{
    for (size_t i = n; i-- > 0;)
        pixels[3 * i] = pixels[3 * i + 1] = pixels[3 * i + 2] = pixels[i];
}

/* Upright, sRGB or grey, without alpha, and measured where that is wanted: what measures need all
 * of, the square only its part of. */
static odd_status settle_view(const odd_prepare_options *options, part *p, int orientation)
{
    odd_status st = ODD_OK;
    if (p->view.channels % 2 == 0) ODD_TRY(flatten_alpha(options, p));
    if (orientation != 1) ODD_TRY(orient_view(p, orientation));
    if (!p->measured) return ODD_OK;
    ODD_TRY(odd_measure_view(&p->view, p->measured));
    narrow_view(p);
done:
    return st;
}

/* From sRGB or grey pixels, with alpha or without, to the stored square. */
static odd_status finish_square(const odd_prepare_options *options, part *p, int orientation,
                                uint8_t *pixels)
{
    odd_status st;
    int side = (int)options->size, channels = odd_prepared_channels(options);
    ODD_TRY(settle_view(options, p, orientation));
    if (p->view.channels == 3 && channels == 1) ODD_TRY(convert_to_luma(p));
    const odd_kernel kernel = odd_kernel_find(options->kernel);
    if (strcmp(options->crop, "pad") == 0)
        ODD_TRY(odd_pad(&p->view, &p->box, kernel, side, pixels));
    else
        ODD_TRY(odd_resample(&p->view, &p->box, kernel, side, side, pixels));
    if (p->view.channels == 1 && channels == 3) spread_grey((size_t)side * (size_t)side, pixels);
done:
    return st;
}

/* To sRGB: by the profile where there is one that matters, by the formula for other CMYK. */
static bool convert_colours(const odd_source *source, const odd_decoded *decoded, part *p,
                            odd_read_result *result)
{
    odd_image made = ODD_IMAGE_EMPTY;
    bool profiled = decoded->profile &&
                    (decoded->cmyk || !odd_profile_is_plain(decoded->profile, decoded->profile_size,
                                                            p->view.channels));
    if (profiled && odd_apply_profile(source, decoded, &p->view, &made, result))
        replace_image(p, ODD_OK, &made);
    else if (result->status == ODD_IMAGE_OK && decoded->cmyk &&
             replace_image(p, odd_cmyk_to_rgb(&p->view, &made), &made) != ODD_OK)
        return odd_reject_status(result);
    return result->status == ODD_IMAGE_OK;
}

static void settle_result(const odd_prepare_options *options, odd_status st, uint8_t *pixels,
                          odd_measured *measured, odd_read_result *result)
{
    if (st != ODD_OK && result->status == ODD_IMAGE_OK) odd_reject_status(result);
    if (result->status == ODD_IMAGE_OK) return;
    memset(pixels, 0, odd_prepared_bytes(options));
    if (measured) odd_measured_clear(measured);
}

static void measure_file(const odd_source *source, const odd_decoded *decoded,
                         odd_measured *measured)
{
    float *value = measured->value;
    value[ODD_MEASURE_BYTES] = (float)source->size;
    value[ODD_MEASURE_FORMAT] = (float)decoded->format;
    value[ODD_MEASURE_COLOUR_MODE] = (float)decoded->mode;
    value[ODD_MEASURE_HAS_ALPHA] =
        (float)(decoded->cmyk ? decoded->image.channels == 5 : decoded->image.channels % 2 == 0);
    if (decoded->depth > 0) value[ODD_MEASURE_BIT_DEPTH] = (float)decoded->depth;
    value[ODD_MEASURE_CUT_SHORT] = (float)decoded->cut_short;
}

void odd_prepare_encoded(const odd_prepare_options *options, const uint8_t *bytes, size_t size,
                         uint8_t *pixels, odd_measured *measured, odd_read_result *result)
{
    odd_source source = {bytes,           size, "", options, odd_seconds() + options->max_seconds,
                         measured != NULL};
    odd_decoded decoded = ODD_DECODED_EMPTY;
    part p = {.owned = ODD_IMAGE_EMPTY, .measured = measured};
    odd_status st = ODD_OK;
    odd_read_result_ok(result);
    if (measured) odd_measured_clear(measured);
    if (size == 0)
        odd_read_result_set(result, ODD_IMAGE_EMPTY_FILE, "%s",
                            odd_image_status_text(ODD_IMAGE_EMPTY_FILE));
    else if ((double)size > options->max_megabytes * 1e6)
        odd_read_result_set(result, ODD_IMAGE_TOO_LARGE,
                            "file of %.1f megabytes is over the limit of %g", (double)size / 1e6,
                            options->max_megabytes);
    else if (odd_decode(&source, &decoded, result)) {
        p.box = decoded.box;
        p.view = odd_view_whole(&decoded.image);
        if (measured)
            measure_file(&source, &decoded, measured);
        else
            narrow_view(&p);
        if (convert_colours(&source, &decoded, &p, result))
            st = finish_square(options, &p, decoded.orientation, pixels);
    }
    settle_result(options, st, pixels, measured, result);
    odd_image_free(&p.owned);
    odd_decoded_free(&decoded);
}

void odd_prepare_raw(const odd_prepare_options *options, const odd_image *raw, uint8_t *pixels,
                     odd_measured *measured, odd_read_result *result)
{
    part p = {.owned = ODD_IMAGE_EMPTY,
              .view = odd_view_whole(raw),
              .box = odd_kept_box(options, raw->width, raw->height, 1),
              .measured = measured};
    odd_status st = ODD_OK;
    odd_read_result_ok(result);
    if (measured) odd_measured_clear(measured);
    if (raw->channels != 1 && raw->channels != 3 && raw->channels != 4)
        odd_read_result_set(result, ODD_IMAGE_BAD_VALUE, "pixels have %d channels", raw->channels);
    else {
        if (!measured) narrow_view(&p);
        st = finish_square(options, &p, 1, pixels);
    }
    settle_result(options, st, pixels, measured, result);
    odd_image_free(&p.owned);
}
