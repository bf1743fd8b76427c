/**
 * BMP: what its headers say, and the run lengths of its compressed kinds.
 */
#ifndef ODDLOT_IMAGE_BMP_INTERNAL_H
#define ODDLOT_IMAGE_BMP_INTERNAL_H

#include "image/decode_internal.h"

typedef enum { ODD_BMP_PLAIN, ODD_BMP_RLE8, ODD_BMP_RLE4, ODD_BMP_FIELDS } odd_bmp_packing;

typedef struct {
    const odd_source *source;
    int width, height;
    bool from_top; /* else the last row stands first */
    int bits;      /* of a pixel: 1, 2, 4, 8 (numbers of colours), 16, 24, 32 */
    odd_bmp_packing packing;
    uint32_t field[4]; /* bits of a pixel that are red, green, blue, alpha (0: none) */
    odd_span palette;  /* blue, green, red, and a fourth byte but in the oldest kind */
    int palette_step;
    odd_span data; /* from the first byte of pixels to the end of the file */
} odd_bmp;

/** Read the headers; the limits are checked. bmp_header.c */
bool odd_bmp_open(const odd_source *source, odd_bmp *out, odd_read_result *result);

/** Unpack run lengths into numbers of colours (height, width), the last row first; what no run
 *  reaches stays 0. False if the data ends too early. bmp_runs.c */
bool odd_bmp_unpack(const odd_bmp *bmp, uint8_t *numbers);

#endif
