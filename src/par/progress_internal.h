/**
 * What progress looks like, apart from where its numbers come from.
 */
#ifndef ODDLOT_PAR_PROGRESS_INTERNAL_H
#define ODDLOT_PAR_PROGRESS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *task, *unit; /* "ingest", "images" */
    int64_t done, total;     /* of all ranks; total 0: not known */
    double seconds;          /* since the start */
} odd_progress_state;

#define ODD_PROGRESS_TEXT 640 /* bytes of what the two below write, with the final 0 */

/** "45 %, 59,302 of 131,784 images, 1,234/s, 58 s left, 48 s so far"; returns `text`. */
const char *odd_progress_text(const odd_progress_state *s, char text[static ODD_PROGRESS_TEXT]);

/** The same with a bar, short enough not to wrap: what does not fit is left out from the end. The
 *  bar has blocks of an eighth in UTF-8, else #; returns `line`. */
const char *odd_progress_bar(const odd_progress_state *s, int columns, bool utf8,
                             char line[static ODD_PROGRESS_TEXT]);

#endif
