/**
 * Shard: a tar file that is being indexed.
 */
#ifndef ODDLOT_IMAGE_SHARD_INTERNAL_H
#define ODDLOT_IMAGE_SHARD_INTERNAL_H

#include "image/catalogue_internal.h"
#include "image/shard_members_internal.h"
#include "image/shard_output_internal.h"

#include <archive.h>
#include <archive_entry.h>

#define ODD_TAR_BLOCK 512

/* The shard that is being indexed. */
typedef struct {
    const odd_catalogue_options *options;
    odd_catalogue *out;
    odd_passed *passed;
    const char *path;
    const char *name; /* before the '/' of the names of its items */
    int fd;
    int64_t size, time;
    int64_t first;   /* number of its first item */
    int64_t files;   /* members that are files or links to them, images or not */
    int64_t damaged; /* headers that were passed over */
    int64_t strange; /* bytes after an end mark that are no members */
    int64_t next;    /* where the search for the next header begins */
    bool ended;      /* there is an end mark before what comes next */
    int64_t checked; /* item whose end is still to be checked, -1: none */
    int64_t end;     /* where the header after it must be */
    bool cut;
    odd_members members;
    odd_shard_output output;
} odd_tar_shard;

/** Take the member whose header was read last: an item, a link to be resolved, or passed over.
 *  ODD_NOMEM. */
odd_status odd_shard_member(odd_tar_shard *s, struct archive *a, struct archive_entry *entry);

#endif
