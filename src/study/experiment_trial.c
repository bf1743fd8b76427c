/* Trial of an experiment: draw, reduce, fit, score, judge. What the trial before has drawn, read
 * and reduced is used again where it is the same. */
#include "oddlot/run/stage.h"
#include "oddlot/run/stored_rows.h"
#include "oddlot/stage/calibration.h"
#include "oddlot/stage/stages.h"
#include "study/experiment_trial_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>

void odd_trial_rows_free(odd_trial_rows **rows)
{
    if (!*rows) return;
    odd_drawn_free(&(*rows)->drawn);
    odd_reduced_free(&(*rows)->fit);
    odd_reduced_free(&(*rows)->test);
    odd_free(*rows);
    *rows = NULL;
}

/* ---- rows ---- */

/* My rows of a sample. @local */
static odd_status read_sample(const odd_dataset *features, const odd_sample *sample, odd_reduced *r)
{
    const int64_t first = r->wide.part.row0, n = r->wide.part.n_local;
    odd_status st;
    ODD_TRY(ODD_NEW(r->x, n * r->wide.d));
    ODD_TRY(odd_rows_gather(features, n, sample->row + first, r->x));
    r->wide.x = r->x;
done:
    return st;
}

static odd_status open_sample(const odd_laboratory *lab, const odd_sample *sample, odd_reduced *r)
{
    const int d = (int)odd_dataset_shape(lab->features)->shape[1];
    odd_status st;
    r->wide = odd_rows_in_memory(lab->run->comm, sample->n, d, NULL);
    ODD_TRY_ALL(lab->run->comm, read_sample(lab->features, sample, r));
done:
    return st;
}

/* @collective */
static odd_status draw_rows(odd_laboratory *lab, const odd_trial_key *key, int64_t draw)
{
    odd_trial_rows *rows = NULL;
    odd_status st;
    odd_trial_rows_free(&lab->last);
    ODD_TRY_ALL(lab->run->comm, ODD_NEW(rows, 1));
    rows->draw = draw;
    ODD_TRY_ALL(lab->run->comm,
                odd_experiment_draw(lab->design, lab->n, lab->label, key, &rows->drawn));
    ODD_TRY(open_sample(lab, &rows->drawn.fit, &rows->fit));
    ODD_TRY(open_sample(lab, &rows->drawn.test, &rows->test));
    lab->last = rows;
    rows = NULL;
done:
    odd_trial_rows_free(&rows);
    return st;
}

/* ---- the trial ---- */

/* What the fit is told of my rows. @local */
static odd_status tell_verified(const odd_job *job, const odd_trial_rows *rows, uint8_t **told,
                                uint8_t **calibrates)
{
    const odd_sample *fit = &rows->drawn.fit;
    const odd_partition *part = &rows->fit.wide.part;
    odd_status st;
    ODD_TRY(odd_calibration_mark(job, fit->n, fit->verified, calibrates));
    ODD_TRY(ODD_NEW(*told, part->n_local));
    for (int64_t i = 0; i < part->n_local; i++)
        if (!(*calibrates)[part->row0 + i]) (*told)[i] = fit->verified[part->row0 + i];
done:
    return st;
}

/* @collective */
static odd_status fit_and_judge(const odd_laboratory *lab, const odd_job *job, uint64_t seed,
                                odd_trial *out, odd_scatter_point **points, int64_t *count)
{
    const MPI_Comm comm = lab->run->comm;
    const odd_trial_rows *rows = lab->last;
    const odd_detector *detector = odd_detector_find(odd_stage_fit.part(job));
    const double started = odd_seconds();
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_flagging flagging = {0};
    odd_scoring by;
    odd_trial_scores fit = {0}, test = {0};
    uint8_t *told = NULL, *calibrates = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, odd_scoring_new(job, detector, &by));
    ODD_TRY_ALL(comm, tell_verified(job, rows, &told, &calibrates));
    ODD_TRY(detector->fit(odd_stage_options(&odd_stage_fit, job), &rows->fit.narrow, told, seed,
                          &model));
    out->value[ODD_TRIAL_FIT_SECONDS] = odd_seconds() - started;
    ODD_TRY(odd_trial_score(&by, &model, &rows->fit, &fit));
    ODD_TRY(odd_trial_score(&by, &model, &rows->test, &test));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? odd_trial_judge(lab->design, job, rows, calibrates,
                                                            &fit, &test, &flagging, out)
                                          : ODD_OK);
    if (points) ODD_TRY(odd_trial_points(rows, &flagging, &fit, points, count));
done:
    odd_bundle_free(&model);
    odd_trial_scores_free(&fit);
    odd_trial_scores_free(&test);
    odd_free(told);
    odd_free(calibrates);
    return st;
}

/* @collective */
static odd_status do_technique(odd_laboratory *lab, const odd_trial_key *key, odd_trial *out,
                               odd_scatter_point **points, int64_t *count)
{
    const uint64_t seed = (uint64_t)(lab->run->options->seed + key->seed);
    odd_job *job = NULL;
    odd_status st;
    ODD_TRY_ALL(lab->run->comm, odd_technique_job(lab->design, key->technique,
                                                  odd_drawn_share(&lab->last->drawn), &job));
    ODD_TRY(odd_trial_reduce(job, seed, lab->last, &out->value[ODD_TRIAL_REDUCE_SECONDS]));
    out->value[ODD_TRIAL_COMPONENTS] = lab->last->k;
    ODD_TRY(fit_and_judge(lab, job, seed, out, points, count));
done:
    odd_job_free(&job);
    return st;
}

/* A method may fail on some rows (too few of them, say) without spoiling the other trials. */
static odd_status forgive(const odd_laboratory *lab, const odd_trial_key *key, odd_status st,
                          odd_trial *out)
{
    odd_text name = ODD_TEXT_EMPTY;
    if (st != ODD_NUMERIC && st != ODD_ARG) return st;
    odd_technique_name(lab->design, key->technique, &name);
    odd_log(ODD_LOG_WARN, "'%s' failed on mixture %lld, seed %lld: %s", odd_text_string(&name),
            (long long)key->mixture + 1, (long long)key->seed + 1, odd_fail_reason());
    odd_text_free(&name);
    for (int v = 0; v < ODD_TRIAL_VALUE_COUNT; v++)
        out->value[v] = NAN;
    return ODD_OK;
}

odd_status odd_trial_do(odd_laboratory *lab, int64_t number, odd_trial *out,
                        odd_scatter_point **points, int64_t *count)
{
    const odd_trial_key key = odd_design_key(lab->design, number);
    const int64_t draw = number / lab->design->techniques;
    odd_status st;
    *out = (odd_trial){0};
    if (!lab->last || lab->last->draw != draw) ODD_TRY(draw_rows(lab, &key, draw));
    const odd_level before = odd_log_hush(ODD_LOG_ERROR); /* what methods say of every trial */
    st = do_technique(lab, &key, out, points, count);
    odd_log_hush(before);
    ODD_TRY(forgive(lab, &key, st, out));
    odd_broadcast(lab->run->comm, 0, out, sizeof *out);
done:
    return st;
}
