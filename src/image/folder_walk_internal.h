/**
 * Folder walk: all folders below some, each visited once however often it is reached, and what is
 * in them as items of a catalogue.
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

/* One of the catalogue's folders. */
typedef struct {
    size_t name_start; /* where in a path the name of an item begins */
    int64_t items;     /* found in it */
} odd_walk_root;

typedef struct {
    const odd_catalogue_options *options;
    odd_catalogue *out;
    odd_passed *passed;
    odd_walk_root *root;       /* owned */
    odd_places folders, links; /* links to folders wait for the folders */
    void *known;               /* folders that were visited, by device and inode (tsearch) */
    /* the folder under visit */
    odd_place here;
    int folder;    /* open */
    odd_text path; /* of the entry at hand */
    int64_t label;
} odd_walk;

/* folder_places.c */

/** Add one of the catalogue's folders, its number `root`; `path` is given. ODD_NOMEM. */
odd_status odd_walk_add(odd_walk *w, char *path, int64_t root);

/** Visit the entry at hand, a folder or a link to one, later. ODD_NOMEM. */
odd_status odd_walk_folder(odd_walk *w, bool link);

/** The name that people see of the entry at hand. Borrowed until the next one. */
const char *odd_walk_name(const odd_walk *w);

/* folder_walk.c */

/** Visit everything; what cannot be entered becomes an item with a problem. Folders that are not
 *  links come first, so that an image is named by its own folder and not by a link to it. ODD_IO
 * for a root that cannot be read; ODD_USAGE for one that is within another or that runs write into.
 */
odd_status odd_walk_all(odd_walk *w);

void odd_walk_free(odd_walk *w);

#endif
