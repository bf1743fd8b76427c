/**
 * weights_internal: constants in the layouts that primitives want, made once for a net and shared
 * by its plans.
 */
#ifndef ODDLOT_NN_WEIGHTS_INTERNAL_H
#define ODDLOT_NN_WEIGHTS_INTERNAL_H

#include "nn/exec/dnnl_internal.h"

typedef struct {
    const void *from; /* the constant as it is in the graph, or another of these */
    dnnl_memory_desc_t source, target;
    float scale;
    void *data; /* owned */
} odd_weight;

typedef struct {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    odd_weight *weight;
    int weights, room;
} odd_weights;

void odd_weights_free(odd_weights *w); /* frees what it holds; not engine and stream */

/** The constant `from`, laid out as `source`, in the layout `target` and times scale. Borrowed;
 *  lives as long as w. ODD_NOMEM, ODD_NUMERIC. */
odd_status odd_weights_get(odd_weights *w, const void *from, const dnnl_memory_desc_t *source,
                           const dnnl_memory_desc_t *target, float scale, void **data);

#endif
