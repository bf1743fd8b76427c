/* A learner of Boltzmann machines: what it holds, its steps, and its state to go on from. */
#include "energy/rbm_learner_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/threads.h"

#include <string.h>

static odd_status allocate_learner(odd_rbm_learner *l)
{
    const int64_t b = l->batch, v = l->rbm->visible, h = l->rbm->hidden;
    odd_status st;
    ODD_TRY(ODD_NEW(l->visible, 2 * b * v));
    ODD_TRY(ODD_NEW(l->hidden, 2 * b * h));
    ODD_TRY(ODD_NEW(l->chain, b * h));
    ODD_TRY(ODD_NEW(l->error, b));
    ODD_TRY(ODD_NEW(l->speed, h * v));
    ODD_TRY(ODD_NEW(l->visible_speed, v));
    ODD_TRY(ODD_NEW(l->hidden_speed, h));
    ODD_TRY(ODD_NEW(l->activity, h));
    ODD_TRY(ODD_NEW(l->mean, v));
    ODD_TRY(ODD_NEW(l->hidden_mean, h));
done:
    return st;
}

odd_status odd_rbm_learner_new(MPI_Comm comm, odd_rbm *rbm, const odd_rbm_options *options,
                               int64_t batch, uint64_t seed, odd_rbm_learner **out)
{
    odd_rbm_learner *l = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(l, 1));
    *l = (odd_rbm_learner){.comm = comm,
                           .rbm = rbm,
                           .options = *options,
                           .batch = batch,
                           .seed = seed,
                           .threads = odd_threads()};
    ODD_TRY(allocate_learner(l));
    for (int j = 0; j < rbm->hidden; j++)
        l->activity[j] = (float)options->sparsity;
    *out = l;
    l = NULL; /* handed over */
done:
    odd_rbm_learner_free(&l);
    return st;
}

void odd_rbm_learner_free(odd_rbm_learner **learner)
{
    odd_rbm_learner *l = *learner;
    if (!l) return;
    odd_free(l->visible);
    odd_free(l->hidden);
    odd_free(l->chain);
    odd_free(l->error);
    odd_free(l->speed);
    odd_free(l->visible_speed);
    odd_free(l->hidden_speed);
    odd_free(l->activity);
    odd_free(l->mean);
    odd_free(l->hidden_mean);
    odd_free(l);
    *learner = NULL;
}

void odd_rbm_learner_momentum(odd_rbm_learner *l, double momentum)
{
    l->options.momentum = momentum;
}
void odd_rbm_learner_step(odd_rbm_learner *l, int64_t count, const int64_t row[], uint64_t turn,
                          double *error)
{
    uint32_t bits[4];
    odd_philox(l->seed, ODD_STREAM_GIBBS, turn, UINT32_MAX, bits);
    const odd_rbm_step s = {.l = l,
                            .row = row,
                            .count = count,
                            .seed = (uint64_t)bits[1] << 32 | bits[0],
                            .measure = error != NULL};
    odd_rbm_sample(&s);
    odd_rbm_learn(l, count);
    if (!error) return;
    *error = 0;
    for (int64_t i = 0; i < count; i++)
        *error += (double)l->error[i];
}
/* ---- state ---- */

int64_t odd_rbm_learner_state_size(const odd_rbm_learner *l)
{
    const int64_t v = l->rbm->visible, h = l->rbm->hidden;
    return h * v + v + 2 * h + l->batch * h;
}

/* Each array in turn, to the state or from it. */
static void copy_state(const odd_rbm_learner *l, bool save, float state[])
{
    const int64_t v = l->rbm->visible, h = l->rbm->hidden;
    float *const array[] = {l->speed, l->visible_speed, l->hidden_speed, l->activity, l->chain};
    const int64_t count[] = {h * v, v, h, h, l->batch * h};
    for (int i = 0; i < 5; i++) {
        float *to = save ? state : array[i];
        memcpy(to, save ? array[i] : state, (size_t)count[i] * sizeof *to);
        state += count[i];
    }
}

void odd_rbm_learner_save(odd_rbm_learner *l, float state[])
{
    odd_rbm_share(l->comm, l->rbm->hidden, ODD_RBM_SLICE, l->rbm->visible, l->speed);
    copy_state(l, true, state);
}

void odd_rbm_learner_load(odd_rbm_learner *l, const float state[])
{
    copy_state(l, false, (float *)state);
}
