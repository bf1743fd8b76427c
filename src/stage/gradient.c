/* Gradient: shards of a batch over ranks, summed in one tree, then a step of the optimizer. */
#include "gradient_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

enum { TALLY = 3 }; /* numbers of one: loss, hits, images */

/* All shards are mine: their sum needs no messages, and has the same bits. */
static bool alone(const odd_gradient *g)
{
    return odd_size(g->comm) == 1;
}

odd_status odd_gradient_open(MPI_Comm comm, odd_trainer *trainer, int shards, odd_gradient *g)
{
    const int most = (shards + odd_size(comm) - 1) / odd_size(comm);
    odd_status st;
    *g = (odd_gradient){.comm = comm, .trainer = trainer, .shards = shards, .most = most};
    g->length = odd_trainer_length(trainer);
    ODD_TRY(ODD_NEW(g->vector, most));
    for (int s = 0; s < most; s++)
        ODD_TRY(ODD_NEW(g->vector[s], g->length));
    ODD_TRY(ODD_NEW(g->tally, most));
    ODD_TRY(ODD_NEW(g->shard, most));
    ODD_TRY(ODD_NEW(g->sum, g->length + TALLY));
    ODD_TRY(odd_treesum_new(alone(g) ? TALLY : g->length + TALLY, 0, &g->tree));
done:
    return st;
}

void odd_gradient_close(odd_gradient *g)
{
    for (int s = 0; g->vector && s < g->most; s++)
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
    ODD_CHECK(g->mine <= g->most);
}

void odd_gradient_range(const odd_gradient *g, int64_t batch, int s, int64_t *first, int64_t *count)
{
    odd_shard_range(batch, shards_of(g, batch), g->first + s, first, count);
}

static void put_tally(const odd_tally *tally, double sum[TALLY])
{
    sum[0] = tally->loss;
    sum[1] = tally->hits;
    sum[2] = tally->images;
}

/* My shards become a run of the tree; `length` values of each, then its tally. */
static odd_status push_shards(odd_gradient *g, int64_t length)
{
    odd_treesum_begin(g->tree, g->first);
    for (int s = 0; s < g->mine; s++) {
        double *sum = odd_treesum_next(g->tree);
        if (!sum) return ODD_NOMEM;
        for (int64_t i = 0; i < length; i++)
            sum[i] = g->vector[s][i];
        put_tally(&g->tally[s], sum + length);
        odd_treesum_push(g->tree);
    }
    return ODD_OK;
}

static odd_status add_up(odd_gradient *g)
{
    odd_status st;
    if (alone(g)) odd_gradient_sum(g->length, g->mine, (const float *const *)g->vector, g->sum);
    const int64_t before = alone(g) ? g->length : 0;
    ODD_TRY_ALL(g->comm, push_shards(g, g->length - before));
    ODD_TRY(odd_treesum_total(g->comm, g->tree, g->sum + before));
done:
    return st;
}

odd_status odd_gradient_step(odd_gradient *g, int64_t batch, double rate, odd_tally *total)
{
    const double *sum = g->sum + g->length;
    odd_status st;
    ODD_TRY_ALL(g->comm,
                odd_trainer_shards(g->trainer, batch, g->mine, g->shard, g->vector, g->tally));
    ODD_TRY(add_up(g));
    *total = (odd_tally){.loss = sum[0], .hits = sum[1], .images = sum[2]};
    ODD_TRY(odd_trainer_step(g->trainer, g->sum, total->loss / (double)batch, rate));
done:
    return st;
}
