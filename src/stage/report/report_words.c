/* The words of the report: summary, metrics, unreadable images, settings. */
#include "oddlot/run/columns.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <stdarg.h>
#include <stdio.h>

#define MOST_ERRORS 1000 /* unreadable images listed in the page; errors.csv has all */

void odd_facts_add(odd_facts *f, const char *name, const char *format, ...)
{
    if (f->count == MOST_FACTS) return;
    va_list words;
    va_start(words, format);
    vsnprintf(f->text[f->count], FACT_SIZE, format, words);
    va_end(words);
    f->fact[f->count] = (odd_fact){name, f->text[f->count]};
    f->count++;
}

static void add_metric(odd_page *p, const odd_bundle *metrics, const char *name, const char *key)
{
    double value;
    if (odd_bundle_find(metrics, key) && odd_bundle_get_f64(metrics, key, &value) == ODD_OK)
        odd_facts_add(&p->metrics, name, "%.4f", value);
}

static odd_status read_confusion(odd_page *p, const odd_bundle *metrics)
{
    odd_status st;
    ODD_TRY(odd_bundle_get_i64(metrics, "flagged/odd_found", &p->confusion.odd_found));
    ODD_TRY(odd_bundle_get_i64(metrics, "flagged/odd_missed", &p->confusion.odd_missed));
    ODD_TRY(odd_bundle_get_i64(metrics, "flagged/theme_kept", &p->confusion.theme_kept));
    ODD_TRY(odd_bundle_get_i64(metrics, "flagged/theme_lost", &p->confusion.theme_lost));
    p->data.confusion = &p->confusion;
done:
    return st;
}

static odd_status read_evaluation(odd_page *p, const odd_bundle *metrics)
{
    odd_status st = ODD_OK;
    add_metric(p, metrics, "ROC AUC", "roc_auc/score");
    add_metric(p, metrics, "Average precision", "average_precision/score");
    add_metric(p, metrics, "False positives at 95 % sensitivity", "false_positives/score");
    add_metric(p, metrics, "Sensitivity (odd images found)", "flagged/sensitivity");
    add_metric(p, metrics, "Recall (theme images kept)", "flagged/recall");
    add_metric(p, metrics, "Precision", "flagged/precision");
    add_metric(p, metrics, "F1", "flagged/f1");
    if (odd_bundle_find(metrics, "flagged/odd_found")) ODD_TRY(read_confusion(p, metrics));
    p->data.metric = p->metrics.fact;
    p->data.metrics = p->metrics.count;
done:
    return st;
}

/* What the stage took; 0: its file does not say. */
static double seconds_of(const odd_page *p, const odd_stage *stage)
{
    odd_file *file = NULL;
    double seconds = 0;
    if (odd_stage_open(p->run, MPI_COMM_SELF, stage->name, &file) == ODD_OK &&
        odd_file_get_f64(file, "/", "seconds", &seconds) != ODD_OK)
        seconds = 0;
    odd_file_close(&file);
    return seconds;
}

/* Seconds of each stage before this one, their sum first. */
static void add_stage_times(odd_page *p)
{
    const odd_stage *const *stage = p->run->pipeline->stages;
    double seconds[MOST_FACTS] = {0}, total = 0;
    char text[32];
    int count = 0;
    for (; count < MOST_FACTS && stage[count] && stage[count] != &odd_stage_report; count++)
        if (odd_stage_applies(stage[count], p->run->job))
            total += seconds[count] = seconds_of(p, stage[count]);
    odd_facts_add(&p->summary, "Time in all", "%s", odd_human_seconds(total, text));
    for (int i = 0; i < count; i++)
        if (seconds[i] > 0)
            odd_facts_add(&p->summary, stage[i]->name, "%s", odd_human_seconds(seconds[i], text));
}

/* Which features were looked at. Files of older versions do not say. */
static void add_feature_source(odd_page *p)
{
    char *source = NULL;
    if (odd_file_get_text(p->features, "/", "source", &source) == ODD_OK)
        odd_facts_add(&p->summary, "Source of features", "%s", source);
    odd_free(source);
}

/* ", 12 findings"; nothing where no checks were asked for. */
static const char *add_findings(odd_page *p, char text[static FACT_SIZE])
{
    const odd_report_findings *f = p->data.findings;
    int64_t found = 0;
    char count[32];
    *text = '\0';
    for (int i = 0; f && i < f->lists; i++)
        found += f->list[i].found;
    if (f) snprintf(text, FACT_SIZE, ", %s findings", odd_human_count(found, count));
    return text;
}

static odd_status write_summary(odd_page *p)
{
    const odd_report_options *options = odd_job_section(p->run->job, "report");
    char rows[32], flagged[32], unreadable[32], findings[FACT_SIZE];
    char *detector = NULL;
    int64_t errors;
    odd_status st;
    ODD_TRY(odd_file_get_text(p->scores, "/", "detector", &detector));
    ODD_TRY(odd_file_get_i64(p->ingest, "/", "unreadable", &errors));
    odd_human_count(odd_selection_rows(p->selection), rows);
    odd_human_count(p->data.flagged_total, flagged);
    odd_human_count(errors, unreadable);
    odd_facts_add(&p->summary, "Images", "%s", rows);
    odd_facts_add(&p->summary, "Flagged", "%s (%.1f %%)", flagged,
                  100 * (double)p->data.flagged_total / (double)odd_selection_rows(p->selection));
    odd_facts_add(&p->summary, "Unreadable", "%s", unreadable);
    add_stage_times(p);
    add_feature_source(p);
    odd_facts_add(&p->summary, "Detector", "%s", detector);
    odd_facts_add(&p->summary, "Ranks x threads", "%d x %d", odd_size(p->run->comm), odd_threads());
    snprintf(p->subtitle, sizeof p->subtitle,
             "%s images audited, %s flagged as odd, %s unreadable%s", rows, flagged, unreadable,
             add_findings(p, findings));
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

static odd_status read_unreadable(odd_page *p)
{
    int64_t row[MOST_ERRORS], count, listed;
    size_t width;
    odd_status st;
    ODD_TRY(odd_image_count(p->ingest, "errors/row", &count));
    ODD_TRY(odd_column_read_text(p->ingest, "errors/reason", MOST_ERRORS, &p->error_text, &width,
                                 &listed));
    if (listed > count)
        ODD_TRY(odd_fail(ODD_FORMAT, "ingest.h5 lists %lld errors with %lld reasons",
                         (long long)count, (long long)listed));
    ODD_TRY(odd_image_column_part(p->ingest, "ingest.h5", "errors/row", ODD_I64, count, 0, listed,
                                  row));
    ODD_TRY(ODD_NEW(p->error, listed));
    for (int64_t i = 0; i < listed; i++) {
        if (row[i] < 0 || row[i] >= odd_selection_rows(p->selection))
            ODD_TRY(odd_fail(ODD_FORMAT, "ingest.h5 lists an error of an image that is not there"));
        p->error[i].value = p->error_text + (size_t)i * (width + 1);
        ODD_TRY(odd_page_text(p, ODD_IMAGE_NAME, row[i], &p->error[i].name));
    }
    p->data.error = p->error;
    p->data.errors = (int)listed;
    p->data.error_total = count;
done:
    return st;
}

odd_status odd_page_words(odd_page *p)
{
    odd_status st;
    ODD_TRY(odd_page_bundle_read(p, p->evaluate, "metrics", read_evaluation));
    ODD_TRY(read_unreadable(p));
    ODD_TRY(write_summary(p));
done:
    return st;
}
