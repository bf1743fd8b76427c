/**
 * Manifest: what its pieces (catalogue_manifest.c), its rows (manifest_rows.c) and the search for
 * rows that are there twice (manifest_twice.c) share.
 */
#ifndef ODDLOT_IMAGE_MANIFEST_INTERNAL_H
#define ODDLOT_IMAGE_MANIFEST_INTERNAL_H

#include "image/catalogue_internal.h"
#include "oddlot/image/csv_rows.h"

/* Rows of one manifest, of which ranks list some each. */
typedef struct {
    int64_t list; /* which of the paths */
    odd_csv_piece rows;
} odd_manifest_piece;

/* The folder that was looked at last, and which it is. Begins zeroed. */
typedef struct {
    char *path; /* free() */
    uint64_t digest;
} odd_folder_seen;

/** Note the row of the last item of a part, whose file is at this path and whose other fields have
 *  this digest: a line of the list of this number. ODD_NOMEM. */
odd_status odd_manifest_note(odd_catalogue *c, odd_folder_seen *seen, const char *path,
                             odd_hash fields, int64_t list, int64_t line);

/** Log what the header line of an open manifest says: how fields are separated, which columns are
 * not used. As odd_manifest_read(). */
odd_status odd_manifest_tell(int fd, const char *path);

/** Append the images of a piece of an open manifest, relative paths from its folder on; whole: it
 * is all of the file, and must have some. ODD_IO; ODD_FORMAT, naming file and line; ODD_NOMEM. */
odd_status odd_manifest_read(int fd, const char *path, const odd_manifest_piece *piece, bool whole,
                             odd_folder_seen *seen, odd_catalogue *out);

#endif
