/**
 * Catalogue: which images there are, and how to get at their bytes.
 *
 * The list is cut by ranks: each has some consecutive items of it, with their strings, and none has
 * all. The order of the list is the global index. A kind of catalogue (folder, manifest, tar, idx,
 * hdf5, generated) is one odd_catalogue_kind in one file and one line in the table of
 * `run/catalogues.c`.
 */
#ifndef ODDLOT_IMAGE_CATALOGUE_H
#define ODDLOT_IMAGE_CATALOGUE_H

#include "oddlot/base/hash.h"
#include "oddlot/base/job.h"
#include "oddlot/image/image.h"
#include "oddlot/image/passed.h"

#include <stdbool.h>

typedef struct {
    char *kind;          /* name in the table of kinds */
    odd_list path;       /* folders, files; relative to the job file's folder */
    odd_list labels;     /* idx: label files beside `path`, in the same order */
    char *dataset;       /* hdf5: name of the images */
    char *label_dataset; /* hdf5: name of the labels, "" none */
    double black, white; /* hdf5: which values these are; white 0: by the values */
    odd_list extensions; /* folder, tar: which names count as images; empty: all regular files */
    char *label_from; /* folder, tar: "none", or "folder": the name of the folder an image is in */
    char *pattern;    /* generated: "binary" or "solid" */
    int64_t images, side, seed; /* generated: how many, of so many pixels squared */
} odd_catalogue_options;

extern const odd_option odd_catalogue_option_table[]; /* all but `kind` */

/* One image of the list. Offsets into the catalogue's string pool, so that a list can be sent as it
 * is; 0 is the empty string. */
typedef struct {
    int64_t name; /* what people see and flagged.csv says: path, "shard.tar/member", "images[12]" */
    int64_t label; /* class, "" unknown */
    int64_t split; /* "train", "test", ... */
    int64_t group;
    int64_t source;   /* path of the file to open */
    int64_t offset;   /* first byte in the source (tar), or number of the item in it (idx, hdf5) */
    int64_t size;     /* bytes, -1: not known */
    int64_t time;     /* when the source was modified, nanoseconds since 1970; 0: not known */
    int64_t reason;   /* what the problem is, in words */
    double white;     /* hdf5: the value that is white */
    int32_t verified; /* 0 no; 1 verified to belong to the theme; 2 verified to be odd */
    int32_t problem;  /* odd_image_status found while listing (missing file, ...) */
} odd_item;

/* A row of a list that names an item, by which rows that are there twice are found (twice.h). */
typedef struct {
    odd_hash content;   /* of the file and of all else that the row says */
    uint64_t file;      /* digest: which file, however it is spelled: a name in a folder */
    int64_t list, line; /* which path of the options, and where in it */
    int64_t item;       /* of the part; once parts are numbered, of the whole list */
} odd_catalogue_row;

#define ODD_CATALOGUE_RECENT 64 /* a power of two */

/* A part of the list: items [first, first + count) of `all`. */
typedef struct {
    odd_item *item; /* (count) */
    int64_t count;
    char *pool; /* strings, each 0-terminated; pool[0] is 0 */
    int64_t pool_size;
    int64_t first, all;           /* set when all parts are there */
    int64_t item_room, pool_room; /* allocated; grow by doubling */
    odd_catalogue_row *row;       /* (rows) while it is listed, of kinds that have such */
    int64_t rows, row_room;
    int64_t recent[ODD_CATALOGUE_RECENT]; /* strings added lately, by hash: labels come again */
} odd_catalogue;

#define ODD_CATALOGUE_EMPTY                                                                        \
    {                                                                                              \
        NULL, 0, NULL, 0, 0, 0, 0, 0, NULL, 0, 0,                                                  \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/* What one rank finds out of a catalogue before all list it. Begins zeroed. */
typedef struct {
    int64_t units; /* of which ranks list some each; in their order they are the catalogue */
    char *bytes;   /* (size) what else it takes to list any; all get it as it is. odd_alloc() */
    int64_t size;
    odd_text lines;  /* of each unit, with its 0: whoever lists some gets theirs. Empty: none has,
                        nor have images */
    odd_hash digest; /* of what items do not tell */
} odd_catalogue_outline;

typedef struct odd_reader odd_reader; /* each kind defines its own behind it */

typedef struct {
    const char *name;
    const char *summary; /* one line for help */
    bool in_images;      /* each unit is one image; else it may be any number of them */
    bool by_name;        /* it has no order of its own, so that it is sorted bytewise by name */
    /** Is the file or folder at `path` of this kind, by a look at its first bytes or entries? NULL:
     *  it never is, unless a job says so. @local */
    bool (*recognises)(const char *path);
    /** Look at the catalogue as a whole, on one rank for all. `folder` is where relative paths
     * start. *out is freed by the caller, also on failure. @local; ODD_IO, ODD_FORMAT, ODD_USAGE,
     * ODD_NOMEM */
    odd_status (*look)(const odd_catalogue_options *options, const char *folder,
                       odd_catalogue_outline *out, odd_passed *passed);
    /** Append units [from, to), at least one, to a part, in the order of the catalogue or, of kinds
     *  that are sorted by name, in any; `passed` counts what is no image; outline->lines are those
     * of these units. *out is freed by the caller, also on failure. @local; ODD_IO, ODD_FORMAT
     * (naming file and line), ODD_USAGE, ODD_NOMEM */
    odd_status (*list)(const odd_catalogue_options *options, const char *folder,
                       const odd_catalogue_outline *outline, int64_t from, int64_t to,
                       odd_catalogue *out, odd_passed *passed);
    /** Look at the files of a part, once whoever reads them has it. NULL: all is known. @local;
     *  ODD_NOMEM */
    odd_status (*complete)(odd_catalogue *part);
    /** Begin reading items of a part. Kept: catalogue and options. @local */
    odd_status (*open)(const odd_catalogue_options *options, const odd_catalogue *catalogue,
                       odd_reader **out);
    /** The i-th item of the part: either *bytes, *size (encoded; raw->pixels NULL) or a filled
     * `raw`. Owned by caller (odd_free, odd_image_free). What is wrong with the item goes into
     * result; a status other than ODD_OK is only for what no other item would survive (out of
     * memory). One thread at a time; items in rising order are fast. `limit`: most bytes to read.
     */
    odd_status (*read)(odd_reader *reader, int64_t i, int64_t limit, uint8_t **bytes, size_t *size,
                       odd_image *raw, odd_read_result *result);
    void (*close)(odd_reader **reader);
} odd_catalogue_kind;

extern const odd_catalogue_kind odd_catalogue_folder, odd_catalogue_manifest, odd_catalogue_tar,
    odd_catalogue_idx, odd_catalogue_generated;

/** For kinds: fail unless the options name at least one path, none of them is empty, and no two of
 *  them are one file or folder, however they are spelled. ODD_USAGE, ODD_NOMEM. */
odd_status odd_paths_check(const odd_catalogue_options *options, const char *folder);

/** For kinds: append an item of unknown size, the rest 0, lent until the next call. Strings are
 *  copied and must not be those of `c`; NULL is "". A name that is the tail of its source costs
 *  nothing. ODD_NOMEM. */
odd_status odd_catalogue_add(odd_catalogue *c, const char *name, const char *source,
                             odd_item **out);
/** Keep a string; one that was added lately is kept once. ODD_NOMEM. */
odd_status odd_catalogue_string(odd_catalogue *c, const char *s, int64_t *offset);
/** Append a copy of an item of another list with its strings. ODD_NOMEM. */
odd_status odd_catalogue_copy(const odd_catalogue *from, const odd_item *item, odd_catalogue *to);
/** Sort by name, bytewise. @local */
void odd_catalogue_sort(odd_catalogue *c);
/** Of items and their numbers in the whole list, from c->first on, added up: these of all parts
 *  together do not depend on how it is cut (AdHash of Bellare and Micciancio, "A new paradigm for
 *  collision-free hashing", EUROCRYPT 1997; not for secrets). Changed names, sizes and modification
 *  times, changed digest. @local */
odd_hash odd_catalogue_digest(const odd_catalogue *c);
/** All is listed: log what was passed over. ODD_FORMAT where there are no images. @local */
odd_status odd_catalogue_tell(const odd_catalogue_options *options, int64_t images,
                              const odd_passed *passed);
/** Forget the rows that name items. @local */
void odd_catalogue_drop_rows(odd_catalogue *c);
void odd_catalogue_free(odd_catalogue *c);
const char *odd_catalogue_text(const odd_catalogue *c, int64_t offset);

/** ODD_FORMAT for a part with an item that is not valid, or an offset outside its pool, whatever
 *  bytes it is of. @local */
odd_status odd_catalogue_check(const odd_catalogue *c);

#endif
