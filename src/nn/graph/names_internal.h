/* Names: which number belongs to a name, for graphs of many thousand tensors. */
#ifndef ODDLOT_NN_NAMES_INTERNAL_H
#define ODDLOT_NN_NAMES_INTERNAL_H

#include "oddlot/base/status.h"

#include <stdint.h>

typedef struct {
    uint64_t hash;
    const char *name; /* kept: must outlive the table; NULL: free */
    int number;
} odd_name;

/* A zeroed one is empty. */
typedef struct odd_names {
    odd_name *slot;
    int64_t slots, used; /* slots: a power of two, at least twice `used` */
} odd_names;

void odd_names_free(odd_names *names); /* frees and empties */

/* The number of a name, or -1. */
int odd_names_find(const odd_names *names, const char *name);

/* Add a name that is not there yet. ODD_NOMEM. */
odd_status odd_names_add(odd_names *names, const char *name, int number);

#endif
