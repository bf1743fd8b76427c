/**
 * Copies of a run: images that show one picture, exactly or nearly, as stage `copies` found them;
 * in copies.h5:
 *   pair/           first, second (rows), value, marks, group: pairs that were verified
 *   group/          first (groups + 1): group i has the members first[i] ... first[i + 1] - 1
 *   member/         row: in each group the best copy first, the others rising
 *   representative  (images) the best copy of the group of each image, its own row where it is in
 *                   none: images that are one picture have one representative, which is its own
 *
 * Reading is @local (any rank, any time, one thread at a time) once the file is open. The lists
 * are as long as there are copies, for rank 0; representatives are read by rows.
 */
#ifndef ODDLOT_RUN_COPIES_H
#define ODDLOT_RUN_COPIES_H

#include "oddlot/par/pairs.h"
#include "oddlot/store/dataset.h"

#include <mpi.h>
#include <stdint.h>

/* Marks of a pair. */
enum {
    ODD_COPY_EXACT = 1,    /* their pixels are equal */
    ODD_COPY_PLAIN = 2,    /* they are the same as they are */
    ODD_COPY_MIRRORED = 4, /* or one of them mirrored */
    ODD_COPY_MARKS = 7
};

typedef struct {
    odd_pairs pairs;   /* value: the aligned difference in levels, 0 of exact ones */
    odd_groups groups; /* in each the best copy first, the others rising */
} odd_copies;

/** Write the copies that all ranks have alike: the lists, and the representatives of my rows of
 *  the catalogue. @collective on comm; @same copies. ODD_IO, ODD_NOMEM */
odd_status odd_copies_write(MPI_Comm comm, odd_file *file, const odd_partition *part,
                            const odd_copies *copies);

/** Read the lists, of a catalogue of so many images. Owned by caller: odd_copies_free(). @local;
 *  ODD_FORMAT, ODD_NOMEM */
odd_status odd_copies_read(const odd_file *file, int64_t images, odd_copies *out);
void odd_copies_free(odd_copies *copies);

/** Open the representatives. Close with odd_dataset_close(). @local; ODD_FORMAT */
odd_status odd_representatives_open(const odd_file *file, int64_t images, odd_dataset **out);
/** Representatives of images [first, first + count): row (count). @local; ODD_FORMAT for a row that
 *  the catalogue does not have */
odd_status odd_representatives_read(const odd_dataset *representatives, int64_t first,
                                    int64_t count, int64_t row[]);
/** Those of some images, best rising: row (count). @local; as above */
odd_status odd_representatives_of(const odd_file *file, int64_t images, int64_t count,
                                  const int64_t image[], int64_t row[]);

#endif
