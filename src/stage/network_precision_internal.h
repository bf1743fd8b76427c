/**
 * Network precision: its names in settings, for the feature source and the bench.
 */
#ifndef ODDLOT_STAGE_NETWORK_PRECISION_INTERNAL_H
#define ODDLOT_STAGE_NETWORK_PRECISION_INTERNAL_H

#include "oddlot/nn/net.h"

#include <stdbool.h>

/** Choices of a setting, NULL-terminated. */
extern const char *const odd_precision_names[];

/** False if it is none of them. */
bool odd_precision_find(const char *name, odd_precision *out);

#endif
