/* Shards: each the work of one thread, with a tape that fits its number of images. */
#include "nn/train/trainer_internal.h"

#include "oddlot/base/first_failure.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <omp.h>
#include <string.h>

static odd_status check_shard(const odd_train_setup *t, const odd_shard *shard)
{
    odd_status st = ODD_OK;
    if (shard->images < 1) return odd_fail(ODD_ARG, "a shard of %" PRId64 " images", shard->images);
    if (t->draws && !shard->id)
        return odd_fail(ODD_ARG, "dropout and sample need the numbers of images");
    for (int i = 0; st == ODD_OK && i < t->losses; i++) {
        int64_t values = odd_tensor_values(&t->graph->tensor[t->loss[i].tensor]);
        st = odd_target_check(t->loss[i].kind, shard->images, values, t->centers.classes,
                              &shard->target[i]);
    }
    return st;
}

/* Places for the tapes of more threads than so far. */
static odd_status make_room(odd_trainer *t, int threads)
{
    odd_tape **more;
    if (threads <= t->threads) return ODD_OK;
    if (odd_watch_reserve(&t->watch, threads) != ODD_OK) return ODD_NOMEM;
    if (ODD_NEW(more, (int64_t)threads * ODD_TAPES) != ODD_OK) return ODD_NOMEM;
    if (t->threads > 0) memcpy(more, t->tape, sizeof *more * (size_t)t->threads * ODD_TAPES);
    odd_free(t->tape);
    t->tape = more;
    t->threads = threads;
    return ODD_OK;
}

/* The tape of this thread for n images; the one that was not used for the longest time makes room.
 * Tapes share the constants of the graph: they are made one after the other. */
static odd_status find_tape(odd_trainer *t, int thread, int64_t n, odd_tape **out)
{
    odd_tape **mine = t->tape + (int64_t)thread * ODD_TAPES, *made;
    odd_status st;
    int last = 0;
    for (int i = 0; i < ODD_TAPES; i++) {
        *out = mine[i];
        if (mine[i] && mine[i]->plan->n == n) return ODD_OK;
        if (!mine[i] || (mine[last] && mine[i]->used_at < mine[last]->used_at)) last = i;
        if (!mine[i]) break;
    }
#pragma omp critical(odd_tape_making)
    st = odd_tape_new(&t->training, n, &made);
    if (st != ODD_OK) return st;
    odd_tape_free(&mine[last]);
    *out = mine[last] = made;
    return ODD_OK;
}

/* One call of odd_trainer_shards(). */
typedef struct {
    odd_trainer *trainer;
    int64_t batch;
    const odd_shard *shard;
    float *const *vector;
    odd_tally *tally;
} call;

static odd_status run_shard(const call *w, int s, int thread)
{
    odd_tape *tape;
    odd_trainer *t = w->trainer;
    const odd_work work = {.shard = &w->shard[s],
                           .batch = w->batch,
                           .step = t->step,
                           .watch = &t->watch,
                           .thread = thread};
    odd_status st;
    odd_watch_begin_shard(&t->watch, work.thread, t->training.parameters.length);
    ODD_TRY(find_tape(t, work.thread, w->shard[s].images, &tape));
    tape->used_at = (uint64_t)t->step + 1;
    ODD_TRY(odd_tape_run(&t->training, tape, &work, w->vector[s]));
    w->tally[s] = tape->work.tally;
    odd_watch_end_shard(&t->watch, work.thread); /* a failed one does not become final */
done:
    return st;
}

/* In a team of one: oneDNN's batch norm of rows has barriers, where it would else wait for threads
 * of ours that are at another shard, or have none. */
static void run_alone(const call *w, int s, odd_first_failure *f)
{
    odd_status st = ODD_OK;
    int thread = omp_get_thread_num();
#pragma omp parallel num_threads(1) default(none) shared(w, s, st, thread)
    st = run_shard(w, s, thread);
    odd_first_failure_keep(f, s, st);
}

/* oneDNN would start threads of its own: each of ours sets the count to one. */
static void run_shards(const call *w, int shards, int threads, odd_first_failure *f)
{
#pragma omp parallel num_threads(threads) default(none) shared(w, shards, f)
    {
        omp_set_num_threads(1);
#pragma omp for schedule(dynamic)
        for (int s = 0; s < shards; s++)
            run_alone(w, s, f);
    }
}

odd_status odd_trainer_shards(odd_trainer *t, int64_t batch, int shards, const odd_shard shard[],
                              float *const vector[], odd_tally tally[])
{
    int all = omp_get_max_threads(), threads = all < shards ? all : shards;
    odd_first_failure f = ODD_NO_FAILURE;
    call w = {t, batch, shard, vector, tally};
    odd_status st = ODD_OK;
    if (shards == 0) return ODD_OK;
    for (int s = 0; s < shards; s++)
        ODD_TRY(check_shard(&t->training, &shard[s]));
    ODD_TRY(make_room(t, threads));
    odd_watch_start(&t->watch, shards);
    run_shards(&w, shards, threads, &f);
    omp_set_num_threads(all);
    st = odd_first_failure_tell(&f);
done:
    return st;
}
