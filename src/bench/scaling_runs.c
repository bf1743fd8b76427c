/* Scaling runs: what the stages of a finished run took, out of its audit.h5. */
#include "bench/scaling_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/store/file.h"

#include <stdio.h>
#include <string.h>

static odd_status make_room(odd_timings *t)
{
    odd_timed_stage *more = NULL;
    odd_status st = ODD_OK;
    if (t->count < t->room) return ODD_OK;
    t->room = t->room > 0 ? 2 * t->room : 64;
    ODD_TRY(ODD_NEW(more, t->room));
    if (t->count > 0) memcpy(more, t->stage, (size_t)t->count * sizeof *more);
    odd_free(t->stage);
    t->stage = more;
done:
    return st;
}

void odd_timings_free(odd_timings *t)
{
    odd_free(t->stage);
    *t = (odd_timings){0};
}

static odd_status get_int(const odd_file *file, const char *group, const char *name, int *out)
{
    int64_t value;
    const odd_status st = odd_file_get_i64(file, group, name, &value);
    *out = (int)value;
    return st;
}

/* Runs of an oddlot that was built without the meter have none. */
static void get_split(const odd_file *file, const char *group, const char *kind,
                      odd_stage_split *out)
{
    char name[64];
    const struct {
        const char *over;
        double *value;
    } part[] = {{"sum", &out->sum}, {"max", &out->max}, {"min", &out->min}};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s_seconds_%s", kind, part[i].over);
        if (odd_file_get_f64(file, group, name, part[i].value) != ODD_OK) *part[i].value = 0;
    }
}

static odd_status read_stage(const odd_file *file, const char *group, odd_timed_stage *out)
{
    char *fingerprint = NULL;
    odd_status st;
    ODD_TRY(get_int(file, group, "ranks", &out->ranks));
    ODD_TRY(get_int(file, group, "threads", &out->threads));
    ODD_TRY(odd_file_get_i64(file, group, "images", &out->images));
    ODD_TRY(odd_file_get_f64(file, group, "seconds", &out->seconds));
    ODD_TRY(odd_file_get_i64(file, group, "bytes_sent", &out->sent));
    ODD_TRY(odd_file_get_text(file, group, "fingerprint", &fingerprint));
    snprintf(out->fingerprint, sizeof out->fingerprint, "%s", fingerprint);
    get_split(file, group, "compute", &out->split[ODD_SPLIT_COMPUTE]);
    get_split(file, group, "mpi", &out->split[ODD_SPLIT_MPI]);
    get_split(file, group, "mpi_file", &out->split[ODD_SPLIT_MPI_FILE]);
    get_split(file, group, "compute_cpu", &out->split[ODD_SPLIT_COMPUTE_CPU]);
done:
    odd_free(fingerprint);
    return st;
}

/* The stages of a run follow one another, so their times add up, on each rank as well. */
static void add_to_sum(const odd_timed_stage *s, odd_timed_stage *all)
{
    all->ranks = s->ranks;
    all->threads = s->threads;
    all->images = s->images;
    all->seconds += s->seconds;
    all->sent += s->sent;
    for (int i = 0; i < ODD_SPLITS; i++) {
        all->split[i].sum += s->split[i].sum;
        all->split[i].max += s->split[i].max;
        all->split[i].min += s->split[i].min;
    }
}

/* "provenance/model" of the stage that writes model.h5 */
static void group_of(const odd_stage *stage, char group[static 64])
{
    const char *dot = strrchr(stage->file, '.');
    snprintf(group, 64, "provenance/%.*s", (int)(dot - stage->file), stage->file);
}

static odd_status add_stage(odd_timings *t, const odd_file *file, const odd_stage *stage,
                            odd_timed_stage *all)
{
    odd_timed_stage *s;
    char group[64];
    odd_status st = ODD_OK;
    group_of(stage, group);
    if (!odd_file_has(file, group)) return ODD_OK;
    ODD_TRY(make_room(t));
    s = &t->stage[t->count];
    *s = (odd_timed_stage){.run = all->run};
    snprintf(s->stage, sizeof s->stage, "%s", stage->name);
    ODD_TRY(read_stage(file, group, s));
    add_to_sum(s, all);
    t->count++;
done:
    return st;
}

odd_status odd_timings_add_run(odd_timings *t, const char *folder, int run)
{
    odd_timed_stage all = {.stage = ODD_ALL_STAGES, .run = run};
    odd_text path = ODD_TEXT_EMPTY;
    odd_file *file = NULL;
    odd_status st;
    odd_text_format(&path, "%s/audit.h5", folder);
    ODD_TRY(odd_text_status(&path));
    ODD_TRY(odd_file_open(MPI_COMM_SELF, path.s, false, &file));
    for (int i = 0; odd_stage_number(odd_pipelines, i); i++)
        ODD_TRY(add_stage(t, file, odd_stage_number(odd_pipelines, i), &all));
    if (all.ranks == 0)
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' tells of no stage of a finished run", path.s));
    ODD_TRY(make_room(t));
    t->stage[t->count++] = all;
done:
    odd_file_close(&file);
    odd_text_free(&path);
    return st;
}
