/* Check summary: how many findings there are of each kind, for people and for programs. */
#include "oddlot/run/stage_files.h"
#include "stage/check/check_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Of a kind, or of all. */
typedef struct {
    int64_t found, listed, ignored, unmeasured;
    double worst;
} counts;

static void add_counts(counts *sum, const odd_findings_tally *t)
{
    sum->found += t->found;
    sum->listed += t->listed;
    sum->ignored += t->ignored;
    sum->unmeasured += t->unmeasured;
    if (t->worst > sum->worst) sum->worst = t->worst;
}

/* Of one kind; ODD_FINDING_KIND_COUNT: of all. */
static counts count_kind(const odd_findings *f, odd_finding_kind kind)
{
    counts sum = {0};
    for (int i = 0; i < odd_findings_tallies(f); i++) {
        const odd_findings_tally *t = odd_findings_tally_at(f, i);
        if (kind == ODD_FINDING_KIND_COUNT || t->kind == kind) add_counts(&sum, t);
    }
    return sum;
}

/* "blur 3, dark 9": the checks of a kind that found something. */
static void list_checks(const odd_findings *f, odd_finding_kind kind, odd_text *out)
{
    char number[32];
    for (int i = 0; i < odd_findings_tallies(f); i++) {
        const odd_findings_tally *t = odd_findings_tally_at(f, i);
        if (t->kind != kind || t->found == 0) continue;
        odd_text_format(out, "%s%s %s", out->length ? ", " : "", t->check,
                        odd_human_count(t->found, number));
    }
}

void odd_check_log(const odd_findings *f)
{
    const counts all = count_kind(f, ODD_FINDING_KIND_COUNT);
    char number[32];
    for (int k = 0; k < ODD_FINDING_KIND_COUNT; k++) {
        const counts c = count_kind(f, (odd_finding_kind)k);
        odd_text checks = ODD_TEXT_EMPTY;
        if (c.found == 0) continue;
        list_checks(f, (odd_finding_kind)k, &checks);
        odd_log(ODD_LOG_INFO, "check: %s %s (%s)", odd_human_count(c.found, number),
                odd_finding_kind_word((odd_finding_kind)k), odd_text_string(&checks));
        odd_text_free(&checks);
    }
    if (all.ignored > 0)
        odd_log(ODD_LOG_INFO, "check: %s findings are left out as ignored",
                odd_human_count(all.ignored, number));
    if (all.listed < all.found)
        odd_log(ODD_LOG_WARN,
                "check: %s findings are counted but not listed: of each check the check.most worst "
                "are",
                odd_human_count(all.found - all.listed, number));
}

/* ---- stdout ---- */

/* How many images the listed findings are about. */
static odd_status count_images(const odd_findings *f, int64_t *images)
{
    int64_t *row = NULL, rows = 0;
    odd_status st;
    *images = 0;
    for (int64_t i = 0; i < odd_findings_count(f); i++)
        rows += odd_findings_at(f, i).rows;
    ODD_TRY(ODD_NEW(row, rows));
    rows = 0;
    for (int64_t i = 0; i < odd_findings_count(f); i++) {
        const odd_finding finding = odd_findings_at(f, i);
        for (int64_t r = 0; r < finding.rows; r++)
            row[rows++] = finding.row[r];
    }
    if (rows > 1) qsort(row, (size_t)rows, sizeof *row, odd_compare_i64);
    for (int64_t i = 0; i < rows; i++)
        *images += i == 0 || row[i] != row[i - 1];
done:
    odd_free(row);
    return st;
}

/* What to do, check by check. */
static odd_status print_work(const odd_findings *f)
{
    const odd_findings_tally **tally = NULL;
    char number[32], about[32];
    int64_t images;
    odd_status st;
    ODD_TRY(count_images(f, &images));
    ODD_TRY(odd_findings_tallies_sorted(f, &tally));
    printf("\n%s findings about %s images\n",
           odd_human_count(count_kind(f, ODD_FINDING_KIND_COUNT).found, number),
           odd_human_count(images, about));
    for (int i = 0; i < odd_findings_tallies(f); i++) {
        if (tally[i]->found == 0) continue;
        const odd_check *check = odd_check_of(tally[i]->kind, tally[i]->check);
        printf("  %8s  %-16s %s\n", odd_human_count(tally[i]->found, number), tally[i]->check,
               check && check->advice ? check->advice : odd_finding_kind_about(tally[i]->kind));
    }
done:
    odd_free((void *)tally);
    return st;
}

static void add_kinds(const odd_findings *f, odd_text *json)
{
    const char *between = "";
    for (int k = 0; k < ODD_FINDING_KIND_COUNT; k++) {
        const counts c = count_kind(f, (odd_finding_kind)k);
        if (c.found == 0) continue;
        odd_text_format(json, "%s\"%s\": %" PRId64, between,
                        odd_finding_kind_word((odd_finding_kind)k), c.found);
        between = ", ";
    }
}

/* Those that have something to tell; findings.h5 has all. */
static void add_checks(const odd_findings *f, odd_text *json)
{
    const char *between = "";
    for (int i = 0; i < odd_findings_tallies(f); i++) {
        const odd_findings_tally *t = odd_findings_tally_at(f, i);
        if (t->found == 0 && t->ignored == 0 && t->unmeasured == 0) continue;
        odd_text_format(json, "%s{\"kind\": \"%s\", \"check\": ", between,
                        odd_finding_kind_word(t->kind));
        between = ", ";
        odd_text_json(json, t->check);
        odd_text_format(json,
                        ", \"found\": %" PRId64 ", \"ignored\": %" PRId64
                        ", \"not_measurable\": %" PRId64 ", \"worst\": %.3f}",
                        t->found, t->ignored, t->unmeasured, t->worst);
    }
}

/* One line for programs. */
static odd_status print_json(const odd_run *run, const odd_findings *f)
{
    const counts all = count_kind(f, ODD_FINDING_KIND_COUNT);
    char *folder = realpath(run->folder, NULL);
    odd_text json = ODD_TEXT_EMPTY, path = ODD_TEXT_EMPTY;
    odd_text_format(&path, "%s/findings.csv", folder ? folder : run->folder);
    odd_text_format(&json, "{\"images\": %" PRId64 ", \"findings\": %" PRId64 ", \"kinds\": {",
                    odd_selection_rows(run->selection), all.found);
    add_kinds(f, &json);
    odd_text_add(&json, "}, \"checks\": [");
    add_checks(f, &json);
    odd_text_format(&json, "], \"ignored\": %" PRId64 ", \"worst\": %.3f, \"list\": ", all.ignored,
                    all.worst);
    odd_text_json(&json, odd_text_string(&path));
    odd_text_add(&json, "}");
    const bool whole = odd_text_status(&json) == ODD_OK && odd_text_status(&path) == ODD_OK;
    if (whole) printf("\n%s\n", json.s);
    odd_text_free(&json);
    odd_text_free(&path);
    free(folder);
    return whole ? ODD_OK : ODD_NOMEM;
}

/* @local: rank 0 */
static odd_status print_findings(const odd_run *run)
{
    const odd_check_options *options = odd_job_section(run->job, "check");
    odd_findings *f = NULL;
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "check", &file));
    ODD_TRY(odd_findings_read(file, odd_selection_rows(run->selection), options->most, &f));
    ODD_TRY(print_work(f));
    ODD_TRY(print_json(run, f));
    const double worst = count_kind(f, ODD_FINDING_KIND_COUNT).worst;
    if (options->fail_at > 0 && worst >= options->fail_at)
        ODD_TRY(odd_fail(ODD_PROBLEM,
                         "all is done, but a finding has severity %.3f, where check.fail_at = %g; "
                         "see %s/findings.csv",
                         worst, options->fail_at, run->folder));
done:
    odd_file_close(&file);
    odd_findings_free(&f);
    return st;
}

odd_status odd_check_print(odd_run *run)
{
    const odd_selection *selection;
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? print_findings(run) : ODD_OK);
done:
    return st;
}
