/* Views: the images ranked in several ways, and the rankings joined into one.
 *
 * Images that show one picture count once: their representative is looked at, and speaks for all.
 *
 * Each rank has of its own images which row of features.h5 they are and which speaks for them,
 * which are learnt from and scored, some 80 bytes for each; rows of views beside. */
#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "stage/copies/on_demand_internal.h"
#include "stage/ingest/ingest_internal.h"
#include "stage/views/views_work_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/signals.h"

#include <string.h>

static void free_work(odd_views_work *w)
{
    for (int v = 0; v < w->views; v++)
        odd_view_ranking_free(&w->ranking[v]);
    odd_views_joined_free(&w->joined);
    odd_free(w->verified);
    odd_free(w->learns);
    odd_free(w->learnt);
    odd_speakers_free(&w->speakers);
    odd_file_close(&w->copies);
    odd_file_close(&w->train);
    odd_file_close(&w->features);
    odd_file_close(&w->ingest);
}

static void list_views(const odd_job *job, odd_views_work *w)
{
    for (int i = 0; odd_views[i]; i++)
        if (odd_view_wanted(job, odd_views[i])) {
            ODD_CHECK(w->views < ODD_MOST_VIEWS);
            w->view[w->views++] = odd_views[i];
        }
}

static odd_status open_work(odd_run *run, odd_views_work *w)
{
    odd_status st;
    list_views(run->job, w);
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &w->ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &w->features));
    ODD_TRY(odd_known_copies_open(run, &w->copies));
    if (odd_views_read_train(run->job)) ODD_TRY(odd_stage_open(run, run->comm, "train", &w->train));
    w->inputs = (odd_view_inputs){
        .run = run, .ingest = w->ingest, .features = w->features, .train = w->train};
    ODD_TRY(odd_views_pick(w));
done:
    return st;
}

/* Distances of those of my part that are learnt from, in each view: (views) each (*n). @local */
static odd_status list_learnt(const odd_views_work *w, double *learnt[], int64_t *n)
{
    const int64_t mine = w->speakers.part.n_local;
    odd_status st = ODD_OK;
    *n = 0;
    for (int v = 0; v < w->views; v++)
        ODD_TRY(ODD_NEW(learnt[v], mine));
    for (int64_t i = 0; i < mine; i++) {
        if (!w->learns[i]) continue;
        for (int v = 0; v < w->views; v++)
            learnt[v][*n] = w->ranking[v].distance[i];
        ++*n;
    }
done:
    return st;
}

/* @collective */
static odd_status learn_join(const odd_run *run, odd_views_work *w)
{
    double *learnt[ODD_MOST_VIEWS] = {0};
    const bool anchored = w->view[0]->anchors;
    int64_t n = 0;
    odd_status st;
    ODD_TRY_ALL(run->comm, list_learnt(w, learnt, &n));
    ODD_TRY(odd_views_join_learn(run->comm, odd_job_section(run->job, "views"), w->views, anchored,
                                 n, (const double *const *)learnt, &w->join));
    for (int v = 1; anchored && v < w->views; v++)
        odd_log(ODD_LOG_INFO, "views: %s agrees with %s by %.2f", w->view[v]->name,
                w->view[0]->name, w->join.weight[v]);
done:
    for (int v = 0; v < w->views; v++)
        odd_free(learnt[v]);
    return st;
}

/* @collective */
static odd_status apply_join(const odd_run *run, odd_views_work *w)
{
    const odd_views_options *options = odd_job_section(run->job, "views");
    const int64_t mine = w->speakers.part.n_local;
    const double *distance[ODD_MOST_VIEWS];
    int64_t *shown = NULL;
    odd_status st;
    for (int v = 0; v < w->views; v++)
        distance[v] = w->ranking[v].distance;
    ODD_TRY_ALL(run->comm, ODD_NEW(shown, mine));
    ODD_TRY(odd_speakers_count(run->comm, &w->speakers, shown));
    ODD_TRY_ALL(run->comm,
                odd_views_join_apply(&w->join, options->copied, mine, distance, shown, &w->joined));
done:
    odd_free(shown);
    return st;
}

static int64_t axes_of(const odd_views_work *w, int v)
{
    const odd_views_options *o = odd_job_section(w->inputs.run->job, "views");
    return w->views > 1 && w->view[v]->isotropic ? 0 : o->axes;
}

static odd_status rank_views(odd_run *run, odd_views_work *w)
{
    const odd_view_images scored = {w->speakers.part, w->speakers.looked_at};
    const odd_view_images learnt = {w->learnt_part, w->learnt};
    const bool taught = odd_views_are_taught(run->job);
    char took[32];
    odd_status st = ODD_OK;
    if (taught) ODD_TRY(odd_views_model_read(w));
    for (int v = 0; v < w->views; v++) {
        const double started = odd_seconds();
        ODD_TRY(odd_signals_check(run->comm));
        ODD_TRY(odd_view_rank(w->view[v], &w->inputs, axes_of(w, v), taught ? NULL : &learnt,
                              &scored, w->verified, &w->ranking[v]));
        odd_log(ODD_LOG_DEBUG, "views: %s took %s", w->view[v]->name,
                odd_human_seconds(odd_seconds() - started, took));
    }
    if (!taught) ODD_TRY(learn_join(run, w));
    ODD_TRY(apply_join(run, w));
done:
    return st;
}

static odd_status run_views(odd_run *run, const odd_provenance *from)
{
    const double started = odd_seconds();
    odd_views_work w = {0};
    odd_file *out = NULL;
    odd_status st;
    ODD_TRY(open_work(run, &w));
    ODD_TRY(rank_views(run, &w));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(odd_views_write(out, &w));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    free_work(&w);
    return st;
}

/* Views come one after the other. */
static int64_t widest(const odd_job *job, int64_t features)
{
    int64_t most = 0;
    for (int i = 0; odd_views[i]; i++)
        if (odd_view_wanted(job, odd_views[i])) {
            const int64_t width = odd_view_width(job, odd_views[i], features);
            if (width > most) most = width;
        }
    return most;
}

static odd_status plan_views(odd_run *run, odd_stage_plan *plan)
{
    const int64_t mine = plan->rows / plan->ranks + 1;
    const char *between = "";
    plan->disk = plan->rows * 8 * (ODD_MOST_VIEWS + 1);
    plan->memory = mine * (320 + widest(run->job, plan->features) * (int64_t)sizeof(float));
    for (int i = 0; odd_views[i]; i++)
        if (odd_view_wanted(run->job, odd_views[i])) {
            odd_text_format(&plan->what, "%s%s", between, odd_views[i]->name);
            between = ", ";
        }
    odd_text_add(&plan->what, ": a ranking of each, joined");
    return ODD_OK;
}

/* Passes over the rows of each view. */
static odd_status cost_views(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    (void)run;
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_ROUTE, ODD_MOST_VIEWS, (double)plan->rows * 24);
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_AGREE, 100, 0);
    return ODD_OK;
}

static bool reads(const odd_job *job, const char *input)
{
    if (strcmp(input, odd_stage_train.name) == 0) return odd_views_read_train(job);
    return odd_reads_known_copies(job, input);
}

static const char *const inputs[] = {"ingest", "train", "features", "copies", NULL};
static const odd_section *const sections[] = {&odd_views_section, NULL};

const odd_stage odd_stage_views = {
    .name = "views",
    .file = "views.h5",
    .summary = "rank images in several ways, and join the rankings",
    .seeded = true,
    .version = 2,
    .inputs = inputs,
    .sections = sections,
    .reads = reads,
    .parts = odd_views_part,
    .applies = odd_has_views,
    .outside = odd_views_model_digest,
    .check = odd_views_check,
    .plan = plan_views,
    .cost = cost_views,
    .run = run_views,
};
