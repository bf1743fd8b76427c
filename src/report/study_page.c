/* Study page: the tables, how the networks of each cell learnt, and the way to every run. */
#include "oddlot/report/study_page.h"

#include "report/cells_internal.h"
#include "report/html_internal.h"
#include "report/plot_internal.h"
#include "report/report_folder_internal.h"
#include "report/sections_internal.h"

#include <math.h>
#include <stdio.h>

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

typedef struct {
    double x0, x1, y0, y1;
} range;

static void widen(const odd_curve_point *curve, int64_t count, range *r)
{
    for (int64_t i = 0; curve && i < count; i++) {
        if (!isfinite(curve[i].x) || !isfinite(curve[i].y)) continue;
        r->x0 = fmin(r->x0, curve[i].x);
        r->x1 = fmax(r->x1, curve[i].x);
        r->y0 = fmin(r->y0, curve[i].y);
        r->y1 = fmax(r->y1, curve[i].y);
    }
}

static bool has_points(const odd_curve_point *curve, int64_t count)
{
    range r = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    widen(curve, count, &r);
    return r.x0 <= r.x1;
}

static void draw_line(const odd_plot *plot, const char *class, const odd_curve_point curve[],
                      int64_t count)
{
    char pen = 'M';
    odd_html(plot->svg, "<path class=\"%s\" d=\"", class);
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(curve[i].x) || !isfinite(curve[i].y)) continue;
        odd_text_format(plot->svg, "%c%.1f %.1f", pen, odd_plot_x(plot, curve[i].x),
                        odd_plot_y(plot, curve[i].y));
        pen = 'L';
    }
    odd_text_add(plot->svg, "\"/>\n");
}

static void draw_plot(const odd_study_plot *p, odd_text *html)
{
    range r = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    bool held_out = false;
    for (int i = 0; i < p->curves; i++) {
        widen(p->curve[i].seen, p->curve[i].count, &r);
        widen(p->curve[i].held_out, p->curve[i].count, &r);
        held_out = held_out || has_points(p->curve[i].held_out, p->curve[i].count);
    }
    odd_axis x = odd_axis_linear(r.x0, r.x1, "epoch");
    x.whole = true;
    odd_plot plot =
        odd_plot_begin(html, x, odd_axis_linear(r.y0, r.y1, p->what), "How the networks learnt");
    for (int i = 0; i < p->curves; i++) {
        draw_line(&plot, "curve", p->curve[i].seen, p->curve[i].count);
        if (held_out && p->curve[i].held_out)
            draw_line(&plot, "curve odd", p->curve[i].held_out, p->curve[i].count);
    }
    odd_plot_legend(&plot, "curve", ODD_MARK_LINE, "learnt from");
    if (held_out) odd_plot_legend(&plot, "curve odd", ODD_MARK_LINE, "held out");
    odd_plot_end(&plot);
}

static void write_plots(const odd_study_data *data, odd_text *html)
{
    if (data->plots == 0) return;
    odd_text_add(html, "<section id=\"curves\">\n<h2>How the networks learnt</h2>\n<p>A line for "
                       "each seed, the mean over the parts of a cross-fit.</p>\n"
                       "<div class=\"figures\">\n");
    for (int i = 0; i < data->plots; i++) {
        odd_html(html, "<figure>\n<h3>%s</h3>\n", data->plot[i].name);
        draw_plot(&data->plot[i], html);
        odd_text_add(html, "</figure>\n");
    }
    odd_text_add(html, "</div>\n</section>\n");
}

/* ---- the page ---- */

static odd_status write_html(const odd_study_data *data, odd_text *html)
{
    odd_page_head(data->title, html);
    odd_html(html,
             "<body>\n<header>\n<h1>%s</h1>\n<p class=\"subtitle\">%s</p>\n</header>\n<main>\n",
             data->title, data->subtitle);
    write_tables(data, html);
    write_plots(data, html);
    write_runs(data, html);
    odd_settings_write(data->settings, html);
    odd_text_add(html, "</main>\n");
    odd_page_foot(html);
    return odd_text_status(html);
}

odd_status odd_study_page_write(const char *folder, const odd_study_data *data)
{
    char path[PATH_MAX];
    odd_text html = ODD_TEXT_EMPTY;
    odd_report_folder to;
    odd_status st;
    if ((st = odd_report_folder_begin(folder, &to)) != ODD_OK) return st;
    ODD_TRY(write_html(data, &html));
    if (snprintf(path, sizeof path, "%s/index.html", to.partial) >= (int)sizeof path)
        ODD_TRY(odd_fail(ODD_IO, "path is too long: '%s'", to.partial));
    ODD_TRY(odd_file_spill(path, html.s, html.length));
    ODD_TRY(odd_report_folder_publish(&to));
done:
    odd_text_free(&html);
    return st == ODD_OK ? st : odd_report_folder_abandon(&to, st);
}
