/**
 * Paths: making them, and syncing what they name.
 */
#ifndef ODDLOT_STORE_PATH_INTERNAL_H
#define ODDLOT_STORE_PATH_INTERNAL_H

#include "oddlot/base/status.h"

#include <stdbool.h>

/** A path or another text by printf. Owned by caller: free(). NULL on failure. ODD_NOMEM. @local */
odd_status odd_path_format(char **path, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Wait until the disk has what this machine wrote to a file or folder. ODD_IO. @local */
odd_status odd_path_sync(const char *path);

/** The same for the folder that holds `path`. @local */
odd_status odd_path_sync_folder(const char *path);

/** True if the disk of this file has nothing left. @local */
bool odd_path_full(const char *path);

#endif
