/**
 * Stored models: what an earlier run learnt, for rows that it has not seen.
 */
#ifndef ODDLOT_RUN_STORED_MODEL_H
#define ODDLOT_RUN_STORED_MODEL_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/hash.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"

/* Where a stage takes a model from instead of learning one. */
typedef struct {
    const odd_stage *stage;
    const char *given;     /* its file, or the folder of a run; "": nowhere, it learns */
    const char *attribute; /* of /model: which part of the stage the model is of, as in the job; a
                              setting of the stage's section */
    const char *part;      /* which one that is by the job */
} odd_model_source;

/** Read the model. @collective. ODD_USAGE where it is of another stage or part than the job says;
 *  ODD_IO, ODD_FORMAT; all name the file. */
odd_status odd_stored_model_read(const odd_run *run, const odd_model_source *from,
                                 odd_bundle *model);

/** Digest of its arrays, for odd_stage.outside. @collective */
odd_status odd_stored_model_digest(const odd_run *run, const odd_model_source *from,
                                   odd_hash *digest);

#endif
