/* JPEG by libjpeg-turbo: only the part that is kept, at a lower resolution where that is enough.
 *
 * The entropy-coded data is read to its end in any case, so that a file that ends too early is
 * found whatever part of it is kept. */
#include "image/decode_internal.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#define MARKER_APP1   (JPEG_APP0 + 1)
#define MARKER_ICC    (JPEG_APP0 + 2)
#define MARKER_LENGTH 0xFFFF
#define MAX_SCANS     100 /* progressive files have about ten; each costs a pass over all pixels */
#define ROWS_AT_ONCE  16  /* as many as one row of blocks has */
#define SCALED_SPARE  2   /* a scaled image keeps this many times the stored size */
#define UPSAMPLING    4   /* columns that "fancy" upsampling may look at beyond a border */

typedef struct {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr error;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    bool end_is_cosmetic; /* once every pixel is known to be in one scan, a missing end mark is */
    const odd_source *source;
    odd_decoded *out;
    odd_read_result *result;
} jpeg_reader;

static jpeg_reader *reader_of(j_common_ptr jpeg)
{
    return jpeg->client_data;
}

static void on_error(j_common_ptr jpeg)
{
    jpeg_reader *r = reader_of(jpeg);
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    odd_read_result_set(r->result, ODD_IMAGE_BROKEN, "damaged JPEG: %s", text);
    longjmp(r->escape, 1);
}

/* Warnings are for what a viewer shows all the same. Missing pixels would be shown in grey: those
 * are no longer the image. */
static void on_message(j_common_ptr jpeg, int level)
{
    jpeg_reader *r = reader_of(jpeg);
    if (level >= 0) return;
    bool data_missing = jpeg->err->msg_code == JWRN_HIT_MARKER;
    bool end_missing = jpeg->err->msg_code == JWRN_JPEG_EOF;
    r->out->cut_short = r->out->cut_short || end_missing;
    if (!data_missing && !(end_missing && !r->end_is_cosmetic)) return;
    odd_read_result_set(r->result, ODD_IMAGE_TRUNCATED, "JPEG data ends too early");
    longjmp(r->escape, 1);
}

static void on_progress(j_common_ptr jpeg)
{
    jpeg_reader *r = reader_of(jpeg);
    if (r->jpeg.input_scan_number > MAX_SCANS)
        odd_read_result_set(r->result, ODD_IMAGE_TOO_SLOW, "JPEG has more than %d scans",
                            MAX_SCANS);
    else if (odd_seconds() > r->source->deadline)
        odd_reject_slow(r->source, r->result);
    else
        return;
    longjmp(r->escape, 1);
}

static void start_decoder(jpeg_reader *r)
{
    r->jpeg.err = jpeg_std_error(&r->error);
    r->error.error_exit = on_error;
    r->error.emit_message = on_message;
    r->jpeg.client_data = r;
    jpeg_create_decompress(&r->jpeg);
    r->progress.progress_monitor = on_progress;
    r->jpeg.progress = &r->progress;
    jpeg_mem_src(&r->jpeg, r->source->bytes, r->source->size);
    jpeg_save_markers(&r->jpeg, MARKER_APP1, MARKER_LENGTH);
    jpeg_save_markers(&r->jpeg, MARKER_ICC, MARKER_LENGTH);
}

/* The first APP1 marker that begins with this mark. */
static odd_span find_app1(const jpeg_reader *r, const char *mark, size_t size)
{
    for (jpeg_saved_marker_ptr m = r->jpeg.marker_list; m; m = m->next)
        if (m->marker == MARKER_APP1 && m->data_length >= size && memcmp(m->data, mark, size) == 0)
            return (odd_span){m->data, m->data_length};
    return (odd_span){NULL, 0};
}

static void read_markers(jpeg_reader *r)
{
    JOCTET *profile = NULL;
    unsigned profile_size = 0;
    r->out->orientation =
        odd_orientation(find_app1(r, "Exif", 5), find_app1(r, "http://ns.adobe.com/xap/1.0/", 29));
    if (!jpeg_read_icc_profile(&r->jpeg, &profile, &profile_size)) return;
    r->out->profile = profile;
    r->out->profile_size = profile_size;
}

static void choose_colours(jpeg_reader *r)
{
    int components = r->jpeg.num_components;
    if (components == 1)
        r->jpeg.out_color_space = JCS_GRAYSCALE;
    else if (components == 3)
        r->jpeg.out_color_space = JCS_RGB;
    else if (components == 4)
        r->jpeg.out_color_space = JCS_CMYK;
    else {
        odd_read_result_set(r->result, ODD_IMAGE_BROKEN, "JPEG has %d components", components);
        longjmp(r->escape, 1);
    }
    r->out->cmyk = components == 4;
    r->out->mode = components == 1   ? ODD_COLOUR_GREY
                   : components == 3 ? ODD_COLOUR_RGB
                                     : ODD_COLOUR_CMYK;
    r->out->depth = r->jpeg.data_precision;
}

/* The strongest of 1/8, 1/4, 1/2 that leaves enough to resize from. */
static int choose_reduction(const odd_source *source, const odd_box *kept)
{
    double least = SCALED_SPARE * (double)source->options->size;
    int reduction = source->whole ? 1 : 8;
    while (reduction > 1 && fmin(kept->width, kept->height) < least * reduction)
        reduction /= 2;
    return reduction;
}

/* Whole pixels of the reduced image that cover what is wanted of it. */
typedef struct {
    int left, top, right, bottom;
} cover;

static cover cover_box(const jpeg_reader *r, const odd_box *box)
{
    const struct jpeg_decompress_struct *jpeg = &r->jpeg;
    if (r->source->whole) return (cover){0, 0, (int)jpeg->output_width, (int)jpeg->output_height};
    cover c = {(int)floor(box->left), (int)floor(box->top), (int)ceil(box->left + box->width),
               (int)ceil(box->top + box->height)};
    if (c.right > (int)jpeg->output_width) c.right = (int)jpeg->output_width;
    if (c.bottom > (int)jpeg->output_height) c.bottom = (int)jpeg->output_height;
    return c;
}

/* Leave out the blocks to the left and right; the border that upsampling would get wrong stays. */
static void crop_columns(jpeg_reader *r, cover *c)
{
    JDIMENSION from = (JDIMENSION)(c->left > UPSAMPLING ? c->left - UPSAMPLING : 0);
    JDIMENSION to = (JDIMENSION)(c->right + UPSAMPLING);
    if (to > r->jpeg.output_width) to = r->jpeg.output_width;
    if (from == 0 && to == r->jpeg.output_width) return;
    JDIMENSION width = to - from;
    jpeg_crop_scanline(&r->jpeg, &from, &width);
    c->left -= (int)from;
    c->right -= (int)from;
}

/* The last row is read: skipping over it too would leave the data below unread and unchecked. */
static void skip_to_end(jpeg_reader *r)
{
    JDIMENSION rest = r->jpeg.output_height - r->jpeg.output_scanline;
    if (rest == 0) return;
    JSAMPARRAY scratch = (*r->jpeg.mem->alloc_sarray)(
        (j_common_ptr)&r->jpeg, JPOOL_IMAGE,
        r->jpeg.output_width * (JDIMENSION)r->jpeg.output_components, 1);
    if (rest > 1) jpeg_skip_scanlines(&r->jpeg, rest - 1);
    jpeg_read_scanlines(&r->jpeg, scratch, 1);
}

static void read_rows(jpeg_reader *r, const cover *c)
{
    odd_image *image = &r->out->image;
    size_t stride = (size_t)image->width * (size_t)image->channels;
    if (c->top > 0) jpeg_skip_scanlines(&r->jpeg, (JDIMENSION)c->top);
    while ((int)r->jpeg.output_scanline < c->bottom) {
        JSAMPROW rows[ROWS_AT_ONCE];
        int first = (int)r->jpeg.output_scanline - c->top, n = image->height - first;
        if (n > ROWS_AT_ONCE) n = ROWS_AT_ONCE;
        for (int i = 0; i < n; i++)
            rows[i] = image->pixels + (size_t)(first + i) * stride;
        jpeg_read_scanlines(&r->jpeg, rows, (JDIMENSION)n);
    }
    skip_to_end(r);
}

static void decode_part(jpeg_reader *r, int reduction)
{
    odd_box *box = &r->out->box;
    *box = (odd_box){box->left / reduction, box->top / reduction, box->width / reduction,
                     box->height / reduction};
    r->jpeg.scale_num = 1;
    r->jpeg.scale_denom = (unsigned)reduction;
    jpeg_start_decompress(&r->jpeg);
    r->end_is_cosmetic = !r->jpeg.progressive_mode && !r->jpeg.arith_code &&
                         r->jpeg.comps_in_scan == r->jpeg.num_components;
    cover c = cover_box(r, box);
    int left = c.left;
    crop_columns(r, &c);
    box->left += c.left - left;
    box->top -= c.top;
    if (odd_image_new((int)r->jpeg.output_width, c.bottom - c.top, r->jpeg.output_components,
                      &r->out->image) != ODD_OK) {
        odd_reject_status(r->result);
        longjmp(r->escape, 1);
    }
    read_rows(r, &c);
    jpeg_finish_decompress(&r->jpeg);
}

/* Adobe's convention, which everybody writes: ink is stored inverted. */
static void invert_inks(odd_image *image)
{
    size_t n = (size_t)image->width * (size_t)image->height * (size_t)image->channels;
    for (size_t i = 0; i < n; i++)
        image->pixels[i] = (uint8_t)~image->pixels[i];
}

static void decode_all(jpeg_reader *r)
{
    start_decoder(r);
    jpeg_read_header(&r->jpeg, TRUE);
    int width = (int)r->jpeg.image_width, height = (int)r->jpeg.image_height;
    if (!odd_within_limits(r->source, width, height, r->result)) longjmp(r->escape, 1);
    read_markers(r);
    choose_colours(r);
    r->out->box = odd_kept_box(r->source->options, width, height, r->out->orientation);
    decode_part(r, choose_reduction(r->source, &r->out->box));
    if (r->out->cmyk) invert_inks(&r->out->image);
}

bool odd_decode_jpeg(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    jpeg_reader r = {.source = source, .out = out, .result = result};
    if (setjmp(r.escape) == 0) decode_all(&r); /* all that it needs after a jump is in `r` */
    jpeg_destroy_decompress(&r.jpeg);
    return result->status == ODD_IMAGE_OK;
}
