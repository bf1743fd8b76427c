/**
 * Reductions of the stages: those of the room linalg, and those that need other rooms too.
 */
#ifndef ODDLOT_STAGE_REDUCTIONS_H
#define ODDLOT_STAGE_REDUCTIONS_H

#include "oddlot/linalg/reduction.h"

/** The i-th of all; NULL ends. */
const odd_reduction *odd_stage_reduction(int i);
/** NULL if there is none of this name. */
const odd_reduction *odd_stage_reduction_find(const char *name);

extern const odd_reduction odd_reduction_autoencoder;

#endif
