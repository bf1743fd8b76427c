/**
 * Selection: the images of a run, which are the catalogue, or the part of it that a mixture
 * description takes, with what is known of each. The one owner of the list: ask it for
 * an image by its row.
 *
 * O(n) on every node: the whole catalogue, 88 bytes and a name for each image, and 11 bytes for
 * each row of the run. With names of 40 bytes that is 18 MB for 131,784 images, 14 GB for 100
 * million. All ranks of a node look at the same pages (par/node_memory.h), each at those that it
 * needs. It is not cut by ranks, as names, labels and groups of others are asked for in many places
 * (duplicates, folders as categories, what a person ignores, tables).
 * Each rank asks for the rows that it reads (ingest), rank 0 for all (score, evaluate, report,
 * what a run prints); an experiment wants the labels of all rows on every rank.
 */
#ifndef ODDLOT_RUN_SELECTION_H
#define ODDLOT_RUN_SELECTION_H

#include "oddlot/base/job.h"
#include "oddlot/image/catalogue.h"
#include "oddlot/run/run.h"

#include <mpi.h>
#include <stdbool.h>

enum { ODD_TRUTH_UNKNOWN = -1, ODD_TRUTH_THEME = 0, ODD_TRUTH_ODD = 1 };

/** List once and share with all ranks; later calls give the same. Borrowed from the run.
 * @collective */
odd_status odd_run_selection(odd_run *run, const odd_selection **out);
void odd_selection_free(odd_selection **selection);

/** So many of the images of `whole`, evenly over all of them, for a rehearsal; all where there are
 *  fewer. Owned by caller: odd_selection_free(). `whole` is kept. @local, the same on every rank;
 *  ODD_NOMEM */
odd_status odd_selection_sample(const odd_selection *whole, int64_t rows, odd_selection **out);

/* -- the list; all @local, the same on every rank -- */

int64_t odd_selection_rows(const odd_selection *selection); /* images of this run */
/** Images of the catalogue, and the memory that its list takes, once a node. */
int64_t odd_selection_listed(const odd_selection *selection);
int64_t odd_selection_list_bytes(const odd_selection *selection);
/** Changed files, changed digest: see catalogue.h. */
odd_hash odd_selection_digest(const odd_selection *selection);

/* -- a row of it, 0 ... rows - 1; all @local, the same on every rank -- */

/** The name that people see, and what the catalogue says of the image, "" where it is not known.
 *  Borrowed; equal labels mostly lie at one address. */
const char *odd_selection_name(const odd_selection *selection, int64_t row);
const char *odd_selection_label(const odd_selection *selection, int64_t row);
const char *odd_selection_split(const odd_selection *selection, int64_t row);
const char *odd_selection_group(const odd_selection *selection, int64_t row);

/** Its number in the catalogue. */
int64_t odd_selection_item(const odd_selection *selection, int64_t row);
/** ODD_TRUTH_... */
int8_t odd_selection_truth(const odd_selection *selection, int64_t row);
/** Is it evaluated, but never learnt from? And is any row? */
bool odd_selection_held_out(const odd_selection *selection, int64_t row);
bool odd_selection_holds_out(const odd_selection *selection);
/** ODD_VERIFIED_... of detector.h, of all rows: (rows), borrowed. */
const uint8_t *odd_selection_verified(const odd_selection *selection);

/* -- its images; see odd_catalogue_kind -- */

/** Begin to read. Kept: the list and the job. @local */
odd_status odd_selection_open(const odd_selection *selection, const odd_job *job, odd_reader **out);
/** The image of a row, as the kind of catalogue reads it. @local */
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
