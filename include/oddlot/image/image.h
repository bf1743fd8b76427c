/**
 * Image: 8-bit pixels in memory, and what can be wrong with an image.
 */
#ifndef ODDLOT_IMAGE_IMAGE_H
#define ODDLOT_IMAGE_IMAGE_H

#include "oddlot/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Row-major, channels interleaved: 1 grey, 2 grey with alpha, 3 RGB, 4 RGBA; alpha is not
 * multiplied into the others. sRGB, but while an image is decoded. */
typedef struct {
    int width, height, channels;
    uint8_t *pixels; /* (height, width, channels); owned: odd_image_free() */
} odd_image;

#define ODD_IMAGE_EMPTY                                                                            \
    {                                                                                              \
        0, 0, 0, NULL                                                                              \
    }

void odd_image_free(odd_image *image);
odd_status odd_image_new(int width, int height, int channels, odd_image *out);

/* What became of an image: the `status` column of ingest.h5 and errors.csv. */
#define ODD_IMAGE_STATUS_LIST(X)                                                                   \
    X(OK, "ok")                                                                                    \
    X(MISSING, "file is missing or cannot be read")                                                \
    X(EMPTY_FILE, "file is empty")                                                                 \
    X(UNKNOWN, "not an image format that oddlot reads")                                            \
    X(BROKEN, "damaged image data")                                                                \
    X(TRUNCATED, "image data ends too early")                                                      \
    X(TOO_LARGE, "more pixels or bytes than the limits allow")                                     \
    X(TOO_SLOW, "decoding took longer than the limit")                                             \
    X(BAD_VALUE, "a value that is not finite or out of range")

#define ODD_IMAGE_STATUS_ENUM(name, text) ODD_IMAGE_##name,
typedef enum {
    ODD_IMAGE_STATUS_LIST(ODD_IMAGE_STATUS_ENUM) ODD_IMAGE_STATUS_COUNT
} odd_image_status;

const char *odd_image_status_text(odd_image_status status);

/* What came of reading an image: a broken one is data, not a failure, so this is not an odd_status.
 */
#define ODD_READ_REASON_SIZE 160
typedef struct {
    odd_image_status status;
    char reason[ODD_READ_REASON_SIZE]; /* "" when OK; printable */
} odd_read_result;

#endif
