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
    odd_train_rows rows[ODD_SPLITS];
    odd_learner learner;
    odd_train_batch batch; /* my part of it */
} session;

/* -- training, held-out and validation images -- */

static odd_status split_images(session *l)
{
    const odd_train_images *images = &l->t->images;
    odd_status st = ODD_OK;
    for (int s = 0; s < ODD_SPLITS; s++)
        ODD_TRY(ODD_NEW(l->rows[s].row, images->readable));
    for (int64_t i = 0; i < images->readable; i++) {
        const odd_train_split s = l->t->task->split(l->t, l->state->fold, images->row[i]);
        if (s != ODD_SPLIT_NONE) l->rows[s].row[l->rows[s].count++] = images->row[i];
    }
    if (l->rows[ODD_SPLIT_TRAINING].count == 0)
        st = odd_fail(ODD_USAGE, "no image is left to learn from: all %lld are held out",
                      (long long)images->readable);
done:
    return st;
}

/* -- opening -- */

static odd_status load_batch(void *context, int64_t count, const int64_t row[], uint32_t turn)
{
    session *l = context;
    const odd_damage_task *damage = l->t->task->damage ? l->t->task->damage(l->t) : NULL;
    return odd_train_batch_load(&l->t->images, damage, count, row, turn, &l->batch);
}

static void set_shard(const void *context, int64_t at, odd_shard *shard)
{
    const session *l = context;
    shard->input = l->batch.input + at * l->t->images.bytes;
    shard->weight = l->batch.weight + at;
    l->t->task->set_targets(&l->batch, &l->t->images, at, shard->target);
}

static void init_learner(session *l)
{
    const odd_training *t = l->t;
    const odd_train_rows *seen = &l->rows[ODD_SPLIT_TRAINING];
    l->learner = (odd_learner){.comm = t->comm,
                               .seed = (uint64_t)t->run->options->seed,
                               .batch = t->options->batch,
                               .shards = (int)t->options->shards,
                               .count = seen->count,
                               .row = seen->row,
                               .dataset = {l, load_batch, set_shard}};
}

static odd_status open_learner(session *l)
{
    const odd_training *t = l->t;
    const odd_train_images *images = &t->images;
    const int64_t shape[3] = {images->channels, images->height, images->width};
    const int64_t batch = t->options->batch;
    odd_train_options options;
    odd_loss loss[ODD_LOSSES];
    odd_graph *graph = NULL;
    odd_status st;
    init_learner(l);
    ODD_TRY(t->task->network(t->run->job, l->state->fold, shape, &graph));
    if (t->task->complete) ODD_TRY(t->task->complete(t, l->state->fold, graph));
    if (!odd_train_starts(t->run->job)) /* a file says it itself */
        ODD_TRY(odd_graph_note(graph, "oddlot.preset", t->task->preset));
    ODD_TRY(odd_train_method(t->run->job, (l->learner.count + batch - 1) / batch, &options,
                             &l->learner.schedule));
    if (t->task->objective) t->task->objective(t, &options);
    const int losses = t->task->losses(t->run->job, graph, loss);
    ODD_TRY(odd_learner_open(&l->learner, graph, losses, loss, &options));
    ODD_TRY(odd_train_batch_new(images, odd_learner_max_rows(&l->learner), &l->batch));
    l->batch.augment = odd_augment_task_of(t->run->job);
    if (t->task->reserve) ODD_TRY(t->task->reserve(t, &l->batch));
done:
    odd_graph_free(&graph);
    return st;
}

static odd_status session_open(session *l)
{
    odd_status st;
    ODD_TRY(split_images(l));
    ODD_TRY(open_learner(l));
    if (l->state->epochs == 0) return ODD_OK;
    st = odd_trainer_load(l->learner.trainer, &l->state->trainer);
    if (st != ODD_OK) ODD_TRY(odd_train_checkpoint_broken(l->t, st));
done:
    return st;
}

static void session_close(session *l)
{
    odd_train_batch_free(&l->batch);
    odd_learner_close(&l->learner);
    for (int s = 0; s < ODD_SPLITS; s++)
        odd_free(l->rows[s].row);
}

/* -- an epoch -- */

/* Is this epoch, counted from 1, the best so far? Without a curve to choose by each one is. */
static bool is_best(const session *l, int curve, int64_t epoch)
{
    const odd_train_curves *r = &l->t->curves;
    const int32_t best = r->best[l->state->fold];
    if (curve < 0 || best == 0) return true;
    const double *loss = odd_train_curve(r, curve, l->state->fold);
    return !(loss[epoch - 1] >= loss[best - 1]); /* NaN without validation images */
}

/* The trainer's state after an epoch goes into the state of the training. @local */
static odd_status record_epoch(session *l, int64_t epoch)
{
    odd_train_state *state = l->state;
    const int curve = l->t->task->monitor(l->t->run->job);
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

/* Let the task evaluate the network on images that it does not learn from. @collective */
static odd_status evaluate_network(session *l, int64_t epoch)
{
    odd_training *t = l->t;
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_trainer_graph(l->learner.trainer, &graph));
    ODD_TRY(t->task->evaluate(t, l->state->fold, epoch - 1, graph, l->rows));
done:
    odd_graph_free(&graph);
    return st;
}

/* @collective */
static odd_status run_epoch(session *l, int64_t epoch, odd_progress *progress)
{
    odd_train_curves *r = &l->t->curves;
    const int64_t fold = l->state->fold, e = epoch - 1;
    const double started = odd_seconds();
    odd_tally sum;
    odd_status st;
    ODD_TRY(odd_learner_epoch(&l->learner, epoch, progress, &sum));
    r->seconds += odd_seconds() - started;
    r->learnt += l->learner.count;
    odd_train_curve(r, ODD_CURVE_TRAINING_LOSS, fold)[e] = sum.loss / sum.images;
    odd_train_curve(r, ODD_CURVE_TRAINING_ACCURACY, fold)[e] = sum.hits / sum.judged;
    ODD_TRY(evaluate_network(l, epoch));
    ODD_TRY_ALL(l->t->comm, record_epoch(l, epoch));
done:
    return st;
}

static bool is_patience_over(const session *l)
{
    const int64_t patience = l->t->options->patience;
    return patience > 0 && l->state->epochs - l->t->curves.best[l->state->fold] >= patience;
}

/* @collective */
static odd_status run_epochs(session *l)
{
    const int64_t left = l->t->options->epochs - l->state->epochs;
    odd_progress *progress =
        odd_progress_start(l->t->comm, "train", "images", left * l->learner.count);
    odd_status st = ODD_OK;
    while (l->state->epochs < l->t->options->epochs && !is_patience_over(l)) {
        const int64_t epoch = l->state->epochs + 1;
        st = run_epoch(l, epoch, progress);
        if (st == ODD_NUMERIC)
            odd_fail_prefix(st, "train: fold %lld, epoch %lld: ", (long long)l->state->fold + 1,
                            (long long)epoch);
        ODD_TRY(st);
        ODD_TRY(odd_train_checkpoint_save(l->t, l->state));
    }
done:
    odd_progress_stop(&progress);
    return st;
}

/* Hand the network of the best epoch to the task. @collective */
static odd_status finish_network(session *l)
{
    odd_training *t = l->t;
    odd_graph *graph = NULL;
    odd_status st = ODD_OK;
    if (l->state->best.count > 0)
        ODD_TRY_ALL(t->comm, odd_trainer_load(l->learner.trainer, &l->state->best));
    ODD_TRY_ALL(t->comm, odd_trainer_graph(l->learner.trainer, &graph));
    if (t->task->keep) t->task->keep(t, l->state->fold, l->learner.trainer);
    ODD_TRY(t->task->finish(t, l->state->fold, graph, &l->rows[ODD_SPLIT_HELD_OUT]));
done:
    odd_graph_free(&graph);
    return st;
}

static odd_status train_by_gradients(odd_training *t, odd_train_state *state)
{
    session l = {.t = t, .state = state};
    odd_status st;
    ODD_TRY_ALL(t->comm, session_open(&l));
    ODD_TRY(run_epochs(&l));
    ODD_TRY(finish_network(&l));
done:
    session_close(&l);
    return st;
}

odd_status odd_train_fold(odd_training *t, odd_train_state *state)
{
    odd_status st;
    ODD_TRY(t->task->train ? t->task->train(t, state) : train_by_gradients(t, state));
    odd_train_state_free(state);
    *state = (odd_train_state){.fold = state->fold + 1};
done:
    return st;
}
