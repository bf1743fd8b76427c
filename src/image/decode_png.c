/* PNG by libpng: every depth and colour type becomes 8-bit grey or RGB, with alpha where there is
 * transparency; gamma is not applied and 16 bits lose their lower half, both as in Pillow. */
#include "image/decode_internal.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#define MAX_CHUNK_BYTES 8000000 /* of one inflated chunk beside the pixels: a profile at most */

typedef struct {
    png_structp png;
    png_infop info;
    jmp_buf escape;
    size_t at; /* next byte to read */
    const odd_source *source;
    odd_decoded *out;
    odd_read_result *result;
} png_reader;

static void on_error(png_structp png, png_const_charp text)
{
    png_reader *r = png_get_error_ptr(png);
    if (r->result->status == ODD_IMAGE_OK) {
        if (strstr(text, "Not enough image data"))
            odd_read_result_set(r->result, ODD_IMAGE_TRUNCATED, "PNG data ends too early");
        else
            odd_read_result_set(r->result, ODD_IMAGE_BROKEN, "damaged PNG: %s", text);
    }
    longjmp(r->escape, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void read_bytes(png_structp png, png_bytep to, size_t n)
{
    png_reader *r = png_get_io_ptr(png);
    if (n > r->source->size - r->at) {
        odd_read_result_set(r->result, ODD_IMAGE_TRUNCATED, "PNG data ends too early");
        png_error(png, "end of data");
    }
    memcpy(to, r->source->bytes + r->at, n);
    r->at += n;
}

static void start_reader(png_reader *r)
{
    static const png_byte texts[] = "tEXt\0zTXt\0iTXt"; /* never inflated */
    r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, on_error, on_warning);
    if (r->png) r->info = png_create_info_struct(r->png);
    if (!r->info) {
        odd_read_result_set(r->result, ODD_IMAGE_TOO_LARGE, "out of memory");
        longjmp(r->escape, 1);
    }
    png_set_read_fn(r->png, r, read_bytes);
    png_set_user_limits(r->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ours say why, see below */
    png_set_chunk_malloc_max(r->png, MAX_CHUNK_BYTES);
    png_set_keep_unknown_chunks(r->png, PNG_HANDLE_CHUNK_NEVER, texts, 3);
}

static void keep_profile(png_reader *r)
{
    png_charp name;
    png_bytep profile;
    png_uint_32 size;
    int method;
    if (!png_get_iCCP(r->png, r->info, &name, &method, &profile, &size)) return;
    odd_keep_profile(r->out, (odd_span){profile, size});
}

static void choose_colours(png_reader *r)
{
    png_set_expand(r->png);
    png_set_strip_16(r->png);
}

static void read_rows(png_reader *r)
{
    odd_image *image = &r->out->image;
    size_t stride = (size_t)image->width * (size_t)image->channels;
    int passes = png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    if (png_get_rowbytes(r->png, r->info) != stride) png_error(r->png, "rows of unexpected size");
    for (int pass = 0; pass < passes; pass++) {
        for (int y = 0; y < image->height; y++) {
            png_read_row(r->png, image->pixels + (size_t)y * stride, NULL);
            if (y % 16 == 0 && odd_seconds() > r->source->deadline) {
                odd_reject_slow(r->source, r->result);
                png_error(r->png, "deadline");
            }
        }
    }
}

static int channels_of(png_reader *r)
{
    int type = png_get_color_type(r->png, r->info);
    bool clear = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(r->png, r->info, PNG_INFO_tRNS);
    return (type & PNG_COLOR_MASK_COLOR ? 3 : 1) + (clear ? 1 : 0);
}

static void note_form(png_reader *r)
{
    int type = png_get_color_type(r->png, r->info);
    r->out->mode = type == PNG_COLOR_TYPE_PALETTE  ? ODD_COLOUR_PALETTE
                   : (type & PNG_COLOR_MASK_COLOR) ? ODD_COLOUR_RGB
                                                   : ODD_COLOUR_GREY;
    r->out->depth = png_get_bit_depth(r->png, r->info);
}

static void decode_all(png_reader *r)
{
    start_reader(r);
    png_read_info(r->png, r->info);
    png_uint_32 width = png_get_image_width(r->png, r->info);
    png_uint_32 height = png_get_image_height(r->png, r->info);
    if (!odd_within_limits(r->source, width, height, r->result)) longjmp(r->escape, 1);
    note_form(r);
    r->out->orientation = odd_png_orientation(r->source);
    keep_profile(r);
    if (odd_image_new((int)width, (int)height, channels_of(r), &r->out->image) != ODD_OK) {
        odd_reject_status(r->result);
        longjmp(r->escape, 1);
    }
    choose_colours(r);
    read_rows(r);
    r->out->box = odd_kept_box(r->source->options, (int)width, (int)height, r->out->orientation);
}

bool odd_decode_png(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    png_reader r = {.source = source, .out = out, .result = result};
    if (setjmp(r.escape) == 0) decode_all(&r); /* all that it needs after a jump is in `r` */
    png_destroy_read_struct(&r.png, &r.info, NULL);
    return result->status == ODD_IMAGE_OK;
}
