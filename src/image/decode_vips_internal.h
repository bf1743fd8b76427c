/**
 * Decoding by libvips, for formats whose own file knows what libvips does not tell.
 */
#ifndef ODDLOT_IMAGE_DECODE_VIPS_INTERNAL_H
#define ODDLOT_IMAGE_DECODE_VIPS_INTERNAL_H

#include "image/decode_internal.h"

typedef struct {
    const char *loader; /* the operation of libvips that reads the format */
    int alpha;          /* which of the samples beyond the colours is alpha, -1 none */
    bool white_is_zero; /* and libvips leaves it so, which it does in floating point */
} odd_vips_way;

/** Decode; the orientation is the caller's, who must have set it. */
bool odd_vips_decode(const odd_source *source, const odd_vips_way *way, odd_decoded *out,
                     odd_read_result *result);

#endif
