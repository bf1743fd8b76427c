/* TIFF: pixels by libvips; what the samples mean, which libvips does not tell, by the file's tags.
 */
#include "image/decode_vips_internal.h"
#include "image/tags_internal.h"

#define UNSIGNED       1
#define FLOATING_POINT 3
#define UNTYPED        4 /* taken for unsigned, as by libvips */

#define CMYK 1 /* the ink set */

#define WHITE_IS_ZERO 0
#define RGB           2
#define PALETTE       3
#define INKS          5
#define YCBCR         6
#define LAB           8

#define ASSOCIATED   1   /* alpha, multiplied into the colours; libvips undoes that */
#define UNASSOCIATED 2   /* alpha */
#define COREL_ALPHA  999 /* what Corel Draw 10 calls alpha */

/* Samples that libvips reads and whose black and white are known. */
static bool is_readable(int bits, int format, int samples)
{
    if (format == FLOATING_POINT) return bits == 32;
    if (format != UNSIGNED && format != UNTYPED) return false;
    return bits == 8 || bits == 16 || (samples == 1 && (bits == 1 || bits == 2 || bits == 4));
}

static bool check_samples(const odd_source *source, const odd_tags *tags, odd_read_result *result)
{
    const int bits = odd_tags_code(tags, ODD_TAG_BITS, 1);
    const int format = odd_tags_code(tags, ODD_TAG_SAMPLE_FORMAT, UNSIGNED);
    if (!is_readable(bits, format, odd_tags_code(tags, ODD_TAG_SAMPLES, 1)))
        return ODD_REJECT(
            result, ODD_IMAGE_UNKNOWN,
            "%s with %d-bit %s samples is not read: save it with 8 or 16 bits a sample",
            source->format, bits,
            format == FLOATING_POINT                  ? "floating-point"
            : format == UNSIGNED || format == UNTYPED ? "unsigned"
                                                      : "signed");
    if (odd_tags_code(tags, ODD_TAG_INK_SET, CMYK) != CMYK)
        return ODD_REJECT(result, ODD_IMAGE_UNKNOWN,
                          "inks of the %s are not cyan, magenta, yellow and black: save it as CMYK",
                          source->format);
    return true;
}

static int colours_of(int photometric)
{
    if (photometric == INKS) return 4;
    return photometric == RGB || photometric == YCBCR || photometric == LAB ? 3 : 1;
}

/* Which sample beyond the colours is alpha, -1 none. A file that says nothing of its one sample
 * beyond grey or RGB means alpha, as Pillow has it; one that says "unspecified" does not. */
static int find_alpha(const odd_tags *tags, int photometric)
{
    const int colours = colours_of(photometric);
    const int extra = odd_tags_code(tags, ODD_TAG_SAMPLES, colours) - colours;
    odd_image_tag tag;
    if (!odd_tags_find(tags, ODD_TAG_EXTRA_SAMPLES, &tag))
        return extra == 1 && photometric != INKS ? 0 : -1;
    for (int i = 0; i < extra; i++) {
        double kind = odd_tag_number(&tag, (uint64_t)i, 0);
        if (kind == ASSOCIATED || kind == UNASSOCIATED || kind == COREL_ALPHA) return i;
    }
    return -1;
}

static void note_form(const odd_tags *tags, int photometric, odd_decoded *out)
{
    const int colours = colours_of(photometric);
    out->depth = odd_tags_code(tags, ODD_TAG_BITS, 1);
    out->mode = photometric == PALETTE ? ODD_COLOUR_PALETTE
                : photometric == LAB   ? ODD_COLOUR_OTHER
                : colours == 4         ? ODD_COLOUR_CMYK
                : colours == 3         ? ODD_COLOUR_RGB
                                       : ODD_COLOUR_GREY;
}

bool odd_decode_tiff(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    odd_tags tags;
    odd_image_tag xmp = {.count = 0};
    if (!odd_tags_open(source->bytes, source->size, &tags))
        return ODD_REJECT(result, ODD_IMAGE_BROKEN, "damaged %s: it has no directory",
                          source->format);
    if (!check_samples(source, &tags, result)) return false;
    const int photometric = odd_tags_code(&tags, ODD_TAG_PHOTOMETRIC, -1);
    odd_vips_way way = {"tiffload_buffer", find_alpha(&tags, photometric),
                        photometric == WHITE_IS_ZERO};
    odd_tags_find(&tags, ODD_TAG_XMP, &xmp);
    note_form(&tags, photometric, out);
    out->orientation = odd_orientation((odd_span){source->bytes, source->size},
                                       (odd_span){xmp.value, (size_t)xmp.count});
    return odd_vips_decode(source, &way, out, result);
}
