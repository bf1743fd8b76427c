/**
 * Decoders: one file a library, one function each, chosen by the first bytes (decode.c).
 */
#ifndef ODDLOT_IMAGE_DECODE_INTERNAL_H
#define ODDLOT_IMAGE_DECODE_INTERNAL_H

#include "image/pixels_internal.h"
#include "image/read_result_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/image/measure.h"
#include "oddlot/image/prepare.h"

#include <stdbool.h>

/* The bytes to decode, what for, and what it may cost. Borrowed. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
    const char *format; /* for people: "JPEG" */
    const odd_prepare_options *options;
    double deadline; /* odd_seconds() after which to give up */
    bool whole;      /* all pixels are wanted as they are in the file, not only what is kept */
} odd_source;

/* A part of them, or other bytes; {NULL, 0} none. Borrowed. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
} odd_span;

/* What a decoder found. Owned: odd_decoded_free(). */
typedef struct {
    odd_image image; /* whole, or at least what `box` needs; an even number of channels has alpha as
                        the last, but see `cmyk` */
    bool cmyk;       /* four channels are inks, 255 full; five are inks and alpha */
    int orientation; /* EXIF 1 ... 8, still to be done */
    odd_box box;     /* what to keep, in the pixels of `image` as they are */
    uint8_t *profile; /* ICC, by malloc; NULL none */
    size_t profile_size;
    enum odd_image_format format;
    enum odd_colour_mode mode; /* of the file */
    int depth;                 /* bits of a sample in the file; 0: not known */
    bool cut_short;            /* the end is missing, but no pixel */
} odd_decoded;

#define ODD_DECODED_EMPTY                                                                          \
    {                                                                                              \
        ODD_IMAGE_EMPTY, false, 1, {0, 0, 0, 0}, NULL, 0, ODD_IMAGE_FORMAT_NONE,                   \
            ODD_COLOUR_UNKNOWN, 0, false                                                           \
    }

/* decode_rules.c */

void odd_decoded_free(odd_decoded *decoded);
/* Copy an ICC profile in place of the one that was known, if any; out of memory there is none. */
void odd_keep_profile(odd_decoded *decoded, odd_span profile);

/* What is wrong goes into the result, a short sentence for the user; the value is false. */
#define ODD_REJECT(result, ...) (odd_read_result_set((result), __VA_ARGS__), false)
bool odd_reject_slow(const odd_source *source, odd_read_result *result);
/* The format wants a library that this program was built without; the package that brings it. */
bool odd_reject_absent(const odd_source *source, const char *library, const char *package,
                       odd_read_result *result);
/* For a step that failed by a status: out of memory under the limits is still a large image. */
bool odd_reject_status(odd_read_result *result);

/** True if an image of this size may be decoded. */
bool odd_within_limits(const odd_source *source, int64_t width, int64_t height,
                       odd_read_result *result);

/** The part of a stored image that the options keep: whole, or the square that is central once the
 *  image stands upright, without its margin. Whole pixels. */
odd_box odd_kept_box(const odd_prepare_options *options, int width, int height, int orientation);

/* decode.c */

/** Choose the decoder by the first bytes and run it. */
bool odd_decode(const odd_source *source, odd_decoded *out, odd_read_result *result);

#define ODD_HEAD_SIZE 64 /* first bytes of a file that tell what it is */

/** True if a decoder would be chosen for a file that begins with these bytes. */
bool odd_begins_as_image(const uint8_t *bytes, size_t size);

/* Is this a file of the format? By its first bytes, of which there may be no more. */
typedef bool odd_recogniser(const uint8_t *bytes, size_t size);
odd_recogniser odd_is_heif, odd_is_bmp, odd_is_pnm;

/* The decoders. On failure the result says why, `out` may hold parts. */
typedef bool odd_decoder(const odd_source *source, odd_decoded *out, odd_read_result *result);
odd_decoder odd_decode_jpeg, odd_decode_png, odd_decode_webp, odd_decode_gif, odd_decode_tiff,
    odd_decode_heif, odd_decode_jp2, odd_decode_jxl, odd_decode_bmp, odd_decode_pnm;

/** Apply the ICC profile by libvips: sRGB or grey comes out, alpha stays. False where the profile
 *  cannot be used (then the formula has to do); a result other than OK says that time ran out. */
bool odd_apply_profile(const odd_source *source, const odd_decoded *decoded,
                       const odd_pixel_view *view, odd_image *out, odd_read_result *result);
/* Libraries that may have been left out of the build: each has its file here, and one that is built
 * in place of it, NAME_absent.c. Which version, or what is not read without; static. */
const char *odd_vips_text(void);
const char *odd_openjpeg_text(void);
const char *odd_libjxl_text(void);

odd_status odd_vips_start(void);
void odd_vips_stop(void);

/* exif.c */
/** Orientation 1 ... 8 by EXIF (TIFF's form, with or without its mark), else by XMP; either may be
 *  empty. 1 where nobody says. */
int odd_orientation(odd_span exif, odd_span xmp);
/* png_orientation.c */
int odd_png_orientation(const odd_source *source);

#endif
