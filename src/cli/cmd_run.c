/* oddlot run, and each stage alone, of a job file. */
#include "cli/cli_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/pipeline/pipelines.h"

/* A job file that is not there is wrong usage like one that is not right. */
static odd_status read_job(const odd_words *words, odd_job **job)
{
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    if (words->words == 0)
        return odd_fail(ODD_USAGE, "which job? `oddlot run JOB.yaml`; see jobs/ and `oddlot help "
                                   "job`; `oddlot audit FOLDER` needs none");
    if (words->words > 1)
        return odd_fail(ODD_USAGE, "one job at a time, but '%s' follows '%s'", words->word[1],
                        words->word[0]);
    odd_status st = odd_job_load(words->word[0], words->set, words->sets, section, sections, job);
    return st == ODD_IO ? ODD_USAGE : st;
}

/* Every rank reads the same small job file, so a failure is the same everywhere; agree to be sure.
 */
odd_status odd_load_job(const odd_words *words, odd_job **job)
{
    return odd_agree(MPI_COMM_WORLD, read_job(words, job));
}

odd_status odd_cmd_run(int argc, char **argv)
{
    return odd_do_words(argc, argv, NULL, odd_load_job);
}

odd_status odd_cmd_stage(int argc, char **argv)
{
    return odd_do_words(argc, argv, argv[0], odd_load_job);
}
