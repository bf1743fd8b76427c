/**
 * What the kinds of catalogues share: paths and names, careful opening of files, and the reader of
 * items that are files of their own.
 */
#ifndef ODDLOT_IMAGE_CATALOGUE_INTERNAL_H
#define ODDLOT_IMAGE_CATALOGUE_INTERNAL_H

#include "oddlot/image/catalogue.h"
#include "oddlot/image/passed.h"

#include <sys/stat.h>

/** The path of a file that a job or a manifest names; relative ones start at `folder`. Slashes at
 *  the end go. Owned by caller: free(). ODD_NOMEM. */
odd_status odd_path_under(const char *folder, const char *given, char **path);

/** What follows the last slash; "" for "." and "..". Borrowed from path. */
const char *odd_path_name(const char *path);

/** True if two of the paths end in the same name, so that items need the whole path to be told
 *  apart. */
bool odd_paths_alike(char *const path[], int64_t count);

/** True if the name ends as those of the catalogue's images do, or all files are wanted. Blanks at
 *  the end, as copied lists leave them, do not count, nor what an address has behind it: those are
 *  "a.jpg " and "a.jpg?wid=500". */
bool odd_name_wanted(const odd_catalogue_options *options, const char *name);

/** True if files of other names are images, too, if they begin as such. */
bool odd_content_wanted(const odd_catalogue_options *options);

/** ODD_FORMAT: "no images in 'a', 'b': 12 files, none ends in .jpg .png; they are .txt (12)". */
odd_status odd_catalogue_none(const odd_catalogue_options *options, const odd_passed *passed);

/** Is there a folder of this path? Is it the name of a CSV file? */
bool odd_is_folder(const char *path);
bool odd_is_csv(const char *path);

/** Open a regular file to read; never waits for a FIFO or a device. The descriptor, or -1 with *why
 *  (static). */
int odd_regular_open(const char *path, struct stat *info, const char **why);

/** Nanoseconds since 1970 at which a file was modified. */
int64_t odd_modified(const struct stat *info);

/** Record what is wrong with an item. ODD_NOMEM. */
odd_status odd_item_blame(odd_catalogue *c, odd_item *item, odd_image_status status,
                          const char *reason);

/** True, with a result that is OK, unless listing found a problem with the item: then result says
 *  which. */
bool odd_item_sound(const odd_catalogue *c, int64_t i, odd_read_result *result);

/** Read bytes [offset, offset + size) of an open file into new memory; see read() of
 *  odd_catalogue_kind. */
odd_status odd_span_read(int fd, int64_t offset, int64_t size, int64_t limit, uint8_t **bytes,
                         size_t *length, odd_read_result *result);

/** Append the images of a tar file, named `name`/member, and count in *passed what else is in it.
 * ODD_IO, ODD_FORMAT when it is none or compressed; one that is cut off gives what is before the
 * cut and a warning. */
odd_status odd_shard_index(const odd_catalogue_options *options, const char *path, const char *name,
                           odd_catalogue *out, odd_passed *passed);

/* The reader of kinds whose items are whole files. */
odd_status odd_files_open(const odd_catalogue_options *options, const odd_catalogue *catalogue,
                          odd_reader **out);
odd_status odd_files_read(odd_reader *reader, int64_t i, int64_t limit, uint8_t **bytes,
                          size_t *size, odd_image *raw, odd_read_result *result);
void odd_files_close(odd_reader **reader);

#endif
