/* The map of the catalogue: which kinds of images it is made of, and which of them are apart, so
 * that a person can say of a whole group whether it belongs. */
#include "report/finding_cards_internal.h"
#include "report/html_internal.h"

#include <stdio.h>

static void write_intro(const odd_report_map *map, odd_text *html)
{
    char kinds[32], parts[32];
    odd_html(html,
             "<section id=\"groups\">\n<h2>Groups</h2>\n<p>The catalogue is made of %s kinds of "
             "images by %s, in %s parts that are hardly alike. A part may belong or not: where it "
             "does not, its images are the finding; where several large ones share the catalogue, "
             "<code>verified</code> images of a manifest say which is meant.</p>\n",
             odd_human_count(map->all, kinds), map->seen, odd_human_count(map->parts, parts));
}

static void write_kind(const odd_report_kind *kind, int number, odd_text *html)
{
    char file[ODD_FINDING_FILE], images[32];
    odd_text_format(html, "<tr><td>%d</td><td>", number);
    if (!kind->medoid.unread) {
        odd_finding_picture(kind->medoid.row, file);
        odd_html(html, "<a href=\"%s\"><img src=\"%s\" alt=\"%s\" loading=\"lazy\"", file, file,
                 kind->medoid.name);
        odd_text_add(html, " width=\"64\" height=\"64\"></a>");
    }
    odd_html(html, "</td><td>%s</td>", odd_human_count(kind->images, images));
    odd_text_format(html, "<td>%.1f %%</td>", 100 * kind->share);
    if (kind->part >= 0)
        odd_text_format(html, "<td>%d</td>", kind->part + 1);
    else
        odd_text_add(html, "<td></td>");
    odd_html(html, "<td>%s</td></tr>\n", kind->medoid.name);
}

void odd_map_section_write(const odd_report_map *map, odd_text *html)
{
    if (!map) return;
    write_intro(map, html);
    odd_text_add(html, "<div class=\"wide\">\n<table class=\"checks\">\n<thead><tr>"
                       "<th>Kind</th><th>Typical</th><th>Images</th><th>Share</th><th>Part</th>"
                       "<th>Typical image</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < map->kinds; i++)
        write_kind(&map->kind[i], i + 1, html);
    odd_text_add(html, "</tbody>\n</table>\n</div>\n");
    if (map->all > map->kinds)
        odd_html(html, "<p>The largest are shown; <code>groups.h5</code> has all.</p>\n");
    odd_text_add(html, "</section>\n");
}
