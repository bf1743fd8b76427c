/* The table of reductions that jobs may name: linalg's, then those of this room. */
#include "oddlot/stage/reductions.h"

#include <string.h>

static const odd_reduction *const own[] = {&odd_reduction_autoencoder, NULL};

const odd_reduction *odd_stage_reduction(int i)
{
    for (int k = 0; odd_reductions[k]; k++, i--)
        if (i == 0) return odd_reductions[k];
    return own[i];
}

const odd_reduction *odd_stage_reduction_find(const char *name)
{
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reduction(i)); i++)
        if (strcmp(r->name, name) == 0) break;
    return r;
}
