/**
 * For the tests of the store: a folder of their own, provenance, and numbers that anyone can check.
 */
#ifndef ODDLOT_STORE_FIXTURE_H
#define ODDLOT_STORE_FIXTURE_H

#include "oddlot_test_mpi.h"

#include "oddlot/store/dataset.h"

#include <stdbool.h>

/** Make an empty folder below the working directory, on rank 0; all get its name. @collective */
const char *fixture_folder(MPI_Comm comm);
/** Remove it with all that is in it. @collective */
void fixture_remove(MPI_Comm comm);

/** FOLDER/name; borrowed until the fourth call after. @local */
const char *fixture_path(const char *name);
/** Is there such a path? Same answer everywhere, as rank 0 saw it. @collective */
bool fixture_exists(MPI_Comm comm, const char *path);
/** Number of files in the folder, as rank 0 sees it. @collective */
int fixture_count(MPI_Comm comm);

extern const odd_provenance fixture_from;

/** A file with one dataset "x" (rows, d) of float64, x[i][j] = i + j / 1000, published. @collective
 */
odd_status fixture_write(MPI_Comm comm, const char *path, int64_t rows, int64_t d);

/** The same over so many segments, by a run that is not the one of all others. @collective */
odd_status fixture_write_split(MPI_Comm comm, const char *path, int64_t rows, int64_t d,
                               int segments, const odd_provenance *from);

/** A file with one dataset "x" over so many segments, whose data rank 0 has, published. @collective
 */
odd_status fixture_put(MPI_Comm comm, const char *path, const odd_shape *shape, int segments,
                       const void *data);

/** What a file gives back of a bundle that was written into it. @collective */
odd_status fixture_bundle_through_file(MPI_Comm comm, const odd_bundle *bundle, odd_bundle *back);

#endif
