/**
 * Tags: the first directory of a TIFF file, or of EXIF data, which have the same form.
 */
#ifndef ODDLOT_IMAGE_TAGS_INTERNAL_H
#define ODDLOT_IMAGE_TAGS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ODD_TAG_BITS          258
#define ODD_TAG_PHOTOMETRIC   262
#define ODD_TAG_ORIENTATION   274
#define ODD_TAG_SAMPLES       277
#define ODD_TAG_EXTRA_SAMPLES 338
#define ODD_TAG_INK_SET       332
#define ODD_TAG_SAMPLE_FORMAT 339
#define ODD_TAG_XMP           700

/* A directory in borrowed bytes. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
    bool big_endian;
    bool wide;        /* BigTIFF: eight bytes where others have four */
    size_t at;        /* of the first entry */
    uint64_t entries; /* claimed; those that lie inside count */
} odd_tags;

/* The values of one tag; all of them lie inside the bytes. */
typedef struct {
    bool big_endian;
    unsigned type;
    uint64_t count;
    const uint8_t *value;
} odd_image_tag;

/** TIFF (classic or big), of either byte order; false for all else. */
bool odd_tags_open(const uint8_t *bytes, size_t size, odd_tags *out);
/** The tag of this number, the last one where there are several; false if there is none, or if it
 *  has no values inside the bytes. */
bool odd_tags_find(const odd_tags *tags, unsigned number, odd_image_tag *out);
/** Value i of a tag of numbers; `otherwise` where there is none, or it is no number. */
double odd_tag_number(const odd_image_tag *tag, uint64_t i, double otherwise);
/** The first value of the tag of this number if that is a count or a code (0 ... 65535), else
 *  `otherwise`. */
int odd_tags_code(const odd_tags *tags, unsigned number, int otherwise);

#endif
