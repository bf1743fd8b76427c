/**
 * Text: a growing string, the escapes for what we write into CSV, HTML and JSON, and lists of
 * texts.
 *
 * Names come from hostile places: any byte may stand in them. A failed allocation is remembered and
 * returned by odd_text_status() once at the end, so that writers need not check each append.
 */
#ifndef ODDLOT_BASE_TEXT_H
#define ODDLOT_BASE_TEXT_H

#include "oddlot/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *s;       /* always 0-terminated once something was added; NULL before */
    size_t length; /* bytes without the final 0 */
    size_t room;
    bool failed;
} odd_text;

#define ODD_TEXT_EMPTY                                                                             \
    {                                                                                              \
        NULL, 0, 0, false                                                                          \
    }

void odd_text_free(odd_text *t); /* frees and empties */
odd_status odd_text_status(const odd_text *t);
/** The string so far; "" if nothing was added. Borrowed until the next change. */
const char *odd_text_string(const odd_text *t);

void odd_text_add(odd_text *t, const char *s);
void odd_text_bytes(odd_text *t, const void *bytes, size_t n);
void odd_text_format(odd_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** One CSV field (RFC 4180), quoted where needed. A field that a spreadsheet would take for a
 *  formula (= + - @ tab at its start, unless it is a number) gets a ' in front. */
void odd_text_csv(odd_text *t, const char *s);
/** Text for HTML content or a quoted attribute; bytes that are not UTF-8 become U+FFFD. */
void odd_text_html(odd_text *t, const char *s);
/** A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void odd_text_json(odd_text *t, const char *s);
/** A path as the part of a URL: %-escaped byte by byte, '/' kept. */
void odd_text_url(odd_text *t, const char *s);
/** Places on a screen that a UTF-8 text takes: its bytes that begin a character. */
int odd_text_width(const char *s);
/** For a terminal or a log: control characters and bytes that are not UTF-8 become '?'. */
void odd_text_printable(odd_text *t, const char *s);

/** Texts, each owned. */
typedef struct {
    char **item; /* (count) */
    int64_t count;
} odd_list;

/** Append a copy of `length` bytes; list->item (odd_alloc) must have room for one more. ODD_NOMEM.
 */
odd_status odd_texts_add(odd_list *list, const char *text, size_t length);
void odd_texts_free(odd_list *list); /* frees and empties */

/** Slips between two words: letters added, lost, changed, or neighbours swapped; for "did you
 *  mean". INT_MAX if one is longer than 64 bytes. */
int odd_text_distance(const char *a, const char *b);

/** "4.2 GiB", into a caller's buffer; returns it. */
const char *odd_human_bytes(int64_t bytes, char buffer[static 32]);
/** "1 h 02 min", "3.4 s"; returns buffer. */
const char *odd_human_seconds(double seconds, char buffer[static 32]);
/** "131,784"; returns buffer. */
const char *odd_human_count(int64_t n, char buffer[static 32]);

/** A whole file in memory, at most `limit` bytes (ODD_FORMAT above). Owned by caller: odd_free().
 */
odd_status odd_file_slurp(const char *path, int64_t limit, char **bytes, int64_t *size);
/** Write a whole file under a temporary name, then rename: whole or not at all. */
odd_status odd_file_spill(const char *path, const void *bytes, size_t size);
/** Remove from a folder what killed processes were writing there, by their temporary names: for who
 *  knows that no other process writes into it. */
void odd_folder_sweep(const char *folder);
/** Make `path` a hard link to the file `to`, in place of what is there. False, without a reason
 *  noted, where there cannot be one: over file systems, say. */
bool odd_file_link(const char *to, const char *path);
/** mkdir -p. */
odd_status odd_folder_make(const char *path);

#endif
