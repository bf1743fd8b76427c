/* Part of a study: one of its runs, open, and the note that a run leaves which failed. */
#include "study/study_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void odd_study_part_close(odd_study_part *p)
{
    odd_run_close(&p->run);
    odd_job_free(&p->job);
    odd_text_free(&p->name);
}

odd_status odd_study_part_folder(const odd_study *s, const odd_run *whole, int64_t number,
                                 odd_text *folder)
{
    const odd_study_key key = odd_study_run(s, number);
    odd_text_format(folder, "%s/", whole->folder);
    odd_study_run_folder(s, &key, folder);
    return odd_text_status(folder);
}

static odd_status folder_exists(const odd_study *s, const odd_run *whole, int64_t number,
                                bool *exists)
{
    odd_text folder = ODD_TEXT_EMPTY;
    const odd_status st = odd_study_part_folder(s, whole, number, &folder);
    *exists = st == ODD_OK && access(odd_text_string(&folder), F_OK) == 0;
    odd_text_free(&folder);
    return st;
}

odd_status odd_study_part_begun(const odd_study *s, const odd_run *whole, int64_t number,
                                bool *begun)
{
    const MPI_Comm comm = whole->comm;
    odd_status st;
    *begun = false;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? folder_exists(s, whole, number, begun) : ODD_OK);
    odd_broadcast(comm, 0, begun, sizeof *begun);
done:
    return st;
}

static odd_status part_new(const odd_study *s, const odd_run *whole, int64_t number,
                           odd_text *folder, odd_study_part *out)
{
    const odd_study_key key = odd_study_run(s, number);
    odd_status st;
    odd_study_run_name(s, &key, &out->name);
    ODD_TRY(odd_text_status(&out->name));
    ODD_TRY(odd_study_part_folder(s, whole, number, folder));
    ODD_TRY(odd_study_job(s, &key, &out->job));
done:
    return st;
}

odd_status odd_study_part_fail(const odd_study_part *p, odd_status st)
{
    if (st == ODD_OK || st == ODD_STOPPED) return st;
    return odd_fail_prefix(st, "study, run '%s': ", odd_text_string(&p->name));
}

odd_level odd_study_hush(void)
{
    const odd_level before = odd_log_hush(ODD_LOG_WARN);
    if (before < ODD_LOG_WARN) odd_log_hush(before);
    return before;
}

odd_status odd_study_part_open(const odd_study *s, const odd_run *whole, int64_t number,
                               bool look_only, odd_study_part *out)
{
    const MPI_Comm comm = whole->comm;
    const odd_level before = odd_study_hush();
    odd_text folder = ODD_TEXT_EMPTY;
    odd_status st;
    *out = (odd_study_part){0};
    ODD_TRY_ALL(comm, part_new(s, whole, number, &folder, out));
    st = odd_run_open(comm, whole->pipelines, out->job, odd_text_string(&folder), whole->command,
                      look_only, &out->run);
    if (st == ODD_OK) st = odd_run_examine(out->run, &out->look);
    st = odd_study_part_fail(out, st);
done:
    odd_log_hush(before);
    odd_text_free(&folder);
    return st;
}

/* ---- runs that fail ---- */

/* Why a run failed, in its folder, so that it is not done again: what it should have been, as a
 * digest, and the reason. */
static odd_status failure_path(const odd_study_part *p, char **out)
{
    return odd_run_path(p->run, "failed.txt", out);
}

odd_status odd_study_save_failure(const odd_study_part *p, const char *reason)
{
    char *path = NULL;
    odd_text note = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(failure_path(p, &path));
    if (*reason) {
        odd_text_format(&note, "%s\n%s\n", p->look.all, reason);
        ODD_TRY(odd_text_status(&note));
        ODD_TRY(odd_file_spill(path, note.s, note.length));
    } else {
        unlink(path);
    }
done:
    odd_text_free(&note);
    odd_free(path);
    return st;
}

odd_status odd_study_load_failure(const odd_study_part *p, char reason[ODD_REASON_SIZE])
{
    char *path = NULL, *note = NULL;
    int64_t size = 0;
    const size_t digest = strlen(p->look.all);
    odd_status st;
    reason[0] = '\0';
    ODD_TRY(failure_path(p, &path));
    if (access(path, R_OK) != 0) goto done;
    ODD_TRY(odd_file_slurp(path, ODD_HASH_TEXT + ODD_REASON_SIZE, &note, &size));
    if ((size_t)size > digest + 2 && memcmp(note, p->look.all, digest) == 0)
        snprintf(reason, ODD_REASON_SIZE, "%.*s", (int)((size_t)size - digest - 2),
                 note + digest + 1);
done:
    odd_free(note);
    odd_free(path);
    return st;
}
