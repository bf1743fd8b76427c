/**
 * Read result: whether one image could be read, and why not.
 */
#ifndef ODDLOT_IMAGE_READ_RESULT_INTERNAL_H
#define ODDLOT_IMAGE_READ_RESULT_INTERNAL_H

#include "oddlot/image/image.h"

/** Fill a result; a reason that is too long is cut, bytes that are not printable become '?'. */
void odd_read_result_set(odd_read_result *result, odd_image_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The image is fine. */
void odd_read_result_ok(odd_read_result *result);

#endif
