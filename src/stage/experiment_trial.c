/* Trial of an experiment: draw, reduce, fit, score, judge. What the trial before has drawn, read
 * and reduced is used again where it is the same. */
#include "experiment_internal.h"

#include "flagging_internal.h"
#include "scoring_internal.h"
#include "stage_internal.h"
#include "stage_reductions_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/eval/roc.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A sample read and reduced, my rows of each. */
typedef struct {
    odd_rows wide, narrow;
    float *x, *score;
    double *residual;
} reduced;

struct odd_trial_rows {
    int64_t draw;       /* number of the trial without its technique */
    odd_hash reduction; /* digest of the settings that reduced */
    bool is_reduced;
    odd_drawn drawn;
    reduced fit, test;
    int k;
};

static void reduced_free(reduced *r)
{
    odd_free(r->x);
    odd_free(r->score);
    odd_free(r->residual);
}

void odd_trial_rows_free(odd_trial_rows **rows)
{
    if (!*rows) return;
    odd_drawn_free(&(*rows)->drawn);
    reduced_free(&(*rows)->fit);
    reduced_free(&(*rows)->test);
    odd_free(*rows);
    *rows = NULL;
}

/* ---- rows ---- */

/* My rows of a sample. @local */
static odd_status read_sample(const odd_dataset *features, const odd_sample *sample, reduced *r)
{
    const int64_t first = r->wide.part.row0, n = r->wide.part.n_local;
    odd_status st;
    ODD_TRY(ODD_NEW(r->x, n * r->wide.d));
    ODD_TRY(odd_rows_gather(features, n, sample->row + first, r->x));
    r->wide.x = r->x;
done:
    return st;
}

static odd_status open_sample(const odd_laboratory *lab, const odd_sample *sample, reduced *r)
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

/* ---- reduction ---- */

static const odd_reduction *reduction_of(const odd_job *job)
{
    return odd_stage_reduction_find(odd_stage_reduce.part(&(odd_run){.job = job}));
}

static odd_hash reduction_digest(const odd_job *job)
{
    const odd_reduction *reduction = reduction_of(job);
    char section[64];
    snprintf(section, sizeof section, "reduce.%s", reduction->name);
    const odd_hash own = odd_job_digest(job, section), all = odd_job_digest(job, "reduce");
    return odd_hash_add(odd_hash_add(ODD_HASH_START, &own, sizeof own), &all, sizeof all);
}

static odd_status apply(const odd_reduction *reduction, const odd_bundle *model, int k, reduced *r)
{
    const MPI_Comm comm = r->wide.comm;
    odd_status st = ODD_OK;
    reduced_free(&(reduced){.score = r->score, .residual = r->residual});
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

/* @collective */
static odd_status reduce(const odd_job *job, uint64_t seed, odd_trial_rows *rows, double *seconds)
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
    ODD_TRY(reduction->fit(odd_part_options(job, "reduce", reduction->name), &rows->fit.wide, seed,
                           &model, &rows->k, &bad));
    ODD_TRY(apply(reduction, &model, rows->k, &rows->fit));
    ODD_TRY(apply(reduction, &model, rows->k, &rows->test));
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

/* ---- judging, on rank 0 ---- */

/* Scores of a whole sample. */
typedef struct {
    int64_t n;
    double *all;         /* (n, columns) */
    double *rank;        /* (n) larger is odder */
    double *probability; /* (n) or NULL */
} scored;

static void scored_free(scored *s)
{
    odd_free(s->all);
    odd_free(s->rank);
    odd_free(s->probability);
}

static odd_status pick_columns(const odd_scoring *by, scored *s)
{
    odd_status st;
    ODD_TRY(ODD_NEW(s->rank, s->n));
    if (by->probability >= 0) ODD_TRY(ODD_NEW(s->probability, s->n));
    for (int64_t i = 0; i < s->n; i++) {
        const double *value = s->all + i * by->columns;
        s->rank[i] = by->column[by->rank_by].ranks * value[by->rank_by];
        if (s->probability) s->probability[i] = value[by->probability];
    }
done:
    return st;
}

/* @collective: the scores come together on rank 0. */
static odd_status score_sample(const odd_scoring *by, const odd_bundle *model, const reduced *r,
                               scored *out)
{
    double *mine = NULL;
    const MPI_Comm comm = r->wide.comm;
    odd_status st = ODD_OK;
    if (r->wide.part.n == 0) return ODD_OK;
    ODD_TRY(odd_scoring_do(by, model, &r->narrow, r->residual, &mine));
    ODD_TRY(odd_gather_rows(comm, 0, mine, r->wide.part.n_local, (size_t)by->columns * sizeof *mine,
                            (void **)&out->all, &out->n));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? pick_columns(by, out) : ODD_OK);
done:
    odd_free(mine);
    return st;
}

static double recall_at(const odd_roc *roc, double sensitivity)
{
    for (int64_t i = 0; i < roc->points; i++)
        if ((double)roc->point[i].true_odd >= sensitivity * (double)roc->odd)
            return 1 - (double)roc->point[i].false_odd / (double)roc->theme;
    return 0;
}

static double mean(int64_t n, const double value[])
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += value[i];
    return sum / (double)n;
}

/* Flags as 0 and 1, so that the confusion of any way of flagging comes from one place. */
static odd_status confuse(const scored *s, const odd_sample *sample, const odd_flagging *flagging,
                          odd_confusion *out)
{
    double *flag = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(flag, s->n));
    for (int64_t i = 0; i < s->n; i++)
        flag[i] = odd_flagging_flags(flagging, s->rank[i], s->probability ? s->probability[i] : 0);
    odd_confusion_at(s->n, flag, sample->odd, 0.5, out);
done:
    odd_free(flag);
    return st;
}

static odd_status judge(const odd_design *d, const scored *s, const odd_sample *sample,
                        const odd_flagging *flagging, odd_trial *out)
{
    odd_roc roc = {0};
    odd_confusion c;
    odd_status st;
    ODD_TRY(odd_roc_curve(s->n, s->rank, sample->odd, &roc));
    ODD_TRY(confuse(s, sample, flagging, &c));
    out->value[ODD_TRIAL_AUC] = roc.auc;
    out->value[ODD_TRIAL_AVERAGE_PRECISION] = roc.average_precision;
    out->value[ODD_TRIAL_SENSITIVITY] = c.sensitivity;
    out->value[ODD_TRIAL_RECALL] = c.recall;
    out->value[ODD_TRIAL_PRECISION] = c.precision;
    out->value[ODD_TRIAL_F1] = c.f1;
    out->value[ODD_TRIAL_RECALL_AT] = recall_at(&roc, d->options->sensitivity);
done:
    odd_roc_free(&roc);
    return st;
}

/* The cut is chosen on the fitted rows and judged on the test, where there is one. */
static odd_status judge_trial(const odd_design *d, const odd_job *job, const odd_trial_rows *rows,
                              const uint8_t calibrates[], const scored *fit, const scored *test,
                              odd_flagging *flagging, odd_trial *out)
{
    const odd_ranked ranked = {fit->n, fit->rank, fit->probability, calibrates};
    const bool tested = test->n > 0;
    odd_status st;
    ODD_TRY(odd_flagging_decide(job, &ranked, flagging));
    ODD_TRY(judge(d, tested ? test : fit, tested ? &rows->drawn.test : &rows->drawn.fit, flagging,
                  out));
    out->value[ODD_TRIAL_SHARE] = odd_drawn_share(&rows->drawn);
    out->value[ODD_TRIAL_ESTIMATE] = fit->probability ? mean(fit->n, fit->probability) : NAN;
done:
    return st;
}

/* ---- pictures ---- */

/* The first two components of all fitted rows, on rank 0, with what was said of each. @collective
 */
static odd_status take_points(const odd_trial_rows *rows, const odd_flagging *flagging,
                              const scored *fit, odd_scatter_point **points, int64_t *count)
{
    const MPI_Comm comm = rows->fit.wide.comm;
    const int64_t n = rows->fit.wide.part.n_local;
    odd_scatter_point *mine = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, n));
    for (int64_t i = 0; i < n; i++) {
        const float *score = rows->fit.score + i * rows->k;
        mine[i] = (odd_scatter_point){.x = score[0], .y = rows->k > 1 ? score[1] : 0};
    }
    ODD_TRY(odd_gather_rows(comm, 0, mine, n, sizeof *mine, (void **)points, count));
    for (int64_t i = 0; *points && i < *count; i++) {
        (*points)[i].truth = (int8_t)rows->drawn.fit.odd[i];
        (*points)[i].estimate =
            odd_flagging_flags(flagging, fit->rank[i], fit->probability ? fit->probability[i] : 0);
    }
done:
    odd_free(mine);
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
    const odd_detector *detector = odd_detector_find(odd_stage_fit.part(&(odd_run){.job = job}));
    const double started = odd_seconds();
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_flagging flagging = {0};
    odd_scoring by;
    scored fit = {0}, test = {0};
    uint8_t *told = NULL, *calibrates = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, odd_scoring_new(job, detector, &by));
    ODD_TRY_ALL(comm, tell_verified(job, rows, &told, &calibrates));
    ODD_TRY(detector->fit(odd_part_options(job, "fit", detector->name), &rows->fit.narrow, told,
                          seed, &model));
    out->value[ODD_TRIAL_FIT_SECONDS] = odd_seconds() - started;
    ODD_TRY(score_sample(&by, &model, &rows->fit, &fit));
    ODD_TRY(score_sample(&by, &model, &rows->test, &test));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? judge_trial(lab->design, job, rows, calibrates, &fit,
                                                        &test, &flagging, out)
                                          : ODD_OK);
    if (points) ODD_TRY(take_points(rows, &flagging, &fit, points, count));
done:
    odd_bundle_free(&model);
    scored_free(&fit);
    scored_free(&test);
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
    ODD_TRY(reduce(job, seed, lab->last, &out->value[ODD_TRIAL_REDUCE_SECONDS]));
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
