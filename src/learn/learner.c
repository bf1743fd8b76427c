/* Learner: rows in an order of each epoch, batch after batch, shard after shard. */
#include "oddlot/learn/learner.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/signals.h"

#include <stdlib.h>

odd_status odd_learner_open(odd_learner *l, const odd_graph *graph, int losses,
                            const odd_loss loss[], const odd_train_options *options)
{
    odd_status st;
    ODD_TRY(ODD_NEW(l->place, l->count));
    ODD_TRY(odd_trainer_new(graph, losses, loss, options, &l->trainer));
    ODD_TRY(odd_gradient_open(l->comm, l->trainer, l->shards, &l->gradient));
done:
    return st;
}

void odd_learner_close(odd_learner *l)
{
    odd_gradient_close(&l->gradient);
    odd_trainer_free(&l->trainer);
    odd_free(l->place);
    l->place = NULL;
}

/* A shard has at most one row more than another. */
int64_t odd_learner_max_rows(const odd_learner *l)
{
    return l->gradient.max_shards * ((l->batch + l->shards - 1) / l->shards);
}

/* My shards of the batch of `count` rows from `first` on; loading may communicate, so no rank
 * leaves before it. */
static odd_status fill_shards(odd_learner *l, int64_t first, int64_t count, uint32_t epoch)
{
    odd_gradient *g = &l->gradient;
    int64_t from = 0, at = 0, rows = 0, mine = 0;
    odd_status st;
    odd_gradient_cut(g, count);
    for (int s = 0; s < g->mine; s++, mine += rows) {
        odd_gradient_range(g, count, s, &at, &rows);
        if (s == 0) from = at;
        g->shard[s] = (odd_shard){.images = rows, .id = l->row + first + at};
        l->dataset.set_shard(l->dataset.context, mine, &g->shard[s]);
    }
    ODD_TRY(l->dataset.load(l->dataset.context, mine, l->row + first + from, epoch));
    ODD_TRY(odd_fault("train.step"));
done:
    return st;
}

odd_status odd_learner_epoch(odd_learner *l, int64_t epoch, odd_progress *progress, odd_tally *sum)
{
    odd_tally part;
    odd_status st = ODD_OK;
    *sum = (odd_tally){0};
    odd_epoch_order(l->count, l->row, l->seed, epoch, l->place);
    for (int64_t first = 0; first < l->count; first += l->batch) {
        const int64_t left = l->count - first, count = left < l->batch ? left : l->batch;
        const double rate = odd_schedule_rate(&l->schedule, odd_trainer_steps(l->trainer));
        ODD_TRY(odd_signals_check(l->comm));
        ODD_TRY_ALL(l->comm, fill_shards(l, first, count, (uint32_t)epoch));
        ODD_TRY(odd_gradient_step(&l->gradient, count, rate, &part));
        sum->loss += part.loss;
        sum->hits += part.hits;
        sum->images += part.images;
        sum->judged += part.judged;
        odd_progress_add(progress, odd_rank(l->comm) == 0 ? count : 0);
    }
done:
    return st;
}
