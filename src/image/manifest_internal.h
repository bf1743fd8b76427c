/**
 * Manifest: what its rows (catalogue_manifest.c) and the search for rows that are there twice
 * (manifest_twice.c) share.
 */
#ifndef ODDLOT_IMAGE_MANIFEST_INTERNAL_H
#define ODDLOT_IMAGE_MANIFEST_INTERNAL_H

#include "image/catalogue_internal.h"

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
