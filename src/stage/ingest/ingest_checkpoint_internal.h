/**
 * Ingest checkpoint: which images were read before the program was killed, what was found of them,
 * and where their pixels are, so that they are not read again.
 *
 * The pixels stay where they were written first, in the unfinished ingest.h5: no byte of them is
 * written twice while all goes well. RUN/checkpoints/ingest has a record of each image that is
 * done: what was measured of it, why it cannot be read, the place of its pixels and their digest.
 * A run that goes on puts the unfinished file aside, takes from it what the records promise, image
 * by image if the digest is right, and removes it when its own file holds all of that. Until then
 * the old file is the one that is believed: a run that is killed while it takes loses nothing.
 */
#ifndef ODDLOT_STAGE_INGEST_INGEST_CHECKPOINT_INTERNAL_H
#define ODDLOT_STAGE_INGEST_INGEST_CHECKPOINT_INTERNAL_H

#include "stage/ingest/ingest_internal.h"

#include "oddlot/store/file.h"

typedef struct odd_ingest_checkpoint odd_ingest_checkpoint;

/** Bytes of memory for batches of so many images. */
int64_t odd_ingest_checkpoint_bytes(int64_t batch);

/** What was done before of this work; says in the log how much. Before the stage's file is begun.
 *  g is kept. @collective. ODD_IO, ODD_NOMEM */
odd_status odd_ingest_checkpoint_open(const odd_run *run, const odd_provenance *from, odd_ingest *g,
                                      odd_ingest_checkpoint **out);

/** From here on pixels are written to the dataset `images` of this file; kept. @collective */
odd_status odd_ingest_checkpoint_begin(odd_ingest_checkpoint *c, odd_file *file,
                                       const odd_dataset *images);

/** The next of my rows, from `from` on, that were done before, or were not: as many in a row as a
 *  batch holds, 0: no more. @local */
odd_batch odd_ingest_checkpoint_next(const odd_ingest_checkpoint *c, bool done, int64_t from);

/** Take a batch of such rows into g: pixels, measures, status, errors. *whole false, and nothing is
 *  taken, where one of them is damaged. @local; ODD_NOMEM */
odd_status odd_ingest_checkpoint_take(odd_ingest_checkpoint *c, odd_batch b, bool *whole);

/** All that was done before is in the new file, which is believed from now on. @collective; ODD_IO
 */
odd_status odd_ingest_checkpoint_taken(odd_ingest_checkpoint *c);

/** Keep a batch that was written, unless it is kept as it is. A disk that is full, or another
 * failure to write, is told once and ends the keeping, not the work. @local */
void odd_ingest_checkpoint_keep(odd_ingest_checkpoint *c, odd_batch b);

/** How the stage ended. What is published, and what found images that cannot be, is forgotten;
 * else, where something was kept, *file is put aside. NULL is fine. @collective @same ended */
void odd_ingest_checkpoint_close(odd_ingest_checkpoint **c, odd_status ended, odd_file **file);

#endif
