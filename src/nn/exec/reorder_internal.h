/**
 * reorder_internal: descriptors of copies from one layout to another.
 */
#ifndef ODDLOT_NN_REORDER_INTERNAL_H
#define ODDLOT_NN_REORDER_INTERNAL_H

#include "nn/exec/dnnl_internal.h"

/** Copy from `source` to `target`; the scratchpad is the caller's. */
odd_status odd_reorder_pd(dnnl_engine_t engine, const odd_desc *source, const odd_desc *target,
                          dnnl_primitive_desc_t *pd);
/** The same as a primitive that has its own scratchpad. */
odd_status odd_reorder_now(dnnl_engine_t engine, const odd_desc *source, const odd_desc *target,
                           dnnl_primitive_t *primitive);

#endif
