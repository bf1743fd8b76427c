/**
 * Network pool: from the output of a layer to a row of features: pooled over the map, or over
 * the tokens, if wished.
 */
#ifndef ODDLOT_LEARN_NETWORK_POOL_H
#define ODDLOT_LEARN_NETWORK_POOL_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/nn/graph.h"

#include <stdbool.h>

typedef struct {
    char *pool;
    double gem_power;
} odd_pool_options;

extern const odd_option odd_pool_option_table[];

typedef struct {
    int channels,
        area;  /* of the layer's output: (channels, area) values; of tokens (area, channels) */
    int step;  /* between values of one channel */
    int width; /* of a row */
    char kind; /* 'n'one, 'a'vg, 'm'ax, 'g'em */
    double power;
} odd_pool;

/** `tokens`: the output is known to be rows of tokens, (N, ..., T, D); (N, T, D) is it anyway.
 *  ODD_USAGE if there is no map, nor tokens, to pool. */
odd_status odd_pool_make(const odd_pool_options *options, const odd_tensor *output, bool tokens,
                         odd_pool *out);

/** One image: row (width) from its values. */
void odd_pool_apply(const odd_pool *pool, const float values[], float row[]);

#endif
