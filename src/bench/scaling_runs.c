/* Scaling runs: what the stages of a finished run took, out of its audit.h5. */
#include "bench/scaling_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/store/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_RANKS  (1 << 24)
#define MOST_IMAGES ((int64_t)1 << 50)

static odd_status make_room(odd_timings *t)
{
    const int room = t->room > 0 ? 2 * t->room : 64;
    odd_timed_stage *more = NULL;
    odd_status st = ODD_OK;
    if (t->count < t->room) return ODD_OK;
    ODD_TRY(ODD_NEW(more, room));
    if (t->count > 0) memcpy(more, t->stage, (size_t)t->count * sizeof *more);
    odd_free(t->stage);
    t->stage = more;
    t->room = room;
done:
    return st;
}

void odd_timings_free(odd_timings *t)
{
    odd_free(t->stage);
    *t = (odd_timings){0};
}

static odd_status get_count(const odd_file *file, const char *group, const char *name,
                            int64_t least, int64_t most, int64_t *out)
{
    const odd_status st = odd_file_get_i64(file, group, name, out);
    if (st != ODD_OK || (*out >= least && *out <= most)) return st;
    return odd_fail(ODD_FORMAT, "'%s' of %s is %lld", name, group, (long long)*out);
}

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
        if (odd_file_get_f64(file, group, name, part[i].value) != ODD_OK ||
            !(isfinite(*part[i].value) && *part[i].value >= 0))
            *part[i].value = 0;
    }
}

/* Of an oddlot that was built without the meter, which counts no call, they say nothing. */
static void get_splits(const odd_file *file, const char *group, odd_stage_split out[ODD_SPLITS])
{
    int64_t calls;
    if (odd_file_get_i64(file, group, "mpi_calls", &calls) != ODD_OK || calls <= 0) return;
    get_split(file, group, "compute", &out[ODD_SPLIT_COMPUTE]);
    get_split(file, group, "mpi", &out[ODD_SPLIT_MPI]);
    get_split(file, group, "mpi_file", &out[ODD_SPLIT_MPI_FILE]);
    get_split(file, group, "compute_cpu", &out[ODD_SPLIT_COMPUTE_CPU]);
}

static odd_status read_stage(const odd_file *file, const char *group, odd_timed_stage *out)
{
    char *fingerprint = NULL;
    int64_t ranks, threads;
    odd_status st;
    ODD_TRY(get_count(file, group, "ranks", 1, MOST_RANKS, &ranks));
    ODD_TRY(get_count(file, group, "threads", 1, MOST_RANKS, &threads));
    ODD_TRY(get_count(file, group, "images", 0, MOST_IMAGES, &out->images));
    ODD_TRY(get_count(file, group, "bytes_sent", 0, INT64_MAX / 1024, &out->sent));
    ODD_TRY(odd_file_get_f64(file, group, "seconds", &out->seconds));
    if (!(isfinite(out->seconds) && out->seconds > 0))
        ODD_TRY(odd_fail(ODD_FORMAT, "'seconds' of %s is %g", group, out->seconds));
    ODD_TRY(odd_file_get_text(file, group, "fingerprint", &fingerprint));
    snprintf(out->fingerprint, sizeof out->fingerprint, "%s", fingerprint);
    out->ranks = (int)ranks;
    out->threads = (int)threads;
    get_splits(file, group, out->split);
done:
    odd_free(fingerprint);
    return st;
}

/* The sum of the stages of a run; known by what each of them is known by. */
typedef struct {
    odd_timed_stage all;
    odd_hash digest;
    bool mixed; /* not all were done on as many ranks and threads */
} stage_sum;

/* Stages follow one another, so their times add up, on each rank as well. */
static void add_to_sum(const odd_timed_stage *s, stage_sum *sum)
{
    odd_timed_stage *all = &sum->all;
    sum->mixed |= all->ranks > 0 && (all->ranks != s->ranks || all->threads != s->threads);
    sum->digest = odd_hash_add_text(odd_hash_add_text(sum->digest, s->stage), s->fingerprint);
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
                            stage_sum *sum)
{
    odd_timed_stage *s;
    char group[64];
    odd_status st = ODD_OK;
    group_of(stage, group);
    if (!odd_file_has(file, group)) return ODD_OK;
    ODD_TRY(make_room(t));
    s = &t->stage[t->count];
    *s = (odd_timed_stage){0};
    snprintf(s->stage, sizeof s->stage, "%s", stage->name);
    ODD_TRY(read_stage(file, group, s));
    add_to_sum(s, sum);
    t->count++;
done:
    return st;
}

odd_status odd_timings_add_run(odd_timings *t, const char *folder)
{
    stage_sum sum = {.all = {.stage = ODD_ALL_STAGES}, .digest = ODD_HASH_START};
    odd_text path = ODD_TEXT_EMPTY;
    odd_file *file = NULL;
    odd_status st;
    odd_text_format(&path, "%s/audit.h5", folder);
    ODD_TRY(odd_text_status(&path));
    ODD_TRY(odd_file_open(MPI_COMM_SELF, path.s, false, &file));
    for (int i = 0; odd_stage_number(odd_pipelines, i); i++)
        ODD_TRY(add_stage(t, file, odd_stage_number(odd_pipelines, i), &sum));
    if (sum.all.ranks == 0)
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' tells of no stage of a finished run", path.s));
    if (sum.mixed) goto done;
    odd_hash_text(sum.digest, sum.all.fingerprint);
    ODD_TRY(make_room(t));
    t->stage[t->count++] = sum.all;
done:
    if (st == ODD_FORMAT) st = odd_fail_prefix(st, "%s: ", folder);
    odd_file_close(&file);
    odd_text_free(&path);
    return st;
}
