/* Evaluate: how well the scores found the odd images, where the truth is known. Each rank has its
 * images, and a part of each curve. */
#include "oddlot/run/columns.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/scoring.h"
#include "oddlot/stage/stages.h"
#include "oddlot/store/dataset.h"
#include "stage/evaluate/evaluate_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/eval/curve.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>

#define SENSITIVITY 0.95 /* at which false positives are counted */

enum { USUAL_RANKINGS = 3 /* columns of most detectors that rank, and what ranks */ };

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

/* @collective */
static odd_status write_curve_column(odd_file *file, const odd_curve_part *c, const char *name,
                                     const double value[], const char *about)
{
    return odd_column_write(file, name, ODD_F64, c->all, c->first, c->roc.points, value, about,
                            NULL);
}

/* @collective */
static odd_status write_curve(MPI_Comm comm, odd_file *file, const odd_curve_part *c)
{
    const odd_roc *roc = &c->roc;
    double *value = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(value, roc->points));
    for (int64_t i = 0; i < roc->points; i++)
        value[i] = roc->point[i].threshold;
    ODD_TRY(write_curve_column(file, c, "metrics/curve/threshold", value,
                               "images with at least this score are flagged"));
    for (int64_t i = 0; i < roc->points; i++)
        value[i] = (double)roc->point[i].true_odd / (double)roc->odd;
    ODD_TRY(write_curve_column(file, c, "metrics/curve/sensitivity", value,
                               "share of the odd images found"));
    for (int64_t i = 0; i < roc->points; i++)
        value[i] = 1 - (double)roc->point[i].false_odd / (double)roc->theme;
    ODD_TRY(write_curve_column(file, c, "metrics/curve/recall", value,
                               "share of the theme images kept"));
done:
    odd_free(value);
    return st;
}

/* `column` is a column of scores, or "score": what ranks. `false_share` at SENSITIVITY. @local */
static odd_status add_ranking(odd_bundle *b, const char *column, const odd_roc *roc,
                              double false_share)
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
                               false_share));
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

typedef struct {
    MPI_Comm comm;
    const odd_run *run;
    const odd_file *ingest, *scores;
    odd_evaluated_rows rows;
    odd_bundle metrics;   /* the same on every rank */
    odd_curve_part curve; /* of what ranks; empty where the truth is not known */
} evaluation;

/* @collective */
static odd_status evaluate_column(evaluation *e, const char *column, double sign)
{
    char name[96];
    odd_curve_part curve = {0};
    odd_status st;
    snprintf(name, sizeof name, "columns/%s", column);
    ODD_TRY_ALL(e->comm, odd_evaluated_column(e->scores, name, sign, &e->rows));
    ODD_TRY(odd_curve_part_new(e->comm, e->rows.n, e->rows.value, e->rows.truth, &curve));
    const double share = odd_curve_false_share(e->comm, &curve, SENSITIVITY);
    ODD_TRY_ALL(e->comm, add_ranking(&e->metrics, column, &curve.roc, share));
done:
    odd_curve_part_free(&curve);
    return st;
}

/* How the score columns are called, by the detector that is in the file. @local */
static odd_status find_columns(const odd_job *job, const odd_file *scores, odd_scoring *by)
{
    char *name = NULL;
    odd_status st;
    ODD_TRY(odd_file_get_text(scores, "/", "detector", &name));
    const odd_detector *detector = odd_detector_find(name);
    if (!detector) ODD_TRY(odd_fail(ODD_FORMAT, "scores of an unknown detector '%s'", name));
    ODD_TRY(odd_scoring_new(job, detector, by));
done:
    odd_free(name);
    return st;
}

/* @collective */
static odd_status evaluate_columns(evaluation *e)
{
    odd_scoring by = {0};
    odd_status st;
    ODD_TRY_ALL(e->comm, find_columns(e->run->job, e->scores, &by));
    for (int c = 0; c < by.columns; c++)
        if (by.column[c].ranks) ODD_TRY(evaluate_column(e, by.column[c].name, by.column[c].ranks));
done:
    return st;
}

/* Score of the last flagged image: with it as the threshold, just the flagged ones are flagged.
 * @local */
static odd_status flag_threshold(const odd_file *scores, int64_t images, double *threshold)
{
    int64_t row;
    odd_status st;
    *threshold = INFINITY;
    ODD_TRY(odd_flagged_last(scores, images, &row));
    if (row >= 0)
        ODD_TRY(odd_image_column_part(scores, "scores.h5", "score", ODD_F64, images, row, 1,
                                      threshold));
done:
    return st;
}

/* @collective */
static odd_status evaluate_flags(evaluation *e, odd_confusion *out)
{
    double threshold;
    odd_status st;
    ODD_TRY_ALL(e->comm, flag_threshold(e->scores, e->rows.part.n, &threshold));
    odd_confusion_of_all(e->comm, e->rows.n, e->rows.value, e->rows.truth, threshold, out);
done:
    return st;
}

static odd_status add_judged(evaluation *e)
{
    return odd_bundle_add_i64(&e->metrics, "judged",
                              odd_selection_holds_out(e->run->selection)
                                  ? "images held out that all but clustering/* is over"
                                  : "images of known truth that all but clustering/* is over",
                              e->rows.all);
}

/* @collective */
static odd_status compute_metrics(evaluation *e)
{
    odd_confusion confusion;
    odd_status st;
    ODD_TRY_ALL(e->comm, add_judged(e));
    ODD_TRY_ALL(e->comm, odd_evaluated_column(e->scores, "score", 1, &e->rows));
    ODD_TRY(odd_curve_part_new(e->comm, e->rows.n, e->rows.value, e->rows.truth, &e->curve));
    ODD_TRY(evaluate_flags(e, &confusion));
    const double share = odd_curve_false_share(e->comm, &e->curve, SENSITIVITY);
    ODD_TRY_ALL(e->comm, add_ranking(&e->metrics, "score", &e->curve.roc, share));
    ODD_TRY(evaluate_columns(e));
    ODD_TRY_ALL(e->comm, add_confusion(&e->metrics, &confusion));
done:
    return st;
}

/* The metrics, none where the truth is not known, and those of clusters. @collective */
static odd_status evaluate_scores(evaluation *e, odd_bundle *clusters)
{
    odd_status st;
    e->rows.part = odd_partition_rows(e->comm, odd_selection_rows(e->run->selection));
    ODD_TRY_ALL(e->comm,
                odd_evaluated_rows_find(e->ingest, odd_selection_holds_out(e->run->selection),
                                        e->scores, &e->rows));
    if (odd_evaluated_has_both(e->comm, &e->rows)) ODD_TRY(compute_metrics(e));
    ODD_TRY(odd_evaluate_clusters(e->comm, e->ingest, e->scores, e->rows.part.n, clusters));
    if (e->metrics.count == 0 && clusters->count == 0)
        odd_log(ODD_LOG_INFO,
                "evaluate: the truth is not known, so there is nothing to compare with");
done:
    return st;
}

/* @collective */
static odd_status write_evaluation(const evaluation *e, const odd_bundle *clusters, odd_file *out)
{
    const evaluate_options *options = odd_job_section(e->run->job, "evaluate");
    odd_status st;
    ODD_TRY(odd_bundle_write(out, "metrics", &e->metrics));
    ODD_TRY(odd_bundle_write(out, "metrics", clusters));
    if (options->curve && e->curve.all > 0) ODD_TRY(write_curve(e->comm, out, &e->curve));
done:
    return st;
}

static odd_status run_evaluate(odd_run *run, const odd_provenance *from)
{
    const odd_selection *selection;
    evaluation e = {.comm = run->comm, .run = run, .metrics = ODD_BUNDLE_EMPTY};
    odd_bundle clusters = ODD_BUNDLE_EMPTY;
    odd_file *ingest = NULL, *scores = NULL, *out = NULL;
    double started = odd_seconds();
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "score", &scores));
    e.ingest = ingest;
    e.scores = scores;
    ODD_TRY(evaluate_scores(&e, &clusters));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(write_evaluation(&e, &clusters, out));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    odd_file_close(&scores);
    odd_file_close(&ingest);
    odd_bundle_free(&e.metrics);
    odd_bundle_free(&clusters);
    odd_curve_part_free(&e.curve);
    odd_evaluated_rows_free(&e.rows);
    return st;
}

static odd_status plan_evaluate(odd_run *run, odd_stage_plan *plan)
{
    (void)run;
    plan->disk = plan->rows * 24;
    plan->memory = plan->rows / plan->ranks * 224;
    odd_text_add(&plan->what,
                 "ROC, average precision, false positives, sensitivity, recall and F1, if the "
                 "truth is known; "
                 "clusters against labels");
    return ODD_OK;
}

static odd_status cost_evaluate(const odd_run *run, const odd_stage_plan *plan,
                                odd_stage_cost *cost)
{
    (void)run;
    for (int c = 0; c < USUAL_RANKINGS; c++) /* scores to their order */
        odd_stage_cost_exchange(cost, ODD_EXCHANGE_ROUTE, 1, (double)plan->rows * 24);
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
