/* Unreadable page: what an audit leaves of a catalogue of which nothing can be read: the findings
 * that there are, and the page that shows them. No stage behind has anything to work with. */
#include "oddlot/report/report.h"
#include "oddlot/run/findings.h"
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <math.h>
#include <stdio.h>

#define MOST_SHOWN 1000 /* of the page; findings.csv and errors.csv have all */

/* As check `unreadable` says it of some among others. */
static odd_status add_finding(const odd_image_error *error, odd_findings *findings)
{
    char sentence[ODD_FINDING_SENTENCE];
    snprintf(sentence, sizeof sentence, "cannot be read: %.400s", error->reason);
    const odd_finding finding = {
        .kind = ODD_FINDING_UNREADABLE,
        .check = "unreadable",
        .severity = 1,
        .value = NAN,
        .limit = NAN,
        .unit = "",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = &error->row,
        .rows = 1,
    };
    return odd_findings_add(findings, &finding);
}

static odd_status name_of(void *context, int64_t image, const char **name)
{
    *name = ((const odd_image_errors *)context)->name[image];
    return ODD_OK;
}

static odd_status write_findings(const odd_run *run, const odd_image_errors *all)
{
    odd_findings *findings = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_findings_new(all->count, &findings));
    for (int64_t i = 0; i < all->count; i++)
        ODD_TRY(add_finding(&all->error[i], findings));
    ODD_TRY(odd_run_path(run, "findings.csv", &path));
    ODD_TRY(odd_findings_write_csv(path, findings, name_of, (void *)all));
done:
    odd_free(path);
    odd_findings_free(&findings);
    return st;
}

static odd_status write_report(const odd_run *run, const odd_image_errors *all)
{
    const int shown = (int)(all->count < MOST_SHOWN ? all->count : MOST_SHOWN);
    char count[32], subtitle[128], *folder = NULL;
    odd_fact *line = NULL;
    odd_status st;
    odd_human_count(all->count, count);
    snprintf(subtitle, sizeof subtitle, "%s images audited, none can be read", count);
    const odd_fact facts[] = {{"Images", count}, {"Unreadable", count}};
    ODD_TRY(ODD_NEW(line, shown));
    for (int i = 0; i < shown; i++)
        line[i] = (odd_fact){all->name[i], all->error[i].reason};
    const odd_report_data data = {
        .title = run->options->name,
        .subtitle = subtitle,
        .fact = facts,
        .facts = 2,
        .score_name = "score",
        .threshold = NAN,
        .error = line,
        .errors = shown,
        .error_total = all->count,
    };
    ODD_TRY(odd_run_path(run, "report", &folder));
    ODD_TRY(odd_report_write(folder, &data));
done:
    odd_free(folder);
    odd_free(line);
    return st;
}

odd_status odd_unreadable_page_write(const odd_run *run, const odd_image_errors *all)
{
    odd_status st;
    ODD_TRY(write_findings(run, all));
    ODD_TRY(write_report(run, all));
done:
    return st;
}
