/* One fold: a network learns from the images of the others, epoch after epoch. */
#include "training_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/onnx.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    int64_t count, *row;
} rows;

/* A row of an epoch with its place in it. */
typedef struct {
    uint64_t key;
    int64_t row;
} place;

typedef struct {
    odd_training *t;
    odd_train_state *state;
    rows seen, held, choice; /* it learns from the first; the last ones choose the epoch */
    place *place;            /* (seen) */
    odd_graph *graph;        /* before training */
    odd_trainer *trainer;
    odd_gradient gradient;
    odd_schedule schedule;
    odd_shown shown; /* my part of a batch */
    double *odds;    /* (images of the run) by the network as it is now */
} learner;

/* -- which images -- */

static rows *part_of(learner *l, int32_t fold)
{
    const odd_training_options *o = l->t->options;
    if (fold == l->state->fold) return &l->held;
    if (o->patience > 0 && fold == (l->state->fold + 1) % o->folds) return &l->choice;
    return &l->seen;
}

static odd_status divide(learner *l)
{
    const odd_train_images *images = &l->t->images;
    odd_status st;
    ODD_TRY(ODD_NEW(l->seen.row, images->readable));
    ODD_TRY(ODD_NEW(l->held.row, images->readable));
    ODD_TRY(ODD_NEW(l->choice.row, images->readable));
    ODD_TRY(ODD_NEW(l->place, images->readable));
    ODD_TRY(ODD_NEW(l->odds, images->n));
    for (int64_t i = 0; i < images->readable; i++) {
        rows *part = part_of(l, l->t->result.fold[images->row[i]]);
        part->row[part->count++] = images->row[i];
    }
done:
    return st;
}

static int by_key(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* The order of an epoch, counted from 1; the same on every rank. */
static void shuffle(learner *l, int64_t epoch)
{
    const uint64_t seed = (uint64_t)l->t->run->options->seed;
    uint32_t bits[4];
    for (int64_t i = 0; i < l->seen.count; i++)
        l->place[i].row = l->seen.row[i];
    for (int64_t i = 0; i < l->seen.count; i++) {
        odd_philox(seed, ODD_STREAM_SHUFFLE, (uint64_t)l->place[i].row, (uint32_t)epoch, bits);
        l->place[i].key = (uint64_t)bits[1] << 32 | bits[0];
    }
    qsort(l->place, (size_t)l->seen.count, sizeof *l->place, by_key);
    for (int64_t i = 0; i < l->seen.count; i++)
        l->seen.row[i] = l->place[i].row;
}

/* -- opening -- */

static odd_status open_trainer(learner *l)
{
    const odd_training *t = l->t;
    const odd_training_options *o = t->options;
    const int64_t steps = (l->seen.count + o->batch - 1) / o->batch;
    const int64_t of_shard = (o->batch + o->shards - 1) / o->shards;
    odd_train_options options;
    odd_status st;
    ODD_TRY(odd_train_network(t->run->job, (int)l->state->fold, t->images.width, t->images.height,
                              t->images.channels, &l->graph));
    ODD_TRY(odd_train_method(t->run->job, steps, &options, &l->schedule));
    const odd_loss loss = odd_training_loss(l->graph);
    ODD_TRY(odd_trainer_new(l->graph, 1, &loss, &options, &l->trainer));
    ODD_TRY(odd_gradient_open(t->comm, l->trainer, (int)o->shards, &l->gradient));
    ODD_TRY(odd_shown_new(&t->images, l->gradient.most * of_shard, &l->shown));
done:
    return st;
}

static odd_status learner_open(learner *l)
{
    odd_status st;
    ODD_TRY(divide(l));
    if (l->seen.count == 0 || l->held.count == 0)
        ODD_TRY(odd_job_fail(l->t->run->job, "train.folds", "too few images (%lld) for %lld folds",
                             (long long)l->t->images.readable, (long long)l->t->options->folds));
    ODD_TRY(open_trainer(l));
    if (l->state->epochs > 0) ODD_TRY(odd_trainer_load(l->trainer, &l->state->trainer));
done:
    return st;
}

static void learner_close(learner *l)
{
    odd_shown_free(&l->shown);
    odd_gradient_close(&l->gradient);
    odd_trainer_free(&l->trainer);
    odd_graph_free(&l->graph);
    odd_free(l->seen.row);
    odd_free(l->held.row);
    odd_free(l->choice.row);
    odd_free(l->place);
    odd_free(l->odds);
}

/* -- an epoch -- */

/* My shards of the batch of `count` images from `first` on. */
static odd_status fill_shards(learner *l, int64_t first, int64_t count, uint32_t turn)
{
    odd_gradient *g = &l->gradient;
    int64_t from = 0, at = 0, images = 0, mine = 0;
    odd_status st;
    ODD_TRY(odd_fault("train.step"));
    odd_gradient_cut(g, count);
    for (int s = 0; s < g->mine; s++, mine += images) {
        odd_gradient_range(g, count, s, &at, &images);
        if (s == 0) from = at;
        g->shard[s] = (odd_shard){
            .images = images,
            .input = l->shown.input + mine * l->t->images.bytes,
            .id = l->seen.row + first + at,
            .target = {{.label = l->shown.label + mine, .value = l->shown.value + mine}}};
    }
    ODD_TRY(odd_train_show(&l->t->images, &l->t->task, mine, l->seen.row + first + from, turn,
                           &l->shown));
done:
    return st;
}

static odd_status run_epoch(learner *l, int64_t epoch, odd_progress *progress, odd_tally *sum)
{
    const int64_t batch = l->t->options->batch;
    odd_tally part;
    odd_status st = ODD_OK;
    *sum = (odd_tally){0};
    shuffle(l, epoch);
    for (int64_t first = 0; first < l->seen.count; first += batch) {
        const int64_t left = l->seen.count - first, count = left < batch ? left : batch;
        const double rate = odd_schedule_rate(&l->schedule, odd_trainer_steps(l->trainer));
        ODD_TRY(odd_signals_check(l->t->comm));
        ODD_TRY_ALL(l->t->comm, fill_shards(l, first, count, (uint32_t)epoch));
        ODD_TRY(odd_gradient_step(&l->gradient, count, rate, &part));
        sum->loss += part.loss;
        sum->hits += part.hits;
        sum->images += part.images;
        odd_progress_add(progress, odd_rank(l->t->comm) == 0 ? count : 0);
    }
done:
    return st;
}

/* How the network does now on images that it does not learn from. @collective */
static odd_status examine(learner *l, const rows *part, double *loss, double *accuracy)
{
    odd_training *t = l->t;
    odd_graph *graph = NULL;
    odd_status st = ODD_OK;
    *loss = *accuracy = NAN;
    if (part->count == 0) return ODD_OK;
    ODD_TRY_ALL(t->comm, odd_trainer_graph(l->trainer, &graph));
    ODD_TRY(odd_train_judge(t, graph, part->count, part->row, true, l->odds));
    odd_train_grade(t, part->count, part->row, l->odds, loss, accuracy);
done:
    odd_graph_free(&graph);
    return st;
}

/* Is this epoch, counted from 1, the best so far? */
static bool is_best(const learner *l, int64_t epoch)
{
    const odd_cross_fit *r = &l->t->result;
    const double *loss = odd_curve(r, ODD_CURVE_CHOICE_LOSS, l->state->fold);
    const int32_t best = r->best[l->state->fold];
    return l->choice.count == 0 || best == 0 || loss[epoch - 1] < loss[best - 1];
}

/* What is there after an epoch goes into the state. @local */
static odd_status note_epoch(learner *l, int64_t epoch)
{
    odd_train_state *state = l->state;
    odd_status st;
    odd_bundle_free(&state->trainer);
    ODD_TRY(odd_trainer_save(l->trainer, &state->trainer));
    if (is_best(l, epoch)) {
        l->t->result.best[state->fold] = (int32_t)epoch;
        odd_bundle_free(&state->best);
        if (l->choice.count > 0) ODD_TRY(odd_trainer_save(l->trainer, &state->best));
    }
    state->epochs = epoch;
done:
    return st;
}

/* @collective */
static odd_status do_epoch(learner *l, int64_t epoch, odd_progress *progress)
{
    odd_cross_fit *r = &l->t->result;
    const int64_t fold = l->state->fold, e = epoch - 1;
    const double started = odd_seconds();
    double unused, *held = &odd_curve(r, ODD_CURVE_HELD_LOSS, fold)[e];
    double *right = &odd_curve(r, ODD_CURVE_HELD_ACCURACY, fold)[e];
    odd_tally sum;
    odd_status st;
    ODD_TRY(run_epoch(l, epoch, progress, &sum));
    r->seconds += odd_seconds() - started;
    r->learnt += l->seen.count;
    odd_curve(r, ODD_CURVE_SEEN_LOSS, fold)[e] = sum.loss / sum.images;
    odd_curve(r, ODD_CURVE_SEEN_ACCURACY, fold)[e] = sum.hits / sum.images;
    ODD_TRY(examine(l, &l->held, held, right));
    ODD_TRY(examine(l, &l->choice, &odd_curve(r, ODD_CURVE_CHOICE_LOSS, fold)[e], &unused));
    ODD_TRY_ALL(l->t->comm, note_epoch(l, epoch));
    odd_log(ODD_LOG_INFO,
            "train: fold %lld, epoch %lld: loss %.4f seen, %.4f held out; %.2f %% right",
            (long long)fold + 1, (long long)epoch, sum.loss / sum.images, *held, 100 * *right);
done:
    return st;
}

static bool has_settled(const learner *l)
{
    const int64_t patience = l->t->options->patience;
    return patience > 0 && l->state->epochs - l->t->result.best[l->state->fold] >= patience;
}

/* @collective */
static odd_status do_epochs(learner *l)
{
    const int64_t left = l->t->options->epochs - l->state->epochs;
    odd_progress *progress =
        odd_progress_start(l->t->comm, "train", "images", left * l->seen.count);
    odd_status st = ODD_OK;
    while (l->state->epochs < l->t->options->epochs && !has_settled(l)) {
        const int64_t epoch = l->state->epochs + 1;
        st = do_epoch(l, epoch, progress);
        if (st == ODD_NUMERIC)
            odd_fail_prefix(st, "train: fold %lld, epoch %lld: ", (long long)l->state->fold + 1,
                            (long long)epoch);
        ODD_TRY(st);
        ODD_TRY(odd_train_keep(l->t, l->state));
    }
done:
    odd_progress_stop(&progress);
    return st;
}

/* -- what comes of it -- */

static odd_status write_network(const learner *l, const odd_graph *graph)
{
    char name[64], *path = NULL;
    odd_status st;
    ODD_TRY(odd_run_path(l->t->run, "networks", &path));
    ODD_TRY(odd_folder_make(path));
    odd_free(path);
    path = NULL;
    snprintf(name, sizeof name, "networks/fold-%lld.onnx", (long long)l->state->fold + 1);
    ODD_TRY(odd_run_path(l->t->run, name, &path));
    ODD_TRY(odd_onnx_write(graph, path));
done:
    odd_free(path);
    return st;
}

/* The network that is kept judges the fold that it has not seen. @collective */
static odd_status finish(learner *l)
{
    odd_training *t = l->t;
    odd_graph *graph = NULL;
    odd_status st = ODD_OK;
    if (l->state->best.count > 0)
        ODD_TRY_ALL(t->comm, odd_trainer_load(l->trainer, &l->state->best));
    ODD_TRY_ALL(t->comm, odd_trainer_graph(l->trainer, &graph));
    ODD_TRY(odd_train_judge(t, graph, l->held.count, l->held.row, false, t->result.as_is));
    ODD_TRY(odd_train_judge(t, graph, l->held.count, l->held.row, true, t->result.shown));
    ODD_TRY_ALL(t->comm, odd_rank(t->comm) == 0 ? write_network(l, graph) : ODD_OK);
done:
    odd_graph_free(&graph);
    return st;
}

odd_status odd_train_fold(odd_training *t, odd_train_state *state)
{
    learner l = {.t = t, .state = state};
    odd_status st;
    ODD_TRY_ALL(t->comm, learner_open(&l));
    ODD_TRY(do_epochs(&l));
    ODD_TRY(finish(&l));
    odd_train_state_free(state);
    *state = (odd_train_state){.fold = state->fold + 1};
done:
    learner_close(&l);
    return st;
}
