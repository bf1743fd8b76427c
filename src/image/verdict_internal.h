/**
 * Verdict: saying what is wrong with one image.
 */
#ifndef ODDLOT_IMAGE_VERDICT_INTERNAL_H
#define ODDLOT_IMAGE_VERDICT_INTERNAL_H

#include "oddlot/image/image.h"

/** Fill a verdict; a reason that is too long is cut, bytes that are not printable become '?'. */
void odd_verdict_set(odd_verdict *verdict, odd_image_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The image is good. */
void odd_verdict_good(odd_verdict *verdict);

#endif
