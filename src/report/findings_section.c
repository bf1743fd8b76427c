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

static void write_check(const odd_finding_list *list, odd_text *html)
{
    char worst[32];
    odd_html(html, "<tr><th scope=\"row\">%s</th>", list->kind);
    if (list->cards > 0)
        odd_html(html, "<td><a href=\"#finding-%s\">%s</a></td>", list->check, list->check);
    else
        odd_html(html, "<td>%s</td>", list->check);
    write_count(list->found, html);
    odd_html(html, "<td>%s</td>", list->found > 0 ? odd_html_number(list->worst, worst) : "–");
    write_count(list->unmeasured, html);
    write_count(list->ignored, html);
    odd_text_add(html, "</tr>\n");
}

/* Checks that found nothing are told, too: that is what people want to read. */
static void write_checks(const odd_report_findings *findings, odd_text *html)
{
    odd_text_add(html, "<table class=\"checks\">\n<caption>Checks</caption>\n<thead><tr>"
                       "<th scope=\"col\">kind</th><th scope=\"col\">check</th>"
                       "<th scope=\"col\">findings</th><th scope=\"col\">worst</th>"
                       "<th scope=\"col\">could not know</th><th scope=\"col\">ignored</th>"
                       "</tr></thead>\n<tbody>\n");
    for (int i = 0; i < findings->lists; i++)
        write_check(&findings->list[i], html);
    odd_text_add(html, "</tbody>\n</table>\n");
}

static void write_list(const odd_finding_list *list, const odd_pictures *pictures, odd_text *html)
{
    char shown[32], found[32];
    odd_html(html, "<h3 id=\"finding-%s\">%s <small>%s</small></h3>\n", list->check, list->check,
             list->about);
    odd_human_count(list->cards, shown);
    odd_human_count(list->found, found);
    if (list->found > list->cards) odd_html(html, "<p>The %s worst of %s.</p>\n", shown, found);
    odd_finding_cards_write(list, pictures, html);
}

void odd_findings_section_write(const odd_report_findings *findings, odd_text *html)
{
    char found[32], checks[32];
    if (!findings) return;
    odd_text_add(html, "<section id=\"findings\">\n<h2>Findings</h2>\n");
    odd_human_count(count_found(findings), found);
    odd_human_count(findings->lists, checks);
    odd_html(html, "<p>%s in all, of checks made: %s. <code>findings.csv</code> has every one.</p>\n",
             found, checks);
    write_checks(findings, html);
    for (int i = 0; i < findings->lists; i++)
        if (findings->list[i].cards > 0) write_list(&findings->list[i], &findings->pictures, html);
    odd_text_add(html, "</section>\n");
}
