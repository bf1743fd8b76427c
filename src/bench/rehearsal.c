/* Rehearsal: the stages of a job on few of its images, one size after another, until the time for
 * it is spent. Each has a run folder of its own. */
#include "bench/forecast_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/base/usage.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage_files.h"

#include <stdio.h>
#include <string.h>

enum { FIRST = 64, GROWTH = 4, MOST = 16384 /* images */ };
#define MOST_WAIT 4  /* seconds of the clock for each of processors, on a busy machine */
#define PATIENCE  10 /* times the seconds that there are for all, for the second size */

odd_status odd_forecast_cost(const odd_run *run, const odd_stage *stage, const odd_stage_plan *plan,
                             odd_stage_cost *cost)
{
    *cost = (odd_stage_cost){.amount = (double)plan->rows};
    return stage->cost ? stage->cost(run, plan, cost) : ODD_OK;
}

/* ---- one size ---- */

/* What each stage was to be. @collective */
static odd_status plan_stages(odd_run *run, odd_rehearsal *out)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_stage_plan plan = {0};
    odd_status st = ODD_OK;
    for (int i = 0; stage[i]; i++) {
        if (!odd_stage_applies(stage[i], run->job)) continue;
        ODD_TRY(odd_run_plan_stage(run, stage[i], &plan));
        out->stage[i].planned = plan.held + plan.memory;
        ODD_TRY_ALL(run->comm, odd_forecast_cost(run, stage[i], &plan, &out->stage[i].cost));
    }
done:
    odd_text_free(&plan.what);
    return st;
}

/* What the file of a stage says that it took. @collective */
static odd_status read_taken(const odd_run *run, const char *stage, odd_rehearsed *out)
{
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, stage, &file));
    ODD_TRY(odd_file_get_f64(file, "/", "seconds", &out->seconds));
    ODD_TRY(odd_file_get_f64(file, "/", "cpu_seconds", &out->cpu));
    ODD_TRY(odd_file_get_i64(file, "/", "peak_bytes_per_rank", &out->peak));
    ODD_TRY(odd_file_get_i64(file, "/", "bytes_read", &out->read));
    ODD_TRY(odd_file_get_i64(file, "/", "bytes_written", &out->written));
    out->done = true;
done:
    odd_file_close(&file);
    return st;
}

/* What cannot be done, also for want of what comes before, is left out. @collective */
static odd_status do_stages(odd_run *run, odd_rehearsal *out, char why[], size_t size)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_status st = ODD_OK;
    for (int i = 0; stage[i]; i++) {
        if (!stage[i]->cost || !odd_stage_applies(stage[i], run->job)) continue;
        st = odd_run_do(run, stage[i]->name);
        if (st == ODD_OK) st = read_taken(run, stage[i]->name, &out->stage[i]);
        const odd_rehearsed *t = &out->stage[i];
        odd_log(ODD_LOG_DEBUG,
                "plan: %lld images, %s: %.3f s, %.3f s of processors, memory %lld "
                "MiB, planned %lld",
                (long long)out->rows, stage[i]->name, t->seconds, t->cpu,
                (long long)(t->peak >> 20), (long long)(t->planned >> 20));
        if (st == ODD_STOPPED || st == ODD_IO) return st;
        if (st != ODD_OK && !*why) snprintf(why, size, "%s: %s", stage[i]->name, odd_fail_reason());
    }
    return ODD_OK;
}

/* The job with what makes its stages short. */
static odd_status shorten(const odd_run *run, odd_job **out)
{
    const odd_stage *const *stage = run->pipeline->stages;
    const char *set[ODD_MOST_STAGES];
    int sets = 0;
    for (int i = 0; stage[i]; i++)
        if (stage[i]->rehearse && odd_stage_applies(stage[i], run->job))
            set[sets++] = stage[i]->rehearse;
    return odd_job_vary(run->job, set, sets, out);
}

typedef struct {
    odd_run *run; /* that is to come */
    odd_job *job; /* of the rehearsal */
    const char *folder;
    int64_t first;       /* images of the first size, */
    int number;          /* of the next one */
    double started, cpu; /* clock and processor time when the rehearsal began */
    char *why;
    size_t why_size;
} stagehand;

/* @collective */
static odd_status rehearse_rows(stagehand *h, int64_t rows, odd_rehearsal *out)
{
    const MPI_Comm comm = h->run->comm;
    odd_text folder = ODD_TEXT_EMPTY;
    odd_run *run = NULL;
    odd_status st;
    *out = (odd_rehearsal){.rows = rows};
    odd_text_format(&folder, "%s/%d", h->folder, h->number++);
    ODD_TRY_ALL(comm, odd_text_status(&folder));
    ODD_TRY(odd_run_open(comm, h->run->pipelines, h->job, folder.s, "oddlot plan", false, &run));
    ODD_TRY(odd_selection_sample(comm, h->run->selection, rows, &run->selection));
    ODD_TRY(plan_stages(run, out));
    ODD_TRY(do_stages(run, out, h->why, h->why_size));
done:
    odd_run_close(&run);
    odd_text_free(&folder);
    return st;
}

/* ---- all sizes ---- */

/* The next size would take as many times longer, at most. A second one there must be, to see how
 * time grows, unless it takes far too long. */
static int64_t next_rows(const odd_rehearsals *r, int64_t rows, double seconds, double left)
{
    const bool needed = r->small.rows == r->large.rows;
    const int64_t most = odd_min(r->whole ? 0 : MOST, rows), now = r->large.rows;
    const double least = needed ? PATIENCE * seconds : 0;
    if (now >= most || GROWTH * r->large.spent > (left > least ? left : least)) return 0;
    return odd_min(GROWTH * now, most);
}

/* Seconds that the rehearsal has taken of this machine: of its processors, where others work on
 * them too and the clock runs on, but not without end. @collective */
static double seconds_spent(MPI_Comm comm, double started, double cpu)
{
    const double clock = odd_seconds() - started;
    double spent = odd_usage_now().cpu - cpu;
    odd_sum_f64(comm, &spent, 1);
    spent /= odd_threads() * odd_size(comm);
    spent = spent > clock / MOST_WAIT ? spent : clock / MOST_WAIT;
    odd_broadcast(comm, 0, &spent, sizeof spent);
    return spent;
}

/* One size, and what it took of this machine. @collective */
static odd_status rehearse_timed(stagehand *h, int64_t rows, double *spent, odd_rehearsal *out)
{
    const MPI_Comm comm = h->run->comm;
    odd_status st;
    ODD_TRY(rehearse_rows(h, rows, out));
    const double now = seconds_spent(comm, h->started, h->cpu);
    out->spent = now - *spent;
    *spent = now;
done:
    return st;
}

/* @collective */
static odd_status rehearse_sizes(stagehand *h, int64_t rows, double seconds, odd_rehearsals *out)
{
    int64_t next = out->whole ? rows : odd_min(h->first, rows);
    double spent = 0;
    odd_status st;
    h->started = odd_seconds();
    h->cpu = odd_usage_now().cpu;
    ODD_TRY(rehearse_timed(h, next, &spent, &out->cold));
    out->small = out->large = out->cold;
    if (!out->whole) ODD_TRY(rehearse_timed(h, next, &spent, &out->large));
    out->warm = out->large;
    while ((next = next_rows(out, rows, seconds, seconds - spent)) > 0) {
        out->small = out->large;
        ODD_TRY(rehearse_timed(h, next, &spent, &out->large));
    }
    out->seconds = odd_seconds() - h->started;
done:
    return st;
}

/* Whole batches, for less than one costs as much. @collective */
static odd_status choose_first(odd_run *run, int64_t *first)
{
    odd_rehearsal *looked_at = NULL;
    odd_status st;
    *first = FIRST;
    ODD_TRY_ALL(run->comm, ODD_NEW(looked_at, 1));
    ODD_TRY(plan_stages(run, looked_at));
    for (int i = 0; i < ODD_MOST_STAGES; i++)
        if (looked_at->stage[i].cost.batch > *first) *first = looked_at->stage[i].cost.batch;
done:
    odd_free(looked_at);
    return st;
}

odd_status odd_rehearse(odd_run *run, const char *folder, double seconds, odd_rehearsals *out)
{
    const odd_selection *selection;
    stagehand h = {.run = run, .folder = folder, .why = out->why, .why_size = sizeof out->why};
    odd_status st;
    *out = (odd_rehearsals){.whole = run->pipeline->whole};
    const double started = odd_seconds();
    ODD_TRY(odd_run_selection(run, &selection));
    out->list_seconds = odd_seconds() - started;
    ODD_TRY(choose_first(run, &h.first));
    ODD_TRY_ALL(run->comm, shorten(run, &h.job));
    const odd_level before = odd_log_hush(ODD_LOG_ERROR);
    st = rehearse_sizes(&h, odd_selection_rows(selection), seconds, out);
    odd_log_hush(before);
done:
    odd_job_free(&h.job);
    return st;
}
