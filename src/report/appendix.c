/* Appendix: the images that could not be read, and the settings of the run. */
#include "report/html_internal.h"
#include "report/sections_internal.h"

static void write_unreadable(const odd_report_data *data, odd_text *html)
{
    char shown[32], total[32];
    if (data->errors <= 0) return;
    odd_text_add(html, "<section id=\"unreadable\">\n<h2>Unreadable images</h2>\n");
    if (data->error_total > data->errors)
        odd_html(html, "<p>The first %s of %s; <code>errors.csv</code> has all.</p>\n",
                 odd_human_count(data->errors, shown), odd_human_count(data->error_total, total));
    odd_text_add(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\""
                       " aria-label=\"Unreadable images\"><table>\n<thead><tr>"
                       "<th scope=\"col\">Image</th><th scope=\"col\">Reason</th></tr></thead>\n"
                       "<tbody>\n");
    for (int i = 0; i < data->errors; i++)
        odd_html(html, "<tr><td class=\"path\">%s</td><td>%s</td></tr>\n", data->error[i].name,
                 data->error[i].value);
    odd_text_add(html, "</tbody>\n</table></div>\n</section>\n");
}

void odd_settings_write(const char *settings, odd_text *html)
{
    if (!settings || !*settings) return;
    odd_html(html,
             "<section id=\"settings\">\n<h2>Settings</h2>\n"
             "<details><summary>job.yaml, as it was in force</summary>\n"
             "<pre tabindex=\"0\">%s</pre>\n</details>\n</section>\n",
             settings);
}

void odd_appendix_write(const odd_report_data *data, odd_text *html)
{
    write_unreadable(data, html);
    odd_settings_write(data->settings, html);
}
