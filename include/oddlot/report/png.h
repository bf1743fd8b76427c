/**
 * PNG: write 8-bit pixels. @local
 */
#ifndef ODDLOT_REPORT_PNG_H
#define ODDLOT_REPORT_PNG_H

#include "oddlot/base/status.h"

#include <stddef.h>
#include <stdint.h>

/** Write (height, width, channels) pixels, 1, 3 or 4 channels. ODD_IO naming path. */
odd_status odd_png_write(const char *path, int width, int height, int channels,
                         const uint8_t *pixels);

/** The same into memory. Owned by caller: odd_free(). */
odd_status odd_png_encode(int width, int height, int channels, const uint8_t *pixels,
                          uint8_t **bytes, size_t *size);

#endif
