/**
 * Gradient: one step of training over all ranks. A batch is cut into shards, each rank works on a
 * run of them, and their gradients are summed in one fixed tree, so that the weights do not
 * depend on the number of ranks or threads. Over several ranks the gradients of the last layers are
 * sent while those of the first layers are being computed.
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
    int first, mine;        /* my shards of the last batch that was cut */
    int max_shards;         /* capacity for shards of mine */
    int64_t length;         /* of the vector of a shard */
    float **vector;         /* (max_shards, length) */
    odd_tally *tally;       /* (max_shards) */
    odd_shard *shard;       /* (max_shards) to be filled by the caller: the shards that are mine */
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

/** Compute the gradients of the filled shards, sum them and update the weights. *total: the tallies
 *  of the whole batch. @collective @same batch, rate. Returns what odd_trainer_shards() and
 *  odd_trainer_step() return. */
odd_status odd_gradient_step(odd_gradient *g, int64_t batch, double rate, odd_tally *total);

#endif
