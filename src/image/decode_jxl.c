/* JPEG XL by libjxl: the first frame, upright, in 8 bits. Lossy images come as sRGB, others in the
 * colours of their profile.
 *
 * Debian 12 builds libjxl with its debugging lines: of damaged images, and of some whole ones, it
 * writes "./lib/jxl/..." to standard error, which no setting turns off. */
#include "image/decode_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include <jxl/decode.h>
#include <jxl/version.h>

/* Versions from 0.9 on ask for a format no more. */
#if JPEGXL_NUMERIC_VERSION < JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
#define ANY_FORMAT NULL,
#else
#define ANY_FORMAT
#endif

typedef struct {
    JxlDecoder *jxl;
    JxlPixelFormat format;
    const odd_source *source;
    odd_decoded *out;
    odd_read_result *result;
} jxl_reader;

static bool reject_broken(jxl_reader *r)
{
    return ODD_REJECT(r->result, ODD_IMAGE_BROKEN, "damaged JPEG XL data");
}

/* Inks are three colours and a channel of black beside them. */
static bool has_black(const jxl_reader *r, const JxlBasicInfo *info)
{
    JxlExtraChannelInfo extra;
    for (uint32_t i = 0; i < info->num_extra_channels; i++)
        if (JxlDecoderGetExtraChannelInfo(r->jxl, i, &extra) == JXL_DEC_SUCCESS &&
            extra.type == JXL_CHANNEL_BLACK)
            return true;
    return false;
}

static bool begin_image(jxl_reader *r)
{
    JxlBasicInfo info;
    if (JxlDecoderGetBasicInfo(r->jxl, &info) != JXL_DEC_SUCCESS) return reject_broken(r);
    if (!odd_within_limits(r->source, info.xsize, info.ysize, r->result)) return false;
    if (has_black(r, &info))
        return ODD_REJECT(r->result, ODD_IMAGE_UNKNOWN,
                          "JPEG XL of inks (CMYK) is not read: save it as RGB");
    r->format = (JxlPixelFormat){info.num_color_channels + (info.alpha_bits > 0 ? 1 : 0),
                                 JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    if (odd_image_new((int)info.xsize, (int)info.ysize, (int)r->format.num_channels,
                      &r->out->image) != ODD_OK)
        return odd_reject_status(r->result);
    r->out->mode = info.num_color_channels == 1 ? ODD_COLOUR_GREY : ODD_COLOUR_RGB;
    r->out->depth = (int)info.bits_per_sample;
    r->out->box = odd_kept_box(r->source->options, r->out->image.width, r->out->image.height, 1);
    return true;
}

static void choose_colours(jxl_reader *r)
{
    const JxlColorEncoding srgb = {.color_space = r->format.num_channels <= 2 ? JXL_COLOR_SPACE_GRAY
                                                                              : JXL_COLOR_SPACE_RGB,
                                   .white_point = JXL_WHITE_POINT_D65,
                                   .primaries = JXL_PRIMARIES_SRGB,
                                   .transfer_function = JXL_TRANSFER_FUNCTION_SRGB,
                                   .rendering_intent = JXL_RENDERING_INTENT_RELATIVE};
    size_t size = 0;
    JxlDecoderSetPreferredColorProfile(r->jxl, &srgb); /* if it can choose, it does */
    if (JxlDecoderGetICCProfileSize(r->jxl, ANY_FORMAT JXL_COLOR_PROFILE_TARGET_DATA, &size) !=
            JXL_DEC_SUCCESS ||
        size == 0)
        return;
    uint8_t *profile = malloc(size);
    if (profile && JxlDecoderGetColorAsICCProfile(r->jxl, ANY_FORMAT JXL_COLOR_PROFILE_TARGET_DATA,
                                                  profile, size) == JXL_DEC_SUCCESS)
        odd_keep_profile(r->out, (odd_span){profile, size});
    free(profile);
}

static bool allocate_pixels(jxl_reader *r)
{
    const odd_image *image = &r->out->image;
    size_t room = (size_t)image->width * (size_t)image->height * (size_t)image->channels;
    size_t wanted = 0;
    return (JxlDecoderImageOutBufferSize(r->jxl, &r->format, &wanted) == JXL_DEC_SUCCESS &&
            wanted == room &&
            JxlDecoderSetImageOutBuffer(r->jxl, &r->format, image->pixels, room) ==
                JXL_DEC_SUCCESS) ||
           reject_broken(r);
}

/* Runs the parts of a frame one after the other, until time is over. */
static JxlParallelRetCode run_parts(void *opaque, void *work, JxlParallelRunInit begin,
                                    JxlParallelRunFunction run, uint32_t first, uint32_t end)
{
    const odd_source *source = opaque;
    JxlParallelRetCode code = begin(work, 1);
    for (uint32_t part = first; code == 0 && part < end; part++) {
        if (odd_seconds() > source->deadline) return JXL_PARALLEL_RET_RUNNER_ERROR;
        run(work, part, 0);
    }
    return code;
}

/* All bytes are given at once: in pieces, libjxl 0.7 takes some good files for damaged ones. */
static bool begin(jxl_reader *r)
{
    const int events = JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE;
    void *source = (void *)(uintptr_t)r->source; /* handed through, not written to */
    return (JxlDecoderSubscribeEvents(r->jxl, events) == JXL_DEC_SUCCESS &&
            JxlDecoderSetUnpremultiplyAlpha(r->jxl, JXL_TRUE) == JXL_DEC_SUCCESS &&
            JxlDecoderSetParallelRunner(r->jxl, run_parts, source) == JXL_DEC_SUCCESS &&
            JxlDecoderSetInput(r->jxl, r->source->bytes, r->source->size) == JXL_DEC_SUCCESS) ||
           reject_broken(r);
}

static bool decode_frame(jxl_reader *r)
{
    bool good = begin(r);
    while (good) {
        JxlDecoderStatus status = JxlDecoderProcessInput(r->jxl);
        if (odd_seconds() > r->source->deadline) return odd_reject_slow(r->source, r->result);
        switch (status) {
        case JXL_DEC_BASIC_INFO:
            good = begin_image(r);
            break;
        case JXL_DEC_COLOR_ENCODING:
            choose_colours(r);
            break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
            good = allocate_pixels(r);
            break;
        case JXL_DEC_FULL_IMAGE:
            return true;
        case JXL_DEC_NEED_MORE_INPUT:
            return ODD_REJECT(r->result, ODD_IMAGE_TRUNCATED, "JPEG XL data ends too early");
        default:
            return reject_broken(r);
        }
    }
    return false;
}

bool odd_decode_jxl(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    jxl_reader r = {JxlDecoderCreate(NULL), .source = source, .out = out, .result = result};
    if (!r.jxl) return ODD_REJECT(result, ODD_IMAGE_TOO_LARGE, "out of memory for JPEG XL");
    bool done = decode_frame(&r);
    JxlDecoderDestroy(r.jxl);
    return done;
}

/* A million for the first number, a thousand for the next. */
const char *odd_libjxl_text(void)
{
    static char text[40];
    const uint32_t all = JxlDecoderVersion();
    snprintf(text, sizeof text, "libjxl %u.%u.%u", all / 1000000, all / 1000 % 1000, all % 1000);
    return text;
}
