/* Which kernel a convolution takes, inside the room. */
#ifndef ODDLOT_NN_CONV_CHOICE_INTERNAL_H
#define ODDLOT_NN_CONV_CHOICE_INTERNAL_H

#include "nn/exec/dnnl_internal.h"

/** Replace the descriptor of a convolution, *pd, as odd_pd_new() made it, where oneDNN has a faster
 *  one further down its list; it stays where not. `attr` as there. */
odd_status odd_conv_choose(const odd_primitive *primitive, dnnl_engine_t engine,
                           const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *pd);

#endif
