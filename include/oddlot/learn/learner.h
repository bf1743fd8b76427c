/**
 * Learner: a network that learns from numbered rows, whatever these are, epoch after epoch; all
 * ranks together, and neither their number nor that of the threads shows in the weights.
 */
#ifndef ODDLOT_LEARN_LEARNER_H
#define ODDLOT_LEARN_LEARNER_H

#include "oddlot/learn/epoch_order.h"
#include "oddlot/learn/gradient.h"

#include "oddlot/par/progress.h"

/* Where batches come from. */
typedef struct {
    void *context; /* kept */
    /** Load my rows of a batch, as they are in this epoch. Every rank calls it at each step, for no
     * rows where it has no shard, so this may be @collective; ranks agree on its status. */
    odd_status (*load)(void *context, int64_t count, const int64_t row[], uint32_t epoch);
    /** Set the input and the targets of a shard, whose first row is the at-th one loaded. @local */
    void (*set_shard)(const void *context, int64_t at, odd_shard *shard);
} odd_learner_dataset;

/* The first part is set before opening.
 *
 * O(n) on every rank: `row` and `place`, 24 bytes a row; 3 MB for 131,784 rows, 2.4 GB for 100
 * million. */
typedef struct {
    MPI_Comm comm;
    uint64_t seed; /* of the order of rows */
    int64_t batch; /* rows of a step, on all ranks */
    int shards;    /* that it is cut into; <= batch */
    int64_t count; /* rows that it learns from; >= 1 */
    int64_t *row;  /* (count) their numbers, which an epoch puts into its order; kept */
    odd_learner_dataset dataset;
    odd_schedule schedule; /* of learning rates */

    odd_trainer *trainer;
    odd_gradient gradient;
    odd_ordered_row *place; /* (count) */
} odd_learner;

/** Begin with a graph (copied) and the terms of its objective. @local @same all. As
 *  odd_trainer_new(). */
odd_status odd_learner_open(odd_learner *l, const odd_graph *graph, int losses,
                            const odd_loss loss[], const odd_train_options *options);
void odd_learner_close(odd_learner *l); /* @local; leaves what was set before */

/** Rows of a batch that this rank loads, at most. @local */
int64_t odd_learner_max_rows(const odd_learner *l);

/** One epoch, counted from 1, over all rows in an order of its own. *sum: the tallies of all
 *  batches. @collective @same epoch; ODD_STOPPED by a signal, ODD_NUMERIC where the loss is no
 *  number, what loading a batch gives. */
odd_status odd_learner_epoch(odd_learner *l, int64_t epoch, odd_progress *progress, odd_tally *sum);

#endif
