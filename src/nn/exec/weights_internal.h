/**
 * weights_internal: constants in the layouts that primitives want, made once for a net and shared
 * by its plans.
 */
#ifndef ODDLOT_NN_WEIGHTS_INTERNAL_H
#define ODDLOT_NN_WEIGHTS_INTERNAL_H

#include "nn/exec/dnnl_internal.h"

typedef struct {
    const void *from; /* the constant as it is in the graph, or another of these */
    odd_desc source, target;
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

/** y = x times scale; they may be the same. */
void odd_weights_scale(int64_t n, float scale, const float x[], float y[]);

/** The constant `from`, laid out as `source`, in the layout `target` and times scale (only
 *  of float32). Borrowed; lives as long as w. ODD_NOMEM, ODD_NUMERIC. */
odd_status odd_weights_get(odd_weights *w, const void *from, const odd_desc *source,
                           const odd_desc *target, float scale, void **data);

#endif
