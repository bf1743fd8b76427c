/* oddlot run, and each stage alone: words in, one call into `stage`, words out. */
#include "cli/cli_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"

/* Every rank reads the same small job file, so a failure is the same everywhere; agree to be sure.
 * A job file that is not there is wrong usage like one that is not right. */
static odd_status load_job(const odd_words *words, odd_job **job)
{
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_status st = odd_job_load(words->job, words->set, words->sets, section, sections, job);
    return st == ODD_IO ? ODD_USAGE : st;
}

static odd_status with_words(const odd_words *words, const char *command, const char *only)
{
    odd_job *job = NULL;
    odd_run *run = NULL;
    odd_status st;
    ODD_TRY_ALL(MPI_COMM_WORLD, load_job(words, &job));
    ODD_TRY(odd_run_open(MPI_COMM_WORLD, odd_pipelines, job, words->folder, command, words->dry_run,
                         &run));
    if (words->dry_run) {
        ODD_TRY(odd_run_plan(run));
    } else {
        ODD_TRY(odd_run_do(run, only));
        if (!only) ODD_TRY(odd_run_summary(run));
    }
done:
    odd_run_close(&run);
    odd_job_free(&job);
    return st;
}

static odd_status do_job(int argc, char **argv, const char *only)
{
    odd_words words = {0};
    odd_text command = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(odd_words_parse(argc, argv, &words));
    odd_words_command(argc, argv, &command);
    ODD_TRY_ALL(MPI_COMM_WORLD, odd_text_status(&command));
    ODD_TRY(with_words(&words, odd_text_string(&command), only));
done:
    odd_words_free(&words);
    odd_text_free(&command);
    return st;
}

odd_status odd_cmd_run(int argc, char **argv)
{
    return do_job(argc, argv, NULL);
}

odd_status odd_cmd_stage(int argc, char **argv)
{
    return do_job(argc, argv, argv[0]);
}
