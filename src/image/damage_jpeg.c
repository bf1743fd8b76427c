/* Damage to an image's file: the image as viewers show it after its JPEG data was hurt. Only what
 * the hurt changed is taken from there, so that no traces of compression tell it. */
#include "image/damage_internal.h"

#include "image/pixels_internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum {
    QUALITY = 75,
    MOST_HITS = 4,  /* bytes that are changed: 1 ... MOST_HITS */
    END_MARKER = 2, /* bytes at the end of a file that are no data */
    MARKER = 0xFF
};

typedef struct {
    struct jpeg_error_mgr error;
    jmp_buf escape;
} jpeg_errors;

static void on_error(j_common_ptr jpeg)
{
    longjmp(((jpeg_errors *)jpeg->err)->escape, 1);
}

/* Warnings are what this damage is about. */
static void on_message(j_common_ptr jpeg, int level)
{
    (void)jpeg;
    (void)level;
}

static struct jpeg_error_mgr *errors_new(jpeg_errors *errors)
{
    jpeg_std_error(&errors->error);
    errors->error.error_exit = on_error;
    errors->error.emit_message = on_message;
    return &errors->error;
}

static J_COLOR_SPACE space_of(const odd_image *image)
{
    return image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
}

typedef struct {
    struct jpeg_compress_struct jpeg;
    jpeg_errors errors;
    unsigned char *bytes; /* by malloc: libjpeg's */
    unsigned long size;
} encoder;

static void encode_all(encoder *e, const odd_image *image)
{
    jpeg_create_compress(&e->jpeg);
    jpeg_mem_dest(&e->jpeg, &e->bytes, &e->size);
    e->jpeg.image_width = (JDIMENSION)image->width;
    e->jpeg.image_height = (JDIMENSION)image->height;
    e->jpeg.input_components = image->channels;
    e->jpeg.in_color_space = space_of(image);
    jpeg_set_defaults(&e->jpeg);
    jpeg_set_quality(&e->jpeg, QUALITY, TRUE);
    jpeg_start_compress(&e->jpeg, TRUE);
    for (int y = 0; y < image->height; y++) {
        JSAMPROW row = odd_pixel(image, 0, y);
        jpeg_write_scanlines(&e->jpeg, &row, 1);
    }
    jpeg_finish_compress(&e->jpeg);
}

static odd_status encode_image(encoder *e, const odd_image *image)
{
    e->jpeg.err = errors_new(&e->errors);
    if (setjmp(e->errors.escape) == 0) {
        encode_all(e, image);
        jpeg_destroy_compress(&e->jpeg);
        return ODD_OK;
    }
    jpeg_destroy_compress(&e->jpeg);
    e->bytes = NULL; /* it may point to what has been given back */
    return odd_fail(ODD_NOMEM, "cannot make a JPEG file of %d x %d pixels in memory", image->width,
                    image->height);
}

typedef struct {
    struct jpeg_decompress_struct jpeg;
    jpeg_errors errors;
} decoder;

/* Row after row into the image; where the decoder gives up, the rest stays as it was. */
static void decode_image(const encoder *file, unsigned long size, odd_image *image)
{
    decoder d;
    memset(&d, 0, sizeof d);
    d.jpeg.err = errors_new(&d.errors);
    if (setjmp(d.errors.escape) == 0) {
        jpeg_create_decompress(&d.jpeg);
        jpeg_mem_src(&d.jpeg, file->bytes, size);
        jpeg_read_header(&d.jpeg, TRUE);
        d.jpeg.out_color_space = space_of(image);
        jpeg_start_decompress(&d.jpeg);
        while (d.jpeg.output_scanline < d.jpeg.output_height) {
            JSAMPROW row = odd_pixel(image, 0, (int)d.jpeg.output_scanline);
            jpeg_read_scanlines(&d.jpeg, &row, 1);
        }
        jpeg_finish_decompress(&d.jpeg);
    }
    jpeg_destroy_decompress(&d.jpeg);
}

/* Where the pixels' data begin: behind the header of the only scan. */
static unsigned long scan_start(const encoder *file)
{
    const unsigned char start_of_scan = 0xDA;
    unsigned long at = 2; /* behind the marker of the file's start */
    while (at + 4 < file->size && file->bytes[at + 1] != start_of_scan)
        at += 2 + ((unsigned long)file->bytes[at + 2] << 8 | file->bytes[at + 3]);
    return at + 2 + ((unsigned long)file->bytes[at + 2] << 8 | file->bytes[at + 3]);
}

/* Markers are neither hit nor made, so that the size and tables of the image stay as they are. */
static unsigned long hit_bytes(odd_damage_draws *draws, encoder *file)
{
    const unsigned long first = scan_start(file), end = file->size - END_MARKER;
    const int hits = 1 + odd_draw_below(draws, MOST_HITS);
    for (int i = 0; i < hits; i++) {
        const unsigned long at = first + (unsigned long)odd_draw_below(draws, (int)(end - first));
        const uint8_t value = (uint8_t)odd_draw_below(draws, MARKER);
        if (file->bytes[at] != MARKER && file->bytes[at - 1] != MARKER) file->bytes[at] = value;
    }
    return file->size;
}

static unsigned long cut_end(odd_damage_draws *draws, encoder *file)
{
    const unsigned long first = scan_start(file), end = file->size - END_MARKER;
    return first + (unsigned long)odd_draw_below(draws, (int)(end - first));
}

/* Pixels that the hurt file shows in another way than the whole one. */
static odd_status take_changes(const encoder *file, const odd_image *whole, unsigned long size,
                               odd_image *image)
{
    const odd_pixel_view all = odd_view_whole(whole);
    const size_t bytes = all.stride * (size_t)whole->height;
    odd_image hurt = ODD_IMAGE_EMPTY;
    odd_status st = odd_copy(&all, &hurt);
    if (st != ODD_OK) return st;
    decode_image(file, size, &hurt);
    for (size_t i = 0; i < bytes; i++)
        if (hurt.pixels[i] != whole->pixels[i]) image->pixels[i] = hurt.pixels[i];
    odd_image_free(&hurt);
    return ODD_OK;
}

/* Encode, hurt the file, of which `size` bytes are left, and see what became of the image. */
static odd_status damage_file(odd_damage_draws *draws,
                              unsigned long (*hurt)(odd_damage_draws *, encoder *),
                              odd_image *image)
{
    const odd_pixel_view all = odd_view_whole(image);
    odd_image whole = ODD_IMAGE_EMPTY;
    encoder file = {.bytes = NULL};
    odd_status st;
    if (image->width > JPEG_MAX_DIMENSION || image->height > JPEG_MAX_DIMENSION)
        return odd_fail(ODD_ARG, "an image of %d x %d pixels is too large for a JPEG file",
                        image->width, image->height);
    ODD_TRY(encode_image(&file, image));
    ODD_TRY(odd_copy(&all, &whole));
    decode_image(&file, file.size, &whole);
    ODD_TRY(take_changes(&file, &whole, hurt(draws, &file), image));
done:
    odd_image_free(&whole);
    free(file.bytes);
    return st;
}

odd_status odd_damage_broken_jpeg(const odd_damage_options *options, odd_damage_draws *draws,
                                  odd_image *image)
{
    (void)options;
    return damage_file(draws, hit_bytes, image);
}

odd_status odd_damage_cut_jpeg(const odd_damage_options *options, odd_damage_draws *draws,
                               odd_image *image)
{
    (void)options;
    return damage_file(draws, cut_end, image);
}
