/**
 * Reductions: one line each, in the file that is named.
 */
#ifndef ODDLOT_LINALG_REDUCTIONS_INTERNAL_H
#define ODDLOT_LINALG_REDUCTIONS_INTERNAL_H

#include "oddlot/linalg/reduction.h"

extern const odd_reduction odd_reduction_pca;        /* reduction_pca.c */
extern const odd_reduction odd_reduction_sparse_pca; /* reduction_sparse_pca.c */
extern const odd_reduction odd_reduction_srp;        /* reduction_srp.c */
extern const odd_reduction odd_reduction_umap;       /* reduction_umap.c */
extern const odd_reduction odd_reduction_none;       /* reduction_none.c */

#endif
