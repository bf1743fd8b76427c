/**
 * Audited: the images of a run, which are the catalogue, or the part of it that a mixture
 * description takes, with what is known of each.
 */
#ifndef ODDLOT_RUN_AUDITED_H
#define ODDLOT_RUN_AUDITED_H

#include "oddlot/base/job.h"
#include "oddlot/image/catalogue.h"
#include "oddlot/run/run.h"

#include <mpi.h>

enum { ODD_TRUTH_UNKNOWN = -1, ODD_TRUTH_THEME = 0, ODD_TRUTH_ODD = 1 };

struct odd_audited {
    const odd_catalogue_kind *kind;
    odd_catalogue list; /* the whole catalogue, on every rank */
    int64_t rows;       /* images of this run */
    int64_t *item;      /* (rows) numbers in the list, rising */
    int8_t *truth;      /* (rows) ODD_TRUTH_... */
    uint8_t *verified;  /* (rows) ODD_VERIFIED_... of detector.h */
    uint8_t *held_out;  /* (rows) 1: judged, never learnt from */
};

/** List once and share with all ranks; later calls give the same. Borrowed from the run.
 * @collective */
odd_status odd_run_audited(odd_run *run, const odd_audited **out);
void odd_audited_free(odd_audited **audited);

/** The name that people see of row i. Borrowed. */
const char *odd_audited_name(const odd_audited *audited, int64_t row);

extern const odd_section odd_catalogue_section, odd_mixture_section;

/** Fill item, truth, verified, held_out and rows by the job's mixture description; without one, all
 *  images. @local; the same on every rank. ODD_USAGE for classes that do not exist or are too
 * small, and where nothing is left to learn from. */
odd_status odd_contaminate(const odd_job *job, odd_audited *audited);

/** The kind of catalogue that the job names. @local */
const odd_catalogue_kind *odd_catalogue_kind_of(const odd_job *job);

extern const odd_catalogue_kind odd_catalogue_hdf5;

#endif
