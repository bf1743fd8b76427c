/* Cells: a table of texts that scrolls by itself where it is large. */
#include "report/cells_internal.h"

#include "report/html_internal.h"

#include <stddef.h>

static void write_first(const odd_cells *cells, int line, odd_text *html)
{
    const char *text = cells->cell[line * cells->columns];
    const char *link = line > 0 && cells->link ? cells->link[line - 1] : NULL;
    odd_text_add(html, line == 0 ? "<th scope=\"col\">" : "<th scope=\"row\">");
    if (link)
        odd_html(html, "<a href=\"%s\">%s</a></th>", link, text);
    else
        odd_html(html, "%s</th>", text);
}

static void write_line(const odd_cells *cells, int line, odd_text *html)
{
    odd_text_add(html, line <= cells->summary_lines ? "<tr class=\"all\">" : "<tr>");
    write_first(cells, line, html);
    for (int c = 1; c < cells->columns; c++)
        odd_html(html, line == 0 ? "<th scope=\"col\">%s</th>" : "<td>%s</td>",
                 cells->cell[line * cells->columns + c]);
    odd_text_add(html, "</tr>\n");
}

void odd_cells_write(const odd_cells *cells, odd_text *html)
{
    odd_html(html,
             "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
             "<table class=\"trials\">\n<thead>\n",
             cells->label);
    write_line(cells, 0, html);
    odd_text_add(html, "</thead>\n<tbody>\n");
    for (int line = 1; line < cells->lines; line++)
        write_line(cells, line, html);
    odd_text_add(html, "</tbody>\n</table></div>\n");
}
