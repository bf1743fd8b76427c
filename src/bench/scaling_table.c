/* Scaling table: series of runs, and how their stages become faster. */
#include "bench/scaling_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define AS_MANY 0.01 /* images for each rank may differ so much where they cannot be cut evenly */

/* ---- lines ---- */

const odd_scaling_number odd_scaling_numbers[] = {
    {"seconds", "of the fastest repeat; NaN: predicted only", offsetof(odd_scaling_line, seconds)},
    {"median_seconds", "of the repeats", offsetof(odd_scaling_line, median)},
    {"speedup", "against one rank, as far as the fewest ranks tell",
     offsetof(odd_scaling_line, speedup)},
    {"efficiency", "speed-up by ranks", offsetof(odd_scaling_line, efficiency)},
    {"load_balance", "mean by largest time at work of ranks", offsetof(odd_scaling_line, balance)},
    {"file_efficiency", "time of the busiest rank outside MPI's files, by that with them",
     offsetof(odd_scaling_line, files)},
    {"communication_efficiency", "time outside MPI of the rank that is least in it, by all",
     offsetof(odd_scaling_line, communication)},
    {"parallel_efficiency", "their product: the share of the time that ranks are at work",
     offsetof(odd_scaling_line, parallel)},
    {"computation_scaling", "work of the fewest ranks by that of these, in seconds of processors",
     offsetof(odd_scaling_line, computation)},
    {"processor_efficiency", "by seconds of processors outside MPI alone",
     offsetof(odd_scaling_line, processors)},
    {"predicted_seconds", "by the model of oddlot plan", offsetof(odd_scaling_line, predicted)},
    {NULL, NULL, 0},
};

double odd_scaling_value(const odd_scaling_line *line, const odd_scaling_number *number)
{
    double value;
    memcpy(&value, (const char *)line + number->offset, sizeof value);
    return value;
}

odd_scaling_line *odd_scaling_table_add(odd_scaling_table *table)
{
    if (table->count == table->room) {
        const int room = table->room > 0 ? 2 * table->room : 64;
        odd_scaling_line *more = odd_alloc(room, sizeof *more);
        if (!more) return NULL;
        if (table->count > 0) memcpy(more, table->line, (size_t)table->count * sizeof *more);
        odd_free(table->line);
        table->line = more;
        table->room = room;
    }
    odd_scaling_line *line = &table->line[table->count++];
    *line = (odd_scaling_line){.seconds = NAN,
                               .median = NAN,
                               .speedup = NAN,
                               .efficiency = NAN,
                               .balance = NAN,
                               .files = NAN,
                               .communication = NAN,
                               .computation = NAN,
                               .processors = NAN,
                               .parallel = NAN,
                               .predicted = NAN};
    return line;
}

void odd_scaling_table_free(odd_scaling_table *table)
{
    odd_free(table->line);
    *table = (odd_scaling_table){0};
}

odd_scaling_line *odd_scaling_table_find(const odd_scaling_table *table, bool weak,
                                         const char *stage, int ranks)
{
    for (int i = 0; i < table->count; i++) {
        odd_scaling_line *l = &table->line[i];
        if (l->weak == weak && l->ranks == ranks && strcmp(l->stage, stage) == 0) return l;
    }
    return NULL;
}

static int by_kind_stage_ranks(const void *a, const void *b)
{
    const odd_scaling_line *x = a, *y = b;
    if (x->weak != y->weak) return x->weak - y->weak;
    if (x->order != y->order) return x->order - y->order;
    if (x->ranks != y->ranks) return (x->ranks > y->ranks) - (x->ranks < y->ranks);
    return (x->images > y->images) - (x->images < y->images);
}

/* Names of one stage may be of several runs: they are those of the first line from now on. */
void odd_scaling_table_sort(odd_scaling_table *table)
{
    for (int i = 0; i < table->count; i++) {
        odd_scaling_line *l = &table->line[i];
        int first = 0;
        while (table->line[first].weak != l->weak ||
               strcmp(table->line[first].stage, l->stage) != 0)
            first++;
        l->order = first;
        l->stage = table->line[first].stage;
    }
    qsort(table->line, (size_t)table->count, sizeof *table->line, by_kind_stage_ranks);
}

/* ---- series ---- */

/* Is `s` in the series that `base`, with its fewest ranks, begins? */
static bool belongs(const odd_timed_stage *base, const odd_timed_stage *s, bool weak)
{
    if (strcmp(base->stage, s->stage) != 0 || s->ranks < base->ranks) return false;
    if (s->ranks == base->ranks) return s->images == base->images;
    if (!weak) return s->images == base->images;
    const double each = (double)base->images / base->ranks;
    return fabs((double)s->images / s->ranks - each) <= AS_MANY * each;
}

/* Does another one begin a series that this one is in, or is it a repeat? */
static bool begins(const odd_timings *t, int i, bool weak)
{
    for (int j = 0; j < t->count; j++) {
        const bool before = t->stage[j].ranks < t->stage[i].ranks ||
                            (t->stage[j].ranks == t->stage[i].ranks && j < i);
        if (before && belongs(&t->stage[j], &t->stage[i], weak)) return false;
    }
    return true;
}

/* The least number of ranks above these in the series; 0: there is none. */
static int next_ranks(const odd_timings *t, const odd_timed_stage *base, int above, bool weak)
{
    int next = 0;
    for (int j = 0; j < t->count; j++) {
        const odd_timed_stage *s = &t->stage[j];
        if (belongs(base, s, weak) && s->ranks > above && (next == 0 || s->ranks < next))
            next = s->ranks;
    }
    return next;
}

/* Runs that are compared must be runs of one job, with as many threads for each rank. */
static odd_status check_alike(const odd_timed_stage *base, const odd_timed_stage *s)
{
    if (s->threads != base->threads)
        return odd_fail(ODD_USAGE,
                        "stage '%s' had %d threads for each of %d ranks and %d for each of %d: "
                        "give all runs the same (--threads)",
                        s->stage, base->threads, base->ranks, s->threads, s->ranks);
    if (s->images == base->images && strcmp(s->fingerprint, base->fingerprint) != 0)
        return odd_fail(ODD_USAGE,
                        "stage '%s' had other settings or images on %d ranks than on %d: these "
                        "are not runs of one job",
                        s->stage, base->ranks, s->ranks);
    return ODD_OK;
}

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(int count, double value[])
{
    qsort(value, (size_t)count, sizeof *value, by_size);
    return (value[(count - 1) / 2] + value[count / 2]) / 2;
}

/* The factors whose product is the time at work of a rank, on average, by the time of the stage. */
static void split_efficiency(const odd_timed_stage *s, odd_scaling_line *out)
{
    const odd_stage_split *work = &s->split[ODD_SPLIT_COMPUTE];
    const double outside = s->seconds - s->split[ODD_SPLIT_MPI].min; /* of MPI, but for files */
    if (!(work->max > 0) || !(outside > 0) || !(s->seconds > 0)) return;
    out->balance = work->sum / s->ranks / work->max;
    out->files = fmin(1, work->max / outside);
    out->communication = outside / s->seconds;
    out->parallel = out->balance * out->files * out->communication;
}

static void compare(const odd_timed_stage *base, const odd_timed_stage *s, odd_scaling_line *out)
{
    const double more = (double)s->ranks / base->ranks;
    const double grown = out->weak ? more : 1; /* the work */
    const odd_stage_split *work = &s->split[ODD_SPLIT_COMPUTE_CPU];
    const double first = base->split[ODD_SPLIT_COMPUTE_CPU].sum * grown;
    out->speedup = base->ranks * grown * base->seconds / s->seconds;
    out->efficiency = out->speedup / s->ranks;
    if (work->max > 0) out->computation = first / work->sum;
    if (work->max > 0) out->processors = first / (s->ranks * work->max);
}

/* The fastest of the runs of the series on so many ranks; seconds (repeats) of all. */
static odd_status pick(const odd_timings *t, const odd_timed_stage *base, int ranks, bool weak,
                       double seconds[], int *repeats, const odd_timed_stage **out)
{
    odd_status st = ODD_OK;
    *repeats = 0;
    *out = NULL;
    for (int j = 0; j < t->count; j++) {
        const odd_timed_stage *s = &t->stage[j];
        if (s->ranks != ranks || !belongs(base, s, weak)) continue;
        ODD_TRY(check_alike(base, s));
        seconds[(*repeats)++] = s->seconds;
        if (!*out || s->seconds < (*out)->seconds) *out = s;
    }
done:
    return st;
}

/* first: the fastest on the fewest ranks; NULL: that is what is added, and becomes it. */
static odd_status add_line(const odd_timings *t, const odd_timed_stage *base, int ranks, bool weak,
                           double seconds[], const odd_timed_stage **first,
                           odd_scaling_table *table)
{
    const odd_timed_stage *s;
    odd_scaling_line *line;
    int repeats;
    odd_status st;
    ODD_TRY(pick(t, base, ranks, weak, seconds, &repeats, &s));
    if (!*first) *first = s;
    if (!(line = odd_scaling_table_add(table))) return ODD_NOMEM;
    line->weak = weak;
    line->stage = s->stage;
    line->ranks = ranks;
    line->threads = s->threads;
    line->images = s->images;
    line->repeats = repeats;
    line->seconds = s->seconds;
    line->median = median_of(repeats, seconds);
    line->sent = s->sent;
    split_efficiency(s, line);
    compare(*first, s, line);
done:
    return st;
}

static odd_status add_series(const odd_timings *t, const odd_timed_stage *base, bool weak,
                             double seconds[], odd_scaling_table *table)
{
    const odd_timed_stage *first = NULL;
    odd_status st = ODD_OK;
    if (next_ranks(t, base, base->ranks, weak) == 0) return ODD_OK;
    for (int i = 0; i < table->count; i++)
        if (table->line[i].weak == weak && strcmp(table->line[i].stage, base->stage) == 0)
            return odd_fail(ODD_USAGE,
                            "these are several %s series, also one of %lld images on %d ranks: "
                            "give the runs of one at a time",
                            weak ? "weak" : "strong", (long long)base->images, base->ranks);
    for (int ranks = base->ranks; ranks > 0; ranks = next_ranks(t, base, ranks, weak))
        ODD_TRY(add_line(t, base, ranks, weak, seconds, &first, table));
done:
    return st;
}

odd_status odd_scaling_table_make(const odd_timings *timings, odd_scaling_table *out)
{
    double *seconds = NULL;
    odd_status st;
    *out = (odd_scaling_table){0};
    ODD_TRY(ODD_NEW(seconds, timings->count));
    for (int weak = 0; weak < 2; weak++)
        for (int i = 0; i < timings->count; i++)
            if (begins(timings, i, weak))
                ODD_TRY(add_series(timings, &timings->stage[i], weak, seconds, out));
    if (out->count == 0)
        st = odd_fail(ODD_USAGE, "no two of these runs are on different numbers of ranks with the "
                                 "same images, or with as many for each rank");
done:
    odd_free(seconds);
    if (st != ODD_OK) odd_scaling_table_free(out);
    return st;
}
