/**
 * File: one HDF5 file, written by all ranks under a temporary name and published whole or not at
 * all.
 *
 * odd_file_create() makes PATH.partial; odd_file_publish() flushes, syncs, renames it to PATH and
 * syncs the folder; odd_file_discard() removes it. Nothing under a final name is ever half-written.
 * `store` owns every hid_t.
 */
#ifndef ODDLOT_STORE_FILE_H
#define ODDLOT_STORE_FILE_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct odd_file odd_file;

/** What every file and each dataset in it says about where it comes from. */
typedef struct {
    const char *stage;       /* which stage wrote it */
    const char *command;     /* the command line */
    const char *settings;    /* the stage's settings in force, YAML */
    const char *fingerprint; /* digest of settings and inputs, for up-to-date checks */
    uint64_t seed;
    int threads;    /* per rank */
    int64_t images; /* of the run; 0: it is of none */
} odd_provenance;

/** Begin a file. The root group gets stage, command, settings, fingerprint, seed, ranks, threads,
 *  images, version, git revision, CPU and time as attributes. @collective; strings borrowed.
 *  @return ODD_IO (folder missing, disk full, ...), naming path and reason. */
odd_status odd_file_create(MPI_Comm comm, const char *path, const odd_provenance *from,
                           odd_file **out);
/** Make it visible under its final name; frees *file also on failure, then nothing of it is left. A
 *  file with segments (store/dataset.h) replaces the one of before by removing it first, so that is
 *  gone then, too.
 *  @collective @return ODD_IO, also where a write had failed before. */
odd_status odd_file_publish(odd_file **file);
/** Close and remove what was not published; NULL is fine. @collective */
void odd_file_discard(odd_file **file);
/** The same, but what was written so far into this file, not into its segments, gets the name
 *  `aside`, for store/leftover.h. @collective */
void odd_file_set_aside(odd_file **file, const char *aside);
/** Wait until the disk has the rows that were written so far. @collective; ODD_IO. */
odd_status odd_file_settle(odd_file *file);

/** Does the file begin as HDF5 files do? False for what cannot be read. @local */
bool odd_file_is_hdf5(const char *path);

/** Open for reading. @collective. Foreign files (`any`) are gone through by a child process first,
 *  as HDF5 may crash on damaged ones; those of oddlot have checksums instead. @return ODD_IO if it
 * is not there or unreadable, ODD_FORMAT if it is no HDF5 file, is damaged, or was not written by
 * oddlot
 *  (`any` false). */
odd_status odd_file_open(MPI_Comm comm, const char *path, bool any, odd_file **out);
void odd_file_close(odd_file **file); /* @collective; NULL is fine */

/** Attributes of an object ("/" is the file). Setting (again: replacing) is @collective with the
 * same value on all ranks (of texts that is checked: ODD_DIFFER); getting is @local. Text is stored
 * with a fixed length (bytes in h5py) and owned by caller: odd_free(). ODD_FORMAT if missing. */
odd_status odd_file_set_text(odd_file *file, const char *object, const char *name,
                             const char *value);
odd_status odd_file_set_f64(odd_file *file, const char *object, const char *name, double value);
odd_status odd_file_set_i64(odd_file *file, const char *object, const char *name, int64_t value);
odd_status odd_file_get_text(const odd_file *file, const char *object, const char *name,
                             char **value);
odd_status odd_file_get_f64(const odd_file *file, const char *object, const char *name,
                            double *value);
odd_status odd_file_get_i64(const odd_file *file, const char *object, const char *name,
                            int64_t *value);

/** Is there such a dataset or group? @local */
bool odd_file_has(const odd_file *file, const char *object);

/** The fingerprint of a published file without opening it by all ranks: "" when the file is not
 *  there or is not ours, or a segment of it is missing or of another run. @local (serial open; call
 * it on one rank). */
void odd_file_fingerprint(const char *path, char *buffer, size_t size);

/** The names of the segments that a published file has (store/dataset.h), of which the rows of a
 *  dataset are; `out` begins empty and gets none where it has none or is not ours. Owned by caller:
 *  odd_texts_free(). @local (serial open); ODD_NOMEM */
odd_status odd_file_segments(const char *path, odd_list *out);

/** Is this the name of a segment of a file of that name, or of one that is being written? @local */
bool odd_file_is_segment(const char *name, const char *file);

/** Name and version of the library. Static. @local */
const char *odd_store_text(void);

/** Objects of HDF5 that are open in this process: 0 when nothing leaked. For tests. */
int64_t odd_store_open_objects(void);

#endif
