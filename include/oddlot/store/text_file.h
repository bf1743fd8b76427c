/**
 * Text file: one that all ranks write, each its part, published whole or not at all.
 */
#ifndef ODDLOT_STORE_TEXT_FILE_H
#define ODDLOT_STORE_TEXT_FILE_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

/** Make `path` of the texts of all ranks, in rank order; what was there is replaced. No rank has
 *  more than its own. @collective @same path. ODD_IO naming the path, then nothing is left. */
odd_status odd_text_file_write(MPI_Comm comm, const char *path, const char *text, int64_t bytes);

#endif
