/* Check: what a person should look at, as findings; by the checks that the job asks for, one after
 * the other. */
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "stage/check/copy_groups_internal.h"
#include "stage/check/measured_alike_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/signals.h"

#define MOST_IGNORED (1 << 30) /* bytes of a list of findings to ignore */

static odd_status run_checks(odd_check_context *context)
{
    const odd_run *run = context->run;
    odd_status st = ODD_OK;
    for (int i = 0; odd_checks[i]; i++) {
        const odd_check *check = odd_checks[i];
        const double started = odd_seconds();
        char took[32];
        if (!odd_check_wanted(run->job, check)) continue;
        ODD_TRY(odd_signals_check(run->comm));
        context->check = check;
        ODD_TRY(check->run(context, odd_check_settings(run->job, check)));
        odd_log(ODD_LOG_DEBUG, "check: %s took %s", check->name,
                odd_human_seconds(odd_seconds() - started, took));
    }
done:
    return st;
}

/* @local: rank 0 */
static odd_status write_csv(const odd_check_context *context)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_run_path(context->run, "findings.csv", &path));
    ODD_TRY(odd_findings_write_csv(path, context->findings, odd_image_name_of, context->facts));
done:
    odd_free(path);
    return st;
}

/* @local */
static odd_status tell_placeholders(odd_check_context *context)
{
    const odd_job *job = context->run->job;
    context->check = &odd_check_placeholder;
    return odd_check_wanted(job, context->check)
               ? odd_copy_groups_tell(job, odd_check_input(context, "copies"), &context->part,
                                      context->told)
               : ODD_OK;
}

static odd_status run_check(odd_run *run, const odd_provenance *from)
{
    const double started = odd_seconds();
    odd_check_context context = {0};
    odd_file *out = NULL;
    odd_status st;
    ODD_TRY(odd_check_open(run, &context));
    ODD_TRY_ALL(run->comm, tell_placeholders(&context));
    ODD_TRY(run_checks(&context));
    ODD_TRY(odd_findings_gather(run->comm, context.findings));
    ODD_TRY_ALL(run->comm, odd_findings_join(context.findings, odd_measured_alike));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(odd_findings_write(run->comm, out, context.findings));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? write_csv(&context) : ODD_OK);
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
    odd_check_log(context.findings);
done:
    odd_file_discard(&out);
    odd_check_close(&context);
    return st;
}

static odd_status plan_check(odd_run *run, odd_stage_plan *plan)
{
    const int64_t finding_bytes = 512;
    const char *between = "";
    plan->disk = plan->rows / 10 * finding_bytes;
    plan->memory = plan->rows / 10 * finding_bytes;
    odd_text_add(&plan->what, "findings.csv: ");
    for (int i = 0; odd_checks[i]; i++) {
        const odd_check *check = odd_checks[i];
        if (!odd_check_wanted(run->job, check)) continue;
        if (check->memory)
            plan->memory += check->memory(run, odd_check_settings(run->job, check), plan->rows);
        odd_text_format(&plan->what, "%s%s", between, check->name);
        between = ", ";
    }
    return ODD_OK;
}

/* Of each image as much. */
static odd_status cost_check(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    (void)run, (void)plan, (void)cost;
    return ODD_OK;
}

static bool has_checks(const odd_job *job)
{
    return ((const odd_check_options *)odd_job_section(job, "check"))->checks.count > 0;
}

static odd_status check_settings(const odd_job *job)
{
    odd_status st = ODD_OK;
    for (int i = 0; odd_checks[i]; i++) {
        const odd_check *check = odd_checks[i];
        if (!odd_check_wanted(job, check)) continue;
        const char *lacks = odd_check_lacks(job, check);
        if (lacks)
            ODD_TRY(odd_job_fail(job, "check.checks", "check '%s' needs %s", check->name, lacks));
        if (check->check) ODD_TRY(check->check(job, odd_check_settings(job, check)));
    }
done:
    return st;
}

/* Of the list of what to ignore; one that cannot be read is told now, not after the work. @local:
 * rank 0 */
static odd_status digest_file(const char *path, odd_hash *digest)
{
    odd_ignored *list = NULL;
    char *bytes = NULL;
    int64_t size = 0;
    odd_status st;
    ODD_TRY(odd_file_slurp(path, MOST_IGNORED, &bytes, &size));
    *digest = odd_hash_add(*digest, bytes, (size_t)size);
    ODD_TRY(odd_ignored_read(MPI_COMM_SELF, path, &list));
done:
    odd_ignored_free(&list);
    odd_free(bytes);
    return st;
}

static odd_status outside_check(odd_run *run, odd_hash *digest)
{
    char *ignore = NULL;
    odd_status st;
    *digest = ODD_HASH_START;
    ODD_TRY(odd_check_ignore_path(run, &ignore));
    if (ignore)
        ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? digest_file(ignore, digest) : ODD_OK);
    odd_broadcast(run->comm, 0, digest, sizeof *digest);
    for (int i = 0; odd_checks[i]; i++) {
        const odd_check *check = odd_checks[i];
        odd_hash one;
        if (!odd_check_wanted(run->job, check) || !check->outside) continue;
        ODD_TRY(check->outside(run, odd_check_settings(run->job, check), &one));
        *digest = odd_hash_add(*digest, &one, sizeof one);
    }
done:
    odd_free(ignore);
    return st;
}

static const char *const inputs[] = {"ingest", "train", "features", "copies", "categories",
                                     "reduce", "fit",   "groups",   "score",  NULL};
static const odd_section *const sections[] = {&odd_check_section, NULL};

const odd_stage odd_stage_check = {
    .name = "check",
    .file = "findings.h5",
    .summary = "look for what is wrong with images, and say it",
    .version = 2,
    .inputs = inputs,
    .sections = sections,
    .product = "findings.csv",
    .reads = odd_check_reads,
    .parts = odd_check_part,
    .applies = has_checks,
    .check = check_settings,
    .outside = outside_check,
    .plan = plan_check,
    .cost = cost_check,
    .run = run_check,
    .print = odd_check_print,
};
