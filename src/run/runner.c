/* Runner: do the stages that are not up to date, in the order of the data. */
#include "oddlot/run/runner.h"
#include "oddlot/run/run.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_meter.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/signals.h"
#include "oddlot/par/threads.h"
#include "oddlot/store/audit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Its place in the pipeline; -1: it is no stage of that. */
static int stage_number(const odd_run *run, const char *name)
{
    const odd_stage *const *stage = run->pipeline->stages;
    for (int i = 0; stage[i]; i++)
        if (strcmp(stage[i]->name, name) == 0) return i;
    return -1;
}

static bool stage_applies(const odd_run *run, int i)
{
    return odd_stage_applies(run->pipeline->stages[i], run->job);
}

/* -1 where this job has no such stage, or its settings make nothing of it. */
static int input_number(const odd_run *run, const odd_stage *stage, const char *input)
{
    return !stage->reads || stage->reads(run->job, input) ? stage_number(run, input) : -1;
}

/* Digest of everything that the stage's result depends on: its version, settings and inputs. */
static odd_status stage_fingerprint(odd_run *run, int number, odd_run_look *s)
{
    const odd_stage *stage = run->pipeline->stages[number];
    odd_hash h = odd_hash_add_text(ODD_HASH_START, stage->name), outside;
    odd_status st = ODD_OK;
    h = odd_hash_add(h, &stage->version, sizeof stage->version);
    if (stage->seeded) h = odd_hash_add(h, &run->options->seed, sizeof run->options->seed);
    h = odd_stage_digest(stage, run->job, false, h);
    for (int i = 0; stage->inputs[i]; i++) {
        const int input = input_number(run, stage, stage->inputs[i]);
        if (input >= 0) h = odd_hash_add_text(h, s->wanted[input]);
    }
    if (stage->outside) {
        ODD_TRY(stage->outside(run, &outside));
        h = odd_hash_add(h, &outside, sizeof outside);
    }
    odd_hash_text(h, s->wanted[number]);
done:
    return st;
}

static bool file_there(const odd_run *run, const char *name)
{
    char *path = NULL;
    bool there = odd_run_path(run, name, &path) == ODD_OK && access(path, R_OK) == 0;
    odd_free(path);
    return there;
}

/* @local: rank 0 looks. */
static bool is_current(const odd_run *run, const odd_stage *stage, const char *wanted)
{
    const char *product = odd_stage_product(stage, run->job);
    char *path = NULL, found[ODD_HASH_TEXT] = "";
    if (product && !file_there(run, product)) return false;
    if (odd_run_path(run, stage->file, &path) == ODD_OK)
        odd_file_fingerprint(path, found, sizeof found);
    odd_free(path);
    return strcmp(found, wanted) == 0;
}

odd_status odd_run_examine(odd_run *run, odd_run_look *s)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_hash all = ODD_HASH_START;
    odd_status st = ODD_OK;
    *s = (odd_run_look){0};
    for (int i = 0; stage[i]; i++) {
        if (!stage_applies(run, i)) continue;
        ODD_TRY(stage_fingerprint(run, i, s));
        if (odd_rank(run->comm) == 0) s->current[i] = is_current(run, stage[i], s->wanted[i]);
    }
    odd_broadcast(run->comm, 0, s->current, sizeof s->current);
    for (int i = 0; stage[i]; i++) {
        if (!stage_applies(run, i)) continue;
        all = odd_hash_add_text(all, s->wanted[i]);
        s->to_do += !s->current[i];
    }
    odd_hash_text(all, s->all);
done:
    return st;
}

/* audit.h5: a link to each stage's file, by its name without ".h5". @local */
static odd_status link_files(const odd_run *run)
{
    char name[ODD_MOST_STAGES][32];
    const char *names[ODD_MOST_STAGES];
    int count = 0;
    for (; run->pipeline->stages[count]; count++) {
        const char *file = run->pipeline->stages[count]->file;
        snprintf(name[count], sizeof *name, "%.*s", (int)strcspn(file, "."), file);
        names[count] = name[count];
    }
    return odd_audit_link(run->folder, names, count);
}

/* False also where a setting changed that no stage depends on. @local */
static bool overview_current(const odd_run *run, const odd_text *yaml, const char *path)
{
    char *found = NULL;
    int64_t size = 0;
    bool current = file_there(run, "audit.h5") && file_there(run, "job.yaml") &&
                   odd_file_slurp(path, (int64_t)yaml->length, &found, &size) == ODD_OK &&
                   size == (int64_t)yaml->length && memcmp(found, yaml->s, yaml->length) == 0;
    odd_free(found);
    return current;
}

/* job.yaml and audit.h5, which say what is in the folder. Without `changed` files, only where they
 * are missing or the settings differ. @local */
static odd_status write_overview(const odd_run *run, bool changed)
{
    odd_text yaml = ODD_TEXT_EMPTY;
    char *path = NULL;
    odd_status st;
    odd_job_write(run->job, &yaml);
    ODD_TRY(odd_text_status(&yaml));
    ODD_TRY(odd_run_path(run, "job.yaml", &path));
    if (!changed && overview_current(run, &yaml, path)) goto done;
    ODD_TRY(odd_file_spill(path, yaml.s, yaml.length));
    ODD_TRY(link_files(run));
done:
    odd_text_free(&yaml);
    odd_free(path);
    return st;
}

static odd_status run_stage(odd_run *run, int i, odd_run_look *s)
{
    const odd_stage *stage = run->pipeline->stages[i];
    odd_text settings = ODD_TEXT_EMPTY;
    char took[32];
    double started = odd_seconds();
    odd_status st;
    odd_job_write(run->job, &settings);
    ODD_TRY_ALL(run->comm, odd_text_status(&settings));
    const odd_provenance from = {
        .stage = stage->name,
        .command = run->command,
        .settings = odd_text_string(&settings),
        .fingerprint = s->wanted[i],
        .seed = (uint64_t)run->options->seed,
        .threads = odd_threads(),
        .images = run->selection ? odd_selection_rows(run->selection) : 0,
    };
    odd_log(ODD_LOG_STAGE, "%-9s %s", stage->name, stage->summary);
    odd_signals_may_end(run->comm, !stage->resumes);
    odd_fault_phase("run", stage->name);
    const odd_stage_meter around = odd_stage_meter_begin();
    st = stage->run(run, &from);
    odd_stage_meter_end(&around);
    odd_fault_phase(NULL, NULL);
    odd_signals_may_end(run->comm, st != ODD_STOPPED);
    ODD_TRY(st);
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? write_overview(run, true) : ODD_OK);
    odd_log(ODD_LOG_STAGE, "%-9s done in %s", stage->name,
            odd_human_seconds(odd_seconds() - started, took));
done:
    odd_text_free(&settings);
    return st;
}

/* A stage alone must be one of the job's, and needs its inputs as they should be. */
static odd_status can_be_alone(const odd_run *run, const char *name, const odd_run_look *s)
{
    const odd_stage *stage = odd_stage_find(run->pipeline, name);
    if (!stage || !odd_stage_applies(stage, run->job))
        return odd_fail(ODD_USAGE, "%s is no stage of this job, which is %s", name,
                        run->pipeline->name);
    for (int i = 0; stage->inputs[i]; i++) {
        const int input = input_number(run, stage, stage->inputs[i]);
        if (input >= 0 && stage_applies(run, input) && !s->current[input])
            return odd_fail(ODD_USAGE,
                            "%s needs %s, which is missing or out of date: do `oddlot %s` first, "
                            "or `oddlot run`",
                            name, stage->inputs[i], stage->inputs[i]);
    }
    return ODD_OK;
}

odd_status odd_run_do(odd_run *run, const char *only)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_run_look s = {0};
    odd_status st;
    ODD_TRY(odd_run_examine(run, &s));
    if (only) ODD_TRY(can_be_alone(run, only, &s));
    for (int i = 0; stage[i]; i++) {
        if (only && strcmp(only, stage[i]->name) != 0) continue;
        if (!stage_applies(run, i)) continue;
        if (s.current[i]) {
            odd_log(ODD_LOG_STAGE, "%-9s is up to date", stage[i]->name);
            continue;
        }
        ODD_TRY(odd_signals_check(run->comm));
        ODD_TRY(run_stage(run, i, &s));
    }
    if (!only)
        ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? write_overview(run, false) : ODD_OK);
done:
    return st;
}

/* ---- what would be done ---- */

odd_status odd_run_plan_stage(odd_run *run, const odd_stage *stage, odd_stage_plan *plan)
{
    odd_status st;
    if (plan->ranks == 0) plan->ranks = odd_size(run->comm);
    if (plan->threads == 0) plan->threads = odd_threads();
    odd_text_free(&plan->what);
    plan->disk = plan->memory = 0;
    odd_fault_phase("plan", stage->name);
    ODD_TRY(stage->plan(run, plan));
    ODD_TRY_ALL(run->comm, odd_text_status(&plan->what));
done:
    odd_fault_phase(NULL, NULL);
    return st;
}

static void print_heads(const odd_run *run, const odd_stage_plan *plan)
{
    char rows[32];
    printf("%s: %s %s, %d ranks x %d threads, into %s\n\n%-9s  %-10s  %10s  %12s  %s\n",
           run->options->name, odd_human_count(plan->rows, rows), run->pipeline->counts,
           odd_size(run->comm), odd_threads(), run->folder, "stage", "state", "disk", "memory/rank",
           "what");
}

static void print_plan(const odd_stage *stage, bool current, const odd_stage_plan *plan)
{
    char disk[32], memory[32];
    printf("%-9s  %-10s  %10s  %12s  %s\n", stage->name, current ? "up to date" : "to do",
           odd_human_bytes(plan->disk, disk), odd_human_bytes(plan->held + plan->memory, memory),
           odd_text_string(&plan->what));
}

odd_status odd_run_plan(odd_run *run)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_run_look s = {0};
    odd_stage_plan plan = {0};
    bool begun = false;
    odd_status st;
    ODD_TRY(odd_run_examine(run, &s));
    for (int i = 0; stage[i]; i++) {
        if (!stage_applies(run, i)) continue;
        ODD_TRY(odd_run_plan_stage(run, stage[i], &plan));
        if (odd_rank(run->comm) != 0) continue;
        if (!begun) print_heads(run, &plan);
        begun = true;
        print_plan(stage[i], s.current[i], &plan);
    }
done:
    odd_text_free(&plan.what);
    return st;
}

odd_status odd_run_estimate(odd_run *run, odd_stage_plan *sum)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_stage_plan plan = {0};
    odd_status st = ODD_OK;
    for (int i = 0; stage[i]; i++) {
        if (!stage_applies(run, i)) continue;
        ODD_TRY(odd_run_plan_stage(run, stage[i], &plan));
        sum->disk += plan.disk;
        if (plan.held + plan.memory > sum->memory) sum->memory = plan.held + plan.memory;
    }
    if (plan.rows > sum->rows) sum->rows = plan.rows;
done:
    odd_text_free(&plan.what);
    return st;
}

odd_status odd_run_summary(odd_run *run, const char *only)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_status st = ODD_OK;
    if (!only) ODD_TRY(run->pipeline->print(run));
    for (int i = 0; stage[i]; i++) {
        if (!stage[i]->print || !stage_applies(run, i)) continue;
        if (!only || strcmp(only, stage[i]->name) == 0) ODD_TRY(stage[i]->print(run));
    }
done:
    return st;
}
