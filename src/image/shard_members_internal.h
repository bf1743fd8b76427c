/**
 * Shard members: what the links in a tar file lead to.
 */
#ifndef ODDLOT_IMAGE_SHARD_MEMBERS_INTERNAL_H
#define ODDLOT_IMAGE_SHARD_MEMBERS_INTERNAL_H

#include "image/catalogue_internal.h"

/* A link, or a file that is no item; the names of other items are in the catalogue. */
typedef struct {
    char *name;           /* path in the shard; owned */
    int64_t before;       /* items that the catalogue had before it */
    int64_t offset, size; /* of a file */
    char *given;          /* of a link: what it leads to, as it is written; NULL: a file; owned */
    char *target;         /* of a hard link: the same as a path in the shard, NULL: none; owned */
    int64_t item;         /* of a link: its own, -1: none */
    bool hard;
    bool tentative; /* a link whose item goes unless it leads to an item */
} odd_member;

/* Of one shard, in its order. Owned: odd_members_free(). */
typedef struct {
    odd_catalogue *out;
    int64_t first; /* number of the shard's first item */
    size_t prefix; /* bytes of an item's name before the path in the shard */
    odd_member *member;
    int64_t count, room;
} odd_members;

/** A path in a shard without "/" at its start, "./", "//" and "..": what tells whether two are one.
 *  *path NULL where it leads out of the shard, or is longer than paths can be. Owned by caller:
 *  free(). ODD_NOMEM. */
odd_status odd_member_path(const char *given, char **path);

/** Note a file that is no item: links may lead to it. ODD_NOMEM. */
odd_status odd_members_add_file(odd_members *m, const char *name, int64_t offset, int64_t size);

/** Note a link, whose item is the last one so far, if it is `listed`. `tentative`: that goes again
 *  unless the link leads to an item. ODD_NOMEM. */
odd_status odd_members_add_link(odd_members *m, const char *name, const char *target, bool hard,
                                bool listed, bool tentative);

#define ODD_ITEM_DROPPED INT64_C(-2) /* as the size of an item: it goes */

/** Give the item of each link the place of what it leads to, or the reason why there is none.
 *  ODD_NOMEM. */
odd_status odd_members_resolve(odd_members *m);

void odd_members_free(odd_members *m);

#endif
