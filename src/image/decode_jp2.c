/* JPEG 2000 by OpenJPEG: the container (.jp2) and the bare code stream (.j2k).
 *
 * Colours are spread over the sizes that their components have; what is alpha, the container says.
 * OpenJPEG decodes in one go, so the clock is looked at before and after. */
#include "image/decode_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openjpeg.h>

#define CODE_STREAM    "\xff\x4f\xff\x51"
#define MAX_COMPONENTS 8
#define CHUNK_BYTES    (1 << 20)

#define OPACITY               1 /* what a component is, as the container says */
#define OPACITY_PREMULTIPLIED 2

typedef struct {
    const odd_source *source;
    size_t at;
} jp2_bytes;

static OPJ_SIZE_T read_bytes(void *to, OPJ_SIZE_T n, void *data)
{
    jp2_bytes *b = data;
    size_t rest = b->source->size - b->at;
    if (rest == 0) return (OPJ_SIZE_T)-1;
    if (n > rest) n = rest;
    memcpy(to, b->source->bytes + b->at, n);
    b->at += n;
    return n;
}

static OPJ_BOOL seek_bytes(OPJ_OFF_T to, void *data)
{
    jp2_bytes *b = data;
    if (to < 0 || (uint64_t)to > b->source->size) return OPJ_FALSE;
    b->at = (size_t)to;
    return OPJ_TRUE;
}

static OPJ_OFF_T skip_bytes(OPJ_OFF_T n, void *data)
{
    jp2_bytes *b = data;
    return n >= 0 && seek_bytes((OPJ_OFF_T)b->at + n, data) ? n : -1;
}

static opj_stream_t *open_stream(jp2_bytes *bytes)
{
    opj_stream_t *stream = opj_stream_create(CHUNK_BYTES, OPJ_TRUE);
    if (!stream) return NULL;
    opj_stream_set_user_data(stream, bytes, NULL);
    opj_stream_set_user_data_length(stream, bytes->source->size);
    opj_stream_set_read_function(stream, read_bytes);
    opj_stream_set_skip_function(stream, skip_bytes);
    opj_stream_set_seek_function(stream, seek_bytes);
    return stream;
}

static bool reject_broken(odd_read_result *result)
{
    return ODD_REJECT(result, ODD_IMAGE_BROKEN, "damaged JPEG 2000 data, or it ends too early");
}

/* The size of what is shown: that of the first component. */
static bool check_header(const odd_source *source, const opj_image_t *image,
                         odd_read_result *result)
{
    if (image->numcomps < 1 || image->numcomps > MAX_COMPONENTS)
        return ODD_REJECT(result, ODD_IMAGE_BROKEN, "%s has %u channels", source->format,
                          image->numcomps);
    for (OPJ_UINT32 i = 0; i < image->numcomps; i++)
        if (!odd_within_limits(source, image->comps[i].w, image->comps[i].h, result)) return false;
    return true;
}

static bool decode_image(const odd_source *source, opj_codec_t *codec, opj_stream_t *stream,
                         opj_image_t **image, odd_read_result *result)
{
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec, &parameters) || !opj_read_header(stream, codec, image))
        return reject_broken(result);
    if (!check_header(source, *image, result)) return false;
    if (odd_seconds() > source->deadline) return odd_reject_slow(source, result);
    if (!opj_decode(codec, stream, *image) || !opj_end_decompress(codec, stream))
        return reject_broken(result);
    if (odd_seconds() > source->deadline) return odd_reject_slow(source, result);
    return check_header(source, *image, result); /* a palette adds components */
}

/* Which components become channels, in this order. */
typedef struct {
    int colours;  /* 1, 3, or 4 inks */
    int channels; /* colours, and alpha if there is one */
    const opj_image_comp_t *of[5];
    bool premultiplied;
    bool luma_chroma; /* the colours are Y, Cb, Cr */
} jp2_form;

/* Where nothing is said of it, as in a bare code stream, one component beyond the colours is alpha:
 * so it is in Pillow. */
static const opj_image_comp_t *find_alpha(const opj_image_t *image, int colours)
{
    const OPJ_UINT32 next = (OPJ_UINT32)colours;
    for (OPJ_UINT32 i = 0; i < image->numcomps; i++)
        if (image->comps[i].alpha == OPACITY || image->comps[i].alpha == OPACITY_PREMULTIPLIED)
            return &image->comps[i];
    return image->numcomps == next + 1 && image->comps[next].alpha == 0 ? &image->comps[next]
                                                                        : NULL;
}

static bool find_form(const opj_image_t *image, jp2_form *form)
{
    const bool inks = image->color_space == OPJ_CLRSPC_CMYK;
    *form = (jp2_form){.colours = inks ? 4 : image->numcomps <= 2 ? 1 : 3};
    form->luma_chroma = image->color_space == OPJ_CLRSPC_SYCC && form->colours == 3;
    const opj_image_comp_t *alpha = find_alpha(image, form->colours);
    for (OPJ_UINT32 i = 0; i < image->numcomps && form->channels < form->colours; i++)
        if (&image->comps[i] != alpha) form->of[form->channels++] = &image->comps[i];
    if (form->channels < form->colours || image->color_space == OPJ_CLRSPC_EYCC) return false;
    if (alpha) form->of[form->channels++] = alpha;
    form->premultiplied = alpha && alpha->alpha == OPACITY_PREMULTIPLIED;
    for (int c = 0; c < form->channels; c++)
        if (!form->of[c]->data || form->of[c]->prec < 1 || form->of[c]->prec > 31) return false;
    return true;
}

/* From the numbers of a component to 0 ... 255. */
static uint8_t component_level(const opj_image_comp_t *from, OPJ_INT32 value)
{
    const int64_t most = (INT64_C(1) << from->prec) - 1;
    int64_t above = (int64_t)value + (from->sgnd ? INT64_C(1) << (from->prec - 1) : 0);
    above = above < 0 ? 0 : above > most ? most : above;
    return (uint8_t)(most == 255 ? above : (above * 510 + most) / (2 * most));
}

/* Components may be of lower resolution than the first one. */
static void store_row(const jp2_form *form, int y, odd_image *out)
{
    uint8_t *row = out->pixels + (size_t)y * (size_t)out->width * (size_t)out->channels;
    for (int c = 0; c < form->channels; c++) {
        const opj_image_comp_t *from = form->of[c], *first = form->of[0];
        OPJ_UINT32 line = (OPJ_UINT32)((uint64_t)y * first->dy / from->dy);
        const OPJ_INT32 *in = from->data + (size_t)(line < from->h ? line : from->h - 1) * from->w;
        for (int x = 0; x < out->width; x++) {
            OPJ_UINT32 at = (OPJ_UINT32)((uint64_t)x * first->dx / from->dx);
            row[x * out->channels + c] = component_level(from, in[at < from->w ? at : from->w - 1]);
        }
    }
    if (form->luma_chroma) odd_ycc_to_rgb(out->width, out->channels, row);
    if (form->premultiplied) odd_divide_alpha(out->width, out->channels, row);
}

static bool store_image(const odd_source *source, const opj_image_t *image, odd_decoded *out,
                        odd_read_result *result)
{
    jp2_form form;
    if (!find_form(image, &form))
        return ODD_REJECT(result, ODD_IMAGE_BROKEN, "colours of the %s cannot be converted",
                          source->format);
    if (odd_image_new((int)form.of[0]->w, (int)form.of[0]->h, form.channels, &out->image) != ODD_OK)
        return odd_reject_status(result);
    for (int y = 0; y < out->image.height; y++)
        store_row(&form, y, &out->image);
    out->cmyk = form.colours == 4;
    out->mode = form.colours == 4   ? ODD_COLOUR_CMYK
                : form.colours == 3 ? ODD_COLOUR_RGB
                                    : ODD_COLOUR_GREY;
    out->depth = (int)form.of[0]->prec;
    if (image->icc_profile_buf)
        odd_keep_profile(out, (odd_span){image->icc_profile_buf, image->icc_profile_len});
    out->box = odd_kept_box(source->options, out->image.width, out->image.height, 1);
    return true;
}

bool odd_decode_jp2(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    bool bare = memcmp(source->bytes, CODE_STREAM, 4) == 0;
    jp2_bytes bytes = {source, 0};
    opj_codec_t *codec = opj_create_decompress(bare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
    opj_stream_t *stream = open_stream(&bytes);
    opj_image_t *image = NULL;
    bool done = codec && stream
                    ? decode_image(source, codec, stream, &image, result) &&
                          store_image(source, image, out, result)
                    : ODD_REJECT(result, ODD_IMAGE_TOO_LARGE, "out of memory for JPEG 2000");
    if (image) opj_image_destroy(image);
    if (stream) opj_stream_destroy(stream);
    if (codec) opj_destroy_codec(codec);
    return done;
}

const char *odd_openjpeg_text(void)
{
    static char text[32];
    snprintf(text, sizeof text, "OpenJPEG %.16s", opj_version());
    return text;
}
