/* oddlot scaling: how a job scales over ranks, from finished runs of it. */
#include "cli/cli_internal.h"
#include "cli/plan_words_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/bench/scaling.h"
#include "oddlot/par/agree.h"
#include "oddlot/pipeline/pipelines.h"

/* The job of the first run, as its folder has it, in no run's folder. @collective */
static odd_status open_run(const odd_words *words, odd_job **job, odd_run **run)
{
    odd_text path = ODD_TEXT_EMPTY, folder = ODD_TEXT_EMPTY;
    odd_words first = *words;
    odd_status st;
    odd_text_format(&path, "%s/job.yaml", words->word[0]);
    odd_text_format(&folder, "%s/rehearsal", words->word[0]);
    ODD_TRY_ALL(MPI_COMM_WORLD, odd_text_status(&path));
    ODD_TRY_ALL(MPI_COMM_WORLD, odd_text_status(&folder));
    first.word = &path.s;
    first.words = 1;
    ODD_TRY(odd_load_job(&first, job));
    ODD_TRY(
        odd_run_open(MPI_COMM_WORLD, odd_pipelines, *job, folder.s, "oddlot scaling", true, run));
done:
    odd_text_free(&path);
    odd_text_free(&folder);
    return st;
}

static odd_status scale(const odd_words *words, odd_forecast_options *forecast, const char *command)
{
    const odd_scaling_options o = {.folder = (const char *const *)words->word,
                                   .runs = words->words,
                                   .out = words->folder,
                                   .command = command,
                                   .json = words->json};
    odd_job *job = NULL;
    odd_run *run = NULL;
    odd_status st = ODD_OK;
    forecast->threads = words->threads;
    if (forecast->ranks > 0) ODD_TRY(open_run(words, &job, &run));
    ODD_TRY(odd_scaling(MPI_COMM_WORLD, &o, run, forecast));
done:
    odd_run_close(&run);
    odd_job_free(&job);
    return st;
}

static odd_status check_words(const odd_words *words, const odd_forecast_options *forecast)
{
    if (words->words < 2)
        return odd_fail(ODD_USAGE, "which runs? `oddlot scaling RUN RUN...`, of one job on "
                                   "different numbers of ranks");
    if (forecast->images > 0)
        return odd_fail(ODD_USAGE,
                        "--images is for `oddlot plan`: here they are those of the runs");
    if (forecast->memory > 0)
        return odd_fail(ODD_USAGE, "--memory is for `oddlot plan`, which says whether it will do");
    return ODD_OK;
}

odd_status odd_cmd_scaling(int argc, char **argv)
{
    odd_forecast_options forecast = odd_forecast_usual;
    odd_text command = ODD_TEXT_EMPTY;
    odd_words words = {0};
    char **left = NULL;
    int count = 0;
    odd_status st;
    forecast.ranks = 0; /* predict nothing, unless asked to */
    odd_words_command(argc, argv, &command);
    ODD_TRY_ALL(MPI_COMM_WORLD, odd_text_status(&command));
    ODD_TRY_ALL(MPI_COMM_WORLD, ODD_NEW(left, argc + 1));
    ODD_TRY_ALL(MPI_COMM_WORLD, odd_take_plan_words(argc, argv, &forecast, left, &count));
    ODD_TRY(odd_words_parse(count, left, &words));
    ODD_TRY_ALL(MPI_COMM_WORLD, check_words(&words, &forecast));
    ODD_TRY(scale(&words, &forecast, command.s));
done:
    odd_words_free(&words);
    odd_free(left);
    odd_text_free(&command);
    return st;
}
