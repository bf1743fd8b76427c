/**
 * Prepare: from the bytes of an image file, or raw pixels, to the array that the catalogue stores.
 *
 * decode (limits first) -> sRGB (ICC, CMYK) -> flatten alpha on the background -> orient (EXIF,
 * XMP)
 * -> measures, if wanted -> grey or RGB -> largest central square, or what `crop` says ->
 * antialiased resize, uint8. With Pillow: open, convert, crop, resize; the bytes are the same, but
 * where no measures are wanted and the image is so large that JPEG is decoded at 1/2, 1/4 or 1/8
 * (DCT scaling; at least twice the stored size is left), or where a profile is applied.
 */
#ifndef ODDLOT_IMAGE_PREPARE_H
#define ODDLOT_IMAGE_PREPARE_H

#include "oddlot/base/job.h"
#include "oddlot/image/aligned.h"
#include "oddlot/image/image.h"
#include "oddlot/image/measure.h"

#include <stdbool.h>

typedef struct {
    int64_t size;   /* side of the stored square, pixels */
    char *channels; /* "gray" or "rgb" */
    char *crop;    /* "centre": largest central square; "none": squeeze to the square; "pad": whole,
                      on its background */
    double margin; /* share of each side of it that is left out: 0.125 of 256 leaves 224 */
    char *kernel;  /* of the resize: one of odd_kernel_names */
    char *background; /* "rrggbb" behind transparent pixels */
    double max_megapixels;
    double max_megabytes;
    double max_seconds; /* for one image */
} odd_prepare_options;

/** The settings above, to be spliced into the table of a stage (offsets from odd_prepare_options).
 */
extern const odd_option odd_prepare_option_table[];

/** Check what the table cannot (the background's form). ODD_USAGE. */
odd_status odd_prepare_check(const odd_prepare_options *options);

/** Start and stop the image libraries (libvips' untrusted loaders are blocked, its cache off, one
 *  thread). Once per process, outside parallel regions. */
odd_status odd_image_start(void);
void odd_image_stop(void);

/** Names and versions of the image libraries. Static. @local */
const char *odd_image_text(void);

/** Channels, and bytes, of one prepared image: size * size * (1 or 3). */
int odd_prepared_channels(const odd_prepare_options *options);
size_t odd_prepared_bytes(const odd_prepare_options *options);

/** The part of an upright image of width x height that its prepared one shows: left, top, right and
 *  bottom as shares of width and height; beyond 0 and 1 where it is padded. */
void odd_prepare_window(const odd_prepare_options *options, double width, double height,
                        double window[4]);

/** The pixels of a prepared image of `size` that show the image itself, not what it was padded
 *  with; at least one each way. All of them where width or height is not known (NaN, 0). */
odd_aligned_part odd_prepared_part(const odd_prepare_options *options, int size, double width,
                                   double height);

/**
 * Prepare an encoded image. Thread-safe; no image can make it crash, hang or take more memory than
 * its limits allow. @local
 * @param[out] pixels   (size, size, channels) uint8; zeroed unless the result is OK.
 * @param[out] measured what can be measured of the image, all but `ending_matches`; nothing is
 * known unless the result is OK. NULL: not wanted; with it, JPEG is always decoded whole and in
 * full size.
 *
 * Memory  at most about 20 bytes for each pixel of the image (JPEG 2000); 10 for progressive JPEG.
 */
void odd_prepare_encoded(const odd_prepare_options *options, const uint8_t *bytes, size_t size,
                         uint8_t *pixels, odd_measured *measured, odd_read_result *result);

/** The same from pixels that are decoded already; `raw` is borrowed. */
void odd_prepare_raw(const odd_prepare_options *options, const odd_image *raw, uint8_t *pixels,
                     odd_measured *measured, odd_read_result *result);

#endif
