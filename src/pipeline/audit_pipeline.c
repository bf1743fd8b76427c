/* Audit: one catalogue, from its images to a page with the oddest of them. */
#include "oddlot/pipeline/pipelines.h"

#include "oddlot/run/columns.h"
#include "oddlot/run/image_facts.h"
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage_files.h"
#include "pipeline/pipelines_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ODDEST 10 /* rows printed */

static void print_metric(const odd_bundle *metrics, const char *name, const char *key)
{
    double value;
    if (odd_bundle_find(metrics, key) && odd_bundle_get_f64(metrics, key, &value) == ODD_OK)
        printf("  %-32s %.4f\n", name, value);
}

static void print_ranking(const odd_bundle *metrics)
{
    printf("\nagainst the truth\n");
    print_metric(metrics, "ROC AUC", "roc_auc/score");
    print_metric(metrics, "ROC AUC of the posterior", "roc_auc/posterior");
    print_metric(metrics, "average precision", "average_precision/score");
    print_metric(metrics, "false positives at 95 %", "false_positives/score");
    print_metric(metrics, "sensitivity (odd images found)", "flagged/sensitivity");
    print_metric(metrics, "recall (theme images kept)", "flagged/recall");
    print_metric(metrics, "precision", "flagged/precision");
    print_metric(metrics, "F1", "flagged/f1");
}

static void print_clustering(const odd_bundle *metrics)
{
    printf("\nclusters against the labels\n");
    print_metric(metrics, "accuracy (best one to one)", "clustering/accuracy");
    print_metric(metrics, "NMI", "clustering/nmi");
    print_metric(metrics, "ARI", "clustering/ari");
}

#define MOST_METRIC 64 /* bytes: curves and tables are not printed */

static odd_status print_metrics(const odd_run *run)
{
    odd_file *file = NULL;
    odd_bundle metrics = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "evaluate", &file));
    ODD_TRY(odd_bundle_read_small(file, "metrics", MOST_METRIC, &metrics));
    if (odd_bundle_find(&metrics, "roc_auc/score")) print_ranking(&metrics);
    if (odd_bundle_find(&metrics, "clustering/accuracy")) print_clustering(&metrics);
done:
    odd_file_close(&file);
    odd_bundle_free(&metrics);
    return st;
}

static odd_status print_row(odd_image_facts *facts, int64_t rank, int64_t row, double score)
{
    static const char *const words[] = {"", "theme", "odd"};
    odd_text name = ODD_TEXT_EMPTY;
    const char *text;
    int8_t truth;
    odd_status st;
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_NAME, row, &text));
    odd_text_printable(&name, text);
    odd_text_add(&name, "  ");
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_LABEL, row, &text));
    odd_text_printable(&name, text);
    ODD_TRY(odd_image_truth_of(facts, row, &truth));
    printf("  %4lld  row %-8lld %10.4g  %-5s  %s\n", (long long)rank, (long long)row, score,
           words[truth + 1], odd_text_string(&name));
done:
    odd_text_free(&name);
    return st;
}

/* Images of the run that are printed. */
typedef struct {
    int64_t flagged; /* in all */
    int64_t *row, n; /* the oddest */
    double score[ODDEST];
} oddest_images;

static odd_status read_oddest_scores(const odd_file *scores, int64_t images, oddest_images *o)
{
    odd_status st;
    ODD_TRY(odd_image_count(scores, "flagged/row", &o->flagged));
    ODD_TRY(
        odd_image_column_of(scores, "scores.h5", "score", ODD_F64, images, o->n, o->row, o->score));
done:
    return st;
}

/* @collective */
static odd_status find_oddest(const odd_run *run, oddest_images *o)
{
    const int64_t images = odd_selection_rows(run->selection);
    odd_file *scores = NULL;
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "score", &scores));
    ODD_TRY(odd_oddest_read(run->comm, scores, images, ODDEST, &o->row, &o->n));
    ODD_TRY_ALL(run->comm, read_oddest_scores(scores, images, o));
done:
    odd_file_close(&scores);
    return st;
}

/* @local: rank 0 */
static odd_status print_oddest(const odd_run *run, const oddest_images *o)
{
    const int64_t images = odd_selection_rows(run->selection);
    odd_file *ingest = NULL;
    odd_image_facts *facts = NULL;
    char count[32], all[32];
    odd_status st;
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "ingest", &ingest));
    ODD_TRY(odd_image_facts_open(ingest, images, &facts));
    printf("\n%s of %s images flagged; the oddest:\n", odd_human_count(o->flagged, count),
           odd_human_count(images, all));
    for (int64_t i = 0; i < o->n; i++)
        ODD_TRY(print_row(facts, i + 1, o->row[i], o->score[i]));
done:
    odd_image_facts_close(&facts);
    odd_file_close(&ingest);
    return st;
}

static void print_places(const odd_run *run)
{
    char *folder = realpath(run->folder, NULL);
    const char *where = folder ? folder : run->folder;
    printf("\nreport   %s/report/index.html\nflagged  %s/flagged.csv\ndata     %s/audit.h5\n",
           where, where, where);
    free(folder);
}

/* @local: rank 0 */
static odd_status print_result(const odd_run *run, const oddest_images *oddest)
{
    odd_status st;
    ODD_TRY(print_metrics(run));
    ODD_TRY(print_oddest(run, oddest));
    print_places(run);
done:
    return st;
}

static odd_status print_audit(odd_run *run)
{
    const odd_selection *selection;
    oddest_images oddest = {0};
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY(find_oddest(run, &oddest));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? print_result(run, &oddest) : ODD_OK);
done:
    odd_free(oddest.row);
    return st;
}

const odd_pipeline odd_pipeline_audit = {
    .name = "an audit",
    .counts = "images",
    .stages = odd_audit_stages,
    .print = print_audit,
};
