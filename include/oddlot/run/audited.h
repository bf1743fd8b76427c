/**
 * Audited: the images of a run, which are the catalogue, or the part of it that a mixture
 * description takes, with what is known of each. The one owner of the list: who wants to know of an
 * image asks by its row.
 *
 * O(n) on every rank: the whole catalogue, 88 bytes and a name for each image, and 11 bytes for
 * each row of the run; where the list is shared, its packed bytes once more for a moment. With
 * names of 40 bytes that is 18 MB and 17 MB for 131,784 images, 14 GB and 13 GB for 100 million.
 * Each rank asks for the rows that it reads (ingest), rank 0 for all (score, evaluate, report,
 * what a run prints); an experiment wants the labels of all rows on every rank.
 */
#ifndef ODDLOT_RUN_AUDITED_H
#define ODDLOT_RUN_AUDITED_H

#include "oddlot/base/job.h"
#include "oddlot/image/catalogue.h"
#include "oddlot/run/run.h"

#include <mpi.h>
#include <stdbool.h>

enum { ODD_TRUTH_UNKNOWN = -1, ODD_TRUTH_THEME = 0, ODD_TRUTH_ODD = 1 };

/** List once and share with all ranks; later calls give the same. Borrowed from the run.
 * @collective */
odd_status odd_run_audited(odd_run *run, const odd_audited **out);
void odd_audited_free(odd_audited **audited);

/* -- the list; all @local, the same on every rank -- */

int64_t odd_audited_rows(const odd_audited *audited);       /* images of this run */
int64_t odd_audited_listed(const odd_audited *audited);     /* images of the catalogue */
int64_t odd_audited_list_bytes(const odd_audited *audited); /* memory that the catalogue takes */
/** Changed files, changed digest: see catalogue.h. */
odd_hash odd_audited_digest(const odd_audited *audited);

/* -- a row of it, 0 ... rows - 1; all @local, the same on every rank -- */

/** The name that people see, and what the catalogue says of the image, "" where it is not known.
 *  Borrowed; equal labels mostly lie at one address. */
const char *odd_audited_name(const odd_audited *audited, int64_t row);
const char *odd_audited_label(const odd_audited *audited, int64_t row);
const char *odd_audited_split(const odd_audited *audited, int64_t row);
const char *odd_audited_group(const odd_audited *audited, int64_t row);

int64_t odd_audited_item(const odd_audited *audited, int64_t row);  /* number in the catalogue */
int8_t odd_audited_truth(const odd_audited *audited, int64_t row);  /* ODD_TRUTH_... */
bool odd_audited_held_out(const odd_audited *audited, int64_t row); /* judged, never learnt from */
bool odd_audited_holds_out(const odd_audited *audited);             /* any row */
/** ODD_VERIFIED_... of detector.h, of all rows: (rows), borrowed. */
const uint8_t *odd_audited_verified(const odd_audited *audited);

/* -- its images; see odd_catalogue_kind -- */

/** Begin to read. Kept: the list and the job. @local */
odd_status odd_audited_open(const odd_audited *audited, const odd_job *job, odd_reader **out);
/** The image of a row, as the kind of catalogue reads it. @local */
odd_status odd_audited_read(const odd_audited *audited, odd_reader *reader, int64_t row,
                            int64_t limit, uint8_t **bytes, size_t *size, odd_image *raw,
                            odd_verdict *verdict);
void odd_audited_close(const odd_audited *audited, odd_reader **reader);

extern const odd_section odd_catalogue_section, odd_contamination_section;

/** The kind of catalogue that the job names. @local */
const odd_catalogue_kind *odd_catalogue_kind_of(const odd_job *job);

extern const odd_catalogue_kind odd_catalogue_hdf5;

#endif
