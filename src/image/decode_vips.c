/* What no other decoder reads (GIF, TIFF, AVIF, HEIC, animated WebP), by libvips; and its colour
 * management for whoever finds an ICC profile.
 *
 * libvips costs milliseconds an image, so formats that catalogues are made of do not come here. Its
 * error texts are kept for the whole process and may belong to another thread: they are not quoted.
 */
#include "image/decode_internal.h"

#include <stdlib.h>
#include <string.h>

#include <vips/vips.h>

#define MAX_BANDS 8 /* CMYK with alpha has 5; a TIFF may claim thousands */

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

typedef struct {
    double deadline;
    bool late;
} watch;

static void on_eval(VipsImage *image, VipsProgress *progress, watch *w)
{
    (void)progress;
    w->late = w->late || odd_seconds() > w->deadline;
    if (w->late) vips_image_set_kill(image, TRUE);
}

static bool reject_broken(const odd_source *source, odd_verdict *verdict)
{
    return ODD_REJECT(verdict, ODD_IMAGE_BROKEN,
                      "damaged %s data, or of a kind that is not supported", source->format);
}

/* Compute the pixels of a pipeline: 8 bits, 1, 3 or 4 channels. */
static bool compute(const odd_source *source, VipsImage *in, odd_image *out, odd_verdict *verdict)
{
    watch w = {source->deadline, false};
    size_t size = 0;
    if (odd_seconds() > source->deadline) return odd_reject_slow(source, verdict);
    if (odd_image_new(in->Xsize, in->Ysize, in->Bands, out) != ODD_OK)
        return odd_reject_status(verdict);
    vips_image_set_progress(in, TRUE);
    g_signal_connect(in, "eval", G_CALLBACK(on_eval), &w);
    void *pixels = vips_image_write_to_memory(in, &size);
    bool whole = pixels && size == (size_t)out->width * (size_t)out->height * (size_t)out->channels;
    if (whole) memcpy(out->pixels, pixels, size);
    g_free(pixels);
    if (w.late) return odd_reject_slow(source, verdict);
    return whole || reject_broken(source, verdict);
}

/* One step of a pipeline: *im becomes what the step made of it. */
static bool stepped(VipsImage **im, int failed, VipsImage **next)
{
    if (failed) return false;
    g_object_unref(*im);
    *im = *next;
    return true;
}

static bool is_lab(const VipsImage *im)
{
    return im->Type == VIPS_INTERPRETATION_LAB || im->Type == VIPS_INTERPRETATION_LABQ ||
           im->Type == VIPS_INTERPRETATION_LABS;
}

/* Lab in a file is that of ICC, under D50; libvips' own formulas take it as under D65. */
static bool lab_to_srgb(VipsImage **im)
{
    VipsImage *next = NULL;
    return stepped(im, vips_colourspace(*im, &next, VIPS_INTERPRETATION_LAB, NULL), &next) &&
           stepped(im, vips_icc_export(*im, &next, "output_profile", "srgb", "depth", 8, NULL),
                   &next);
}

/* *im becomes sRGB by its profile; false where it has none that works. */
static bool profile_applied(VipsImage **im)
{
    VipsImage *next = NULL;
    return vips_image_get_typeof(*im, VIPS_META_ICC_NAME) != 0 &&
           stepped(im,
                   vips_icc_transform(*im, &next, "srgb", "embedded", TRUE,
                                      "black_point_compensation", TRUE, "intent",
                                      VIPS_INTENT_RELATIVE, NULL),
                   &next);
}

/* Without a profile CMYK stays as it is: the formula is the same for all formats. */
static bool to_srgb(VipsImage **im, bool *cmyk)
{
    VipsImage *next = NULL;
    VipsInterpretation target =
        (*im)->Bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    if (is_lab(*im)) return lab_to_srgb(im); /* whatever profile comes along */
    if (profile_applied(im)) return true;
    *cmyk = (*im)->Type == VIPS_INTERPRETATION_CMYK && (*im)->BandFmt == VIPS_FORMAT_UCHAR &&
            (*im)->Bands >= 4;
    return *cmyk || stepped(im, vips_colourspace(*im, &next, target, NULL), &next);
}

/* 8 bits and 1, 3 or 4 channels, whatever it was. */
static bool to_bytes(VipsImage **im)
{
    VipsImage *next = NULL;
    if ((*im)->BandFmt != VIPS_FORMAT_UCHAR &&
        !stepped(im, vips_cast(*im, &next, VIPS_FORMAT_UCHAR, NULL), &next))
        return false;
    if ((*im)->Bands == 2 &&
        !stepped(im, vips_colourspace(*im, &next, VIPS_INTERPRETATION_sRGB, NULL), &next))
        return false;
    return (*im)->Bands <= 4 || stepped(im, vips_extract_band(*im, &next, 0, "n", 4, NULL), &next);
}

static bool load(const odd_source *source, VipsImage **im, odd_verdict *verdict)
{
    *im =
        vips_image_new_from_buffer(source->bytes, source->size, "", "access",
                                   VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
    if (!*im) return reject_broken(source, verdict);
    if (!odd_within_limits(source, (*im)->Xsize, (*im)->Ysize, verdict)) return false;
    return (*im)->Bands <= MAX_BANDS || ODD_REJECT(verdict, ODD_IMAGE_BROKEN, "%s has %d channels",
                                                   source->format, (*im)->Bands);
}

bool odd_decode_vips(const odd_source *source, odd_decoded *out, odd_verdict *verdict)
{
    VipsImage *im = NULL;
    ODD_CHECK(started);
    bool done = load(source, &im, verdict);
    if (done) {
        if (out->orientation == 1) out->orientation = vips_image_get_orientation(im);
        done = (to_srgb(&im, &out->cmyk) && to_bytes(&im)) ||
               ODD_REJECT(verdict, ODD_IMAGE_BROKEN, "colours of the %s cannot be converted",
                          source->format);
    }
    done = done && compute(source, im, &out->image, verdict);
    if (done)
        out->box =
            odd_kept_box(source->options, out->image.width, out->image.height, out->orientation);
    if (im) g_object_unref(im);
    vips_error_clear();
    vips_thread_shutdown(); /* frees what libvips keeps for this thread */
    return done;
}

static VipsInterpretation meaning(const odd_decoded *decoded, int channels)
{
    if (decoded->cmyk) return VIPS_INTERPRETATION_CMYK;
    return channels <= 2 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
}

bool odd_apply_profile(const odd_source *source, const odd_decoded *decoded, const odd_view *view,
                       odd_image *out, odd_verdict *verdict)
{
    VipsImage *im = NULL, *next = NULL;
    odd_image compact = ODD_IMAGE_EMPTY;
    ODD_CHECK(started);
    if (odd_copy(view, &compact) != ODD_OK) return odd_reject_status(verdict);
    size_t size = (size_t)compact.width * (size_t)compact.height * (size_t)compact.channels;
    im = vips_image_new_from_memory(compact.pixels, size, compact.width, compact.height,
                                    compact.channels, VIPS_FORMAT_UCHAR);
    VipsInterpretation type = meaning(decoded, compact.channels);
    bool done = im && stepped(&im, vips_copy(im, &next, "interpretation", type, NULL), &next);
    if (done)
        vips_image_set_blob_copy(im, VIPS_META_ICC_NAME, decoded->profile, decoded->profile_size);
    done = done && profile_applied(&im) && compute(source, im, out, verdict);
    if (!done) odd_image_free(out);
    if (verdict->status == ODD_IMAGE_BROKEN) odd_verdict_good(verdict); /* only the profile is */
    if (im) g_object_unref(im);
    odd_image_free(&compact);
    vips_error_clear();
    vips_thread_shutdown();
    return done;
}
