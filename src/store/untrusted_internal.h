/**
 * What we ask of a file before we believe it. HDF5 files come from anywhere: their sizes are
 * claims, their links point where they like, and HDF5 1.10 itself can fall over damaged ones.
 */
#ifndef ODDLOT_STORE_UNTRUSTED_INTERNAL_H
#define ODDLOT_STORE_UNTRUSTED_INTERNAL_H

#include "file_internal.h"

/** A regular file that begins like HDF5 (unless `any`: like what oddlot writes); its size. @local
 *  @return ODD_IO if it cannot be opened, ODD_FORMAT. */
odd_status odd_untrusted_file(const char *path, bool any, int64_t *bytes);

/** Let a child process open the file and walk through all of it, so that what makes HDF5 crash or
 *  run in circles costs the child only. @local @return ODD_FORMAT. */
odd_status odd_untrusted_probe(const char *path);

/** Elements that we know, at most ODD_MAX_RANK dimensions, stored in this very file without foreign
 *  filters, and not more of them than the file can hold. @local @return ODD_FORMAT. */
odd_status odd_untrusted_dataset(const odd_file *file, const char *name, hid_t dataset,
                                 odd_shape *shape);

#endif
