/* Evaluation of a trial: its scores come together on rank 0, which flags by them, computes metrics
 * by the labels, and makes a picture of both. */
#include "study/experiment_trial_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/eval/roc.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>

void odd_trial_scores_free(odd_trial_scores *s)
{
    odd_free(s->all);
    odd_free(s->rank);
    odd_free(s->probability);
}

static odd_status pick_columns(const odd_scoring *by, odd_trial_scores *s)
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

odd_status odd_trial_score(const odd_scoring *by, const odd_bundle *model, const odd_reduced *r,
                           odd_trial_scores *out)
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

static double mean_of(int64_t n, const double value[])
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += value[i];
    return sum / (double)n;
}

/* Flags as 0 and 1, so that the confusion of any way of flagging comes from one place. */
static odd_status confusion_of_flags(const odd_trial_scores *s, const odd_sample *sample,
                                     const odd_flagging *flagging, odd_confusion *out)
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

static odd_status compute_metrics(const odd_design *d, const odd_trial_scores *s,
                                  const odd_sample *sample, const odd_flagging *flagging,
                                  odd_trial *out)
{
    odd_roc roc = {0};
    odd_confusion c;
    odd_status st;
    ODD_TRY(odd_roc_curve(s->n, s->rank, sample->odd, &roc));
    ODD_TRY(confusion_of_flags(s, sample, flagging, &c));
    out->value[ODD_TRIAL_AUC] = roc.auc;
    out->value[ODD_TRIAL_AVERAGE_PRECISION] = roc.average_precision;
    out->value[ODD_TRIAL_SENSITIVITY] = c.sensitivity;
    out->value[ODD_TRIAL_RECALL] = c.recall;
    out->value[ODD_TRIAL_PRECISION] = c.precision;
    out->value[ODD_TRIAL_F1] = c.f1;
    out->value[ODD_TRIAL_RECALL_AT] = 1 - odd_roc_false_share(&roc, d->options->sensitivity);
done:
    odd_roc_free(&roc);
    return st;
}

odd_status odd_trial_evaluate(const odd_design *d, const odd_job *job, const odd_trial_rows *rows,
                              const uint8_t calibrates[], double cut, const odd_trial_scores *fit,
                              const odd_trial_scores *test, odd_flagging *flagging, odd_trial *out)
{
    const odd_ranked ranked = {.comm = MPI_COMM_SELF,
                               .images = fit->n,
                               .n = fit->n,
                               .score = fit->rank,
                               .probability = fit->probability,
                               .calibrates = calibrates,
                               .cut = cut};
    const bool tested = test->n > 0;
    odd_status st;
    ODD_TRY(odd_flagging_decide(job, &ranked, flagging));
    ODD_TRY(compute_metrics(d, tested ? test : fit, tested ? &rows->drawn.test : &rows->drawn.fit,
                            flagging, out));
    out->value[ODD_TRIAL_SHARE] = odd_drawn_share(&rows->drawn);
    out->value[ODD_TRIAL_ESTIMATE] = fit->probability ? mean_of(fit->n, fit->probability) : NAN;
done:
    return st;
}

odd_status odd_trial_points(const odd_trial_rows *rows, const odd_flagging *flagging,
                            const odd_trial_scores *fit, odd_scatter_point **points, int64_t *count)
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
