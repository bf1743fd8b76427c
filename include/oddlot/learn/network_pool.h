/**
 * Network pool: from the output of a layer to a row of features: pooled over the map if wished.
 */
#ifndef ODDLOT_LEARN_NETWORK_POOL_H
#define ODDLOT_LEARN_NETWORK_POOL_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/nn/graph.h"

typedef struct {
    char *pool;
    double gem_power;
} odd_pool_options;

extern const odd_option odd_pool_option_table[];

typedef struct {
    int channels, area; /* of the layer's output: (channels, area) values */
    int width;          /* of a row */
    char kind;          /* 'n'one, 'a'vg, 'm'ax, 'g'em */
    double power;
} odd_pool;

/** ODD_USAGE if there is no map to pool. */
odd_status odd_pool_make(const odd_pool_options *options, const odd_tensor *output, odd_pool *out);

/** One image: row (width) from values (channels, area). */
void odd_pool_apply(const odd_pool *pool, const float values[], float row[]);

#endif
