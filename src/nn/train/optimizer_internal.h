/* optimizer_internal: one step of an optimizer over flat arrays. */
#ifndef ODDLOT_NN_OPTIMIZER_INTERNAL_H
#define ODDLOT_NN_OPTIMIZER_INTERNAL_H

#include "oddlot/nn/optimizer.h"

/* Arrays of an optimizer as long as the weights: momentum, or first and second moment. */
int odd_optimizer_moments(const odd_optimizer *o);

/* Move n weights; `gradient` is scaled by `scale` first; `step` counts from 0; moment[i]: (n). */
void odd_optimizer_move(const odd_optimizer *o, int64_t step, double rate, bool decays, int64_t n,
                        const double gradient[], double scale, float *const moment[],
                        float weight[]);

#endif
