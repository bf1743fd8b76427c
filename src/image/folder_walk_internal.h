/**
 * Folder walk: all folders below some, each visited once however often it is reached; and, folder
 * by folder, what is in them as items of a catalogue.
 *
 * The walk, by one rank, looks for folders and links to them alone; what it visits becomes the
 * lines of an outline. A line is then enough to list what is in its folder.
 */
#ifndef ODDLOT_IMAGE_FOLDER_WALK_INTERNAL_H
#define ODDLOT_IMAGE_FOLDER_WALK_INTERNAL_H

#include "image/catalogue_internal.h"

/* A folder to be visited. */
typedef struct {
    char *path;   /* owned; NULL after the visit */
    int64_t root; /* which of the catalogue's folders it is in */
    bool is_root;
    bool linked; /* it, or a folder above it, was reached by a link */
} odd_place;

typedef struct {
    odd_place *place;
    int64_t count, room, next;
} odd_places;

/* The entries of a folder that are listed: those whose names hash to `share` of `shares`. */
typedef struct {
    int64_t share, shares;
} odd_walk_share;

typedef struct {
    const odd_catalogue_options *options;
    odd_passed *passed;
    size_t *name_start; /* (paths) where in paths of each root the names of items begin; owned */
    /* where folders are looked for */
    odd_catalogue_outline *outline; /* NULL: items are listed */
    odd_places folders, links;      /* links to folders wait for the folders */
    void *known;                    /* folders that were visited, by device and inode (tsearch) */
    /* where items are listed */
    odd_catalogue *out;
    odd_walk_share mine;
    int64_t label;
    /* the folder under visit */
    odd_place here;
    int folder;      /* open */
    int64_t entries; /* that are no folders */
    odd_text path;   /* of the entry at hand */
} odd_walk;

/* folder_places.c */

/** Add one of the catalogue's folders, its number `root`; `path` is given. ODD_NOMEM. */
odd_status odd_walk_add(odd_walk *w, char *path, int64_t root);

/** Visit the entry at hand, a folder or a link to one, later. ODD_NOMEM. */
odd_status odd_walk_folder(odd_walk *w, bool link);

/** The name that people see of the entry at hand. Borrowed until the next one. */
const char *odd_walk_name(const odd_walk *w);

/* folder_walk.c */

/** Visit everything; each folder becomes a unit of the outline, one with many entries becomes
 *  several. Folders that are not links come first, so that an image is named by its own folder and
 *  not by a link to it. ODD_IO for a root that cannot be read; ODD_USAGE for one that is within
 * another or that runs write into. */
odd_status odd_walk_all(odd_walk *w);

void odd_walk_free(odd_walk *w);

/* folder_list.c */

/** The line of the folder under visit, of which the entries are cut into `shares`. ODD_NOMEM. */
odd_status odd_walk_describe(odd_walk *w, int64_t shares);

/** List what a line of the outline stands for; a folder that cannot be entered becomes an item with
 *  a problem. ODD_IO for a root that cannot be read. */
odd_status odd_walk_line(odd_walk *w, const char *line);

#endif
