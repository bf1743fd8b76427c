/**
 * Cells: a table of texts, its heads and first column marked as such.
 */
#ifndef ODDLOT_REPORT_CELLS_INTERNAL_H
#define ODDLOT_REPORT_CELLS_INTERNAL_H

#include "oddlot/base/text.h"

typedef struct {
    const char *label;       /* what the table is, for those who cannot see it */
    const char *const *cell; /* (lines, columns), the heads first */
    const char *const *link; /* (lines - 1) where the first cells lead to, NULL: nowhere; or NULL */
    int lines, columns;
    int summary_lines; /* lines after the heads that sum up the others */
} odd_cells;

void odd_cells_write(const odd_cells *cells, odd_text *html);

#endif
