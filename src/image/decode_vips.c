/* What no other decoder reads (GIF, TIFF, AVIF, HEIC, animated WebP), by libvips; and its colour
 * management for images with an ICC profile.
 *
 * libvips costs milliseconds an image, so formats that catalogues are made of do not come here. Its
 * error texts are kept for the whole process and may belong to another thread: they are not quoted.
 */
#include "image/decode_vips_internal.h"
#include "image/samples_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vips/vips.h>

#define MAX_BANDS    8  /* CMYK with alpha has 5; a TIFF may claim thousands */
#define ROWS_AT_ONCE 16 /* between two looks at the clock */

static bool started;

static void drop_message(const gchar *domain, GLogLevelFlags level, const gchar *text,
                         gpointer data)
{
    (void)domain;
    (void)level;
    (void)text;
    (void)data;
}

odd_status odd_vips_start(void)
{
    static const char *const allowed[] = {"VipsForeignLoadTiff", "VipsForeignLoadNsgif",
                                          "VipsForeignLoadWebp", "VipsForeignLoadHeif"};
    if (VIPS_INIT("oddlot") != 0) return odd_fail(ODD_IO, "libvips cannot start");
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        vips_operation_block_set(allowed[i], FALSE);
    vips_cache_set_max(0);
    vips_concurrency_set(1); /* the callers' threads work on one image each */
    g_log_set_handler("VIPS", G_LOG_LEVEL_MASK, drop_message, NULL);
    started = true;
    return ODD_OK;
}

void odd_vips_stop(void)
{
    if (started) vips_shutdown();
    started = false;
}

static bool reject_broken(const odd_source *source, odd_read_result *result)
{
    return ODD_REJECT(result, ODD_IMAGE_BROKEN,
                      "damaged %s data, or of a kind that is not supported", source->format);
}

/* Compute a pipeline some rows at a time, in this thread, and keep the samples that `form` names.
 */
static bool compute_pixels(const odd_source *source, VipsImage *in, const odd_sample_form *form,
                           odd_image *out, odd_read_result *result)
{
    bool good = true;
    if (odd_image_new(in->Xsize, in->Ysize, odd_sample_channels(form), out) != ODD_OK)
        return odd_reject_status(result);
    VipsRegion *region = vips_region_new(in);
    for (int top = 0; good && top < in->Ysize; top += ROWS_AT_ONCE) {
        const VipsRect rows = {0, top, in->Xsize, VIPS_MIN(ROWS_AT_ONCE, in->Ysize - top)};
        if (odd_seconds() > source->deadline)
            good = odd_reject_slow(source, result);
        else if (vips_region_prepare(region, &rows) != 0)
            good = reject_broken(source, result);
        for (int y = top; good && y < top + rows.height; y++)
            good = odd_samples_store(source, form, VIPS_REGION_ADDR(region, 0, y), y, out, result);
    }
    g_object_unref(region);
    return good;
}

/* One step of a pipeline: *im becomes what the step made of it. */
static bool stepped(VipsImage **im, int failed, VipsImage **next)
{
    if (failed) return false;
    g_object_unref(*im);
    *im = *next;
    return true;
}

/* Lab in a file is that of ICC, under D50; libvips' own formulas take it as under D65. */
static bool lab_to_srgb(VipsImage **im)
{
    VipsImage *next = NULL;
    return stepped(im, vips_colourspace(*im, &next, VIPS_INTERPRETATION_LAB, NULL), &next) &&
           stepped(im, vips_icc_export(*im, &next, "output_profile", "srgb", "depth", 8, NULL),
                   &next);
}

/* Grey, RGB and CMYK stay as they are, their profile is kept for the step that converts the pixels
 * of all formats. What is left are colours that only libvips knows, which become sRGB. */
static bool settle_colours(VipsImage **im, odd_decoded *out)
{
    VipsImage *next = NULL;
    const void *profile;
    size_t size;
    switch ((*im)->Type) {
    case VIPS_INTERPRETATION_LAB:
    case VIPS_INTERPRETATION_LABQ:
    case VIPS_INTERPRETATION_LABS:
        return lab_to_srgb(im); /* whatever profile comes along */
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_RGB16:
    case VIPS_INTERPRETATION_scRGB:
    case VIPS_INTERPRETATION_CMYK:
        break;
    default:
        return stepped(im, vips_colourspace(*im, &next, VIPS_INTERPRETATION_sRGB, NULL), &next);
    }
    out->cmyk = (*im)->Type == VIPS_INTERPRETATION_CMYK;
    if (vips_image_get_typeof(*im, VIPS_META_ICC_NAME) != 0 &&
        vips_image_get_blob(*im, VIPS_META_ICC_NAME, &profile, &size) == 0)
        odd_keep_profile(out, (odd_span){profile, size});
    return true;
}

/* False for samples that we do not read. */
static bool find_form(const VipsImage *im, const odd_vips_way *way, odd_sample_form *form)
{
    const bool grey = im->Type == VIPS_INTERPRETATION_B_W || im->Type == VIPS_INTERPRETATION_GREY16;
    const int colours = im->Type == VIPS_INTERPRETATION_CMYK ? 4 : grey ? 1 : 3;
    const int alpha = way->alpha < 0 ? -1 : colours + way->alpha;
    *form = (odd_sample_form){ODD_SAMPLE_U8, im->Bands, colours, alpha < im->Bands ? alpha : -1,
                              way->white_is_zero};
    if (im->BandFmt == VIPS_FORMAT_USHORT) form->type = ODD_SAMPLE_U16;
    if (im->BandFmt == VIPS_FORMAT_FLOAT) form->type = ODD_SAMPLE_FLOAT;
    return im->Bands >= colours &&
           (form->type != ODD_SAMPLE_U8 || im->BandFmt == VIPS_FORMAT_UCHAR);
}

/* By the loader of the format that decode.c saw, whatever libvips would make of the bytes. */
static bool load_source(const odd_source *source, const char *loader, VipsImage **im,
                        odd_read_result *result)
{
    VipsBlob *blob = vips_blob_new(NULL, source->bytes, source->size);
    int failed = vips_call(loader, blob, im, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                           VIPS_FAIL_ON_TRUNCATED, NULL);
    vips_area_unref(VIPS_AREA(blob));
    if (failed) return reject_broken(source, result);
    if (!odd_within_limits(source, (*im)->Xsize, (*im)->Ysize, result)) return false;
    return (*im)->Bands <= MAX_BANDS ||
           ODD_REJECT(result, ODD_IMAGE_BROKEN, "%s has %d channels", source->format, (*im)->Bands);
}

bool odd_vips_decode(const odd_source *source, const odd_vips_way *way, odd_decoded *out,
                     odd_read_result *result)
{
    VipsImage *im = NULL;
    odd_sample_form form;
    ODD_CHECK(started);
    bool done = load_source(source, way->loader, &im, result) &&
                ((settle_colours(&im, out) && find_form(im, way, &form)) ||
                 ODD_REJECT(result, ODD_IMAGE_BROKEN, "colours of the %s cannot be converted",
                            source->format)) &&
                compute_pixels(source, im, &form, &out->image, result);
    if (done)
        out->box =
            odd_kept_box(source->options, out->image.width, out->image.height, out->orientation);
    if (im) g_object_unref(im);
    vips_error_clear();
    vips_thread_shutdown(); /* frees what libvips keeps for this thread */
    return done;
}

bool odd_decode_gif(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    out->mode = ODD_COLOUR_PALETTE;
    out->depth = 8;
    return odd_vips_decode(source, &(odd_vips_way){"gifload_buffer", 0, false}, out, result);
}

static VipsInterpretation interpretation_of(const odd_decoded *decoded, int channels)
{
    if (decoded->cmyk) return VIPS_INTERPRETATION_CMYK;
    return channels <= 2 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
}

/* *im, of pixels in memory, becomes sRGB by the profile. */
static bool transform_colours(const odd_decoded *decoded, VipsImage **im)
{
    VipsImage *next = NULL;
    VipsInterpretation type = interpretation_of(decoded, (*im)->Bands);
    if (!stepped(im, vips_copy(*im, &next, "interpretation", type, NULL), &next)) return false;
    vips_image_set_blob_copy(*im, VIPS_META_ICC_NAME, decoded->profile, decoded->profile_size);
    return stepped(im,
                   vips_icc_transform(*im, &next, "srgb", "embedded", TRUE,
                                      "black_point_compensation", TRUE, "intent",
                                      VIPS_INTENT_RELATIVE, NULL),
                   &next);
}

bool odd_apply_profile(const odd_source *source, const odd_decoded *decoded,
                       const odd_pixel_view *view, odd_image *out, odd_read_result *result)
{
    odd_image compact = ODD_IMAGE_EMPTY;
    odd_sample_form form;
    ODD_CHECK(started);
    if (odd_copy(view, &compact) != ODD_OK) return odd_reject_status(result);
    size_t size = (size_t)compact.width * (size_t)compact.height * (size_t)compact.channels;
    VipsImage *im = vips_image_new_from_memory(compact.pixels, size, compact.width, compact.height,
                                               compact.channels, VIPS_FORMAT_UCHAR);
    bool done = im && transform_colours(decoded, &im) &&
                find_form(im, &(odd_vips_way){.alpha = 0}, &form) &&
                compute_pixels(source, im, &form, out, result);
    if (!done) odd_image_free(out);
    if (result->status == ODD_IMAGE_BROKEN) odd_read_result_ok(result); /* only the profile is */
    if (im) g_object_unref(im);
    odd_image_free(&compact);
    vips_error_clear();
    vips_thread_shutdown();
    return done;
}

const char *odd_vips_text(void)
{
    static char text[48];
    snprintf(text, sizeof text, "libvips %.32s", vips_version_string());
    return text;
}
