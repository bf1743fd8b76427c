/**
 * Network precision: its names in settings, for the feature source and the bench.
 */
#ifndef ODDLOT_LEARN_NETWORK_PRECISION_H
#define ODDLOT_LEARN_NETWORK_PRECISION_H

#include "oddlot/base/status.h"
#include "oddlot/nn/net.h"

#include <stdbool.h>

/** Choices of a setting, NULL-terminated. */
extern const char *const odd_precision_names[];

/** False if it is none of them. */
bool odd_precision_find(const char *name, odd_precision *out);

/** One of the names, as odd_precision. ODD_ARG where this CPU cannot do it. */
odd_status odd_precision_of_name(const char *name, odd_precision *out);

#endif
