/* HEIF: HEIC, AVIF and whatever else is kept in that container; the primary image, by libvips.
 *
 * The container's own turns (irot, imir) are done by libheif; EXIF and XMP inside only repeat them,
 * so they are not looked at, as in pillow-heif. */
#include "image/decode_vips_internal.h"

#include <string.h>

#define BRANDS_AT     16 /* compatible ones, after size, "ftyp", the major brand and its version */
#define MAX_BOX_BYTES 2048

/* Brands of still images and of sequences; libheif tells what of that it can decode. */
static const struct {
    char brand[5];
    const char *name;
} brands[] = {
    {"avif", "AVIF"}, {"avis", "AVIF"}, {"heic", "HEIC"}, {"heix", "HEIC"}, {"heim", "HEIC"},
    {"heis", "HEIC"}, {"hevc", "HEIC"}, {"hevx", "HEIC"}, {"hevm", "HEIC"}, {"hevs", "HEIC"},
    {"mif1", "HEIF"}, {"mif2", "HEIF"}, {"msf1", "HEIF"}, {"miaf", "HEIF"}, {"heif", "HEIF"},
};

static const char *name_of(const uint8_t *brand)
{
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (memcmp(brand, brands[i].brand, 4) == 0) return brands[i].name;
    return NULL;
}

/* By the major brand, else by the first compatible one that we know; NULL: none. */
static const char *find_name(const uint8_t *bytes, size_t size)
{
    if (size < BRANDS_AT) return NULL;
    const char *name = name_of(bytes + 8);
    size_t end = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    if (end > size) end = size;
    if (end > MAX_BOX_BYTES) end = MAX_BOX_BYTES;
    for (size_t at = BRANDS_AT; !name && at + 4 <= end; at += 4)
        name = name_of(bytes + at);
    return name;
}

bool odd_is_heif(const uint8_t *bytes, size_t size)
{
    return find_name(bytes, size) != NULL;
}

bool odd_decode_heif(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    odd_source named = *source;
    named.format = find_name(source->bytes, source->size);
    out->mode = ODD_COLOUR_RGB;
    return odd_vips_decode(&named, &(odd_vips_way){"heifload_buffer", 0, false}, out, result);
}
