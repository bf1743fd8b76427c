/**
 * Measures: what can be said of an image by its file and its pixels alone: its size, its ground,
 * how much of it the product fills, whether it is sharp, bright, colourful, bordered or cut short.
 *
 * They are taken of the pixels as they were decoded, upright, in sRGB, alpha flattened on the
 * background, before anything is cropped or resized. A measure is a number and never a verdict:
 * what is too small, too dark or too blurred is for those who read them. One that cannot be known
 * is NaN: sharpness of a plain white image, the fill of white goods on white.
 *
 * The *ring* is the outermost 2 % of the image (of its shorter side, at least 1 pixel); the
 * *ground* is the most usual colour there. The *product* is what differs from the ground by more
 * than 12 levels in a channel; its *box* holds it, but for specks. Light is ITU-R 601 luma, 0 ...
 * 255.
 *
 * Values do not depend on ranks or threads. A mirrored image has the same, left and right
 * exchanged, but for those that say so.
 */
#ifndef ODDLOT_IMAGE_MEASURE_H
#define ODDLOT_IMAGE_MEASURE_H

#include "oddlot/base/hash.h"
#include "oddlot/image/image.h"

#include <stdbool.h>

/* What a file is: its name for people, and the endings that tell the truth of it. */
#define ODD_IMAGE_FORMATS(F)                                                                       \
    F(JPEG, "JPEG", "jpg jpeg jpe jfif")                                                           \
    F(PNG, "PNG", "png apng")                                                                      \
    F(WEBP, "WebP", "webp")                                                                        \
    F(GIF, "GIF", "gif")                                                                           \
    F(TIFF, "TIFF", "tif tiff")                                                                    \
    F(HEIF, "HEIC/AVIF", "heic heif heics heifs hif avif avifs")                                   \
    F(JPEG2000, "JPEG 2000", "jp2 j2k j2c jpc jpf jpx")                                            \
    F(JPEGXL, "JPEG XL", "jxl")                                                                    \
    F(BMP, "BMP", "bmp dib")                                                                       \
    F(PNM, "PBM/PGM/PPM", "pbm pgm ppm pnm")

#define ODD_IMAGE_FORMAT_ENUM(name, text, endings) ODD_IMAGE_FORMAT_##name,
/* 0: raw pixels, which have none. The numbers are in files: append only. */
enum odd_image_format {
    ODD_IMAGE_FORMAT_NONE,
    ODD_IMAGE_FORMATS(ODD_IMAGE_FORMAT_ENUM) ODD_IMAGE_FORMAT_COUNT
};

/* How a file keeps its colours. The numbers are in files: append only. */
enum odd_colour_mode {
    ODD_COLOUR_UNKNOWN,
    ODD_COLOUR_GREY,
    ODD_COLOUR_RGB,
    ODD_COLOUR_CMYK,
    ODD_COLOUR_PALETTE,
    ODD_COLOUR_OTHER /* Lab, ... */
};

/** For people; "none" for what is no such code. Static. */
const char *odd_image_format_name(int format);

/* name in the program, column, unit, what it is. Shares are 0 ... 1. */
#define ODD_MEASURES(M)                                                                            \
    M(WIDTH, "width", "pixels", "width of the upright image")                                      \
    M(HEIGHT, "height", "pixels", "height of the upright image")                                   \
    M(BYTES, "bytes", "bytes", "size of the file; NaN for raw pixels")                             \
    M(FORMAT, "format", "code", "what the content is, whatever its name says: odd_image_format")   \
    M(ENDING_MATCHES, "ending_matches", "0 or 1",                                                  \
      "the ending of the name is one of its format's; NaN where there is none that is an image's") \
    M(COLOUR_MODE, "colour_mode", "code", "how the file keeps colours: odd_colour_mode")           \
    M(HAS_ALPHA, "has_alpha", "0 or 1", "the file has a channel for transparency")                 \
    M(BIT_DEPTH, "bit_depth", "bits", "of a sample in the file; NaN where it is not known")        \
    M(CUT_SHORT, "cut_short", "0 or 1",                                                            \
      "the decoder missed the end of the file, but had all pixels; NaN for raw pixels")            \
    M(GROUND_RED, "ground_red", "levels", "red of the most usual colour of the ring")              \
    M(GROUND_GREEN, "ground_green", "levels", "green of it")                                       \
    M(GROUND_BLUE, "ground_blue", "levels", "blue of it")                                          \
    M(GROUND_LIGHTNESS, "ground_lightness", "levels", "light of it")                               \
    M(GROUND_SATURATION, "ground_saturation", "share",                                             \
      "largest less smallest channel of it, of 255: 0 is grey")                                    \
    M(GROUND_EVEN, "ground_even", "share", "of the ring that is within 12 levels of it")           \
    M(GROUND_WHITE, "ground_white", "share", "of the ring that is 255 in all channels")            \
    M(GROUND_NEAR_WHITE, "ground_near_white", "share",                                             \
      "of the ring that is 250 or more in all channels")                                           \
    M(BOX_LEFT, "box_left", "share",                                                               \
      "of the width that is left of the product's box; NaN: nothing differs from the ground")      \
    M(BOX_TOP, "box_top", "share", "of the height that is above it")                               \
    M(BOX_RIGHT, "box_right", "share", "of the width at which it ends")                            \
    M(BOX_BOTTOM, "box_bottom", "share", "of the height at which it ends")                         \
    M(PRODUCT_SHARE, "product_share", "share", "of all pixels that differ from the ground")        \
    M(FILL, "fill", "share",                                                                       \
      "the larger of the box's shares of width and height; NaN where the ground is not even, or "  \
      "fill_by_edges differs by more than 0.1")                                                    \
    M(FILL_BY_EDGES, "fill_by_edges", "share", "the same of the box of what has edges")            \
    M(TOUCH_LEFT, "touch_left", "share",                                                           \
      "of the left side along which there is product within 1 pixel of it")                        \
    M(TOUCH_TOP, "touch_top", "share", "of the top side")                                          \
    M(TOUCH_RIGHT, "touch_right", "share", "of the right side")                                    \
    M(TOUCH_BOTTOM, "touch_bottom", "share", "of the bottom side")                                 \
    M(REACH_LEFT, "reach_left", "share",                                                           \
      "the same 4 or 8 % of the width behind the left side, the larger: about touch_left where a " \
      "product is cut off, more where its outline only comes near")                                \
    M(REACH_TOP, "reach_top", "share", "the same behind the top side")                             \
    M(REACH_RIGHT, "reach_right", "share", "the same behind the right side")                       \
    M(REACH_BOTTOM, "reach_bottom", "share", "the same behind the bottom side")                    \
    M(SIDES_TOUCHED, "sides_touched", "count", "sides touched along 2 % of them and more")         \
    M(BORDER_LEFT, "border_left", "share",                                                         \
      "of the width: an even band of one colour at the left with a step behind it; 0: none")       \
    M(BORDER_TOP, "border_top", "share", "of the height, at the top")                              \
    M(BORDER_RIGHT, "border_right", "share", "of the width, at the right")                         \
    M(BORDER_BOTTOM, "border_bottom", "share", "of the height, at the bottom")                     \
    M(BORDER_LIGHT, "border_light", "levels", "light of the widest of these bands; NaN: none")     \
    M(BORDER_CHROMA, "border_chroma", "levels", "largest less smallest channel of it")             \
    M(BORDER_APART, "border_apart", "levels",                                                      \
      "of these bands, the largest difference of one from another in a channel; NaN: fewer than "  \
      "two")                                                                                       \
    M(CUT_BOTTOM, "cut_bottom", "share",                                                           \
      "of the rows, at the bottom: of one colour that is not the ground's above, as files that "   \
      "were cut off leave them; 0: none")                                                          \
    M(CUT_BOTTOM_LIGHT, "cut_bottom_light", "levels",                                              \
      "light of these rows, 128 where a decoder filled them; NaN where cut_bottom is 0")           \
    M(SHARPNESS, "sharpness", "ratio",                                                             \
      "in the box, at one size: how steep its steepest edges are, of their contrast; 0: blurred, " \
      "1: a step from pixel to pixel; NaN where there is no contrast")                             \
    M(FINE_DETAIL, "fine_detail", "ratio",                                                         \
      "in the box, at original size: energy above half the Nyquist frequency, of that below; 0: "  \
      "enlarged or blurred; NaN where nothing has an edge")                                        \
    M(BLOCKINESS, "blockiness", "share",                                                           \
      "in the box: of the places on borders of 8 x 8 blocks that are steps, less that of places "  \
      "within; 0: no blocks are seen")                                                             \
    M(LIGHT_1, "light_1", "levels", "light below which 1 % of the box is")                         \
    M(LIGHT_50, "light_50", "levels", "light below which half of the box is")                      \
    M(LIGHT_99, "light_99", "levels", "light below which 99 % of the box is")                      \
    M(CONTRAST, "contrast", "levels", "standard deviation of light in the box")                    \
    M(COLOURFULNESS, "colourfulness", "levels",                                                    \
      "of the box by Hasler and Suesstrunk (2003), M3: 0 is grey, 33 moderate, 82 very much")      \
    M(CHROMA, "chroma", "levels", "mean of largest less smallest channel in the box")              \
    M(CHROMA_99, "chroma_99", "levels", "below which it is for 99 % of all pixels; small: grey")   \
    M(CHROMA_MOST, "chroma_most", "levels",                                                        \
      "of all pixels, of red and green, green and blue, the largest difference: 0: all is grey")   \
    M(COMMON_COLOUR, "common_colour", "share",                                                     \
      "of all pixels that are within 12 levels of the most frequent colour")

#define ODD_MEASURE_ENUM(name, column, unit, about) ODD_MEASURE_##name,
enum odd_measure { ODD_MEASURES(ODD_MEASURE_ENUM) ODD_MEASURE_COUNT };

/** Name of the column, unit and sentence of a measure; NULL for a number that is none. Static. */
const char *odd_measure_name(int measure);
const char *odd_measure_unit(int measure);
const char *odd_measure_about(int measure);

/** What a person sees of an image that has less or more of a measure than others: "a darker
 * ground". NULL: it is none that is seen. Static. @local */
const char *odd_measure_words(int measure, bool more);

/** A value as people read it: shares in percent. Returns text. @local */
const char *odd_measure_text(int measure, double value, char text[static 32]);

/* What was measured of one image. */
typedef struct {
    float value[ODD_MEASURE_COUNT];
    odd_hash pixels; /* digest of size and pixels: equal pixels, equal digest, whatever the file's
                        format; an image whose pixels are all grey has one digest, stored as grey or
                        as RGB. {0, 0}: not known */
} odd_measured;

/** Nothing is known. */
void odd_measured_clear(odd_measured *measured);

/**
 * Measure pixels: grey or RGB, upright, sRGB, without alpha. What is said of the file (bytes,
 * format, ending, colour mode, alpha, depth, cut_short) is left as it is. @local, thread-safe.
 *
 * @return ODD_OK, ODD_ARG (channels), ODD_NOMEM; then nothing but the size is known.
 * Cost  one pass over the pixels, and work on at most 512 x 512 of them. Memory: 5 MB.
 */
odd_status odd_measure_pixels(const odd_image *image, odd_measured *out);

/** The format that the ending of a name promises; ODD_IMAGE_FORMAT_NONE: none. @local */
int odd_image_format_of_name(const char *name);

/** Note whether a name ends as its format says; the format is known. Blanks at the end do not
 * count, nor what an address has behind it ("a.jpg?wid=500"), nor any ending that is no image
 * format's. */
void odd_measure_ending(const char *name, odd_measured *measured);

#endif
