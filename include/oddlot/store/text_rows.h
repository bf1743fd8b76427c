/**
 * Text rows: what people label images with, row by row as text.
 *
 * A dataset (n) or (n, 1) of strings, of fixed or variable length; of whole numbers or floats (3.0
 * is "3"; NaN, which stands for a missing value, is ""); of h5py's bool ("0" and "1"); or of an
 * enumeration (by the names of its values).
 */
#ifndef ODDLOT_STORE_TEXT_ROWS_H
#define ODDLOT_STORE_TEXT_ROWS_H

#include "oddlot/store/file.h"

enum { ODD_TEXT_ROW_MOST = 4096 }; /* bytes of a text; longer ones are refused, never cut */

typedef struct odd_text_rows odd_text_rows;

/** Open one of a foreign file, with the checks of odd_dataset_open(). @local
 *  @return ODD_FORMAT naming file and dataset, ODD_NOMEM. */
odd_status odd_text_rows_open(const odd_file *file, const char *name, odd_text_rows **out);
void odd_text_rows_close(odd_text_rows **rows); /* @local; NULL is fine */

int64_t odd_text_rows_count(const odd_text_rows *rows);

/** The text of a row; borrowed until the next call. Rows in rising order are fast. @local
 *  @return ODD_FORMAT naming file, dataset and row. */
odd_status odd_text_rows_read(odd_text_rows *rows, int64_t row, const char **text);

#endif
