/* Summary: what was audited as cards, and how well it went as tables where the truth is known. */
#include "report/html_internal.h"
#include "report/sections_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CARDS 4 /* the facts that are shown large; the others follow in small */

static void write_facts(const odd_fact facts[], int from, int to, const char *class, odd_text *html)
{
    if (from >= to) return;
    odd_html(html, "<dl class=\"%s\">\n", class);
    for (int i = from; i < to; i++)
        odd_html(html, "<div><dt>%s</dt><dd>%s</dd></div>\n", facts[i].name, facts[i].value);
    odd_text_add(html, "</dl>\n");
}

/* What the words mean, for readers who know others for them. */
static const char *meaning(const char *metric)
{
    static const char *const glossary[][2] = {
        {"sensitivity", "share of the odd images that were flagged"},
        {"recall", "share of the theme images that were kept"},
        {"precision", "share of odd images among the flagged ones"},
        {"F1", "harmonic mean of precision and sensitivity"},
        {"AUC", "how often an odd image scores above a theme image"},
        {"average precision", "precision averaged over all odd images, by rank"},
    };
    for (size_t i = 0; metric && i < sizeof glossary / sizeof *glossary; i++)
        if (strcasecmp(metric, glossary[i][0]) == 0) return glossary[i][1];
    return "";
}

/* 0 to 1 for "0.93" and "93 %", NaN for a value that is not a share. */
static double share_of(const char *value)
{
    char *end;
    if (!value || !strpbrk(value, ".%")) return NAN;
    double x = strtod(value, &end);
    if (end == value) return NAN;
    end += strspn(end, " ");
    if (*end == '%') {
        x /= 100;
        end++;
    }
    return *end == '\0' && x >= 0 && x <= 1 ? x : NAN;
}

static void write_metric(const odd_fact *metric, odd_text *html)
{
    double share = share_of(metric->value);
    odd_html(html, "<tr><th scope=\"row\">%s", metric->name);
    odd_html(html, "<small>%s</small></th><td>%s", meaning(metric->name), metric->value);
    if (!isnan(share))
        odd_text_format(html, "<i class=\"meter\" style=\"--share:%.4f\"></i>", share);
    odd_text_add(html, "</td></tr>\n");
}

static void write_metrics(const odd_report_data *data, odd_text *html)
{
    if (data->metrics <= 0) return;
    odd_text_add(html, "<table class=\"metrics\">\n<caption>Measures</caption>\n<tbody>\n");
    for (int i = 0; i < data->metrics; i++)
        write_metric(&data->metric[i], html);
    odd_text_add(html, "</tbody>\n</table>\n");
}

static void write_cell(int64_t count, int64_t of, const char *class, odd_text *html)
{
    char number[32], percent[32] = "";
    if (of > 0) snprintf(percent, sizeof percent, "%.1f %%", 100. * (double)count / (double)of);
    odd_html(html, "<td class=\"%s\">%s<small>%s</small></td>", class,
             odd_human_count(count, number), percent);
}

static void write_confusion(const odd_report_confusion *c, odd_text *html)
{
    if (!c) return;
    int64_t odds = c->odd_found + c->odd_missed, themes = c->theme_kept + c->theme_lost;
    odd_text_add(html, "<table class=\"confusion\">\n<caption>Confusion</caption>\n"
                       "<thead><tr><td></td><th scope=\"col\">flagged</th>"
                       "<th scope=\"col\">kept</th></tr></thead>\n"
                       "<tbody>\n<tr><th scope=\"row\">really odd</th>");
    write_cell(c->odd_found, odds, "good", html);
    write_cell(c->odd_missed, odds, "bad", html);
    odd_text_add(html, "</tr>\n<tr><th scope=\"row\">really theme</th>");
    write_cell(c->theme_lost, themes, "bad", html);
    write_cell(c->theme_kept, themes, "good", html);
    odd_text_add(html, "</tr>\n</tbody>\n</table>\n");
}

static void write_evaluation(const odd_report_data *data, odd_text *html)
{
    if (data->metrics <= 0 && !data->confusion) return;
    odd_text_add(html, "<section id=\"evaluation\">\n<h2>Evaluation</h2>\n"
                       "<div class=\"tables\">\n");
    write_metrics(data, html);
    write_confusion(data->confusion, html);
    odd_text_add(html, "</div>\n</section>\n");
}

void odd_summary_write(const odd_report_data *data, odd_text *html)
{
    int cards = data->facts < CARDS ? data->facts : CARDS;
    odd_text_add(html, "<section id=\"summary\">\n<h2>Summary</h2>\n");
    write_facts(data->fact, 0, cards, "cards", html);
    write_facts(data->fact, cards, data->facts, "facts", html);
    odd_text_add(html, "</section>\n");
    write_evaluation(data, html);
}
