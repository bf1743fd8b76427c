/* Evaluate: how well the scores found the odd images, where the truth is known. Rank 0 works. */
#include "oddlot/run/columns.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/scoring.h"
#include "oddlot/stage/stages.h"
#include "oddlot/store/dataset.h"
#include "stage/evaluate/evaluate_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/eval/roc.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>

#define SENSITIVITY 0.95 /* at which false positives are counted */

typedef struct {
    bool curve;
} evaluate_options;

static const odd_option evaluate_table[] = {
    ODD_BOOL(evaluate_options, curve, "true",
             "keep sensitivity and recall at every threshold in evaluate.h5"),
    ODD_OPTIONS_END,
};

static const odd_section evaluate_section =
    ODD_SECTION("evaluate", "How well it worked, where truth or labels are known", evaluate_table,
                evaluate_options);

/* Rows whose truth is known, that have a score and are not learnt from where some are held out. */
typedef struct {
    int64_t images; /* of the run */
    int64_t n;
    uint8_t *truth; /* (n) 1 odd, 0 theme */
    int64_t *row;   /* (n) */
} evaluated_rows;

/* Where images are held out only they count: the others were learnt from. */
static odd_status find_evaluated_rows(const odd_selection *s, const double score[],
                                      evaluated_rows *out)
{
    const bool some = odd_selection_holds_out(s);
    const int64_t rows = odd_selection_rows(s);
    odd_status st;
    out->images = rows;
    ODD_TRY(ODD_NEW(out->truth, rows));
    ODD_TRY(ODD_NEW(out->row, rows));
    for (int64_t i = 0; i < rows; i++) {
        const int truth = odd_selection_truth(s, i);
        if (truth == ODD_TRUTH_UNKNOWN || isnan(score[i])) continue;
        if (some && !odd_selection_held_out(s, i)) continue;
        out->truth[out->n] = truth == ODD_TRUTH_ODD;
        out->row[out->n++] = i;
    }
done:
    return st;
}

static bool has_both_kinds(const evaluated_rows *rows)
{
    int64_t odd = 0;
    for (int64_t i = 0; i < rows->n; i++)
        odd += rows->truth[i];
    return odd > 0 && odd < rows->n;
}

/* One value of a column for each evaluated row. */
static odd_status read_evaluated_column(const odd_file *scores, const evaluated_rows *rows,
                                        const char *name, double **out)
{
    double *whole = NULL;
    odd_status st;
    ODD_TRY(
        odd_image_column_read(scores, "scores.h5", name, ODD_F64, rows->images, (void **)&whole));
    ODD_TRY(ODD_NEW(*out, rows->n));
    for (int64_t i = 0; i < rows->n; i++)
        (*out)[i] = whole[rows->row[i]];
done:
    odd_free(whole);
    return st;
}

static odd_status add_curve(odd_bundle *b, const odd_roc *roc)
{
    double *threshold, *sensitivity, *recall;
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "curve/threshold", ODD_F64,
                           "images with at least this score are flagged", &threshold, 1,
                           roc->points));
    ODD_TRY(odd_bundle_add(b, "curve/sensitivity", ODD_F64, "share of the odd images found",
                           &sensitivity, 1, roc->points));
    ODD_TRY(odd_bundle_add(b, "curve/recall", ODD_F64, "share of the theme images kept", &recall, 1,
                           roc->points));
    for (int64_t i = 0; i < roc->points; i++) {
        threshold[i] = roc->point[i].threshold;
        sensitivity[i] = (double)roc->point[i].true_odd / (double)roc->odd;
        recall[i] = 1 - (double)roc->point[i].false_odd / (double)roc->theme;
    }
done:
    return st;
}

/* `column` is a column of scores, or "score": what ranks. */
static odd_status add_ranking(odd_bundle *b, const char *column, const odd_roc *roc)
{
    char name[96];
    odd_status st;
    snprintf(name, sizeof name, "roc_auc/%s", column);
    ODD_TRY(odd_bundle_add_f64(b, name, "area under the ROC curve", roc->auc));
    snprintf(name, sizeof name, "average_precision/%s", column);
    ODD_TRY(odd_bundle_add_f64(b, name, "area under the precision-recall curve, stepwise",
                               roc->average_precision));
    snprintf(name, sizeof name, "false_positives/%s", column);
    ODD_TRY(odd_bundle_add_f64(b, name,
                               "share of the theme images above what finds 95 % of the "
                               "odd ones",
                               odd_roc_false_share(roc, SENSITIVITY)));
done:
    return st;
}

static odd_status add_confusion(odd_bundle *b, const odd_confusion *c)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_f64(b, "flagged/threshold", "score of the last flagged image",
                               c->threshold));
    ODD_TRY(odd_bundle_add_i64(b, "flagged/odd_found", "odd images flagged", c->odd_found));
    ODD_TRY(odd_bundle_add_i64(b, "flagged/odd_missed", "odd images not flagged", c->odd_missed));
    ODD_TRY(odd_bundle_add_i64(b, "flagged/theme_kept", "theme images not flagged", c->theme_kept));
    ODD_TRY(odd_bundle_add_i64(b, "flagged/theme_lost", "theme images flagged", c->theme_lost));
    ODD_TRY(odd_bundle_add_f64(b, "flagged/sensitivity", "share of the odd images flagged",
                               c->sensitivity));
    ODD_TRY(odd_bundle_add_f64(b, "flagged/recall", "share of the theme images kept", c->recall));
    ODD_TRY(odd_bundle_add_f64(b, "flagged/precision", "share of odd ones among the flagged",
                               c->precision));
    ODD_TRY(
        odd_bundle_add_f64(b, "flagged/f1", "harmonic mean of precision and sensitivity", c->f1));
done:
    return st;
}

/* What the score columns are called is in the file. */
typedef struct {
    const odd_file *scores;
    const evaluated_rows *rows;
    odd_bundle *out;
} evaluation;

static odd_status evaluate_column(evaluation *e, const char *column, double sign)
{
    char name[96];
    double *value = NULL;
    odd_roc roc = {0};
    odd_status st;
    snprintf(name, sizeof name, "columns/%s", column);
    ODD_TRY(read_evaluated_column(e->scores, e->rows, name, &value));
    for (int64_t i = 0; i < e->rows->n; i++)
        value[i] *= sign;
    ODD_TRY(odd_roc_curve(e->rows->n, value, e->rows->truth, &roc));
    ODD_TRY(add_ranking(e->out, column, &roc));
done:
    odd_free(value);
    odd_roc_free(&roc);
    return st;
}

static odd_status evaluate_columns(const odd_job *job, evaluation *e)
{
    odd_scoring by;
    char *name = NULL;
    odd_status st;
    ODD_TRY(odd_file_get_text(e->scores, "/", "detector", &name));
    const odd_detector *detector = odd_detector_find(name);
    if (!detector) ODD_TRY(odd_fail(ODD_FORMAT, "scores of an unknown detector '%s'", name));
    ODD_TRY(odd_scoring_new(job, detector, &by));
    for (int c = 0; c < by.columns; c++)
        if (by.column[c].ranks) ODD_TRY(evaluate_column(e, by.column[c].name, by.column[c].ranks));
done:
    odd_free(name);
    return st;
}

/* Score of the last flagged image: with it as the threshold, just the flagged ones are flagged. */
static odd_status flag_threshold(const odd_file *scores, int64_t images, const double score[],
                                 double *threshold)
{
    int64_t *row = NULL, n;
    odd_status st;
    ODD_TRY(odd_flagged_read(scores, images, &row, &n));
    *threshold = n > 0 ? score[row[n - 1]] : INFINITY;
done:
    odd_free(row);
    return st;
}

static odd_status compute_metrics(const odd_run *run, const odd_file *scores, const double score[],
                                  const evaluated_rows *rows, odd_bundle *out)
{
    const evaluate_options *options = odd_job_section(run->job, "evaluate");
    evaluation e = {scores, rows, out};
    odd_confusion confusion;
    odd_roc roc = {0};
    double *ranking = NULL, threshold;
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(out, "judged",
                               odd_selection_holds_out(run->selection)
                                   ? "images held out that all but clustering/* is over"
                                   : "images of known truth that all but clustering/* is over",
                               rows->n));
    ODD_TRY(read_evaluated_column(scores, rows, "score", &ranking));
    ODD_TRY(odd_roc_curve(rows->n, ranking, rows->truth, &roc));
    ODD_TRY(flag_threshold(scores, rows->images, score, &threshold));
    odd_confusion_at(rows->n, ranking, rows->truth, threshold, &confusion);
    ODD_TRY(add_ranking(out, "score", &roc));
    ODD_TRY(evaluate_columns(run->job, &e));
    ODD_TRY(add_confusion(out, &confusion));
    if (options->curve) ODD_TRY(add_curve(out, &roc));
done:
    odd_free(ranking);
    odd_roc_free(&roc);
    return st;
}

/* Rank 0's work: the metrics, empty where the truth is not known. */
static odd_status evaluate_scores(const odd_run *run, odd_bundle *out)
{
    odd_file *scores = NULL;
    double *score = NULL;
    evaluated_rows rows = {0};
    odd_status st;
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "score", &scores));
    ODD_TRY(odd_image_column_read(scores, "scores.h5", "score", ODD_F64,
                                  odd_selection_rows(run->selection), (void **)&score));
    ODD_TRY(find_evaluated_rows(run->selection, score, &rows));
    if (has_both_kinds(&rows)) ODD_TRY(compute_metrics(run, scores, score, &rows, out));
    ODD_TRY(odd_evaluate_clusters(run->selection, scores, out));
    if (out->count == 0)
        odd_log(ODD_LOG_INFO,
                "evaluate: the truth is not known, so there is nothing to compare with");
done:
    odd_file_close(&scores);
    odd_free(score);
    odd_free(rows.truth);
    odd_free(rows.row);
    return st;
}

static odd_status run_evaluate(odd_run *run, const odd_provenance *from)
{
    const odd_selection *selection;
    odd_bundle metrics = ODD_BUNDLE_EMPTY;
    odd_file *out = NULL;
    double started = odd_seconds();
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? evaluate_scores(run, &metrics) : ODD_OK);
    ODD_TRY(odd_share_bundle(run->comm, 0, &metrics));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(odd_bundle_write(out, "metrics", &metrics));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    odd_bundle_free(&metrics);
    return st;
}

static odd_status plan_evaluate(odd_run *run, odd_stage_plan *plan)
{
    (void)run;
    plan->disk = plan->rows * 24;
    plan->memory = plan->rows * 96;
    odd_text_add(&plan->what,
                 "ROC, average precision, false positives, sensitivity, recall and F1, if the "
                 "truth is known; "
                 "clusters against labels");
    return ODD_OK;
}

static odd_status cost_evaluate(const odd_run *run, const odd_stage_plan *plan,
                                odd_stage_cost *cost)
{
    (void)run, (void)plan;
    cost->alone = true;
    return ODD_OK;
}

static const char *const inputs[] = {"ingest", "score", NULL};
static const odd_section *const sections[] = {&evaluate_section, NULL};

const odd_stage odd_stage_evaluate = {
    .name = "evaluate",
    .file = "evaluate.h5",
    .summary = "compare with the truth, where it is known",
    .version = 3,
    .inputs = inputs,
    .sections = sections,
    .plan = plan_evaluate,
    .cost = cost_evaluate,
    .run = run_evaluate,
};
