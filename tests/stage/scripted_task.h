/**
 * A task of training whose losses are scripted and whose network anyone can follow: it remembers
 * what it was called for, and the weights that it was given.
 */
#ifndef ODDLOT_SCRIPTED_TASK_H
#define ODDLOT_SCRIPTED_TASK_H

#include "oddlot/base/bundle.h"
#include "training_fixture.h"

#include <stdio.h>

enum { EPOCHS = 4, FOLDS = 2, MAX_EVALUATED = FOLDS * EPOCHS };

/* What the task was asked and what it is to answer. */
static struct {
    double choice[EPOCHS]; /* loss of each epoch */
    bool chooses;          /* is there a curve that chooses the best epoch? */
    bool all_held;         /* nothing is left to learn from */
    int evaluated;
    bool splits_are_right;
    odd_bundle weights[MAX_EVALUATED]; /* of each network examined */
    odd_bundle finished[FOLDS];
    int64_t held[FOLDS];
} script;

static void script_begin(const double choice[EPOCHS])
{
    memset(&script, 0, sizeof script);
    script.splits_are_right = true;
    script.chooses = choice != NULL;
    for (int e = 0; choice && e < EPOCHS; e++)
        script.choice[e] = choice[e];
}

static void script_end(void)
{
    for (int i = 0; i < script.evaluated; i++)
        odd_bundle_free(&script.weights[i]);
    for (int f = 0; f < FOLDS; f++)
        odd_bundle_free(&script.finished[f]);
}

/* Row 0 does nothing, the fold itself is held, of the rest every tenth row chooses. */
static odd_train_split split(const odd_training *t, int64_t number, int64_t row)
{
    (void)t;
    if (row == 0) return ODD_SPLIT_NONE;
    if (script.all_held || row % FOLDS == number) return ODD_SPLIT_HELD_OUT;
    return row % 10 == 0 ? ODD_SPLIT_VALIDATION : ODD_SPLIT_TRAINING;
}

static odd_status network(const odd_job *job, int64_t number, const int64_t shape[3],
                          odd_graph **out)
{
    static const char *const item[] = {"dense 4", "tanh", "dense 1"};
    return odd_train_network(job, "train.network", 3, shape, 3, item, odd_train_seed(job, number),
                             out);
}

static int losses(const odd_job *job, const odd_graph *graph, odd_loss loss[ODD_LOSSES])
{
    (void)job;
    loss[0] = (odd_loss){ODD_LOSS_SQUARED, graph->output[0], 1};
    return 1;
}

static int monitor(const odd_job *job)
{
    (void)job;
    return script.chooses ? ODD_CURVE_VALIDATION_LOSS : -1;
}

/* More than its targets need. */
static odd_status reserve(const odd_training *t, odd_train_batch *batch)
{
    return odd_train_batch_keep_clean(&t->images, batch);
}

static void set_targets(const odd_train_batch *batch, const odd_train_images *images, int64_t at,
                        odd_target target[ODD_LOSSES])
{
    (void)images;
    target[0].value = batch->value + at; /* 0: they are not damaged */
}

/* The weights of a network. */
static odd_status weights_of(const odd_graph *graph, odd_bundle *out)
{
    odd_status st = ODD_OK;
    char name[32];
    for (int i = 0; i < graph->tensors; i++) {
        const odd_tensor *tensor = &graph->tensor[i];
        float *to;
        if (!tensor->data) continue;
        const int64_t values = odd_tensor_values(tensor);
        snprintf(name, sizeof name, "tensor %d", i);
        ODD_TRY(odd_bundle_add(out, name, ODD_F32, "weights", &to, 1, values));
        memcpy(to, tensor->data, (size_t)values * sizeof *to);
    }
done:
    return st;
}

static bool has_split(const odd_training *t, int64_t fold, int which, const odd_train_rows *rows)
{
    int64_t count = 0;
    bool good = true;
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        if (split(t, fold, row) != (odd_train_split)which) continue;
        bool there = false;
        for (int64_t j = 0; j < rows->count; j++)
            there = there || rows->row[j] == row;
        good = good && there;
        count++;
    }
    return good && count == rows->count;
}

static odd_status evaluate(odd_training *t, int64_t number, int64_t epoch, const odd_graph *graph,
                           const odd_train_rows parts[ODD_SPLITS])
{
    const int at = script.evaluated++;
    ODD_CHECK(at < MAX_EVALUATED);
    for (int p = 0; p < ODD_SPLITS; p++)
        script.splits_are_right = script.splits_are_right && has_split(t, number, p, &parts[p]);
    odd_train_curve(&t->curves, ODD_CURVE_VALIDATION_LOSS, number)[epoch] = script.choice[epoch];
    return weights_of(graph, &script.weights[at]);
}

static odd_status finish(odd_training *t, int64_t number, const odd_graph *graph,
                         const odd_train_rows *held)
{
    (void)t;
    script.held[number] = held->count;
    return weights_of(graph, &script.finished[number]);
}

static const odd_train_task task = {.settings = &(const odd_part){.name = "scripted"},
                                    .preset = "unit",
                                    .network = network,
                                    .losses = losses,
                                    .monitor = monitor,
                                    .split = split,
                                    .reserve = reserve,
                                    .set_targets = set_targets,
                                    .evaluate = evaluate,
                                    .finish = finish};

#define USUAL                                                                                      \
    "train.network=[dense 1]", "train.epochs=4", "train.folds=2", "train.batch=8", "train.shards=3"

static const char *const usual[] = {USUAL, NULL};
static const char *const patient[] = {USUAL, "train.patience=1", NULL};

#endif
