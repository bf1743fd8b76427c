/* Reduction of a trial's rows, and the order of techniques in which few reductions are needed. */
#include "oddlot/run/stage.h"
#include "oddlot/stage/reductions.h"
#include "oddlot/stage/stages.h"
#include "study/experiment_trial_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>

void odd_reduced_free(odd_reduced *r)
{
    odd_free(r->x);
    odd_free(r->score);
    odd_free(r->residual);
}

static const odd_reduction *reduction_of(const odd_job *job)
{
    return odd_stage_reduction_find(odd_stage_reduce.part(job));
}

static odd_hash reduction_digest(const odd_job *job)
{
    const odd_reduction *reduction = reduction_of(job);
    char section[64];
    snprintf(section, sizeof section, "reduce.%s", reduction->name);
    const odd_hash own = odd_job_digest(job, section), all = odd_job_digest(job, "reduce");
    return odd_hash_add(odd_hash_add(ODD_HASH_START, &own, sizeof own), &all, sizeof all);
}

static odd_status apply_reduction(const odd_reduction *reduction, const odd_bundle *model, int k,
                                  odd_reduced *r)
{
    const MPI_Comm comm = r->wide.comm;
    odd_status st = ODD_OK;
    odd_reduced_free(&(odd_reduced){.score = r->score, .residual = r->residual});
    r->score = NULL;
    r->residual = NULL;
    if (r->wide.part.n == 0) goto done;
    ODD_TRY_ALL(comm, ODD_NEW(r->score, r->wide.part.n_local * k));
    ODD_TRY_ALL(comm, ODD_NEW(r->residual, r->wide.part.n_local));
    ODD_TRY(reduction->apply(model, &r->wide, r->score, r->residual));
    r->narrow = odd_rows_in_memory(comm, r->wide.part.n, k, r->score);
done:
    return st;
}

odd_status odd_trial_reduce(const odd_job *job, uint64_t seed, odd_trial_rows *rows,
                            double *seconds)
{
    const odd_reduction *reduction = reduction_of(job);
    const odd_hash digest = reduction_digest(job);
    const double started = odd_seconds();
    odd_bundle model = ODD_BUNDLE_EMPTY;
    int64_t bad;
    odd_status st = ODD_OK;
    *seconds = 0;
    if (rows->is_reduced && memcmp(&rows->reduction, &digest, sizeof digest) == 0) goto done;
    rows->is_reduced = false;
    ODD_TRY(reduction->fit(odd_stage_options(&odd_stage_reduce, job), &rows->fit.wide, seed, &model,
                           &rows->k, &bad));
    ODD_TRY(apply_reduction(reduction, &model, rows->k, &rows->fit));
    ODD_TRY(apply_reduction(reduction, &model, rows->k, &rows->test));
    rows->reduction = digest;
    rows->is_reduced = true;
    *seconds = odd_seconds() - started;
done:
    odd_bundle_free(&model);
    return st;
}

static odd_status digest_of(const odd_design *d, int64_t technique, odd_hash *out)
{
    odd_job *job;
    odd_status st = odd_technique_job(d, technique, 0.1, &job);
    if (st == ODD_OK) *out = reduction_digest(job);
    odd_job_free(&job);
    return st;
}

/* By the first technique that reduces alike, then as given. */
odd_status odd_trial_order(const odd_design *d, int64_t order[])
{
    odd_hash *digest = NULL;
    int64_t placed = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(digest, d->techniques));
    for (int64_t t = 0; t < d->techniques; t++)
        ODD_TRY(digest_of(d, t, &digest[t]));
    for (int64_t first = 0; first < d->techniques; first++) {
        bool seen = false;
        for (int64_t t = 0; t < first && !seen; t++)
            seen = memcmp(&digest[t], &digest[first], sizeof *digest) == 0;
        for (int64_t t = first; t < d->techniques && !seen; t++)
            if (memcmp(&digest[t], &digest[first], sizeof *digest) == 0) order[placed++] = t;
    }
done:
    odd_free(digest);
    return st;
}
