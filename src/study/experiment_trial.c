/* Trial of an experiment: draw, reduce, fit, score, evaluate. What the trial before has drawn, read
 * and reduced is used again where it is the same. */
#include "oddlot/run/labels.h"
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
static odd_status read_sample(const odd_matrix *features, const odd_sample *sample, odd_reduced *r)
{
    const int64_t first = r->wide.part.row0, n = r->wide.part.n_local;
    odd_status st;
    ODD_TRY(ODD_NEW(r->x, n * r->wide.d));
    ODD_TRY(odd_rows_gather(features, n, sample->row + first, r->x));
    r->wide.x = r->x;
done:
    return st;
}

static odd_status open_sample(const odd_trial_context *context, const odd_sample *sample,
                              odd_reduced *r)
{
    const int d = (int)odd_matrix_width(context->features);
    odd_status st;
    r->wide = odd_rows_in_memory(context->run->comm, sample->n, d, NULL);
    ODD_TRY_ALL(context->run->comm, read_sample(context->features, sample, r));
done:
    return st;
}

/* @collective */
static odd_status draw_rows(odd_trial_context *context, const odd_trial_key *key, int64_t draw)
{
    odd_trial_rows *rows = NULL;
    odd_status st;
    odd_trial_rows_free(&context->last);
    ODD_TRY_ALL(context->run->comm, ODD_NEW(rows, 1));
    rows->draw = draw;
    ODD_TRY_ALL(context->run->comm, odd_experiment_draw(context->design, context->n, context->label,
                                                        key, &rows->drawn));
    ODD_TRY(open_sample(context, &rows->drawn.fit, &rows->fit));
    ODD_TRY(open_sample(context, &rows->drawn.test, &rows->test));
    context->last = rows;
    rows = NULL;
done:
    odd_trial_rows_free(&rows);
    return st;
}

/* ---- the trial ---- */

/* The marks of my rows that the fit gets: all but those that calibrate. @local */
static odd_status hide_calibration(const odd_job *job, const odd_trial_rows *rows,
                                   uint8_t **verified, uint8_t **calibrates)
{
    const odd_sample *fit = &rows->drawn.fit;
    const odd_partition *part = &rows->fit.wide.part;
    odd_status st;
    ODD_TRY(odd_calibration_mark(job, fit->n, fit->verified, calibrates));
    ODD_TRY(ODD_NEW(*verified, part->n_local));
    for (int64_t i = 0; i < part->n_local; i++)
        if (!(*calibrates)[part->row0 + i]) (*verified)[i] = fit->verified[part->row0 + i];
done:
    return st;
}

/* What is known of my rows, in arrays of its own. */
typedef struct {
    odd_known known;
    uint8_t *verified, *calibrates;
    int32_t *class_of;
    odd_labels labels;
} known_rows;

static void known_rows_free(known_rows *k)
{
    odd_labels_free(&k->labels);
    odd_free(k->verified);
    odd_free(k->calibrates);
    odd_free(k->class_of);
}

/* The labels of theme rows; odd ones are of no class. @local */
static odd_status find_classes(const odd_trial_context *context, const odd_sample *fit,
                               const odd_partition *part, known_rows *k)
{
    odd_status st;
    ODD_TRY(odd_labels_new(fit->n, &k->labels));
    ODD_TRY(ODD_NEW(k->class_of, part->n_local));
    for (int64_t i = 0; i < fit->n; i++)
        ODD_TRY(odd_labels_add(&k->labels, fit->odd[i] ? "" : context->label[fit->row[i]]));
    ODD_TRY(odd_labels_settle(MPI_COMM_SELF, &k->labels));
    for (int64_t i = 0; i < part->n_local; i++)
        k->class_of[i] = (int32_t)k->labels.of[part->row0 + i];
    k->known.class_of = k->class_of;
    k->known.classes = (int32_t)k->labels.count;
    k->known.names = k->labels.name;
done:
    return st;
}

/* @local */
static odd_status find_known(const odd_trial_context *context, const odd_job *job, bool classes,
                             known_rows *k)
{
    const odd_trial_rows *rows = context->last;
    odd_status st;
    ODD_TRY(hide_calibration(job, rows, &k->verified, &k->calibrates));
    k->known.verified = k->verified;
    if (classes) ODD_TRY(find_classes(context, &rows->drawn.fit, &rows->fit.wide.part, k));
done:
    return st;
}

/* @collective */
static odd_status fit_and_evaluate(const odd_trial_context *context, const odd_job *job,
                                   uint64_t seed, odd_trial *out, odd_scatter_point **points,
                                   int64_t *count)
{
    const MPI_Comm comm = context->run->comm;
    const odd_trial_rows *rows = context->last;
    const odd_detector *detector = odd_detector_find(odd_stage_fit.part(job));
    const double started = odd_seconds();
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_flagging flagging = {0};
    odd_scoring by;
    odd_trial_scores fit = {0}, test = {0};
    known_rows known = {0};
    odd_status st;
    ODD_TRY_ALL(comm, odd_scoring_new(job, detector, &by));
    ODD_TRY_ALL(comm, find_known(context, job, detector->by_class, &known));
    ODD_TRY(detector->fit(odd_stage_options(&odd_stage_fit, job), &rows->fit.narrow, &known.known,
                          seed, &model));
    out->value[ODD_TRIAL_FIT_SECONDS] = odd_seconds() - started;
    ODD_TRY(odd_trial_score(&by, &model, &rows->fit, &fit));
    ODD_TRY(odd_trial_score(&by, &model, &rows->test, &test));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0
                          ? odd_trial_evaluate(context->design, job, rows, known.calibrates,
                                               odd_scoring_cut(&by), &fit, &test, &flagging, out)
                          : ODD_OK);
    if (points) ODD_TRY(odd_trial_points(rows, &flagging, &fit, points, count));
done:
    odd_bundle_free(&model);
    odd_trial_scores_free(&fit);
    odd_trial_scores_free(&test);
    known_rows_free(&known);
    return st;
}

/* @collective */
static odd_status run_technique(odd_trial_context *context, const odd_trial_key *key,
                                odd_trial *out, odd_scatter_point **points, int64_t *count)
{
    const uint64_t seed = (uint64_t)(context->run->options->seed + key->seed);
    odd_job *job = NULL;
    odd_status st;
    ODD_TRY_ALL(context->run->comm,
                odd_technique_job(context->design, key->technique,
                                  odd_drawn_share(&context->last->drawn), &job));
    ODD_TRY(odd_trial_reduce(job, seed, context->last, &out->value[ODD_TRIAL_REDUCE_SECONDS]));
    out->value[ODD_TRIAL_COMPONENTS] = context->last->k;
    ODD_TRY(fit_and_evaluate(context, job, seed, out, points, count));
done:
    odd_job_free(&job);
    return st;
}

/* A method may fail on some rows (too few of them, say) without spoiling the other trials. */
static odd_status record_failure(const odd_trial_context *context, const odd_trial_key *key,
                                 odd_status st, odd_trial *out)
{
    odd_text name = ODD_TEXT_EMPTY;
    if (st != ODD_NUMERIC && st != ODD_ARG) return st;
    odd_technique_name(context->design, key->technique, &name);
    odd_log(ODD_LOG_WARN, "'%s' failed on mixture %lld, seed %lld: %s", odd_text_string(&name),
            (long long)key->mixture + 1, (long long)key->seed + 1, odd_fail_reason());
    odd_text_free(&name);
    for (int v = 0; v < ODD_TRIAL_VALUE_COUNT; v++)
        out->value[v] = NAN;
    return ODD_OK;
}

odd_status odd_trial_run(odd_trial_context *context, int64_t number, odd_trial *out,
                         odd_scatter_point **points, int64_t *count)
{
    const odd_trial_key key = odd_design_key(context->design, number);
    const int64_t draw = number / context->design->techniques;
    odd_status st;
    *out = (odd_trial){0};
    if (!context->last || context->last->draw != draw) ODD_TRY(draw_rows(context, &key, draw));
    const odd_level before = odd_log_hush(ODD_LOG_ERROR); /* what methods say of every trial */
    st = run_technique(context, &key, out, points, count);
    odd_log_hush(before);
    ODD_TRY(record_failure(context, &key, st, out));
    odd_broadcast(context->run->comm, 0, out, sizeof *out);
done:
    return st;
}
