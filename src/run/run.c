/* Run: a job's folder, locked while a program works in it. */
#include "oddlot/run/run.h"
#include "oddlot/run/backbone.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "run/run_place_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/run_folder.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const odd_option run_table[] = {
    ODD_TEXT(odd_run_options, name, "audit",
             "name of the job; runs go to runs/<name> unless -o says otherwise"),
    ODD_INT(odd_run_options, seed, "1", 0, 1e18,
            "seed of every random draw that is not given one of its own"),
    ODD_REAL(odd_run_options, memory, "4", 0, 1e6,
             "GiB of rows that a rank keeps in memory; beyond it, rows are streamed"),
    ODD_REAL(odd_run_options, checkpoint, "10", 0, 1e6,
             "least seconds between two checkpoints in ingest, reduce and fit"),
    ODD_OPTIONS_END,
};

const odd_section odd_run_section = ODD_SECTION("", "The job", run_table, odd_run_options);

static odd_status default_folder(const char *name, char **out)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_text_format(&path, "runs/%s", name);
    odd_status st = odd_text_status(&path);
    if (st == ODD_OK)
        *out = path.s; /* handed over */
    else
        odd_text_free(&path);
    return st;
}

static odd_status copy_text(const char *s, char **out)
{
    size_t size = strlen(s) + 1;
    *out = odd_alloc((int64_t)size, 1);
    if (!*out) return ODD_NOMEM;
    memcpy(*out, s, size);
    return ODD_OK;
}

/* Rank 0 holds the lock; it goes with the process, however that ends. Its file, which stays, marks
 * the folder as a run's. */
static odd_status lock_folder(odd_run *run)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_folder_make(run->folder));
    ODD_TRY(odd_run_path(run, ODD_RUN_LOCK, &path));
    run->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (run->lock < 0)
        ODD_TRY(odd_fail(ODD_IO, "cannot write into '%s': %s", run->folder, strerror(errno)));
    if (flock(run->lock, LOCK_EX | LOCK_NB) != 0)
        ODD_TRY(odd_fail(ODD_IO, "another oddlot works on '%s'; wait for it or give another -o",
                         run->folder));
    odd_folder_sweep(run->folder);
    if (!odd_run_mark(run->lock))
        ODD_TRY(odd_fail(ODD_IO, "cannot write '%s': %s", path, strerror(errno)));
done:
    odd_free(path);
    return st;
}

static odd_status run_new(MPI_Comm comm, const odd_pipeline *const pipelines[], const odd_job *job,
                          const char *folder, const char *command, odd_run **out)
{
    odd_run *run = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(run, 1));
    *out = run;
    run->comm = comm;
    run->job = job;
    run->pipelines = pipelines;
    run->pipeline = odd_pipeline_of(pipelines, job);
    run->lock = -1;
    run->options = odd_job_section(job, "");
    if (!folder && !*run->options->name)
        ODD_TRY(odd_job_fail(job, "name", "an empty name makes no folder; give one, or -o RUN"));
    ODD_TRY(folder ? copy_text(folder, &run->folder)
                   : default_folder(run->options->name, &run->folder));
    ODD_TRY(copy_text(command, &run->command));
done:
    return st;
}

odd_status odd_run_path(const odd_run *run, const char *name, char **out)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_text_format(&path, "%s/%s", run->folder, name);
    *out = path.s; /* handed over */
    odd_status st = odd_text_status(&path);
    if (st != ODD_OK) {
        odd_text_free(&path);
        *out = NULL;
    }
    return st;
}

bool odd_run_fits(const odd_run *run, double bytes)
{
    return bytes <= run->options->memory * (double)(1 << 30);
}

odd_status odd_run_open(MPI_Comm comm, const odd_pipeline *const pipelines[], const odd_job *job,
                        const char *folder, const char *command, bool look_only, odd_run **out)
{
    odd_run *run = NULL;
    odd_status st;
    *out = NULL;
    odd_backbone_look(comm);
    ODD_TRY_ALL(comm, run_new(comm, pipelines, job, folder, command, &run));
    ODD_TRY_ALL(comm, odd_pipelines_check(pipelines, job));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? odd_run_place_check(run) : ODD_OK);
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 && !look_only ? lock_folder(run) : ODD_OK);
    *out = run;
    run = NULL;
done:
    odd_run_close(&run);
    return st;
}

void odd_run_close(odd_run **run)
{
    if (!*run) return;
    if ((*run)->lock >= 0) close((*run)->lock);
    odd_selection_free(&(*run)->selection);
    odd_free((*run)->folder);
    odd_free((*run)->command);
    odd_free(*run);
    *run = NULL;
}
