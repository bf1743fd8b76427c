/* Gradient: shards of a batch over ranks, summed in one tree, then a step of the optimizer. */
#include "oddlot/learn/gradient.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

enum { TALLY = 4 }; /* numbers of one: loss, hits, images, judged */

static void send_final(void *context, int64_t first)
{
    odd_exchange_ready(context, first);
}

odd_status odd_gradient_open(MPI_Comm comm, odd_trainer *trainer, int shards, odd_gradient *g)
{
    const int max_shards = (shards + odd_size(comm) - 1) / odd_size(comm);
    odd_status st;
    *g = (odd_gradient){
        .comm = comm, .trainer = trainer, .shards = shards, .max_shards = max_shards};
    g->length = odd_trainer_length(trainer);
    ODD_TRY(ODD_NEW(g->vector, max_shards));
    for (int s = 0; s < max_shards; s++)
        ODD_TRY(ODD_NEW(g->vector[s], g->length));
    ODD_TRY(ODD_NEW(g->tally, max_shards));
    ODD_TRY(ODD_NEW(g->shard, max_shards));
    ODD_TRY(ODD_NEW(g->sum, g->length));
    ODD_TRY(odd_treesum_new(TALLY, 0, &g->tree));
    if (odd_size(comm) == 1) return ODD_OK;
    ODD_TRY(odd_exchange_new(comm, g->length, &g->exchange));
    odd_trainer_watch(trainer, send_final, g->exchange);
done:
    return st;
}

void odd_gradient_close(odd_gradient *g)
{
    if (g->exchange) odd_trainer_watch(g->trainer, NULL, NULL);
    odd_exchange_free(&g->exchange);
    for (int s = 0; g->vector && s < g->max_shards; s++)
        odd_free(g->vector[s]);
    odd_free(g->vector);
    odd_free(g->tally);
    odd_free(g->shard);
    odd_free(g->sum);
    odd_treesum_free(&g->tree);
}

static int shards_of(const odd_gradient *g, int64_t batch)
{
    return batch < g->shards ? (int)batch : g->shards;
}

void odd_gradient_cut(odd_gradient *g, int64_t batch)
{
    int64_t first, mine;
    odd_shard_range(shards_of(g, batch), odd_size(g->comm), odd_rank(g->comm), &first, &mine);
    g->first = (int)first;
    g->mine = (int)mine;
    ODD_CHECK(g->mine <= g->max_shards);
}

void odd_gradient_range(const odd_gradient *g, int64_t batch, int s, int64_t *first, int64_t *count)
{
    odd_shard_range(batch, shards_of(g, batch), g->first + s, first, count);
}

/* My shards become a run of the tree. */
static odd_status push_tallies(odd_gradient *g)
{
    odd_treesum_begin(g->tree, g->first);
    for (int s = 0; s < g->mine; s++) {
        const odd_tally *tally = &g->tally[s];
        double *sum = odd_treesum_next(g->tree);
        if (!sum) return ODD_NOMEM;
        sum[0] = tally->loss;
        sum[1] = tally->hits;
        sum[2] = tally->images;
        sum[3] = tally->judged;
        odd_treesum_push(g->tree);
    }
    return ODD_OK;
}

static odd_status run_shards(odd_gradient *g, int64_t batch)
{
    odd_status st;
    ODD_TRY(odd_trainer_shards(g->trainer, batch, g->mine, g->shard, g->vector, g->tally));
    ODD_TRY(push_tallies(g));
done:
    return st;
}

/* A rank whose shards failed takes part in the sum, of no meaning, so that nobody waits for it. */
static odd_status sum_shards(odd_gradient *g, int64_t batch)
{
    odd_status st, mine;
    if (g->exchange) {
        ODD_TRY(odd_exchange_cut(g->exchange, shards_of(g, batch)));
        odd_exchange_begin(g->exchange, g->vector);
    }
    mine = run_shards(g, batch);
    if (g->exchange)
        odd_exchange_end(g->exchange, g->sum);
    else if (mine == ODD_OK)
        odd_dyadic_sum(g->length, g->mine, (const float *const *)g->vector, g->sum);
    ODD_TRY_ALL(g->comm, mine);
done:
    return st;
}

odd_status odd_gradient_step(odd_gradient *g, int64_t batch, double rate, odd_tally *total)
{
    double sum[TALLY];
    odd_status st;
    ODD_TRY(sum_shards(g, batch));
    ODD_TRY(odd_treesum_total(g->comm, g->tree, sum));
    *total = (odd_tally){.loss = sum[0], .hits = sum[1], .images = sum[2], .judged = sum[3]};
    ODD_TRY(odd_trainer_step(g->trainer, g->sum, total->loss / (double)batch, rate));
done:
    return st;
}
