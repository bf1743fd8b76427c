/**
 * Shards: which tar files a catalogue has.
 */
#ifndef ODDLOT_IMAGE_SHARDS_INTERNAL_H
#define ODDLOT_IMAGE_SHARDS_INTERNAL_H

#include "image/catalogue_internal.h"

typedef struct {
    char *path; /* owned; of the file to open */
    dev_t device;
    ino_t inode;
    bool found; /* in a folder; else it was named */
    bool link;  /* found as a symbolic link */
    int64_t number;
} odd_shard_file;

/* In the order of the catalogue. Owned: odd_shards_free(). */
typedef struct {
    odd_shard_file *shard;
    char **given; /* of each: its name as given, or in the folder that was given; owned */
    int64_t count, room;
} odd_shards;

/** The files that catalogue.path names, and those in the folders that it names, also compressed
 *  ones, which are refused when they are opened. What is found twice is listed once; what is named
 * and found is ODD_USAGE. ODD_IO, ODD_FORMAT for a folder without shards. */
odd_status odd_shards_find(const odd_catalogue_options *options, const char *folder,
                           odd_shards *shards, odd_passed *passed);

/** Is it a file with the name of a shard, or a folder of such files and hardly anything else? */
bool odd_shards_recognise(const char *path);

void odd_shards_free(odd_shards *shards);

#endif
