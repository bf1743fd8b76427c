/**
 * CSV files: what reading their rows (csv_rows.c) and cutting them (csv_cut.c) share.
 */
#ifndef ODDLOT_IMAGE_CSV_INTERNAL_H
#define ODDLOT_IMAGE_CSV_INTERNAL_H

#include "oddlot/base/status.h"

#include <stddef.h>
#include <stdint.h>

#define ODD_CSV_BLOCK (1 << 16) /* bytes that are read at a time */

/** Read up to `most` bytes, ODD_CSV_BLOCK at most, from place `at` on, with a 0 behind them: *n, 0
 * at the end. ODD_IO. @local */
odd_status odd_csv_read(int fd, const char *file, int64_t at, int64_t most,
                        char block[ODD_CSV_BLOCK + 1], int64_t *n);

/** Bytes at the beginning of a file, whose first block this is, that are no rows: UTF-8's mark, and
 * a line "sep=;", in which spreadsheets say the separator. *lines: how many lines these are. @local
 */
size_t odd_csv_lead(const char *block, int64_t *lines);

#endif
