/* Study: many whole runs in place of one, as a table.
 *
 * Each is an ordinary run in a folder below this one, and what is up to date in it is left: a study
 * that was stopped, killed or changed goes on with what is missing. Stages that several runs want
 * alike are done by the first of them. */
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/study/study.h"

#include "study/study_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/signals.h"

#include <stdio.h>
#include <string.h>

/* ---- the work ---- */

typedef struct {
    const odd_run *run;
    const odd_study *study;
    odd_study_results results;
    odd_study_common common;
    int64_t done;   /* runs */
    int64_t worked; /* of them, those that were not up to date */
    double seconds; /* that these took */
} work;

static void log_run_start(const work *w, const odd_study_part *p, const odd_text *linked)
{
    const int64_t runs = odd_study_runs(w->study);
    char left[32];
    odd_text more = ODD_TEXT_EMPTY;
    if (linked->length > 0)
        odd_text_format(&more, " (%s as in another run)", odd_text_string(linked));
    if (w->worked > 0)
        odd_text_format(
            &more, ", about %s left",
            odd_human_seconds(w->seconds / (double)w->worked * (double)(runs - w->done), left));
    odd_log(ODD_LOG_STAGE, "study     run %lld of %lld: %s%s", (long long)w->done + 1,
            (long long)runs, odd_text_string(&p->name), odd_text_string(&more));
    odd_text_free(&more);
}

static odd_status do_run_quietly(odd_run *run)
{
    const odd_level before = odd_study_hush();
    const odd_status st = odd_run_do(run, NULL);
    odd_log_hush(before);
    return st;
}

/* A loss that grows out of all bounds, say, is a result too. @collective */
static odd_status do_run(work *w, const odd_study_part *p, char reason[ODD_REASON_SIZE])
{
    const MPI_Comm comm = w->run->comm;
    const bool first = odd_rank(comm) == 0;
    const double started = odd_seconds();
    odd_text linked = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY_ALL(comm, first ? odd_study_common_link(&w->common, w->run, p, &linked) : ODD_OK);
    log_run_start(w, p, &linked);
    ODD_TRY_ALL(comm, odd_fault("study.run"));
    st = do_run_quietly(p->run);
    w->seconds += odd_seconds() - started;
    w->worked++;
    snprintf(reason, ODD_REASON_SIZE, "%s", st == ODD_NUMERIC ? odd_fail_reason() : "");
    if (st != ODD_NUMERIC) ODD_TRY(odd_study_part_fail(p, st));
    if (*reason)
        odd_log(ODD_LOG_WARN, "study, run '%s' failed: %s", odd_text_string(&p->name), reason);
    ODD_TRY_ALL(comm, first ? odd_study_save_failure(p, reason) : ODD_OK);
done:
    odd_text_free(&linked);
    return st;
}

/* @local */
static odd_status copy_failure(work *w, int64_t number, const char *reason)
{
    char **failed = &w->results.failed[number];
    const size_t size = strlen(reason) + 1;
    odd_status st;
    ODD_TRY(ODD_NEW(*failed, (int64_t)size));
    memcpy(*failed, reason, size);
done:
    return st;
}

/* @collective */
static odd_status read_run_figures(work *w, const odd_study_part *p, int64_t number)
{
    const MPI_Comm comm = w->run->comm;
    double *figure = w->results.figure + number * w->study->values;
    odd_status st;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? odd_study_figures(w->study, p->run, figure) : ODD_OK);
    odd_broadcast(comm, 0, figure, (size_t)w->study->values * sizeof *figure);
done:
    return st;
}

/* @collective */
static odd_status add_run(work *w, int64_t number)
{
    const MPI_Comm comm = w->run->comm;
    char reason[ODD_REASON_SIZE] = "";
    odd_study_part p = {0};
    odd_status st;
    ODD_TRY(odd_signals_check(comm));
    ODD_TRY(odd_study_part_open(w->study, w->run, number, false, &p));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? odd_study_load_failure(&p, reason) : ODD_OK);
    odd_broadcast(comm, 0, reason, sizeof reason);
    if (!*reason && p.look.to_do > 0) ODD_TRY(do_run(w, &p, reason));
    if (*reason) {
        ODD_TRY_ALL(comm, copy_failure(w, number, reason));
    } else {
        odd_study_common_add(&w->common, &p, true, number);
        ODD_TRY(read_run_figures(w, &p, number));
    }
    w->done++;
done:
    odd_study_part_close(&p);
    return st;
}

/* What is there from an earlier time. @collective */
static odd_status find_common(work *w)
{
    odd_study_part p = {0};
    odd_status st = ODD_OK;
    for (int64_t number = 0; number < odd_study_runs(w->study); number++) {
        bool begun;
        ODD_TRY(odd_study_part_begun(w->study, w->run, number, &begun));
        if (!begun) continue;
        ODD_TRY(odd_study_part_open(w->study, w->run, number, true, &p));
        odd_study_common_add(&w->common, &p, false, number);
        odd_study_part_close(&p);
    }
    return ODD_OK;
done:
    odd_study_part_close(&p);
    return st;
}

/* @local: rank 0 */
static odd_status write_files(const work *w)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_run_path(w->run, "study.csv", &path));
    ODD_TRY(odd_study_csv(&w->results, path));
    ODD_TRY(odd_study_page(w->run, &w->results));
done:
    odd_free(path);
    return st;
}

static odd_status run_study(odd_run *run, const odd_provenance *from)
{
    const MPI_Comm comm = run->comm;
    const double started = odd_seconds();
    odd_study *s = NULL;
    work w = {.run = run};
    odd_file *out = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, odd_study_new(run->pipelines, run->job, &s));
    w.study = s;
    ODD_TRY_ALL(comm, odd_study_results_new(s, &w.results));
    ODD_TRY_ALL(comm, odd_study_common_new(s, &w.common));
    ODD_TRY(find_common(&w));
    for (int64_t number = 0; number < odd_study_runs(s); number++)
        ODD_TRY(add_run(&w, number));
    ODD_TRY(odd_stage_create(run, comm, from, &out));
    ODD_TRY(odd_study_write(&w.results, comm, out));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? write_files(&w) : ODD_OK);
    ODD_TRY(odd_stage_publish(comm, &out, started));
done:
    odd_file_discard(&out);
    odd_study_common_free(&w.common);
    odd_study_results_free(&w.results);
    odd_study_free(&s);
    return st;
}

/* ---- before the work ---- */

/* Look at every run, which leaves nothing. @collective */
static odd_status look_at_runs(odd_run *run, const odd_study *s, odd_hash *digest,
                               int64_t *up_to_date, odd_stage_plan *plan)
{
    odd_study_part p = {0};
    odd_status st = ODD_OK;
    for (int64_t number = 0; number < odd_study_runs(s); number++) {
        ODD_TRY(odd_study_part_open(s, run, number, true, &p));
        if (digest) *digest = odd_hash_add_text(*digest, p.look.all);
        if (up_to_date) *up_to_date += p.look.to_do == 0;
        if (plan) ODD_TRY(odd_study_part_fail(&p, odd_run_estimate(p.run, plan)));
        odd_study_part_close(&p);
    }
    return ODD_OK;
done:
    odd_study_part_close(&p);
    return st;
}

/* The study is what its runs are. @collective */
static odd_status runs_digest(odd_run *run, odd_hash *digest)
{
    odd_study *s = NULL;
    odd_status st;
    *digest = ODD_HASH_START;
    ODD_TRY_ALL(run->comm, odd_study_new(run->pipelines, run->job, &s));
    ODD_TRY(look_at_runs(run, s, digest, NULL, NULL));
done:
    odd_study_free(&s);
    return st;
}

static odd_status plan_study(odd_run *run, odd_stage_plan *plan)
{
    odd_study *s = NULL;
    int64_t up_to_date = 0;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_study_new(run->pipelines, run->job, &s));
    ODD_TRY(look_at_runs(run, s, NULL, &up_to_date, plan));
    odd_text_format(&plan->what, "%lld runs, %lld up to date: %lld rows, %lld columns, %lld seeds",
                    (long long)odd_study_runs(s), (long long)up_to_date, (long long)s->rows.count,
                    (long long)s->columns.count, (long long)s->seeds);
done:
    odd_study_free(&s);
    return st;
}

static const char *const inputs[] = {NULL};
static const odd_section *const sections[] = {&odd_study_section, NULL};

const odd_stage odd_stage_study = {
    .name = "study",
    .file = "study.h5",
    .summary = "do many whole runs that differ in their settings",
    .seeded = true,
    .version = 1,
    .inputs = inputs,
    .sections = sections,
    .product = "study.csv",
    .outside = runs_digest,
    .plan = plan_study,
    .run = run_study,
};
