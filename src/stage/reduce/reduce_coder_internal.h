/**
 * Reduce coder: the auto-encoder of rows of features that `reduce.method: autoencoder` learns.
 *
 * Letters: n rows, d features, k values of a code. Rows are centred and divided by one scale.
 */
#ifndef ODDLOT_STAGE_REDUCE_REDUCE_CODER_INTERNAL_H
#define ODDLOT_STAGE_REDUCE_REDUCE_CODER_INTERNAL_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/job.h"
#include "oddlot/nn/graph.h"
#include "oddlot/par/rows.h"

/* Section `reduce.autoencoder`. */
typedef struct {
    odd_list network, decoder;
    int64_t epochs, batch, shards;
    double rate;
} odd_reduce_coder_options;

/* A network whose outputs are the code and the row that is given back, and what rows go through
 * before it. */
typedef struct {
    int d, k;
    odd_graph *graph;
    double *mean; /* (d) */
    double scale; /* what is left is multiplied by it */
} odd_reduce_coder;

/** Before training, mean and scale 0. @local; ODD_USAGE for layers that do not fit, ODD_NOMEM. */
odd_status odd_reduce_coder_new(int d, const odd_list *network, const odd_list *decoder,
                                uint64_t seed, odd_reduce_coder *out);
void odd_reduce_coder_free(odd_reduce_coder *c);

/** Set mean and scale, which makes the mean variance 1, from all rows: two passes, each rank in its
 *  turn, so the same bits on any number of ranks. *bad_row: the first row with a value that is not
 *  finite, else -1. @collective on rows->comm; the same mean and scale on every rank. ODD_ARG for
 *  no rows, ODD_NUMERIC, ODD_STOPPED, what the reader gives. */
odd_status odd_reduce_coder_measure(const odd_rows *rows, odd_reduce_coder *c, int64_t *bad_row);

/** Into a bundle, and back: ODD_FORMAT where that is not whole. @local */
odd_status odd_reduce_coder_save(const odd_reduce_coder *c, const odd_reduce_coder_options *options,
                                 odd_bundle *model);
odd_status odd_reduce_coder_load(const odd_bundle *model, odd_reduce_coder *out);

/** Scaled rows z (count, d), which may be x. @local */
void odd_reduce_coder_scale(const odd_reduce_coder *c, int64_t count, const float x[], float z[]);

#endif
