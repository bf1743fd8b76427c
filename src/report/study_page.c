/* Study page: the tables, how the networks of each cell learnt, and the way to every run. */
#include "oddlot/report/study_page.h"

#include "report/cells_internal.h"
#include "report/figures_internal.h"
#include "report/html_internal.h"
#include "report/report_folder_internal.h"
#include "report/sections_internal.h"

/* ---- tables ---- */

static void write_lines(const odd_study_lines *lines, const char *const link[], const char *label,
                        odd_text *html)
{
    const odd_cells cells = {.label = label,
                             .cell = lines->cell,
                             .link = link,
                             .lines = lines->lines,
                             .columns = lines->columns};
    odd_cells_write(&cells, html);
}

static void write_tables(const odd_study_data *data, odd_text *html)
{
    odd_html(html, "<section id=\"table\">\n<h2>Table</h2>\n<p>%s</p>\n", data->legend);
    odd_text_add(html, "<div class=\"tables\">\n");
    for (int t = 0; t < data->tables; t++)
        write_lines(&data->table[t], NULL, data->table[t].name ? data->table[t].name : "Table",
                    html);
    odd_text_add(html, "</div>\n</section>\n");
}

static void write_runs(const odd_study_data *data, odd_text *html)
{
    odd_text_add(html, "<section id=\"runs\">\n<h2>Runs</h2>\n");
    write_lines(&data->runs, data->link, "Runs", html);
    odd_text_add(html, "</section>\n");
}

/* ---- curves ---- */

static void write_plots(const odd_study_data *data, odd_text *html)
{
    if (data->plots == 0) return;
    odd_text_add(html, "<section id=\"curves\">\n<h2>How the networks learnt</h2>\n<p>Mean over "
                       "the networks of all seeds and parts of a cross-fit, and their range.</p>\n"
                       "<div class=\"figures\">\n");
    for (int i = 0; i < data->plots; i++) {
        odd_html(html, "<figure>\n<h3>%s</h3>\n", data->plot[i].name);
        odd_learning_draw(&data->plot[i].curve, data->plot[i].what, html);
        odd_text_add(html, "</figure>\n");
    }
    odd_text_add(html, "</div>\n</section>\n");
}

/* ---- the page ---- */

static odd_status write_html(const void *page, odd_text *html)
{
    const odd_study_data *data = page;
    odd_page_begin(data->title, data->subtitle, NULL, html);
    write_tables(data, html);
    write_plots(data, html);
    write_runs(data, html);
    odd_settings_write(data->settings, html);
    odd_page_end(html);
    return odd_text_status(html);
}

odd_status odd_study_page_write(const char *folder, const odd_study_data *data)
{
    return odd_report_folder_put(folder, write_html, data);
}
