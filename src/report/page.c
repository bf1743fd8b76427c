/* Page: index.html from its head to its foot. */
#include "report/embedded_internal.h"
#include "report/figures_internal.h"
#include "report/finding_cards_internal.h"
#include "report/html_internal.h"
#include "report/sections_internal.h"

#include "oddlot/base/run_folder.h"

/* The second wall behind the escapes: the browser loads nothing from elsewhere, and runs no script
 * but ours, known by its digest. */
static void write_policy(odd_text *html)
{
    odd_html(html,
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
             " img-src 'self' file:; style-src 'unsafe-inline'; base-uri 'none';"
             " form-action 'none'; script-src 'sha256-%s'\">\n",
             odd_embedded_js_digest);
}

static void write_head(const char *title, odd_text *html)
{
    odd_text_add(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    odd_text_add(html, ODD_REPORT_MARK " " ODD_VERSION "\">\n"); /* catalogues leave it out */
    write_policy(html);
    odd_text_add(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n");
    odd_html(html, "<title>%s</title>\n<style>\n", title);
    odd_text_add(html, odd_embedded_css);
    odd_text_add(html, "</style>\n</head>\n");
}

/* Links to the sections that are there. */
static void write_navigation(const odd_report_data *data, odd_text *html)
{
    bool plots = data->histogram.finite > 0 || data->scatter_count > 0;
    odd_text_add(html, "<nav aria-label=\"Sections\">\n<a href=\"#summary\">Summary</a>\n");
    if (data->findings) odd_text_add(html, "<a href=\"#findings\">Findings</a>\n");
    if (data->map) odd_text_add(html, "<a href=\"#groups\">Groups</a>\n");
    if (data->metrics > 0 || data->confusion)
        odd_text_add(html, "<a href=\"#evaluation\">Evaluation</a>\n");
    if (plots) odd_text_add(html, "<a href=\"#plots\">Plots</a>\n");
    if (data->training) odd_text_add(html, "<a href=\"#training\">Training</a>\n");
    odd_html(html, "<a href=\"#flagged\">%s</a>\n",
             data->flagged_total > 0 || data->flagged_count == 0 ? "Flagged" : "Oddest");
    if (data->errors > 0) odd_text_add(html, "<a href=\"#unreadable\">Unreadable</a>\n");
    if (data->settings && *data->settings)
        odd_text_add(html, "<a href=\"#settings\">Settings</a>\n");
    odd_text_add(html, "</nav>\n");
}

void odd_page_begin(const char *title, const char *subtitle, const odd_report_data *audit,
                    odd_text *html)
{
    write_head(title, html);
    odd_text_add(html, "<body>\n");
    if (audit)
        odd_text_add(html, "<a class=\"skip\" href=\"#flagged\">To the flagged images</a>\n");
    odd_html(html, "<header>\n<h1>%s</h1>\n<p class=\"subtitle\">%s</p>\n", title, subtitle);
    if (audit) write_navigation(audit, html);
    odd_text_add(html, "</header>\n<main>\n");
}

void odd_page_end(odd_text *html)
{
    odd_text_add(html, "</main>\n<footer>Made by oddlot " ODD_VERSION
                       ". Names are shown as text: bytes that"
                       " are not UTF-8 appear as �, <code>flagged.csv</code> keeps them."
                       "</footer>\n<script>");
    odd_text_add(html, odd_embedded_js);
    odd_text_add(html, "</script>\n</body>\n</html>\n");
}

odd_status odd_page_write(const odd_report_data *data, odd_text *html)
{
    odd_status st;
    odd_page_begin(data->title, data->subtitle, data, html);
    odd_summary_write(data, html);
    odd_findings_section_write(data->findings, html);
    odd_map_section_write(data->map, html);
    ODD_TRY(odd_figures_write(data, html));
    odd_training_write(data->training, html);
    odd_gallery_write(data, html);
    odd_appendix_write(data, html);
    odd_page_end(html);
    ODD_TRY(odd_text_status(html));
done:
    return st;
}
