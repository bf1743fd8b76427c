/* The section of findings: how many each check has, then the cards of those that found some. */
#include "report/finding_cards_internal.h"
#include "report/html_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t count_found(const odd_report_findings *findings)
{
    int64_t found = 0;
    for (int i = 0; i < findings->lists; i++)
        found += findings->list[i].found;
    return found;
}

static void write_count(int64_t count, odd_text *html)
{
    char number[32];
    odd_html(html, "<td>%s</td>", count > 0 ? odd_human_count(count, number) : "–");
}

/* A rule and a check may share a name: kind and name together are the mark of a list. */
static void write_check(const odd_finding_list *list, odd_text *html)
{
    char worst[32];
    odd_html(html, "<tr><th scope=\"row\">%s</th>", list->kind);
    if (list->cards > 0)
        odd_html(html, "<td><a href=\"#finding-%s-%s\">%s</a></td>", list->kind, list->check,
                 list->check);
    else
        odd_html(html, "<td>%s</td>", list->check);
    write_count(list->found, html);
    odd_html(html, "<td>%s</td>", list->found > 0 ? odd_html_number(list->worst, worst) : "–");
    write_count(list->unmeasured, html);
    write_count(list->ignored, html);
    odd_html(html, "<td class=\"words\">%s</td></tr>\n",
             list->found > 0 && list->advice ? list->advice : "");
}

static bool has_news(const odd_finding_list *list)
{
    return list->found > 0 || list->ignored > 0 || list->unmeasured > 0;
}

static void write_checks(const odd_report_findings *findings, odd_text *html)
{
    odd_text_add(
        html,
        "<div class=\"wide\">\n<table class=\"checks\">\n<caption>Checks</caption>\n<thead><tr>"
        "<th scope=\"col\">kind</th><th scope=\"col\">check</th>"
        "<th scope=\"col\">findings</th><th scope=\"col\">worst</th>"
        "<th scope=\"col\">could not know</th><th scope=\"col\">ignored</th>"
        "<th scope=\"col\" class=\"words\">what to do</th>"
        "</tr></thead>\n<tbody>\n");
    for (int i = 0; i < findings->lists; i++)
        if (has_news(&findings->list[i])) write_check(&findings->list[i], html);
    odd_text_add(html, "</tbody>\n</table>\n</div>\n");
}

/* ", dark" behind one of the same kind, "; rule border" behind one of another; the kind is left out
 * where the check is called so. kind: of the one before; NULL: it is the first. */
static void write_silent_check(const char *kind, const odd_finding_list *list, odd_text *html)
{
    const bool other = !kind || strcmp(kind, list->kind) != 0;
    if (kind) odd_text_add(html, other ? "; " : ", ");
    if (other && strcmp(list->kind, list->check) != 0) odd_html(html, "%s ", list->kind);
    odd_html(html, "%s", list->check);
}

/* They are told, too: that is what people want to read. */
static void write_silent_checks(const odd_report_findings *findings, odd_text *html)
{
    const char *kind = NULL;
    for (int i = 0; i < findings->lists; i++) {
        const odd_finding_list *list = &findings->list[i];
        if (has_news(list)) continue;
        if (!kind) odd_text_add(html, "<p>Checked, and nothing found: ");
        write_silent_check(kind, list, html);
        kind = list->kind;
    }
    if (kind) odd_text_add(html, ".</p>\n");
}

static bool any_news(const odd_report_findings *findings)
{
    for (int i = 0; i < findings->lists; i++)
        if (has_news(&findings->list[i])) return true;
    return false;
}

static void write_list(const odd_finding_list *list, const odd_pictures *pictures, odd_text *html)
{
    char shown[32], found[32];
    odd_html(html, "<section class=\"check\" data-kind=\"%s\">\n", list->kind);
    odd_html(html,
             "<h3 id=\"finding-%s-%s\">%s <small>%s</small> <button type=\"button\" "
             "class=\"names\" hidden>copy file names</button></h3>\n",
             list->kind, list->check, list->check, list->about);
    odd_human_count(list->cards, shown);
    odd_human_count(list->found, found);
    if (list->found > list->cards) odd_html(html, "<p>The %s worst of %s.</p>\n", shown, found);
    odd_finding_cards_write(list, pictures, html);
    odd_text_add(html, "</section>\n");
}

/* The script shows them: without it they would do nothing. */
static void write_tools(const odd_report_findings *findings, odd_text *html)
{
    const char *kind = "";
    odd_text_add(html, "<form id=\"finding-tools\" class=\"tools\" hidden>\n<label>kind <select "
                       "id=\"finding-kind\"><option value=\"\">all</option>");
    for (int i = 0; i < findings->lists; i++) {
        const odd_finding_list *list = &findings->list[i];
        if (list->cards == 0 || strcmp(list->kind, kind) == 0) continue;
        kind = list->kind;
        odd_html(html, "<option>%s</option>", kind);
    }
    odd_text_add(html, "</select></label>\n<button type=\"button\" class=\"names\">copy file names"
                       "</button>\n<output id=\"finding-said\"></output>\n</form>\n");
}

void odd_findings_section_write(const odd_report_findings *findings, odd_text *html)
{
    char found[32];
    if (!findings) return;
    odd_text_add(html, "<section id=\"findings\">\n<h2>Findings</h2>\n");
    odd_html(html, "<p>%s in all; <code>findings.csv</code> has every one.</p>\n",
             odd_human_count(count_found(findings), found));
    if (any_news(findings)) write_checks(findings, html);
    write_silent_checks(findings, html);
    if (count_found(findings) > 0) write_tools(findings, html);
    for (int i = 0; i < findings->lists; i++)
        if (findings->list[i].cards > 0) write_list(&findings->list[i], &findings->pictures, html);
    odd_text_add(html, "</section>\n");
}
