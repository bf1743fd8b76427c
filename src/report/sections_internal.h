/**
 * Sections: the parts of the page, each of which shows nothing where it has no data.
 */
#ifndef ODDLOT_REPORT_SECTIONS_INTERNAL_H
#define ODDLOT_REPORT_SECTIONS_INTERNAL_H

#include "oddlot/base/text.h"
#include "oddlot/report/report.h"

/** The whole page. ODD_NOMEM. */
odd_status odd_page_write(const odd_report_data *data, odd_text *html);

/** What every page of ours begins with, to <main>; that of an audit with links to its sections,
 *  else NULL. */
void odd_page_begin(const char *title, const char *subtitle, const odd_report_data *audit,
                    odd_text *html);
/** And ends with, from </main> on. */
void odd_page_end(odd_text *html);

void odd_summary_write(const odd_report_data *data, odd_text *html); /* facts and metrics */
void odd_training_write(const odd_report_training *training, odd_text *html); /* NULL: nothing */
void odd_gallery_write(const odd_report_data *data, odd_text *html);
void odd_appendix_write(const odd_report_data *data, odd_text *html); /* unreadable, settings */
void odd_settings_write(const char *settings, odd_text *html);        /* NULL: nothing */

/** True if the picture can be shown. Only such a one has a file. */
bool odd_gallery_has_picture(const odd_flagged *image);
/** True if it has a picture and a map with something warm. Only such a one has a file. */
bool odd_gallery_has_heat(const odd_flagged *image);
/** "img/000001.png" for the first, "img/000001-heat.png" over it. Returns buffer. */
const char *odd_gallery_picture(int64_t i, char buffer[static 32]);
const char *odd_gallery_heat(int64_t i, char buffer[static 48]);

#endif
