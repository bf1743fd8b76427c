/* Memory that is short on one rank, at any allocation in the plan or the work of a stage: all ranks
 * fail together, with one reason, and the next try goes on. A rank that left alone would leave the
 * others waiting, or with other metadata in the file that they write together. */
#include "store_fixture.h"

#include "oddlot/base/log.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"
#include "oddlot/run/stage.h"
#include "oddlot/store/audit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORLD MPI_COMM_WORLD

enum { SECONDS = 30 /* that a try may take */, MOST_SETS = 20 };

static MPI_Comm between; /* what a rank left waiting is never matched by what the test asks here */
static char fault[128];
static const char *folder = "run"; /* of the runs, in that of the test */

/* Some rank waits for one that has gone. */
static void is_hanging(int number)
{
    static const char words[] = "\nranks wait for each other after ";
    (void)number;
    if (write(STDERR_FILENO, words, sizeof words - 1) > 0 &&
        write(STDERR_FILENO, fault, strlen(fault)) > 0)
        (void)!write(STDERR_FILENO, "\n", 1);
    _exit(1);
}

static odd_status open_run(const char *const sets[], odd_job **job, odd_run **run)
{
    int sections, count = 0;
    const odd_section *section = odd_job_sections(&sections);
    odd_status st;
    while (sets[count])
        count++;
    ODD_TRY_ALL(WORLD, odd_job_load(NULL, sets, count, section, sections, job));
    ODD_TRY(odd_run_open(WORLD, odd_pipelines, *job, fixture_path(folder), "test", false, run));
done:
    return st;
}

/* The plan of all stages, or the work of one. */
static odd_status plan_or_do(const char *const sets[], bool plan, const char *stage)
{
    odd_job *job = NULL;
    odd_run *run = NULL;
    odd_stage_plan sum = {0};
    odd_status st;
    ODD_TRY(open_run(sets, &job, &run));
    ODD_TRY(plan ? odd_run_estimate(run, &sum) : odd_run_do(run, stage));
done:
    odd_run_close(&run);
    odd_job_free(&job);
    return st;
}

/* One try; false where it was not as it should be, or nothing failed any more. */
static bool fails_well(const char *const sets[], bool plan, const char *stage)
{
    odd_fault_setup(fault, odd_rank(WORLD));
    alarm(SECONDS);
    const odd_status st = plan_or_do(sets, plan, stage);
    odd_fault_setup(NULL, 0);
    const bool told = st == ODD_OK || (st == ODD_NOMEM && strstr(odd_fail_reason(), "rank ") &&
                                       strstr(odd_fail_reason(), "cannot allocate"));
    const bool good = told && odd_store_open_objects() == 0;
    if (!good) fprintf(stderr, "\n%s: %s\n", fault, odd_fail_reason());
    return check_all(between, odd_same_i64(between, "status", st) == ODD_OK) &&
           check_all(between, good) && st != ODD_OK;
}

/* One allocation after the other of one rank: the first ones each, then ever fewer of the many that
 * are alike. */
static void fail_each(const char *const sets[], bool plan, const char *stage, int rank)
{
    int tries = 0;
    for (int64_t after = 0;; after += 1 + after / 4, tries++) {
        snprintf(fault, sizeof fault, "memory.%s.%s:rank=%d:after=%lld", plan ? "plan" : "run",
                 stage, rank, (long long)after);
        if (!fails_well(sets, plan, stage)) break;
    }
    check_all(between, tries > 0);
}

static void check_whole(const char *stage)
{
    char name[64];
    int i = 0;
    while (strcmp(odd_stage_number(odd_pipelines, i)->name, stage) != 0)
        i++;
    snprintf(name, sizeof name, "%s/%s", folder, odd_stage_number(odd_pipelines, i)->file);
    const bool whole = odd_rank(WORLD) != 0 || odd_file_verify(fixture_path(name)) == ODD_OK;
    if (!whole) fprintf(stderr, "\n%s is damaged: %s\n", name, odd_fail_reason());
    check_all(between, whole);
}

/* The names of the stages that a job has; how many. */
static int list_stages(const char *const sets[], const char *stage[static ODD_MOST_STAGES])
{
    odd_job *job = NULL;
    odd_run *run = NULL;
    int stages = 0;
    const bool open = check_all(WORLD, open_run(sets, &job, &run) == ODD_OK);
    for (int i = 0; open && run->pipeline->stages[i]; i++)
        if (odd_stage_applies(run->pipeline->stages[i], run->job))
            stage[stages++] = run->pipeline->stages[i]->name;
    odd_run_close(&run);
    odd_job_free(&job);
    return stages;
}

static void begin(void)
{
    odd_log_setup(odd_rank(WORLD), ODD_LOG_ERROR);
    signal(SIGALRM, is_hanging);
    MPI_Comm_dup(WORLD, &between);
    fixture_folder(WORLD);
}

static void end(void)
{
    alarm(0);
    MPI_Barrier(between);
    fixture_remove(WORLD);
    MPI_Comm_free(&between);
}

/* Of a small audit with `more` settings, NULL-terminated. */
static void fail_stages(const char *const more[], bool work)
{
    const char *sets[MOST_SETS] = {"catalogue.kind=generated", "catalogue.images=40",
                                   "catalogue.side=8",         "image.size=8",
                                   "image.channels=gray",      "reduce.pca.components=3"};
    const char *stage[ODD_MOST_STAGES];
    for (int i = 0; more[i]; i++)
        sets[6 + i] = more[i];
    const int stages = list_stages(sets, stage);
    for (int i = 0; i < stages; i++) {
        const int rank = (i + 1) % odd_size(WORLD);
        fail_each(sets, true, stage[i], rank);
        if (!work) continue;
        fail_each(sets, false, stage[i], rank);
        check_whole(stage[i]);
    }
}

/* The second one takes the models of the first. */
static void test_audits(void)
{
    char reduce[300], fit[300];
    begin();
    fail_stages((const char *[]){NULL}, true);
    snprintf(reduce, sizeof reduce, "reduce.model=%s", fixture_path("run"));
    snprintf(fit, sizeof fit, "fit.model=%s", fixture_path("run"));
    folder = "again";
    fail_stages((const char *[]){reduce, fit, NULL}, true);
    folder = "run";
    end();
}

static void fail_plans(const char *const more[])
{
    begin();
    fail_stages(more, false);
    end();
}

static void test_trained_plans(void)
{
    fail_plans((const char *[]){"train.task=autoencoder", "features.source=trained",
                                "train.network=[conv 2 3x3, relu, dense 3]",
                                "reduce.method=autoencoder", NULL});
}

static void test_experiment_plans(void)
{
    fail_plans((const char *[]){"experiment.mixtures=['a | 0 | 1']",
                                "experiment.techniques=['b | fit.detector=kmeans']", NULL});
}

static void test_study_plans(void)
{
    fail_plans((const char *[]){"study.rows=['a | fit.detector=kmeans']",
                                "study.values=['AUC | evaluate.h5:metrics/roc_auc/score']",
                                "study.seeds=1", NULL});
}

const char *odd_test_name = "memory that is short";
CU_TestInfo odd_tests[] = {
    {"audits", test_audits},
    {"plans of a job that trains", test_trained_plans},
    {"plans of an experiment", test_experiment_plans},
    {"plans of a study", test_study_plans},
    CU_TEST_INFO_NULL,
};
