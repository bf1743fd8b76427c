/* Text table: cells one after the other, printed with columns as wide as their widest cell. */
#include "oddlot/run/text_table.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static odd_status grow_table(odd_text_table *table)
{
    const int64_t room = table->room > 0 ? 2 * table->room : 64;
    char **more = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(more, room));
    if (table->cells.count > 0)
        memcpy(more, table->cells.item, (size_t)table->cells.count * sizeof *more);
    odd_free(table->cells.item);
    table->cells.item = more;
    table->room = room;
done:
    return st;
}

odd_status odd_table_add(odd_text_table *table, const char *text)
{
    odd_status st = ODD_OK;
    if (table->cells.count == table->room) ODD_TRY(grow_table(table));
    ODD_TRY(odd_texts_add(&table->cells, text, strlen(text)));
done:
    return st;
}

void odd_table_free(odd_text_table *table)
{
    odd_texts_free(&table->cells);
    table->room = 0;
}

static int column_width(const odd_text_table *table, int column)
{
    int width = 0;
    for (int64_t i = column; i < table->cells.count; i += table->columns)
        if (odd_text_width(table->cells.item[i]) > width)
            width = odd_text_width(table->cells.item[i]);
    return width;
}

void odd_table_print(const odd_text_table *table)
{
    const int gap = 2;
    for (int64_t i = 0; i < table->cells.count; i++) {
        const char *cell = table->cells.item[i];
        const int column = (int)(i % table->columns);
        const bool last = column + 1 == table->columns;
        printf("%s%*s", cell, last ? 0 : column_width(table, column) + gap - odd_text_width(cell),
               "");
        if (last) putchar('\n');
    }
}

void odd_csv_number(odd_text *csv, double value)
{
    if (isfinite(value))
        odd_text_format(csv, ",%.10g", value);
    else
        odd_text_add(csv, ",");
}
