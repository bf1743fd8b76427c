/**
 * Selection: the images of a run, which are the catalogue, or the part of it that a mixture
 * description takes, with what is known of each.
 *
 * It is cut by ranks: each has the items and strings of the rows that odd_partition_images() makes
 * its own, which are those that it reads. 104 bytes and a name for each of them: with names of 40
 * bytes 14 GB for 100 million images, on all ranks together. Of other ranks' rows a rank knows how
 * many there are; the digest is of all.
 *
 *   before ingest  a rank asks for its own rows, to read them and to write the columns of ingest.h5
 *   after it       whoever wants a name, a label or the truth of an image, his or another's, reads
 *                  it there: one by one (run/image_facts.h), by parts (columns.h), or labels and
 *                  folders as numbers, with a table of the different ones (run/labels.h,
 *                  run/filing.h)
 *
 * So there is no other way to ask for the rows of others, and stages need not be cut as ingest is.
 *
 * Who lists: of kinds `generated`, `idx` and `hdf5` each rank its own rows; of `tar` each some
 * shards, and of `folder` some folders, or shares of one with many entries, which are sorted over
 * ranks. Rank 0 finds shards and folders, and holds a path of each. A `manifest` is read by rank 0,
 * which sends to each rank its part, whose files that one looks at, and holds for that moment the
 * list twice.
 * Where a job describes a mixture (section `contamination`, or that of an experiment), rank 0 draws
 * it, with some 50 bytes for each image of the catalogue.
 */
#ifndef ODDLOT_RUN_SELECTION_H
#define ODDLOT_RUN_SELECTION_H

#include "oddlot/base/job.h"
#include "oddlot/image/catalogue.h"
#include "oddlot/run/run.h"

#include <mpi.h>
#include <stdbool.h>

enum { ODD_TRUTH_UNKNOWN = -1, ODD_TRUTH_THEME = 0, ODD_TRUTH_ODD = 1 };

/** List once; later calls give the same. Borrowed from the run. @collective; what the kind of
 *  catalogue says, ODD_USAGE */
odd_status odd_run_selection(odd_run *run, const odd_selection **out);
void odd_selection_free(odd_selection **selection);

/** So many of the images of `whole`, evenly over all of them, for a rehearsal; all where there are
 *  fewer. Owned by caller: odd_selection_free(). @collective; ODD_NOMEM */
odd_status odd_selection_sample(MPI_Comm comm, const odd_selection *whole, int64_t rows,
                                odd_selection **out);

/* -- all of it; all @local, the same on every rank -- */

int64_t odd_selection_rows(const odd_selection *selection); /* images of this run */
/** Images of the catalogue, and the memory that the list of this run's takes on all ranks. */
int64_t odd_selection_listed(const odd_selection *selection);
int64_t odd_selection_list_bytes(const odd_selection *selection);
/** Changed files, changed digest: see catalogue.h. */
odd_hash odd_selection_digest(const odd_selection *selection);
/** Is any row held out? */
bool odd_selection_holds_out(const odd_selection *selection);

/* -- a row of mine, by its number among all; all @local. Another rank's is a bug: ODD_CHECK() -- */

/** The name that people see, and what the catalogue says of the image, "" where it is not known.
 *  Borrowed. */
const char *odd_selection_name(const odd_selection *selection, int64_t row);
const char *odd_selection_label(const odd_selection *selection, int64_t row);
const char *odd_selection_split(const odd_selection *selection, int64_t row);
const char *odd_selection_group(const odd_selection *selection, int64_t row);

/** Its number in the catalogue. */
int64_t odd_selection_item(const odd_selection *selection, int64_t row);
/** ODD_TRUTH_..., and ODD_VERIFIED_... of detector.h. */
int8_t odd_selection_truth(const odd_selection *selection, int64_t row);
uint8_t odd_selection_verified(const odd_selection *selection, int64_t row);
/** Is it evaluated, but never learnt from? */
bool odd_selection_held_out(const odd_selection *selection, int64_t row);

/* -- my images; see odd_catalogue_kind -- */

/** Begin to read. Kept: the list and the job. @local */
odd_status odd_selection_open(const odd_selection *selection, const odd_job *job, odd_reader **out);
/** The image of a row of mine, as the kind of catalogue reads it. @local */
odd_status odd_selection_read(const odd_selection *selection, odd_reader *reader, int64_t row,
                              int64_t limit, uint8_t **bytes, size_t *size, odd_image *raw,
                              odd_read_result *result);
void odd_selection_close(const odd_selection *selection, odd_reader **reader);

extern const odd_section odd_catalogue_section, odd_contamination_section;

/** The kind of catalogue that the job names. @local */
const odd_catalogue_kind *odd_catalogue_kind_of(const odd_job *job);

/** The name of the kind of catalogue that a file or folder is, by a look at it. Static. ODD_USAGE:
 *  nothing is there, or it is none. @local */
odd_status odd_catalogue_recognise(const char *path, const char **kind);

extern const odd_catalogue_kind odd_catalogue_hdf5;

#endif
