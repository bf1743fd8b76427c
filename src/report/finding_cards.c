/* Cards of findings: an image with its box, or a strip of those that belong together. */
#include "report/finding_cards_internal.h"
#include "report/html_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *odd_finding_picture(int64_t row, char buffer[static ODD_FINDING_FILE])
{
    snprintf(buffer, ODD_FINDING_FILE, "img/row-%06" PRId64 ".png", row);
    return buffer;
}

const char *odd_finding_difference(const odd_finding_card *card,
                                   char buffer[static ODD_FINDING_FILE])
{
    snprintf(buffer, ODD_FINDING_FILE, "img/difference-%06" PRId64 "-%06" PRId64 ".png",
             card->member[0].row, card->member[1].row);
    return buffer;
}

bool odd_finding_differs(const odd_finding_card *card)
{
    return card->rows == 2 && card->members == 2 && card->value > 0 && !card->member[0].unread &&
           !card->member[1].unread;
}

static const char *text_of(const char *s)
{
    return s ? s : "";
}

/* Drawn by the style sheet, over the picture. */
static void write_box(const float box[4], odd_text *html)
{
    if (!(box[2] > box[0] && box[3] > box[1])) return; /* false for NaN */
    odd_text_format(html, "<i class=\"box\" style=\"left:%.1f%%;top:%.1f%%;width:%.1f%%;",
                    100 * (double)box[0], 100 * (double)box[1], 100 * (double)(box[2] - box[0]));
    odd_text_format(html, "height:%.1f%%\"></i>", 100 * (double)(box[3] - box[1]));
}

static void write_member(const odd_finding_member *member, const odd_pictures *pictures,
                         odd_text *html)
{
    char file[ODD_FINDING_FILE];
    if (member->unread) {
        odd_text_add(html, "<div class=\"picture none\">no picture</div>\n");
        return;
    }
    odd_finding_picture(member->row, file);
    odd_html(html, "<a class=\"picture\" href=\"%s\" title=\"%s\"><img src=\"%s\" alt=\"%s\"", file,
             text_of(member->name), file, text_of(member->name));
    odd_text_format(html, " loading=\"lazy\" width=\"%d\" height=\"%d\">", pictures->width,
                    pictures->height);
    write_box(member->box, html);
    odd_text_add(html, "</a>\n");
}

static void write_difference(const odd_finding_card *card, const odd_pictures *pictures,
                             odd_text *html)
{
    char file[ODD_FINDING_FILE];
    odd_finding_difference(card, file);
    odd_html(html,
             "<a class=\"picture tiny\" href=\"%s\" title=\"where they differ, once aligned\">"
             "<img src=\"%s\" alt=\"where they differ, once aligned\" loading=\"lazy\"",
             file, file);
    odd_text_format(html,
                    " width=\"%d\" height=\"%d\"></a><span class=\"more\">difference</span>\n",
                    pictures->side, pictures->side);
}

static void write_rest(int64_t count, odd_text *html)
{
    char more[32];
    if (count > 0)
        odd_html(html, "<span class=\"more\">and %s more</span>\n", odd_human_count(count, more));
}

static void write_strip(const odd_finding_card *card, const odd_pictures *pictures, odd_text *html)
{
    odd_text_add(html, "<div class=\"strip\">\n");
    for (int i = 0; i < card->members; i++)
        write_member(&card->member[i], pictures, html);
    if (odd_finding_differs(card)) write_difference(card, pictures, html);
    write_rest(card->rows - card->members, html);
    odd_text_add(html, "</div>\n");
}

/* What is usual, beside what is not. */
static void write_usual(const odd_finding_card *card, const odd_pictures *pictures, odd_text *html)
{
    if (card->usuals == 0) return;
    odd_text_add(html, "<div class=\"strip usual\"><span>the most alike usual ones</span>\n");
    for (int i = 0; i < card->usuals; i++)
        write_member(&card->usual[i], pictures, html);
    odd_text_add(html, "</div>\n");
}

/* The start of a name gives way to its end. */
static void write_names(const odd_finding_list *list, const odd_finding_card *card, odd_text *html)
{
    const bool copies = strcmp(list->kind, "duplicate") == 0;
    for (int i = 0; i < card->members; i++) {
        const odd_finding_member *m = &card->member[i];
        char row[32];
        odd_html(html, "<p class=\"path\" data-name=\"%s\">%s", text_of(m->name), text_of(m->name));
        if (copies && i == 0) odd_text_add(html, " <b>best copy</b>");
        if (m->label && *m->label) odd_html(html, " <span>label %s</span>", m->label);
        odd_html(html, " <span>row %s</span></p>\n", odd_human_count(m->row, row));
    }
}

static void write_measured(const odd_finding_card *card, odd_text *html)
{
    char value[32], limit[32], severity[32];
    odd_html(html, "<p class=\"numbers\"><span>severity <b>%s</b></span>",
             odd_html_number(card->severity, severity));
    if (isfinite(card->value))
        odd_html(html, "<span>measured <b>%s</b> %s</span>", odd_html_number(card->value, value),
                 text_of(card->unit));
    if (isfinite(card->limit))
        odd_html(html, "<span>limit <b>%s</b> %s</span>", odd_html_number(card->limit, limit),
                 text_of(card->unit));
    odd_text_add(html, "</p>\n");
}

static void write_card(const odd_finding_list *list, const odd_finding_card *card,
                       const odd_pictures *pictures, odd_text *html)
{
    odd_html(html, "<li class=\"%s\">\n", card->rows > 1 ? "several" : "single");
    write_strip(card, pictures, html);
    write_usual(card, pictures, html);
    odd_html(html, "<p class=\"sentence\">%s</p>\n", text_of(card->sentence));
    write_measured(card, html);
    write_names(list, card, html);
    odd_text_add(html, "</li>\n");
}

void odd_finding_cards_write(const odd_finding_list *list, const odd_pictures *pictures,
                             odd_text *html)
{
    odd_text_add(html, "<ol class=\"findings\">\n");
    for (int i = 0; i < list->cards; i++)
        write_card(list, &list->card[i], pictures, html);
    odd_text_add(html, "</ol>\n");
}
