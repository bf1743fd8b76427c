/* Training: how the networks of a run learnt, and how well they see each kind of damage. */
#include "report/cells_internal.h"
#include "report/figures_internal.h"
#include "report/html_internal.h"
#include "report/sections_internal.h"

static void write_curve(const odd_learning_curve *curve, const char *title, const char *what,
                        const char *about, odd_text *html)
{
    if (curve->seen_count == 0) return;
    odd_html(html, "<figure>\n<h3>%s</h3>\n", title);
    odd_learning_draw(curve, what, html);
    odd_html(html, "<figcaption>%s</figcaption>\n</figure>\n", about);
}

static void write_facts(const odd_report_training *t, odd_text *html)
{
    if (t->facts == 0) return;
    odd_text_add(html, "<dl class=\"facts\">\n");
    for (int i = 0; i < t->facts; i++)
        odd_html(html, "<div><dt>%s</dt><dd>%s</dd></div>\n", t->fact[i].name, t->fact[i].value);
    odd_text_add(html, "</dl>\n");
}

static void write_table(const odd_report_training *t, odd_text *html)
{
    const odd_cells cells = {
        .label = t->label, .cell = t->cell, .lines = t->lines, .columns = t->columns};
    if (t->lines > 1) odd_cells_write(&cells, html);
}

void odd_training_write(const odd_report_training *training, odd_text *html)
{
    char count[32];
    if (!training) return;
    odd_html(html,
             "<section id=\"training\">\n<h2>Training</h2>\n<p>%s %s learnt from the catalogue "
             "itself.</p>\n<div class=\"figures\">\n",
             odd_human_count(training->networks, count),
             training->networks == 1 ? "network has" : "networks have");
    write_curve(&training->loss, "Loss", "loss", "Mean over the networks, and their range.", html);
    write_curve(&training->accuracy, "Accuracy", "share told right",
                "Share of the images that are told right.", html);
    odd_text_add(html, "</div>\n");
    write_facts(training, html);
    write_table(training, html);
    odd_text_add(html, "</section>\n");
}
