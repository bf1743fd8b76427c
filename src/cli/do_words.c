/* Do words: what `run`, `audit` and the stages do with a job. */
#include "cli/cli_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"

#include <stdio.h>

static odd_status print_job(const odd_job *job)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_job_write(job, &text);
    odd_status st = odd_text_status(&text);
    if (st == ODD_OK && odd_par_speaks()) fputs(odd_text_string(&text), stdout);
    odd_text_free(&text);
    return st;
}

/* After a problem that was found all is done, too. @collective */
static odd_status print_line(odd_run *run)
{
    odd_text line = ODD_TEXT_EMPTY;
    const odd_status st = odd_run_line(run, &line);
    if (st == ODD_OK && odd_par_speaks()) fputs(odd_text_string(&line), stdout);
    odd_text_free(&line);
    return st;
}

/* @collective */
static odd_status summarise(odd_run *run, const odd_words *words, const char *only)
{
    const odd_status st = odd_run_summary(run, only);
    if (!words->json || only || (st != ODD_OK && st != ODD_PROBLEM)) return st;
    const odd_status printed = print_line(run);
    return printed == ODD_OK ? st : printed;
}

static odd_status do_job(const odd_words *words, const odd_job *job, const char *command,
                         const char *only)
{
    odd_run *run = NULL;
    odd_status st;
    ODD_TRY(odd_run_open(MPI_COMM_WORLD, odd_pipelines, job, words->folder, command, words->dry_run,
                         &run));
    if (words->dry_run) {
        ODD_TRY(odd_run_plan(run));
    } else {
        ODD_TRY(odd_run_do(run, only));
        ODD_TRY(summarise(run, words, only));
    }
done:
    odd_run_close(&run);
    return st;
}

odd_status odd_do_words(int argc, char **argv, const char *only,
                        odd_status (*load)(const odd_words *words, odd_job **job))
{
    odd_words words = {0};
    odd_text command = ODD_TEXT_EMPTY;
    odd_job *job = NULL;
    odd_status st;
    ODD_TRY(odd_words_parse(argc, argv, &words));
    odd_words_command(argc, argv, &command);
    ODD_TRY_ALL(MPI_COMM_WORLD, odd_text_status(&command));
    ODD_TRY(load(&words, &job));
    if (words.print_job)
        ODD_TRY_ALL(MPI_COMM_WORLD, print_job(job));
    else
        ODD_TRY(do_job(&words, job, odd_text_string(&command), only));
done:
    odd_job_free(&job);
    odd_words_free(&words);
    odd_text_free(&command);
    return st;
}
