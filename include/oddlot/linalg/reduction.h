/**
 * Reduction: what turns wide rows into short ones. A reduction is one table of functions in one
 * file and one line in ODD_REDUCTIONS; the `reduce` stage knows nothing else of it.
 */
#ifndef ODDLOT_LINALG_REDUCTION_H
#define ODDLOT_LINALG_REDUCTION_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/job.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>

typedef struct {
    const char *name; /* "pca": also the section "reduce.pca" of its settings */
    const char *summary;
    const odd_option *options; /* its settings */
    size_t options_size;
    bool network; /* it is one that learns, for which oddlot must be built with networks */
    bool passes;  /* rows come out as they go in: what is sparse stays so */
    bool draws;   /* it draws rows by their numbers: in another order they may teach another model,
                     as good */
    /** What it will do for this shape, for --dry-run: output width, bytes per rank, a sentence.
     * @local */
    odd_status (*plan)(const void *options, int64_t n, int d, int ranks, int threads, int *k,
                       int64_t *bytes, odd_text *what);
    /** Work that does not grow with the rows alone: float32 flops of products, orders of
     * eigenproblems to the third. NULL: all does. @local */
    void (*work)(const void *options, int64_t n, int64_t d, double *flops, double *cubes);
    /** Learn, or nothing where there is nothing to be learnt; the model as named arrays, the same
     * bits on any number of ranks, unless eigenvectors beyond ODD_EIGH_ALONE are asked for. *k:
     * width of the output. *bad_row: see odd_pca_fit(). @collective */
    odd_status (*fit)(const void *options, const odd_rows *rows, uint64_t seed, odd_bundle *model,
                      int *k, int64_t *bad_row);
    /** Widths of the rows that a model takes and returns; ODD_FORMAT where it is not whole. @local
     */
    odd_status (*width)(const odd_bundle *model, int *d, int *k);
    /** Apply to rows: score (n_local, k); residual (n_local) or NULL, all 0 where the
     *  reduction cannot tell what it leaves out. @collective */
    odd_status (*apply)(const odd_bundle *model, const odd_rows *rows, float score[],
                        double residual[]);
} odd_reduction;

#define ODD_REDUCTIONS(X)                                                                          \
    X(odd_reduction_pca)                                                                           \
    X(odd_reduction_sparse_pca)                                                                    \
    X(odd_reduction_srp)                                                                           \
    X(odd_reduction_umap)                                                                          \
    X(odd_reduction_none)

#define ODD_DECLARE(record) extern const odd_reduction record;
ODD_REDUCTIONS(ODD_DECLARE)
#undef ODD_DECLARE

extern const odd_reduction *const odd_reductions[]; /* NULL-terminated; the first is the default */
const odd_reduction *odd_reduction_find(const char *name); /* NULL if there is none */

#endif
