/**
 * Reductions of the stage `reduce`: those of the room linalg, and those that need other rooms too.
 */
#ifndef ODDLOT_STAGE_REDUCTIONS_H
#define ODDLOT_STAGE_REDUCTIONS_H

#include "oddlot/linalg/reduction.h"

#define ODD_STAGE_REDUCTIONS(X)                                                                    \
    ODD_REDUCTIONS(X)                                                                              \
    X(odd_reduction_autoencoder)

extern const odd_reduction odd_reduction_autoencoder;

extern const odd_reduction *const odd_stage_reductions[];        /* NULL-terminated */
const odd_reduction *odd_stage_reduction_find(const char *name); /* NULL if there is none */

#endif
