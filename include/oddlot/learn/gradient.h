/**
 * Gradient: one step of training over all ranks. A batch is cut into shards, each rank works on a
 * run of them, and their gradients are summed in one fixed tree, so that neither ranks nor threads
 * show in the weights. Over several ranks the last layers' are on their way while the first layers'
 * are being computed.
 */
#ifndef ODDLOT_LEARN_GRADIENT_H
#define ODDLOT_LEARN_GRADIENT_H

#include "oddlot/nn/train.h"
#include "oddlot/par/sum_exchange.h"
#include "oddlot/par/treesum.h"

#include <mpi.h>

typedef struct {
    MPI_Comm comm;
    odd_trainer *trainer;   /* kept */
    int shards;             /* that a batch is cut into */
    int first, mine;        /* my shards of the batch that was asked for last */
    int most;               /* shards of mine that there is room for */
    int64_t length;         /* of the vector of a shard */
    float **vector;         /* (most) of length */
    odd_tally *tally;       /* (most) */
    odd_shard *shard;       /* (most) to be filled by the caller: the shards that are mine */
    odd_exchange *exchange; /* NULL: all shards are mine */
    odd_treesum *tree;      /* of tallies */
    double *sum;            /* (length) */
} odd_gradient;

/** Room for batches of `shards` shards; the trainer is watched until the close. @local, @same
 *  shards; ODD_NOMEM. */
odd_status odd_gradient_open(MPI_Comm comm, odd_trainer *trainer, int shards, odd_gradient *g);
void odd_gradient_close(odd_gradient *g);

/** Cut a batch of `batch` images; fewer than shards: into as many as there are images. Then fill
 *  g->shard[0 ... g->mine - 1]. @local */
void odd_gradient_cut(odd_gradient *g, int64_t batch);
/** Images of the batch that make the shard s of mine. @local */
void odd_gradient_range(const odd_gradient *g, int64_t batch, int s, int64_t *first,
                        int64_t *count);

/** Work on the filled shards, sum, move the weights. *total: the tallies of the whole batch.
 *  @collective @same batch, rate. What odd_trainer_shards() and odd_trainer_step() give. */
odd_status odd_gradient_step(odd_gradient *g, int64_t batch, double rate, odd_tally *total);

#endif
