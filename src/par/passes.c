/* Passes: none are kept where nobody asked for it. */
#include "oddlot/par/passes.h"

#include <stddef.h>

bool odd_pass_recall(odd_passes *passes, void *found, int64_t bytes)
{
    return passes != NULL && passes->recall(passes, found, bytes);
}

void odd_pass_keep(odd_passes *passes, const void *found, int64_t bytes)
{
    if (passes) passes->keep(passes, found, bytes);
}
