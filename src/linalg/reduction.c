/* Reductions by name. */
#include "oddlot/linalg/reduction.h"

#include <string.h>

const odd_reduction *odd_reduction_find(const char *name)
{
    for (int i = 0; odd_reductions[i]; i++)
        if (strcmp(odd_reductions[i]->name, name) == 0) return odd_reductions[i];
    return NULL;
}
