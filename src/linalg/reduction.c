/* The table of reductions. */
#include "oddlot/linalg/reduction.h"

#include "linalg/reductions_internal.h"

#include <string.h>

const odd_reduction *const odd_reductions[] = {
    &odd_reduction_pca,  &odd_reduction_sparse_pca, &odd_reduction_srp,
    &odd_reduction_umap, &odd_reduction_none,       NULL,
};

const odd_reduction *odd_reduction_find(const char *name)
{
    for (int i = 0; odd_reductions[i]; i++)
        if (strcmp(odd_reductions[i]->name, name) == 0) return odd_reductions[i];
    return NULL;
}
