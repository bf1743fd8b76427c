/* Summary: the result of a run in a few lines, and a run folder described for people. */
#include "stage/stage_internal.h"

#include "stage/experiment_internal.h"
#include "stage/study_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/store/audit.h"

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

static odd_status print_metrics(const odd_run *run)
{
    odd_file *file = NULL;
    odd_bundle metrics = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "evaluate", &file));
    ODD_TRY(odd_bundle_read(file, "metrics", &metrics));
    if (odd_bundle_find(&metrics, "roc_auc/score")) print_ranking(&metrics);
    if (odd_bundle_find(&metrics, "clustering/accuracy")) print_clustering(&metrics);
done:
    odd_file_close(&file);
    odd_bundle_free(&metrics);
    return st;
}

static void print_row(const odd_run *run, int64_t rank, int64_t row, double score)
{
    static const char *const truth[] = {"", "theme", "odd"};
    const odd_audited *a = run->audited;
    odd_text name = ODD_TEXT_EMPTY;
    odd_text_printable(&name, odd_audited_name(a, row));
    odd_text_add(&name, "  ");
    odd_text_printable(&name, odd_catalogue_text(&a->list, a->list.item[a->item[row]].label));
    printf("  %4lld  row %-8lld %10.4g  %-5s  %s\n", (long long)rank, (long long)row, score,
           truth[a->truth[row] + 1], odd_text_string(&name));
    odd_text_free(&name);
}

static odd_status print_oddest(const odd_run *run)
{
    odd_file *file = NULL;
    double *score = NULL;
    int64_t *rank = NULL, n, ranks, flagged_n = 0;
    int64_t *flagged = NULL, oddest[ODDEST];
    char count[32], all[32];
    odd_status st;
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "score", &file));
    ODD_TRY(odd_column_read(file, "score", ODD_F64, (void **)&score, &n));
    ODD_TRY(odd_column_read(file, "rank", ODD_I64, (void **)&rank, &ranks));
    ODD_TRY(odd_column_read(file, "flagged/row", ODD_I64, (void **)&flagged, &flagged_n));
    if (n != run->audited->rows || ranks != n)
        ODD_TRY(odd_fail(ODD_FORMAT, "scores.h5 does not fit the catalogue"));
    for (int i = 0; i < ODDEST; i++)
        oddest[i] = -1;
    for (int64_t i = 0; i < n; i++)
        if (rank[i] >= 1 && rank[i] <= ODDEST) oddest[rank[i] - 1] = i;
    printf("\n%s of %s images flagged; the oddest:\n", odd_human_count(flagged_n, count),
           odd_human_count(n, all));
    for (int i = 0; i < ODDEST && oddest[i] >= 0; i++)
        print_row(run, i + 1, oddest[i], score[oddest[i]]);
done:
    odd_file_close(&file);
    odd_free(score);
    odd_free(rank);
    odd_free(flagged);
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

static odd_status summarize(const odd_run *run)
{
    odd_status st;
    ODD_TRY(print_metrics(run));
    ODD_TRY(print_oddest(run));
    print_places(run);
done:
    return st;
}

/* @local: rank 0 */
static odd_status summarize_experiment(const odd_run *run)
{
    odd_design *d = NULL;
    odd_file *file = NULL;
    odd_results results = {0};
    odd_status st;
    ODD_TRY(odd_design_new(run->job, &d));
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "experiment", &file));
    results.design = d;
    ODD_TRY(odd_results_read(d, file, &results.trial));
    putchar('\n');
    ODD_TRY(odd_results_print(&results));
    printf("\nreport  %s/report/index.html\ntrials  %s/experiment.csv\ndata    %s/audit.h5\n",
           run->folder, run->folder, run->folder);
done:
    odd_file_close(&file);
    odd_free(results.trial);
    odd_design_free(&d);
    return st;
}

/* @local: rank 0 */
static odd_status summarize_study(const odd_run *run)
{
    odd_study *study = NULL;
    odd_file *file = NULL;
    odd_study_results results = {0};
    odd_status st;
    ODD_TRY(odd_study_new(run->job, &study));
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "study", &file));
    ODD_TRY(odd_study_read(study, file, &results));
    putchar('\n');
    ODD_TRY(odd_study_print(&results));
    printf("\nreport  %s/report/index.html\nfigures %s/study.csv\ndata    %s/study.h5\n",
           run->folder, run->folder, run->folder);
done:
    odd_file_close(&file);
    odd_study_results_free(&results);
    odd_study_free(&study);
    return st;
}

static odd_status tell(const odd_run *run)
{
    if (odd_is_study(run)) return summarize_study(run);
    return odd_is_audit(run) ? summarize(run) : summarize_experiment(run);
}

odd_status odd_run_summary(odd_run *run)
{
    const odd_audited *audited;
    odd_status st = ODD_OK;
    if (!odd_is_study(run)) ODD_TRY(odd_run_audited(run, &audited)); /* its runs have theirs */
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? tell(run) : ODD_OK);
done:
    return st;
}

odd_status odd_run_describe(const char *folder, bool verify)
{
    odd_text path = ODD_TEXT_EMPTY, words = ODD_TEXT_EMPTY;
    int found = 0;
    odd_status st = ODD_OK;
    for (int i = 0; odd_stages[i]; i++) {
        path.length = 0;
        odd_text_format(&path, "%s/%s", folder, odd_stages[i]->file);
        ODD_TRY(odd_text_status(&path));
        if (access(path.s, R_OK) != 0) continue;
        found++;
        if (verify)
            ODD_TRY(odd_file_verify(path.s));
        else
            ODD_TRY(odd_file_describe(path.s, &words));
    }
    if (!found)
        ODD_TRY(
            odd_fail(ODD_USAGE, "no run in '%s': it has none of the files of the stages", folder));
    ODD_TRY(odd_text_status(&words));
    fputs(odd_text_string(&words), stdout);
done:
    odd_text_free(&path);
    odd_text_free(&words);
    return st;
}
