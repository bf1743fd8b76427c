/**
 * What we ask of a file before we believe it. HDF5 files come from anywhere: their sizes are
 * claims, their links point where they like, and HDF5 1.10 itself can fall over damaged ones.
 */
#ifndef ODDLOT_STORE_UNTRUSTED_INTERNAL_H
#define ODDLOT_STORE_UNTRUSTED_INTERNAL_H

#include "store/file_internal.h"

/** A regular file that begins like HDF5 (unless `any`: like what oddlot writes); its size. @local
 *  @return ODD_IO if it cannot be opened, ODD_FORMAT. */
odd_status odd_untrusted_file(const char *path, bool any, int64_t *bytes);

/** Let a child process do what HDF5 may crash on, or never end, with a file of that name; it gets
 *  seconds by the size of the file. @local @return ODD_FORMAT if it did not end well. */
odd_status odd_untrusted_try(const char *path, void (*work)(void *context), void *context);

/** Let a child process open the file and walk through all of it, so that what makes HDF5 crash or
 *  run in circles costs the child only. @local @return ODD_FORMAT. */
odd_status odd_untrusted_probe(const char *path);

/** At most ODD_MAX_RANK dimensions, stored in this very file without foreign filters, and not more
 *  elements than the file can hold; the shape has their number of bytes as width. @local
 *  @return ODD_FORMAT, without naming file and dataset. */
odd_status odd_untrusted_storage(const odd_file *file, hid_t dataset, odd_shape *shape);

/** Elements that we know, and all of the above; the names of both in the reason. @local
 *  @return ODD_FORMAT. */
odd_status odd_untrusted_dataset(const odd_file *file, const char *name, hid_t dataset,
                                 odd_shape *shape);

/** Elements that we know and at most ODD_MAX_RANK dimensions, of a virtual dataset, whose size is
 *  proved by the files that it points into. @local; ODD_FORMAT as above */
odd_status odd_untrusted_extent(const odd_file *file, const char *name, hid_t dataset,
                                odd_shape *shape);

#endif
