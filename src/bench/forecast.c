/* Forecast: rehearses a job, and looks ahead stage by stage. */
#include "bench/forecast_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/selection.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GIB 1073741824.0

const odd_forecast_options odd_forecast_usual = {
    .ranks = 1, .network = 1.25, .latency = 20, .seconds = 8};

/* ---- all stages, on so many ranks ---- */

/* @collective */
static odd_status forecast_stages(odd_run *run, odd_forecast_result *f)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_stage_plan plan = odd_forecast_plan(f, f->place.ranks);
    odd_status st = ODD_OK;
    f->stages = f->worst = 0;
    for (int i = 0; stage[i]; i++) {
        if (!odd_stage_applies(stage[i], run->job)) continue;
        ODD_TRY(odd_run_plan_stage(run, stage[i], &plan));
        f->rows = plan.rows;
        ODD_TRY_ALL(run->comm, odd_forecast_stage(f, i, &plan));
        const odd_stage_forecast *s = &f->stage[f->stages - 1];
        f->seconds += s->seconds;
        if (s->memory > f->stage[f->worst].memory) f->worst = f->stages - 1;
    }
done:
    odd_text_free(&plan.what);
    return st;
}

/* ---- where it is rehearsed ---- */

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void remove_folder(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* A new folder in the nearest folder above the run's that is there, so on the same disk. *out:
 * owned by caller. @local: rank 0 */
static odd_status make_folder(const odd_run *run, char **out, int64_t *size)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_add(&path, run->folder);
    do { /* its folder, then the one above, ... */
        char *slash = path.s ? strrchr(path.s, '/') : NULL;
        path.length = slash && slash > path.s ? (size_t)(slash - path.s) : 0;
        if (path.s) path.s[path.length] = '\0';
    } while (path.length > 0 && access(path.s, W_OK) != 0);
    odd_text_format(&path, "%soddlot-plan-XXXXXX", path.length > 0 ? "/" : "./");
    ODD_TRY(odd_text_status(&path));
    if (!mkdtemp(path.s))
        ODD_TRY(odd_fail(ODD_IO, "cannot make a folder for the rehearsal in '%s': %s", path.s,
                         strerror(errno)));
    *size = (int64_t)path.length + 1;
    *out = path.s;
    path = (odd_text)ODD_TEXT_EMPTY;
done:
    odd_text_free(&path);
    return st;
}

/* @collective */
static odd_status rehearse(odd_run *run, odd_forecast_result *f)
{
    const bool root = odd_rank(run->comm) == 0;
    char *folder = NULL;
    int64_t size = 0;
    odd_status st;
    ODD_TRY_ALL(run->comm, root ? make_folder(run, &folder, &size) : ODD_OK);
    ODD_TRY(odd_share_bytes(run->comm, 0, &folder, &size));
    ODD_TRY(odd_rehearse(run, folder, f->options.seconds, &f->rehearsals));
    ODD_TRY(odd_machine_rates_measure(run->comm, folder, &f->rates));
done:
    if (root && folder) remove_folder(folder);
    odd_free(folder);
    return st;
}

/* ---- all ---- */

static odd_forecast_place place_of(const odd_forecast_options *o)
{
    odd_forecast_place p = {.ranks = o->ranks, .cpus = (int)sysconf(_SC_NPROCESSORS_ONLN)};
    p.per_node =
        o->per_node > 0 ? o->per_node : odd_max_int(1, p.cpus / odd_max_int(1, o->threads));
    const int sharing = odd_min_int(p.per_node, p.ranks);
    p.threads = o->threads > 0 ? o->threads : odd_max_int(1, p.cpus / sharing);
    p.nodes = (p.ranks + p.per_node - 1) / p.per_node;
    p.memory = o->memory > 0 ? o->memory * GIB : (double)odd_memory_available();
    return p;
}

/* @local: rank 0 */
static odd_status print_forecast(const odd_forecast_result *f)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_status st;
    if (f->options.json)
        odd_forecast_json(f, &text);
    else
        odd_forecast_table(f, &text);
    st = odd_text_status(&text);
    if (st == ODD_OK) fputs(odd_text_string(&text), stdout);
    odd_text_free(&text);
    return st;
}

odd_status odd_forecast_prepare(odd_run *run, const odd_forecast_options *options,
                                odd_forecast_result *f)
{
    f->run = run;
    f->options = *options;
    return rehearse(run, f);
}

odd_status odd_forecast_point(odd_run *run, odd_forecast_result *f, int ranks, int64_t images)
{
    odd_status st;
    f->options.ranks = ranks;
    f->options.images = images;
    f->place = place_of(&f->options);
    odd_broadcast(run->comm, 0, &f->place, sizeof f->place);
    f->seconds = 0;
    ODD_TRY(forecast_stages(run, f));
    f->list_seconds = f->rehearsals.list_seconds * (double)f->rows /
                      fmax(1, (double)odd_selection_rows(run->selection));
    if (odd_catalogue_kind_of(run->job)->look) /* all list, here and there */
        f->list_seconds *= (double)odd_size(run->comm) / ranks;
    f->seconds += f->list_seconds;
done:
    return st;
}

odd_status odd_forecast(odd_run *run, const odd_forecast_options *options)
{
    const MPI_Comm comm = run->comm;
    odd_forecast_result *f = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(f, 1));
    ODD_TRY(odd_forecast_prepare(run, options, f));
    ODD_TRY(odd_forecast_point(run, f, options->ranks, options->images));
    ODD_TRY(odd_forecast_fits(run, f));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? print_forecast(f) : ODD_OK);
    if (!f->fits) ODD_TRY(odd_fail(ODD_PROBLEM, "%s", f->refusal));
done:
    odd_free(f);
    return st;
}
