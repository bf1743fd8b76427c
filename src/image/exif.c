/* Orientation as metadata say it, in every form that Pillow's exif_transpose() honours: the tag of
 * EXIF, of whatever type of number; where EXIF has none, tiff:Orientation of XMP. */
#include "image/decode_internal.h"
#include "image/tags_internal.h"

#include <string.h>

#define UPRIGHT 1

static bool begins_with(odd_span data, const char *mark, size_t size)
{
    return data.size >= size && memcmp(data.bytes, mark, size) == 0;
}

/* 0: EXIF does not say. A value that means nothing is "upright". */
static int orientation_of_exif(odd_span exif)
{
    odd_tags tags;
    odd_image_tag tag;
    if (begins_with(exif, "Exif\0\0", 6)) exif = (odd_span){exif.bytes + 6, exif.size - 6};
    if (!exif.bytes || !odd_tags_open(exif.bytes, exif.size, &tags) ||
        !odd_tags_find(&tags, ODD_TAG_ORIENTATION, &tag))
        return 0;
    double value = odd_tag_number(&tag, 0, UPRIGHT);
    for (int i = UPRIGHT; i <= 8; i++)
        if (value == i) return i;
    return UPRIGHT;
}

/* The first of tiff:Orientation="N" and <tiff:Orientation>N; as Pillow, without reading the XML. */
static int orientation_of_xmp(odd_span xmp)
{
    static const char name[] = "tiff:Orientation";
    const size_t length = sizeof name - 1;
    const uint8_t *p = xmp.bytes, *end = xmp.bytes ? xmp.bytes + xmp.size : NULL;
    while (p && (p = memmem(p, (size_t)(end - p), name, length))) {
        p += length;
        size_t skip = end - p >= 2 && memcmp(p, "=\"", 2) == 0 ? 2 : end - p >= 1 && *p == '>';
        if (skip == 0 || (size_t)(end - p) <= skip || p[skip] < '0' || p[skip] > '9') continue;
        int value = p[skip] - '0';
        return value >= 1 && value <= 8 ? value : UPRIGHT;
    }
    return 0;
}

int odd_orientation(odd_span exif, odd_span xmp)
{
    int told = orientation_of_exif(exif);
    if (told == 0) told = orientation_of_xmp(xmp);
    return told == 0 ? UPRIGHT : told;
}
