/* One network of a training: it learns from the images that its task gives it, epoch after epoch,
 * and its state is kept after each. */
#include "stage/train/training_internal.h"

#include "oddlot/learn/learner.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/progress.h"

#include <stdio.h>

typedef struct {
    odd_training *t;
    odd_train_state *state;
    odd_train_rows part[ODD_PARTS];
    odd_learner learner;
    odd_shown shown; /* my part of a batch */
} lesson;

/* -- which images -- */

static odd_status divide(lesson *l)
{
    const odd_train_images *images = &l->t->images;
    odd_status st = ODD_OK;
    for (int p = 0; p < ODD_PARTS; p++)
        ODD_TRY(ODD_NEW(l->part[p].row, images->readable));
    for (int64_t i = 0; i < images->readable; i++) {
        const odd_train_part p = l->t->task->part(l->t, l->state->fold, images->row[i]);
        if (p != ODD_PART_NONE) l->part[p].row[l->part[p].count++] = images->row[i];
    }
    if (l->part[ODD_PART_SEEN].count == 0)
        st = odd_fail(ODD_USAGE, "no image is left to learn from: all %lld are held out",
                      (long long)images->readable);
done:
    return st;
}

/* -- opening -- */

static odd_status show(void *context, int64_t count, const int64_t row[], uint32_t turn)
{
    lesson *l = context;
    const odd_damage_task *damage = l->t->task->damage ? l->t->task->damage(l->t) : NULL;
    return odd_train_show(&l->t->images, damage, count, row, turn, &l->shown);
}

static void point(const void *context, int64_t at, odd_shard *shard)
{
    const lesson *l = context;
    shard->input = l->shown.input + at * l->t->images.bytes;
    l->t->task->aim(&l->shown, &l->t->images, at, shard->target);
}

static void set_learner(lesson *l)
{
    const odd_training *t = l->t;
    const odd_train_rows *seen = &l->part[ODD_PART_SEEN];
    l->learner = (odd_learner){.comm = t->comm,
                               .seed = (uint64_t)t->run->options->seed,
                               .batch = t->options->batch,
                               .shards = (int)t->options->shards,
                               .count = seen->count,
                               .row = seen->row,
                               .lesson = {l, show, point}};
}

static odd_status open_learner(lesson *l)
{
    const odd_training *t = l->t;
    const odd_train_images *images = &t->images;
    const int64_t shape[3] = {images->channels, images->height, images->width};
    const int64_t batch = t->options->batch;
    odd_train_options options;
    odd_loss loss[ODD_LOSSES];
    odd_graph *graph = NULL;
    odd_status st;
    set_learner(l);
    ODD_TRY(t->task->network(t->run->job, l->state->fold, shape, &graph));
    ODD_TRY(odd_graph_note(graph, "oddlot.preset", t->task->preset));
    ODD_TRY(odd_train_method(t->run->job, (l->learner.count + batch - 1) / batch, &options,
                             &l->learner.schedule));
    const int losses = t->task->losses(t->run->job, graph, loss);
    ODD_TRY(odd_learner_open(&l->learner, graph, losses, loss, &options));
    ODD_TRY(odd_shown_new(images, odd_learner_room(&l->learner), &l->shown));
    l->shown.augment = odd_augment_task_of(t->run->job);
    if (t->task->room) ODD_TRY(t->task->room(t, &l->shown));
done:
    odd_graph_free(&graph);
    return st;
}

static odd_status lesson_open(lesson *l)
{
    odd_status st;
    ODD_TRY(divide(l));
    ODD_TRY(open_learner(l));
    if (l->state->epochs > 0) ODD_TRY(odd_trainer_load(l->learner.trainer, &l->state->trainer));
done:
    return st;
}

static void lesson_close(lesson *l)
{
    odd_shown_free(&l->shown);
    odd_learner_close(&l->learner);
    for (int p = 0; p < ODD_PARTS; p++)
        odd_free(l->part[p].row);
}

/* -- an epoch -- */

/* Is this epoch, counted from 1, the best so far? Where none chooses it is the last. */
static bool is_best(const lesson *l, int curve, int64_t epoch)
{
    const odd_train_curves *r = &l->t->curves;
    const int32_t best = r->best[l->state->fold];
    if (curve < 0 || best == 0) return true;
    const double *loss = odd_train_curve(r, curve, l->state->fold);
    return !(loss[epoch - 1] >= loss[best - 1]); /* NaN where no image chooses */
}

/* What is there after an epoch goes into the state. @local */
static odd_status note_epoch(lesson *l, int64_t epoch)
{
    odd_train_state *state = l->state;
    const int curve = l->t->task->choice(l->t->run->job);
    odd_status st;
    odd_bundle_free(&state->trainer);
    ODD_TRY(odd_trainer_save(l->learner.trainer, &state->trainer));
    if (is_best(l, curve, epoch)) {
        l->t->curves.best[state->fold] = (int32_t)epoch;
        odd_bundle_free(&state->best);
        if (curve >= 0) ODD_TRY(odd_trainer_save(l->learner.trainer, &state->best));
    }
    state->epochs = epoch;
done:
    return st;
}

/* How the network does now on images that it does not learn from. @collective */
static odd_status examine(lesson *l, int64_t epoch)
{
    odd_training *t = l->t;
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_trainer_graph(l->learner.trainer, &graph));
    ODD_TRY(t->task->examine(t, l->state->fold, epoch - 1, graph, l->part));
done:
    odd_graph_free(&graph);
    return st;
}

/* @collective */
static odd_status do_epoch(lesson *l, int64_t epoch, odd_progress *progress)
{
    odd_train_curves *r = &l->t->curves;
    const int64_t fold = l->state->fold, e = epoch - 1;
    const double started = odd_seconds();
    odd_tally sum;
    odd_status st;
    ODD_TRY(odd_learner_epoch(&l->learner, epoch, progress, &sum));
    r->seconds += odd_seconds() - started;
    r->learnt += l->learner.count;
    odd_train_curve(r, ODD_CURVE_SEEN_LOSS, fold)[e] = sum.loss / sum.images;
    odd_train_curve(r, ODD_CURVE_SEEN_ACCURACY, fold)[e] = sum.hits / sum.images;
    ODD_TRY(examine(l, epoch));
    ODD_TRY_ALL(l->t->comm, note_epoch(l, epoch));
done:
    return st;
}

static bool has_settled(const lesson *l)
{
    const int64_t patience = l->t->options->patience;
    return patience > 0 && l->state->epochs - l->t->curves.best[l->state->fold] >= patience;
}

/* @collective */
static odd_status do_epochs(lesson *l)
{
    const int64_t left = l->t->options->epochs - l->state->epochs;
    odd_progress *progress =
        odd_progress_start(l->t->comm, "train", "images", left * l->learner.count);
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

/* The network that is kept does its work. @collective */
static odd_status finish(lesson *l)
{
    odd_training *t = l->t;
    odd_graph *graph = NULL;
    odd_status st = ODD_OK;
    if (l->state->best.count > 0)
        ODD_TRY_ALL(t->comm, odd_trainer_load(l->learner.trainer, &l->state->best));
    ODD_TRY_ALL(t->comm, odd_trainer_graph(l->learner.trainer, &graph));
    ODD_TRY(t->task->finish(t, l->state->fold, graph, &l->part[ODD_PART_HELD]));
done:
    odd_graph_free(&graph);
    return st;
}

odd_status odd_train_fold(odd_training *t, odd_train_state *state)
{
    lesson l = {.t = t, .state = state};
    odd_status st;
    ODD_TRY_ALL(t->comm, lesson_open(&l));
    ODD_TRY(do_epochs(&l));
    ODD_TRY(finish(&l));
    odd_train_state_free(state);
    *state = (odd_train_state){.fold = state->fold + 1};
done:
    lesson_close(&l);
    return st;
}
