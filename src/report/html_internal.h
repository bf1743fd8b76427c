/**
 * HTML: the one way that text gets into a page, so that nothing gets there without its escapes.
 */
#ifndef ODDLOT_REPORT_HTML_INTERNAL_H
#define ODDLOT_REPORT_HTML_INTERNAL_H

#include "oddlot/base/text.h"

#include <stdarg.h>

/**
 * Append a template whose every %s is replaced by a text, escaped for HTML content and quoted
 * attributes; NULL gives nothing. %s is the only directive, so a plain % stands for itself.
 */
void odd_html(odd_text *html, const char *format, ...);

/** Bytes at the start of a name that may be cut to fit a line; the rest is its telling end. */
size_t odd_html_name_head(const char *name);

/** A number for reading, four digits; "–" where it is not finite. Returns buffer. */
const char *odd_html_number(double x, char buffer[static 32]);

#endif
