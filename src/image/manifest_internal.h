/**
 * Manifest: what its parser (manifest_csv.c), its rows (catalogue_manifest.c) and the search for
 * rows that are there twice (manifest_twice.c) share.
 */
#ifndef ODDLOT_IMAGE_MANIFEST_INTERNAL_H
#define ODDLOT_IMAGE_MANIFEST_INTERNAL_H

#include "image/catalogue_internal.h"

/* -- manifest_csv.c: a CSV file as fields and rows -- */

/* Who takes them. A fault of theirs ends the parsing. */
typedef struct {
    void *context;
    /** A field with a 0 after it; no 0 is in it. */
    odd_status (*field)(void *context, const char *field);
    /** The end of a row that began on this line. */
    odd_status (*row)(void *context, int64_t line);
} odd_csv_taker;

/** Parse an open CSV file (RFC 4180): line ends LF, CR LF or CR, UTF-8 with or without a mark,
 * fields separated by what its first line has around the name `key`: comma, semicolon, tab or bar.
 *  `file` is for people. ODD_IO; ODD_FORMAT, naming file and line; what the taker returns, with
 *  them before its reason. */
odd_status odd_csv_parse(int fd, const char *file, const char *key, const odd_csv_taker *taker);

/* -- manifest_twice.c: rows that are there twice -- */

/* What is known of the row of an item. */
typedef struct {
    odd_hash content; /* of the file and of all fields beside its path */
    uint64_t file;    /* digest: which file, however it is spelled: a name in a folder */
    int64_t manifest, line;
    int64_t item;
} odd_manifest_row;

/* Of all manifests, in the order of the items. Owned: odd_manifest_rows_free(). */
typedef struct {
    odd_manifest_row *row;
    int64_t count, room;
    char *folder; /* that was looked at last, and which it is; owned */
    uint64_t folder_digest;
} odd_manifest_rows;

/** Note the row of the last item, whose file is at this path and whose other fields have this
 *  digest. ODD_NOMEM. */
odd_status odd_manifest_rows_add(odd_manifest_rows *rows, const char *path, odd_hash fields,
                                 int64_t manifest, int64_t line);

/** Two rows that say the same of the same file are ODD_FORMAT; those that tell it apart, by a
 * label, say, are two images, which is said. Sorts the rows. */
odd_status odd_manifest_rows_check(odd_manifest_rows *rows, const odd_list *manifest,
                                   const odd_catalogue *c);

void odd_manifest_rows_free(odd_manifest_rows *rows);

#endif
