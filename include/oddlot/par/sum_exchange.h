/**
 * Sum exchange: the sum of vectors that ranks hold, in the tree of base/dyadic.h, parts of which
 * travel while others are still being computed. The leaves of the tree are shards, a vector each:
 * gradients, in `learn`.
 *
 * A vector is cut into parts, from its end to its beginning, and a part into a slice for each rank.
 * A rank sums its shards as far as they are whole subtrees, sends each slice to its owner, and
 * sums its own slices; then all get all. Every rank sends and receives about twice a vector.
 */
#ifndef ODDLOT_PAR_SUM_EXCHANGE_H
#define ODDLOT_PAR_SUM_EXCHANGE_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

typedef struct odd_exchange odd_exchange;

/** Vectors of `length` values. @local ODD_NOMEM. */
odd_status odd_exchange_new(MPI_Comm comm, int64_t length, odd_exchange **out);
void odd_exchange_free(odd_exchange **exchange);

/** The next sums are over `shards` shards, which ranks hold by odd_shard_range().
 *  @collective @same shards. ODD_NOMEM on every rank. */
odd_status odd_exchange_cut(odd_exchange *e, int shards);
/** Begin a sum of my vectors, one for each shard, borrowed until the end. @local */
void odd_exchange_begin(odd_exchange *e, float *const vector[]);
/** From value `first` on my vectors are as they will be: send what is whole of it. @local */
void odd_exchange_ready(odd_exchange *e, int64_t first);
/** Send the rest, and receive: sum (length). @collective */
void odd_exchange_end(odd_exchange *e, double sum[]);

#endif
