/* Report: gather what people want to look at and hand it to the report room. Rank 0 works. */
#include "stage_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/report/report.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MOST_FACTS  32
#define FACT_SIZE   160
#define MOST_ERRORS 1000 /* unreadable images listed in the page; errors.csv has all */
#define ROC_POINTS  500

typedef struct {
    int64_t top, scatter;
    char *title;
} report_options;

static const odd_option report_table[] = {
    {"top", ODD_OPTION_INT, offsetof(report_options, top), "200", 0, 100000, NULL,
     "flagged images shown in the gallery, oddest first"},
    {"scatter", ODD_OPTION_INT, offsetof(report_options, scatter), "5000", 0, 1000000, NULL,
     "images drawn in the scatter plot"},
    {"title", ODD_OPTION_TEXT, offsetof(report_options, title), "", 0, 0, NULL,
     "heading of the page; empty: the name of the job"},
    ODD_OPTIONS_END,
};

const odd_section odd_report_section = {"report", "The page to look at", report_table,
                                        sizeof(report_options)};

/* Facts with their own text. */
typedef struct {
    odd_fact fact[MOST_FACTS];
    char text[MOST_FACTS][FACT_SIZE];
    int count;
} facts;

__attribute__((format(printf, 3, 4))) static void say(facts *f, const char *name,
                                                      const char *format, ...)
{
    if (f->count == MOST_FACTS) return;
    va_list words;
    va_start(words, format);
    vsnprintf(f->text[f->count], FACT_SIZE, format, words);
    va_end(words);
    f->fact[f->count] = (odd_fact){name, f->text[f->count]};
    f->count++;
}

/* Everything that the page needs, owned here and lent to odd_report_data. */
typedef struct {
    const odd_run *run;
    const odd_audited *audited;
    odd_file *ingest, *features, *reduce, *model, *scores, *evaluate;
    odd_report_data data;
    facts summary, metrics;
    double *score; /* (images) NaN where unreadable, then packed */
    int8_t *truth; /* (finite scores) */
    double *probability;
    int64_t *flagged_row;
    char *flagged_reason;
    size_t reason_width;
    uint8_t *pixels;
    odd_flagged *flagged;
    odd_scatter_point *scatter;
    odd_curve_point *roc, *objective;
    odd_fact *error;
    char *error_text;
    odd_text settings;
    char subtitle[256];
} page;

static void page_close(page *p)
{
    odd_file_close(&p->ingest);
    odd_file_close(&p->features);
    odd_file_close(&p->reduce);
    odd_file_close(&p->model);
    odd_file_close(&p->scores);
    odd_file_close(&p->evaluate);
    odd_free(p->score);
    odd_free(p->truth);
    odd_free(p->probability);
    odd_free(p->flagged_row);
    odd_free(p->flagged_reason);
    odd_free(p->pixels);
    odd_free(p->flagged);
    odd_free(p->scatter);
    odd_free(p->roc);
    odd_free(p->objective);
    odd_free(p->error);
    odd_free(p->error_text);
    odd_text_free(&p->settings);
}

static odd_status page_open(page *p)
{
    odd_status st;
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "ingest", &p->ingest));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "features", &p->features));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "reduce", &p->reduce));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "fit", &p->model));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "score", &p->scores));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "evaluate", &p->evaluate));
done:
    return st;
}

/* A column of strings as one block; *width bytes each, not 0-terminated where full. */
static odd_status read_text(const odd_file *file, const char *name, int64_t most, char **out,
                            size_t *width, int64_t *n)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_open(file, name, &dataset));
    const odd_shape *shape = odd_dataset_shape(dataset);
    if (shape->rank != 1 || shape->type != ODD_STRING)
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' is not a column of text", name));
    *n = shape->shape[0] < most ? shape->shape[0] : most;
    *width = shape->width;
    if (!(*out = odd_alloc(*n + 1, *width))) ODD_TRY(ODD_NOMEM);
    ODD_TRY(odd_dataset_read(dataset, 0, *n, ODD_STRING, *out));
done:
    odd_dataset_close(&dataset);
    return st;
}

/* -- the gallery -- */

static odd_status read_pictures(page *p, int64_t count, odd_shape *shape)
{
    odd_dataset *images = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_open(p->ingest, "images", &images));
    *shape = *odd_dataset_shape(images);
    int64_t bytes = shape->shape[1] * shape->shape[2] * shape->shape[3];
    ODD_TRY(ODD_NEW(p->pixels, count * bytes));
    for (int64_t i = 0; i < count; i++)
        ODD_TRY(odd_dataset_read(images, p->flagged_row[i], 1, ODD_U8, p->pixels + i * bytes));
done:
    odd_dataset_close(&images);
    return st;
}

static odd_flagged flagged_card(const page *p, int64_t i, const odd_shape *shape)
{
    const odd_audited *a = p->audited;
    int64_t row = p->flagged_row[i], bytes = shape->shape[1] * shape->shape[2] * shape->shape[3];
    return (odd_flagged){
        .rank = i + 1,
        .row = row,
        .name = odd_audited_name(a, row),
        .label = odd_catalogue_text(&a->list, a->list.item[a->item[row]].label),
        .reason = p->flagged_reason + (size_t)i * (p->reason_width + 1),
        .score = p->score[row],
        .probability = p->probability ? p->probability[row] : NAN,
        .truth = a->truth[row],
        .width = (int)shape->shape[2],
        .height = (int)shape->shape[1],
        .channels = (int)shape->shape[3],
        .pixels = p->pixels + i * bytes,
    };
}

/* 0-terminate cells that are filled to their width. */
static odd_status terminate_cells(char **cells, int64_t n, size_t width)
{
    char *wide = odd_alloc(n, width + 1);
    if (!wide) return ODD_NOMEM;
    for (int64_t i = 0; i < n; i++)
        memcpy(wide + (size_t)i * (width + 1), *cells + (size_t)i * width, width);
    odd_free(*cells);
    *cells = wide;
    return ODD_OK;
}

static odd_status gallery(page *p)
{
    const report_options *options = odd_job_section(p->run->job, "report");
    int64_t total, count;
    odd_shape shape;
    odd_status st;
    ODD_TRY(odd_column_read(p->scores, "flagged/row", ODD_I64, (void **)&p->flagged_row, &total));
    ODD_TRY(read_text(p->scores, "flagged/reason", options->top, &p->flagged_reason,
                      &p->reason_width, &count));
    ODD_TRY(terminate_cells(&p->flagged_reason, count, p->reason_width));
    for (int64_t i = 0; i < count; i++)
        if (p->flagged_row[i] < 0 || p->flagged_row[i] >= p->audited->rows)
            ODD_TRY(
                odd_fail(ODD_FORMAT, "scores.h5 flags an image that the catalogue does not have"));
    ODD_TRY(read_pictures(p, count, &shape));
    ODD_TRY(ODD_NEW(p->flagged, count));
    for (int64_t i = 0; i < count; i++)
        p->flagged[i] = flagged_card(p, i, &shape);
    p->data.flagged = p->flagged;
    p->data.flagged_count = count;
    p->data.flagged_total = total;
done:
    return st;
}

/* -- plots -- */

static odd_status read_scores(page *p)
{
    int64_t n;
    odd_status st;
    ODD_TRY(odd_column_read(p->scores, "score", ODD_F64, (void **)&p->score, &n));
    if (n != p->audited->rows)
        ODD_TRY(odd_fail(ODD_FORMAT, "scores.h5 has %lld rows, the catalogue %lld", (long long)n,
                         (long long)p->audited->rows));
    if (odd_file_has(p->scores, "columns/posterior"))
        ODD_TRY(
            odd_column_read(p->scores, "columns/posterior", ODD_F64, (void **)&p->probability, &n));
done:
    return st;
}

/* Pack the finite scores with their truth, after the gallery has used them by row. */
static odd_status histogram(page *p)
{
    bool known = false;
    odd_status st;
    ODD_TRY(ODD_NEW(p->truth, p->audited->rows));
    p->data.threshold = NAN;
    if (p->data.flagged_total > 0)
        p->data.threshold = p->score[p->flagged_row[p->data.flagged_total - 1]];
    for (int64_t i = 0; i < p->audited->rows; i++) {
        if (!isfinite(p->score[i])) continue;
        p->score[p->data.scores] = p->score[i];
        p->truth[p->data.scores++] = p->audited->truth[i];
        known = known || p->audited->truth[i] != ODD_TRUTH_UNKNOWN;
    }
    p->data.score = p->score;
    p->data.truth = known ? p->truth : NULL;
done:
    return st;
}

static odd_status scatter_point(const page *p, const odd_dataset *scores, const int64_t row[],
                                const int64_t rank[], int64_t i, float line[],
                                odd_scatter_point *out)
{
    odd_status st = odd_dataset_read(scores, i, 1, ODD_F32, line);
    int64_t image = row[i];
    *out = (odd_scatter_point){line[0], odd_dataset_shape(scores)->shape[1] > 1 ? line[1] : 0,
                               p->audited->truth[image],
                               rank[image] > 0 && rank[image] <= p->data.flagged_total};
    return st;
}

static odd_status scatter(page *p)
{
    const report_options *options = odd_job_section(p->run->job, "report");
    odd_dataset *scores = NULL;
    int64_t *row = NULL, *rank = NULL, *chosen = NULL, rows, images;
    float *line = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_open(p->reduce, "scores", &scores));
    ODD_TRY(odd_column_read(p->features, "row", ODD_I64, (void **)&row, &rows));
    ODD_TRY(odd_column_read(p->scores, "rank", ODD_I64, (void **)&rank, &images));
    int64_t count = options->scatter < rows ? options->scatter : rows;
    ODD_TRY(ODD_NEW(chosen, count));
    ODD_TRY(ODD_NEW(line, odd_dataset_shape(scores)->shape[1]));
    ODD_TRY(ODD_NEW(p->scatter, count));
    ODD_TRY(odd_choose(rows, count, (uint64_t)p->run->options->seed, ODD_STREAM_SCATTER, chosen));
    for (int64_t i = 0; i < count; i++)
        ODD_TRY(scatter_point(p, scores, row, rank, chosen[i], line, &p->scatter[i]));
    p->data.scatter = p->scatter;
    p->data.scatter_count = count;
    p->data.scatter_total = rows;
done:
    odd_dataset_close(&scores);
    odd_free(row);
    odd_free(rank);
    odd_free(chosen);
    odd_free(line);
    return st;
}

static odd_status objective(page *p, const odd_bundle *model)
{
    const odd_array *history = odd_bundle_find(model, "history");
    odd_status st = ODD_OK;
    if (!history || history->shape.type != ODD_F64 || history->shape.rank != 1) return ODD_OK;
    int64_t count = history->shape.shape[0];
    ODD_TRY(ODD_NEW(p->objective, count));
    for (int64_t i = 0; i < count; i++)
        p->objective[i] = (odd_curve_point){(double)i, ((const double *)history->data)[i]};
    p->data.objective = p->objective;
    p->data.objective_count = count;
done:
    return st;
}

static odd_status roc(page *p, const odd_bundle *metrics)
{
    const odd_array *found = odd_bundle_find(metrics, "curve/sensitivity");
    const odd_array *kept = odd_bundle_find(metrics, "curve/recall");
    odd_status st = ODD_OK;
    if (!found || !kept) return ODD_OK;
    int64_t points = found->shape.shape[0], count = points < ROC_POINTS ? points : ROC_POINTS;
    ODD_TRY(ODD_NEW(p->roc, count));
    for (int64_t i = 0; i < count; i++) {
        int64_t at = count > 1 ? i * (points - 1) / (count - 1) : 0;
        p->roc[i] = (odd_curve_point){1 - ((const double *)kept->data)[at],
                                      ((const double *)found->data)[at]};
    }
    p->data.roc = p->roc;
    p->data.roc_count = count;
    ODD_TRY(odd_bundle_get_f64(metrics, "roc_auc/score", &p->data.auc));
done:
    return st;
}

/* -- words -- */

static void metric(page *p, const odd_bundle *metrics, const char *name, const char *key)
{
    double value;
    if (odd_bundle_find(metrics, key) && odd_bundle_get_f64(metrics, key, &value) == ODD_OK)
        say(&p->metrics, name, "%.4f", value);
}

static void count_metric(page *p, const odd_bundle *metrics, const char *name, const char *key)
{
    int64_t value;
    char text[32];
    if (odd_bundle_find(metrics, key) && odd_bundle_get_i64(metrics, key, &value) == ODD_OK)
        say(&p->metrics, name, "%s", odd_human_count(value, text));
}

static odd_status evaluation(page *p)
{
    odd_bundle metrics = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_bundle_read(p->evaluate, "metrics", &metrics));
    metric(p, &metrics, "ROC AUC", "roc_auc/score");
    metric(p, &metrics, "Average precision", "average_precision/score");
    metric(p, &metrics, "Sensitivity (odd images found)", "flagged/sensitivity");
    metric(p, &metrics, "Recall (theme images kept)", "flagged/recall");
    metric(p, &metrics, "Precision", "flagged/precision");
    metric(p, &metrics, "F1", "flagged/f1");
    count_metric(p, &metrics, "Odd images found", "flagged/odd_found");
    count_metric(p, &metrics, "Odd images missed", "flagged/odd_missed");
    count_metric(p, &metrics, "Theme images kept", "flagged/theme_kept");
    count_metric(p, &metrics, "Theme images flagged", "flagged/theme_lost");
    ODD_TRY(roc(p, &metrics));
    p->data.metric = p->metrics.fact;
    p->data.metrics = p->metrics.count;
done:
    odd_bundle_free(&metrics);
    return st;
}

static odd_status fit_history(page *p)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_bundle_read(p->model, "model", &model));
    ODD_TRY(objective(p, &model));
done:
    odd_bundle_free(&model);
    return st;
}

static void stage_times(page *p)
{
    const struct {
        const char *name;
        const odd_file *file;
    } stage[] = {{"Ingest", p->ingest}, {"Features", p->features}, {"Reduce", p->reduce},
                 {"Fit", p->model},     {"Score", p->scores},      {"Evaluate", p->evaluate}};
    char text[32];
    double seconds, total = 0;
    for (size_t i = 0; i < sizeof stage / sizeof *stage; i++) {
        if (odd_file_get_f64(stage[i].file, "/", "seconds", &seconds) != ODD_OK) continue;
        say(&p->summary, stage[i].name, "%s", odd_human_seconds(seconds, text));
        total += seconds;
    }
    say(&p->summary, "Time in all", "%s", odd_human_seconds(total, text));
}

static odd_status words(page *p)
{
    const report_options *options = odd_job_section(p->run->job, "report");
    char rows[32], flagged[32], unreadable[32];
    char *detector = NULL;
    int64_t errors;
    odd_status st;
    ODD_TRY(odd_file_get_text(p->scores, "/", "detector", &detector));
    ODD_TRY(odd_file_get_i64(p->ingest, "/", "unreadable", &errors));
    odd_human_count(p->audited->rows, rows);
    odd_human_count(p->data.flagged_total, flagged);
    odd_human_count(errors, unreadable);
    say(&p->summary, "Images", "%s", rows);
    say(&p->summary, "Flagged", "%s (%.1f %%)", flagged,
        100 * (double)p->data.flagged_total / (double)p->audited->rows);
    say(&p->summary, "Unreadable", "%s", unreadable);
    say(&p->summary, "Detector", "%s", detector);
    say(&p->summary, "Ranks", "%d", odd_size(p->run->comm));
    stage_times(p);
    snprintf(p->subtitle, sizeof p->subtitle, "%s images audited, %s flagged as odd, %s unreadable",
             rows, flagged, unreadable);
    p->data.title = *options->title ? options->title : p->run->options->name;
    p->data.subtitle = p->subtitle;
    p->data.fact = p->summary.fact;
    p->data.facts = p->summary.count;
    odd_job_write(p->run->job, &p->settings);
    p->data.settings = odd_text_string(&p->settings);
    st = odd_text_status(&p->settings);
done:
    odd_free(detector);
    return st;
}

static odd_status unreadable(page *p)
{
    int64_t *row = NULL, count, listed;
    size_t width;
    odd_status st;
    ODD_TRY(odd_column_read(p->ingest, "errors/row", ODD_I64, (void **)&row, &count));
    ODD_TRY(read_text(p->ingest, "errors/reason", MOST_ERRORS, &p->error_text, &width, &listed));
    ODD_TRY(terminate_cells(&p->error_text, listed, width));
    ODD_TRY(ODD_NEW(p->error, listed));
    for (int64_t i = 0; i < listed; i++) {
        if (row[i] < 0 || row[i] >= p->audited->rows)
            ODD_TRY(odd_fail(ODD_FORMAT, "ingest.h5 lists an error of an image that is not there"));
        p->error[i] = (odd_fact){odd_audited_name(p->audited, row[i]),
                                 p->error_text + (size_t)i * (width + 1)};
    }
    p->data.error = p->error;
    p->data.errors = (int)listed;
    p->data.error_total = count;
done:
    odd_free(row);
    return st;
}

/* -- the stage -- */

static odd_status write_page(odd_run *run)
{
    page p = {.run = run, .audited = run->audited};
    char *folder = NULL;
    odd_status st;
    ODD_TRY(page_open(&p));
    ODD_TRY(read_scores(&p));
    ODD_TRY(gallery(&p));
    ODD_TRY(scatter(&p));
    ODD_TRY(histogram(&p));
    ODD_TRY(evaluation(&p));
    ODD_TRY(fit_history(&p));
    ODD_TRY(unreadable(&p));
    ODD_TRY(words(&p));
    p.data.score_name = "score";
    ODD_TRY(odd_run_path(run, "report", &folder));
    ODD_TRY(odd_report_write(folder, &p.data));
done:
    odd_free(folder);
    page_close(&p);
    return st;
}

static odd_status run_report(odd_run *run, const odd_provenance *from)
{
    const odd_audited *audited;
    odd_file *out = NULL;
    double started = odd_seconds();
    odd_status st;
    ODD_TRY(odd_run_audited(run, &audited));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? write_page(run) : ODD_OK);
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    return st;
}

static odd_status plan_report(odd_run *run, odd_plan *plan)
{
    const report_options *options = odd_job_section(run->job, "report");
    plan->disk = options->top * 8192;
    plan->memory = plan->rows * 32 + options->top * 65536;
    odd_text_format(&plan->what, "report/index.html with the %lld oddest flagged images",
                    (long long)options->top);
    return ODD_OK;
}

static const char *const inputs[] = {"ingest", "features", "reduce", "fit",
                                     "score",  "evaluate", NULL};
static const char *const sections[] = {"report", NULL};

const odd_stage odd_stage_report = {
    .name = "report",
    .file = "report.h5",
    .summary = "make the page to look at",
    .version = 1,
    .inputs = inputs,
    .sections = sections,
    .product = "report/index.html",
    .plan = plan_report,
    .run = run_report,
};
