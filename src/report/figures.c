/* Figures: the section of plots, those for which there is data. */
#include "report/figures_internal.h"
#include "report/html_internal.h"

static bool has_scores(const odd_report_data *data)
{
    return data->histogram.finite > 0;
}

static bool has_scatter(const odd_report_data *data)
{
    return data->scatter_count > 0;
}

static bool has_roc(const odd_report_data *data)
{
    return data->roc_count > 1;
}

static bool has_objective(const odd_report_data *data)
{
    return data->objective_count > 1;
}

static const struct {
    const char *title, *about;
    bool (*has)(const odd_report_data *data);
    odd_figure_draw *draw;
} figures[] = {
    {"Scores", "How the images spread over the score, higher is odder.", has_scores,
     odd_histogram_draw},
    {"First two components",
     "Each mark is an image, its colour what the detector says, its shape the truth where known.",
     has_scatter, odd_scatter_draw},
    {"ROC curve", "What every threshold would find, and what it would flag in vain.", has_roc,
     odd_roc_draw},
    {"Fit", "The objective of each iteration; flat at its end where the fit has converged.",
     has_objective, odd_objective_draw},
};
#define FIGURES (sizeof figures / sizeof *figures)

static odd_status write_figure(const odd_report_data *data, size_t i, odd_text *html)
{
    odd_text note = ODD_TEXT_EMPTY;
    odd_html(html, "<figure>\n<h3>%s</h3>\n", figures[i].title);
    odd_status st = figures[i].draw(data, html, &note);
    odd_html(html, "<figcaption>%s %s</figcaption>\n</figure>\n", figures[i].about,
             odd_text_string(&note));
    if (note.failed) html->failed = true;
    odd_text_free(&note);
    return st;
}

odd_status odd_figures_write(const odd_report_data *data, odd_text *html)
{
    odd_status st = ODD_OK;
    bool open = false;
    for (size_t i = 0; i < FIGURES; i++) {
        if (!figures[i].has(data)) continue;
        if (!open)
            odd_text_add(html, "<section id=\"plots\">\n<h2>Plots</h2>\n<div class=\"figures\">\n");
        open = true;
        ODD_TRY(write_figure(data, i, html));
    }
    if (open) odd_text_add(html, "</div>\n</section>\n");
done:
    return st;
}
