/**
 * Embedded: report.css and report.js as they were when the program was built (embed.cmake).
 */
#ifndef ODDLOT_REPORT_EMBEDDED_INTERNAL_H
#define ODDLOT_REPORT_EMBEDDED_INTERNAL_H

extern const char odd_embedded_css[];
extern const char odd_embedded_js[];
extern const char odd_embedded_js_digest[]; /* SHA-256 in base64, for the content policy */

#endif
