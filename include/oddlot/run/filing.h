/**
 * Filing: the category that each image is filed under, which is its label, or the folder that it
 * lies in.
 */
#ifndef ODDLOT_RUN_FILING_H
#define ODDLOT_RUN_FILING_H

#include "oddlot/run/image_facts.h"
#include "oddlot/run/labels.h"

#include <mpi.h>
#include <stdbool.h>

/** What a setting may say of it, NULL-terminated: "auto" is labels, or folders where no image has a
 *  label; "labels"; "folders". */
extern const char *const odd_filing_sources[];

typedef struct {
    odd_labels labels; /* folders: less what the names of all images begin with */
    bool folders;      /* they are names of folders */
} odd_filing;

/** Of the images [first, first + count), which each rank names for itself, all ranks together all
 *  of them; by one of odd_filing_sources. Owned by caller: odd_filing_free(). 8 bytes an image, and
 *  the table of the different ones. @collective; what odd_image_text_of() returns */
odd_status odd_filing_read(MPI_Comm comm, odd_image_facts *facts, int64_t first, int64_t count,
                           const char *from, odd_filing *out);
/** The same, and the numbers of all images on every rank. @collective */
odd_status odd_filing_read_all(MPI_Comm comm, odd_image_facts *facts, const char *from,
                               odd_filing *out);
void odd_filing_free(odd_filing *filing);

#endif
