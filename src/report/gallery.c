/* Gallery: the flagged images, the oddest first, each with what is known about it. */
#include "report/html_internal.h"
#include "report/sections_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define TINY 96 /* pixels; smaller pictures are magnified with sharp edges */

bool odd_gallery_has_picture(const odd_flagged *image)
{
    return image->pixels && image->width > 0 && image->height > 0 &&
           (image->channels == 1 || image->channels == 3);
}

bool odd_gallery_has_heat(const odd_flagged *image)
{
    return image->heat.map && image->heat.width > 0 && odd_gallery_has_picture(image);
}

const char *odd_gallery_picture(int64_t i, char buffer[static 32])
{
    snprintf(buffer, 32, "img/%06" PRId64 ".png", i + 1);
    return buffer;
}

const char *odd_gallery_heat(int64_t i, char buffer[static 48])
{
    snprintf(buffer, 48, "img/%06" PRId64 "-heat.png", i + 1);
    return buffer;
}

static const char *text_of(const char *s)
{
    return s ? s : "";
}

static bool is_tiny(const odd_flagged *image)
{
    return image->width < TINY && image->height < TINY;
}

static void write_picture(const odd_flagged *image, int64_t i, odd_text *html)
{
    char file[48];
    if (!odd_gallery_has_picture(image)) {
        odd_text_add(html, "<div class=\"picture none\">no picture</div>\n");
        return;
    }
    odd_gallery_picture(i, file);
    odd_html(html, "<a class=\"picture%s\" href=\"%s\"><img src=\"%s\" alt=\"%s\" loading=\"lazy\"",
             is_tiny(image) ? " tiny" : "", file, file, text_of(image->name));
    odd_text_format(html, " width=\"%d\" height=\"%d\">", image->width, image->height);
    if (odd_gallery_has_heat(image)) /* write_hottest() says it in words */
        odd_html(html, "<img class=\"heat\" src=\"%s\" alt=\"\" loading=\"lazy\">",
                 odd_gallery_heat(i, file));
    odd_text_add(html, "</a>\n");
}

/* The start of a long name is cut by the style sheet, its end always stays. */
static void write_name(const char *name, odd_text *html)
{
    odd_text head = ODD_TEXT_EMPTY;
    size_t length = odd_html_name_head(name);
    odd_text_bytes(&head, name, length);
    odd_html(html, "<p class=\"name\" title=\"%s\"><span>%s</span><span>%s</span></p>\n", name,
             odd_text_string(&head), name + length);
    if (head.failed) html->failed = true;
    odd_text_free(&head);
}

static void write_line(const odd_flagged *image, odd_text *html)
{
    char rank[32], row[32];
    odd_html(html, "<p class=\"line\"><b>%s</b><span>row %s</span>",
             odd_human_count(image->rank, rank), odd_human_count(image->row, row));
    if (image->truth > 0) odd_text_add(html, "<em class=\"good\">✓ odd</em>");
    if (image->truth == 0) odd_text_add(html, "<em class=\"bad\">✗ theme</em>");
    odd_text_add(html, "</p>\n");
}

static void write_numbers(const odd_flagged *image, odd_text *html)
{
    char score[32], probability[32];
    odd_html(html, "<p class=\"numbers\"><span>score <b>%s</b></span>",
             odd_html_number(image->score, score));
    if (!isnan(image->probability))
        odd_html(html, "<span>probability <b>%s</b></span>",
                 odd_html_number(image->probability, probability));
    odd_text_add(html, "</p>\n");
}

/* In words, for those who do not see the colours. */
static void write_hottest(const odd_flagged *image, odd_text *html)
{
    const odd_heat *heat = &image->heat;
    if (!heat->map) return;
    if (!odd_gallery_has_heat(image)) {
        odd_text_add(html, "<p class=\"hottest\">no place is warm</p>\n");
        return;
    }
    odd_text_format(html,
                    "<p class=\"hottest\">hottest %d × %d pixels, %d from left, %d from top</p>\n",
                    heat->width, heat->height, heat->left, heat->top);
}

static void write_optional(const char *class, const char *text, odd_text *html)
{
    if (text && *text) odd_html(html, "<p class=\"%s\">%s</p>\n", class, text);
}

static void write_card(const odd_flagged *image, int64_t i, odd_text *html)
{
    static const char *const openings[] = {"<li>\n", "<li data-truth=\"theme\">\n",
                                           "<li data-truth=\"odd\">\n"};
    odd_text_add(html, openings[image->truth < 0 ? 0 : image->truth == 0 ? 1 : 2]);
    write_picture(image, i, html);
    write_line(image, html);
    write_name(text_of(image->name), html);
    write_numbers(image, html);
    write_optional("reason", image->reason, html);
    write_hottest(image, html);
    write_optional("label", image->label, html);
    odd_text_add(html, "</li>\n");
}

static bool knows_truth(const odd_report_data *data)
{
    for (int64_t i = 0; i < data->flagged_count; i++)
        if (data->flagged[i].truth >= 0) return true;
    return false;
}

/* The first image whose heat is shown; NULL: none. */
static const odd_flagged *first_warm(const odd_report_data *data)
{
    for (int64_t i = 0; i < data->flagged_count; i++)
        if (odd_gallery_has_heat(&data->flagged[i])) return &data->flagged[i];
    return NULL;
}

static void write_legend(const odd_flagged *warm, odd_text *html)
{
    if (!warm) return;
    odd_text_format(
        html,
        "<p class=\"legend\"><i class=\"ramp\"></i>Colour shows where a network that has "
        "not seen the image sees damage: the darker, the more the log odds of damage "
        "fall when the place is erased. It looks at %d × %d pixels. Point at an image "
        "to see it without.</p>\n",
        warm->width, warm->height);
}

/* Hidden until report.js has made them work. */
static void write_tools(const odd_report_data *data, odd_text *html)
{
    odd_text_add(html, "<form class=\"tools\" id=\"tools\" hidden>\n"
                       "<label>Filter <input id=\"filter\" type=\"search\""
                       " placeholder=\"name, label or reason\" autocomplete=\"off\"></label>\n");
    if (knows_truth(data))
        odd_text_add(html, "<label>Show <select id=\"truth\"><option value=\"\">all</option>"
                           "<option value=\"odd\">rightly flagged</option>"
                           "<option value=\"theme\">wrongly flagged</option></select></label>\n");
    if (first_warm(data))
        odd_text_add(html, "<label>Heat <input id=\"heat\" type=\"checkbox\" checked></label>\n");
    odd_text_add(html, "<label>Size <input id=\"size\" type=\"range\" min=\"7\" max=\"24\""
                       " value=\"12\"></label>\n"
                       "<button id=\"copy\" type=\"button\">Copy names</button>\n"
                       "<output id=\"shown\" aria-live=\"polite\"></output>\n</form>\n");
}

static void write_count(const odd_report_data *data, odd_text *html)
{
    char shown[32], total[32];
    odd_human_count(data->flagged_count, shown);
    odd_human_count(data->flagged_total, total);
    if (data->flagged_total == 0)
        odd_html(html, "<p>No image passed the threshold. These are the %s oddest.", shown);
    else if (data->flagged_total > data->flagged_count)
        odd_html(html, "<p>The %s oddest of %s flagged images; <code>flagged.csv</code> has all.",
                 shown, total);
    else
        odd_html(html, "<p>%s flagged %s, the oddest first.", shown,
                 data->flagged_count == 1 ? "image" : "images");
    for (int64_t i = 0; i < data->flagged_count; i++) {
        if (!odd_gallery_has_picture(&data->flagged[i])) continue;
        odd_text_add(html, " <a href=\"img/contact-sheet.png\">Contact sheet</a>");
        break;
    }
    odd_text_add(html, "</p>\n");
}

void odd_gallery_write(const odd_report_data *data, odd_text *html)
{
    const bool passed = data->flagged_total > 0 || data->flagged_count == 0;
    odd_html(html, "<section id=\"flagged\">\n<h2>%s images</h2>\n", passed ? "Flagged" : "Oddest");
    if (data->flagged_count <= 0) {
        odd_text_add(html, "<p class=\"empty\">No image was flagged.</p>\n</section>\n");
        return;
    }
    write_count(data, html);
    write_legend(first_warm(data), html);
    write_tools(data, html);
    odd_text_add(html, "<ol class=\"gallery\" id=\"gallery\">\n");
    for (int64_t i = 0; i < data->flagged_count; i++)
        write_card(&data->flagged[i], i, html);
    odd_text_add(html, "</ol>\n</section>\n");
}
