/* Scaling: the table of the runs, with what the forecast says beside it and beyond it. */
#include "oddlot/bench/scaling.h"

#include "bench/forecast_internal.h"
#include "bench/scaling_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- what was measured: on rank 0 ---- */

static odd_status read_runs(const odd_scaling_options *o, odd_timings *t, odd_scaling_table *table)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < o->runs; i++)
        ODD_TRY(odd_timings_add_run(t, o->folder[i]));
    ODD_TRY(odd_scaling_table_make(t, table));
done:
    return st;
}

/* ---- what is predicted ---- */

/* A series: its images on one rank, or of each where it is weak. */
typedef struct {
    bool there, weak;
    int threads; /* of a rank */
    int64_t images;
} series;

/* The first one of its kind. @local: rank 0 */
static series find_series(const odd_scaling_table *table, bool weak)
{
    for (int i = 0; i < table->count; i++) {
        const odd_scaling_line *l = &table->line[i];
        if (l->weak == weak)
            return (series){true, weak, l->threads, weak ? l->images / l->ranks : l->images};
    }
    return (series){0};
}

static odd_status keep_prediction(odd_scaling_table *table, const series *s, const char *stage,
                                  int ranks, double seconds)
{
    const odd_scaling_line *like = NULL;
    odd_scaling_line *l = odd_scaling_table_find(table, s->weak, stage, ranks);
    for (int i = 0; i < table->count && !like; i++)
        if (table->line[i].weak == s->weak && strcmp(table->line[i].stage, stage) == 0)
            like = &table->line[i];
    if (!like) return ODD_OK; /* no run has such a stage */
    const odd_scaling_line base = *like;
    if (!l) l = odd_scaling_table_add(table);
    if (!l) return ODD_NOMEM;
    if (isnan(l->seconds)) {
        l->weak = s->weak;
        l->stage = base.stage;
        l->ranks = ranks;
        l->threads = base.threads;
        l->images = s->weak ? s->images * ranks : s->images;
    }
    l->predicted = seconds;
    return ODD_OK;
}

static odd_status keep_point(odd_scaling_table *table, const series *s,
                             const odd_forecast_result *f, int ranks)
{
    double all = 0;
    odd_status st = ODD_OK;
    for (int i = 0; i < f->stages; i++) {
        if (!f->stage[i].modelled) continue;
        all += f->stage[i].seconds;
        ODD_TRY(keep_prediction(table, s, f->stage[i].stage->name, ranks, f->stage[i].seconds));
    }
    ODD_TRY(keep_prediction(table, s, ODD_ALL_STAGES, ranks, all));
done:
    return st;
}

/* On 1, 2, 4, ... ranks. @collective */
static odd_status predict_series(odd_run *run, odd_forecast_result *f, int most, const series *s,
                                 odd_scaling_table *table)
{
    const bool root = odd_rank(run->comm) == 0;
    odd_status st = ODD_OK;
    if (!s->there) return ODD_OK;
    for (int ranks = 1; ranks > 0 && ranks <= most; ranks *= 2) {
        ODD_TRY(odd_forecast_point(run, f, ranks, s->weak ? s->images * ranks : s->images));
        ODD_TRY_ALL(run->comm, root ? keep_point(table, s, f, ranks) : ODD_OK);
    }
done:
    return st;
}

/* @collective */
static odd_status predict(odd_run *run, const odd_forecast_options *o, odd_scaling_table *table)
{
    odd_forecast_options options = *o;
    odd_forecast_result *f = NULL;
    series s[2];
    odd_status st;
    ODD_TRY_ALL(run->comm, ODD_NEW(f, 1));
    for (int weak = 0; weak < 2; weak++)
        s[weak] = find_series(table, weak);
    odd_broadcast(run->comm, 0, s, sizeof s);
    /* as the runs had, which are compared with it */
    if (options.threads == 0) options.threads = odd_max_int(s[0].threads, s[1].threads);
    ODD_TRY(odd_forecast_prepare(run, &options, f));
    for (int weak = 0; weak < 2; weak++)
        ODD_TRY(predict_series(run, f, o->ranks, &s[weak], table));
done:
    odd_free(f);
    return st;
}

/* ---- all ---- */

/* @local: rank 0 */
static odd_status tell(const odd_scaling_options *o, odd_scaling_table *table)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_status st;
    odd_scaling_table_sort(table);
    if (o->out) ODD_TRY(odd_scaling_write(table, o->out, o->command));
    if (o->json)
        odd_scaling_json(table, &text);
    else
        odd_scaling_text(table, &text);
    ODD_TRY(odd_text_status(&text));
    fputs(odd_text_string(&text), stdout);
done:
    odd_text_free(&text);
    return st;
}

odd_status odd_scaling(MPI_Comm comm, const odd_scaling_options *options, odd_run *run,
                       const odd_forecast_options *forecast)
{
    const bool root = odd_rank(comm) == 0;
    odd_timings timings = {0};
    odd_scaling_table table = {0};
    odd_status st;
    ODD_TRY_ALL(comm, root ? read_runs(options, &timings, &table) : ODD_OK);
    ODD_TRY_ALL(comm, root && options->out ? odd_folder_make(options->out) : ODD_OK);
    if (run) ODD_TRY(predict(run, forecast, &table));
    ODD_TRY_ALL(comm, root ? tell(options, &table) : ODD_OK);
done:
    odd_scaling_table_free(&table);
    odd_timings_free(&timings);
    return st;
}
