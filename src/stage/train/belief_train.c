/* One layer of a belief network: its Boltzmann machine learns from what the layers below make of
 * the images, epoch after epoch, and its state is kept after each. */
#include "stage/train/belief_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/learn/epoch_order.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    FIRST_EPOCHS = 5, /* of small momentum, section 9 of Hinton's guide */
    MEASURED = 8      /* batches of an epoch of which the error is measured, at least */
};

typedef struct {
    odd_training *t;
    odd_train_state *state;
    odd_rbm *rbm;
    odd_rbm_learner *learner;
    odd_belief_reader reader;
    int64_t batch;          /* rows of a step */
    int64_t *row;           /* (learning) in the order of the epoch */
    odd_ordered_row *place; /* (learning) */
} session;

/* ---- state ---- */

static void array_name(char name[48], int layer, const char *what)
{
    snprintf(name, 48, "layer%d/%s", layer + 1, what);
}

/* The three arrays of a layer. */
enum { RBM_ARRAYS = 3 };
typedef struct {
    const char *name;
    float *data;
    int64_t rows, columns; /* rows 0: it has one dimension */
} rbm_array;

static void list_arrays(const odd_rbm *rbm, rbm_array array[RBM_ARRAYS])
{
    array[0] = (rbm_array){"weight", rbm->weight, rbm->hidden, rbm->visible};
    array[1] = (rbm_array){"visible_bias", rbm->visible_bias, 0, rbm->visible};
    array[2] = (rbm_array){"hidden_bias", rbm->hidden_bias, 0, rbm->hidden};
}

static int64_t values_of(const rbm_array *a)
{
    return (a->rows > 0 ? a->rows : 1) * a->columns;
}

static odd_status save_rbm(const odd_rbm *rbm, int layer, odd_bundle *b)
{
    rbm_array array[RBM_ARRAYS];
    char name[48];
    float *data;
    odd_status st = ODD_OK;
    list_arrays(rbm, array);
    for (int i = 0; i < RBM_ARRAYS; i++) {
        array_name(name, layer, array[i].name);
        ODD_TRY(odd_bundle_add(b, name, ODD_F32, "of the Boltzmann machine", &data, 1,
                               values_of(&array[i])));
        memcpy(data, array[i].data, (size_t)values_of(&array[i]) * sizeof *data);
    }
done:
    return st;
}

static odd_status load_array(const odd_bundle *b, const char *name, int64_t count, float to[])
{
    const odd_array *a;
    odd_status st;
    ODD_TRY(odd_bundle_get(b, name, ODD_F32, 1, &a));
    ODD_TRY(odd_array_check_finite(a));
    if (a->shape.shape[0] != count)
        return odd_fail(ODD_FORMAT, "'%s' has %lld values instead of %lld", name,
                        (long long)a->shape.shape[0], (long long)count);
    memcpy(to, a->data, (size_t)count * sizeof *to);
done:
    return st;
}

static odd_status load_rbm(const odd_bundle *b, int layer, odd_rbm *rbm)
{
    rbm_array array[RBM_ARRAYS];
    char name[48];
    odd_status st = ODD_OK;
    list_arrays(rbm, array);
    for (int i = 0; i < RBM_ARRAYS; i++) {
        array_name(name, layer, array[i].name);
        ODD_TRY(load_array(b, name, values_of(&array[i]), array[i].data));
    }
done:
    return st;
}

/* All layers up to the one at work, and how that goes on. @collective */
static odd_status save_state(session *s)
{
    odd_belief *b = s->t->state;
    odd_bundle *to = &s->state->trainer;
    float *data;
    odd_status st = ODD_OK;
    odd_bundle_free(to);
    for (int i = 0; i <= s->state->fold; i++)
        ODD_TRY_ALL(s->t->comm, save_rbm(&b->rbm[i], i, to));
    ODD_TRY_ALL(s->t->comm, odd_bundle_add(to, "learner", ODD_F32, "how it goes on", &data, 1,
                                           odd_rbm_learner_state_size(s->learner)));
    odd_rbm_learner_save(s->learner, data);
done:
    return st;
}

static odd_status load_state(session *s)
{
    odd_belief *b = s->t->state;
    const odd_bundle *from = &s->state->trainer;
    const int64_t size = odd_rbm_learner_state_size(s->learner);
    float *data = NULL;
    odd_status st = ODD_OK;
    for (int i = 0; i <= s->state->fold; i++)
        ODD_TRY(load_rbm(from, i, &b->rbm[i]));
    ODD_TRY(ODD_NEW(data, size));
    ODD_TRY(load_array(from, "learner", size, data));
    odd_rbm_learner_load(s->learner, data);
done:
    odd_free(data);
    return st == ODD_OK ? st : odd_train_checkpoint_broken(s->t, st);
}

/* ---- opening ---- */

static odd_status open_learner(session *s)
{
    const odd_training *t = s->t;
    const odd_belief *b = t->state;
    const odd_belief_options *o = odd_belief_options_of(t->run->job);
    const odd_rbm_options how = {.rate = o->rate,
                                 .momentum = o->first_momentum,
                                 .weight_decay = t->options->weight_decay,
                                 .sparsity = o->sparsity,
                                 .sparsity_cost = o->sparsity_cost,
                                 .steps = (int)o->steps,
                                 .persistent = o->persistent};
    odd_status st;
    s->batch = odd_min(t->options->batch, b->learning);
    ODD_TRY(odd_rbm_learner_new(t->comm, s->rbm, &how, s->batch,
                                odd_train_seed(t->run->job, s->state->fold), &s->learner));
    ODD_TRY(odd_belief_reader_new(s->t, (int)s->state->fold, s->batch, true, &s->reader));
    ODD_TRY(ODD_NEW(s->row, b->learning));
    ODD_TRY(ODD_NEW(s->place, b->learning));
    memcpy(s->row, b->row, (size_t)b->learning * sizeof *s->row);
done:
    return st;
}

/* Biases of visible units begin where they give back the mean (section 8.1 of the guide); those of
 * Gaussian ones at 0. @collective */
static odd_status begin_biases(session *s)
{
    const odd_belief *b = s->t->state;
    odd_belief_reader reader = {0};
    double *mean = NULL;
    odd_status st = ODD_OK;
    if (s->state->epochs > 0 || s->rbm->kind == ODD_VISIBLE_GAUSSIAN) goto done;
    ODD_TRY_ALL(s->t->comm, ODD_NEW(mean, s->rbm->visible));
    ODD_TRY_ALL(s->t->comm,
                odd_belief_reader_new(s->t, (int)s->state->fold, s->batch, false, &reader));
    const odd_rows rows = odd_belief_rows(&reader, b->learning, b->row);
    ODD_TRY(odd_belief_mean(&rows, mean));
    for (int i = 0; i < s->rbm->visible; i++) {
        const double p = fmin(fmax(mean[i], 0.01), 0.99);
        s->rbm->visible_bias[i] = (float)log(p / (1 - p));
    }
done:
    odd_belief_reader_free(&reader);
    odd_free(mean);
    return st;
}

static void session_close(session *s)
{
    odd_rbm_learner_free(&s->learner);
    odd_belief_reader_free(&s->reader);
    odd_free(s->row);
    odd_free(s->place);
}

/* ---- an epoch ---- */

/* @collective */
static odd_status one_batch(session *s, int64_t first, int64_t count, double *error)
{
    odd_training *t = s->t;
    int64_t at, mine;
    odd_status st;
    float *x = odd_rbm_learner_rows(s->learner, count, &at, &mine);
    ODD_TRY(odd_signals_check(t->comm));
    ODD_TRY_ALL(t->comm, odd_fault("train.step"));
    ODD_TRY_ALL(t->comm, odd_belief_read(&s->reader, mine, s->row + first + at,
                                         (uint32_t)s->state->epochs + 1, x));
    odd_rbm_learner_step(s->learner, count, s->row + first,
                         (uint64_t)s->state->epochs << 40 | (uint64_t)first, error);
    if (error && !isfinite(*error))
        st = odd_fail(ODD_NUMERIC,
                      "layer %lld, epoch %lld: the images that it gives back are no numbers; "
                      "try a smaller train.belief.rate",
                      (long long)s->state->fold + 1, (long long)s->state->epochs + 1);
done:
    return st;
}

/* Persistent chains give no images back: that costs a pass of its own, so that it is done for one
 * batch of eight, where an epoch has many, and for the last. */
static bool is_measured(const session *s, int64_t first)
{
    const odd_belief *b = s->t->state;
    const int64_t batches = (b->learning + s->batch - 1) / s->batch, at = first / s->batch;
    const int64_t every = odd_max(1, odd_min(8, batches / MEASURED));
    return !odd_belief_options_of(s->t->run->job)->persistent || (at + 1) % every == 0 ||
           at + 1 == batches;
}

/* @collective */
static odd_status run_epoch(session *s, odd_progress *progress)
{
    odd_training *t = s->t;
    const odd_belief *b = t->state;
    const int64_t e = s->state->epochs, fold = s->state->fold;
    const double started = odd_seconds();
    double sum = 0, error;
    int64_t measured = 0;
    odd_status st = ODD_OK;
    odd_rbm_learner_momentum(s->learner, e < FIRST_EPOCHS
                                             ? odd_belief_options_of(t->run->job)->first_momentum
                                             : t->options->momentum);
    odd_epoch_order(b->learning, s->row, (uint64_t)t->run->options->seed, e + 1, s->place);
    for (int64_t first = 0; first < b->learning; first += s->batch) {
        const int64_t count = odd_min(s->batch, b->learning - first);
        const bool measure = is_measured(s, first);
        error = 0;
        ODD_TRY(one_batch(s, first, count, measure ? &error : NULL));
        sum += error;
        measured += measure ? count : 0;
        odd_progress_add(progress, odd_rank(t->comm) == 0 ? count : 0);
    }
    t->curves.seconds += odd_seconds() - started;
    t->curves.learnt += b->learning;
    sum /= (double)measured * s->rbm->visible;
    odd_train_curve(&t->curves, ODD_CURVE_TRAINING_LOSS, fold)[e] = sum;
    t->curves.best[fold] = (int32_t)e + 1;
    s->state->epochs = e + 1;
    odd_log(ODD_LOG_INFO, "train: layer %lld, epoch %lld: error %.6f", (long long)fold + 1,
            (long long)e + 1, sum);
done:
    return st;
}

/* @collective */
static odd_status run_epochs(session *s)
{
    odd_training *t = s->t;
    const odd_belief *b = t->state;
    const int64_t left = t->options->epochs - s->state->epochs;
    odd_progress *progress = odd_progress_start(t->comm, "train", "images", left * b->learning);
    odd_status st = ODD_OK;
    while (s->state->epochs < t->options->epochs) {
        ODD_TRY(run_epoch(s, progress));
        ODD_TRY(save_state(s));
        ODD_TRY(odd_train_checkpoint_save(t, s->state));
    }
done:
    odd_progress_stop(&progress);
    return st;
}

odd_status odd_belief_train(odd_training *t, odd_train_state *state)
{
    odd_belief *b = t->state;
    session s = {.t = t, .state = state, .rbm = &b->rbm[state->fold]};
    odd_status st;
    ODD_TRY(odd_belief_prepare(t));
    ODD_TRY_ALL(t->comm, open_learner(&s));
    if (state->epochs > 0) ODD_TRY_ALL(t->comm, load_state(&s));
    ODD_TRY(begin_biases(&s));
    ODD_TRY(run_epochs(&s));
    if (state->fold + 1 == b->layers) ODD_TRY(odd_belief_finish(t));
done:
    session_close(&s);
    return st;
}
