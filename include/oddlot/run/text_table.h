/**
 * Text table: lines of texts, the heads first, for a screen and for a page.
 */
#ifndef ODDLOT_RUN_TEXT_TABLE_H
#define ODDLOT_RUN_TEXT_TABLE_H

#include "oddlot/base/text.h"

#include <stdint.h>

typedef struct {
    int columns;
    odd_list cells; /* (lines, columns) */
    int64_t room;
} odd_text_table;

/** Append a cell, copied. @local; ODD_NOMEM */
odd_status odd_table_add(odd_text_table *table, const char *text);
void odd_table_free(odd_text_table *table);

/** On stdout, columns as wide as they need, lines without blanks at their end. @local */
void odd_table_print(const odd_text_table *table);

/** Append "," and the number with ten digits; nothing after the comma where it is not finite. */
void odd_csv_number(odd_text *csv, double value);

#endif
