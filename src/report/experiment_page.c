/* Experiment page: the table, the curves over the components and a picture of each mixture. */
#include "oddlot/report/experiment_page.h"

#include "report/cells_internal.h"
#include "report/figures_internal.h"
#include "report/html_internal.h"
#include "report/report_folder_internal.h"
#include "report/sections_internal.h"

static void write_table(const odd_experiment_data *data, odd_text *html)
{
    const odd_cells cells = {.label = "Table",
                             .cell = data->cell,
                             .lines = data->lines,
                             .columns = data->columns,
                             .summary_lines = data->summary_lines};
    odd_text_add(html, "<section id=\"table\">\n<h2>Table</h2>\n<p>Means over the seeds with 95 % "
                       "intervals. Sensitivity: share of the odd images flagged. Recall: share of "
                       "the theme images kept.</p>\n");
    odd_cells_write(&cells, html);
    odd_text_add(html, "</section>\n");
}

static void write_curves(const odd_experiment_data *data, odd_text *html)
{
    if (data->curves == 0) return;
    odd_text_add(html, "<section id=\"curves\">\n<h2>Numbers of components</h2>\n"
                       "<div class=\"figures\">\n");
    for (int i = 0; i < data->curves; i++) {
        odd_html(html, "<figure>\n<h3>%s</h3>\n", data->curve[i].name);
        odd_components_draw(&data->curve[i], html);
        odd_text_add(html, "<figcaption>Mean over mixtures and seeds.</figcaption>\n</figure>\n");
    }
    odd_text_add(html, "</div>\n</section>\n");
}

static odd_status write_picture(const odd_mixture_picture *picture, odd_text *html)
{
    const odd_report_data data = {.scatter = picture->point,
                                  .scatter_count = picture->count,
                                  .scatter_total = picture->count};
    odd_text note = ODD_TEXT_EMPTY;
    odd_html(html, "<figure>\n<h3>%s</h3>\n", picture->name);
    odd_status st = odd_scatter_draw(&data, html, &note);
    odd_html(html, "<figcaption>%s</figcaption>\n</figure>\n", odd_text_string(&note));
    if (note.failed) html->failed = true;
    odd_text_free(&note);
    return st;
}

static odd_status write_pictures(const odd_experiment_data *data, odd_text *html)
{
    odd_status st = ODD_OK;
    odd_text_add(html, "<section id=\"mixtures\">\n<h2>Mixtures</h2>\n<p>The fitted images over "
                       "the first two components, by the first technique, share and seed.</p>\n"
                       "<div class=\"figures\">\n");
    for (int i = 0; i < data->pictures; i++)
        if (data->picture[i].count > 0) ODD_TRY(write_picture(&data->picture[i], html));
    odd_text_add(html, "</div>\n</section>\n");
done:
    return st;
}

static odd_status write_html(const void *page, odd_text *html)
{
    const odd_experiment_data *data = page;
    odd_status st;
    odd_page_begin(data->title, data->subtitle, NULL, html);
    write_table(data, html);
    write_curves(data, html);
    ODD_TRY(write_pictures(data, html));
    odd_settings_write(data->settings, html);
    odd_page_end(html);
    ODD_TRY(odd_text_status(html));
done:
    return st;
}

odd_status odd_experiment_page_write(const char *folder, const odd_experiment_data *data)
{
    return odd_report_folder_put(folder, write_html, data);
}
