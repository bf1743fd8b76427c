/**
 * PCA, the parts: the mean, the solvers and what they share.
 */
#ifndef ODDLOT_LINALG_PCA_INTERNAL_H
#define ODDLOT_LINALG_PCA_INTERNAL_H

#include "oddlot/linalg/pca.h"

/* pca.c */

/** A zeroed model. Owned by caller: odd_pca_free(). @local */
odd_status odd_pca_new(int d, int k, odd_pca **out);

/* pca_mean.c */

/** Column means, in float64; *squares (where not NULL): the sum of the squares of all values;
 *  *bad_row: the first row with a value that is not finite, else -1. @collective, the same bits on
 * any number of ranks. @return ODD_NUMERIC naming that row. */
odd_status odd_pca_mean(const odd_rows *rows, double mean[], double *squares, int64_t *bad_row);
/** The most that the squares about the mean may sum up to: what is left of the plain ones, and its
 *  rounding. Takes pca->n and mean. */
double odd_pca_bound_squares(const odd_pca *pca, double squares);

/* ---- Solvers: each its file and its line in this table. `auto` takes the last that suits ---- */

/* ITEM(name, what it is for) */
#define ODD_PCA_SOLVERS(ITEM)                                                                      \
    ITEM(covariance, "for many rows")                                                              \
    ITEM(gram, "for fewer rows than features")                                                     \
    ITEM(randomized, "for rows that are many and wide, not exact")

typedef struct {
    const char *name;
    /** Is it the one for this shape? Then *why, in words. @local */
    bool (*suits)(int64_t n, int d, const odd_pca_options *options, const char **why);
    /** Memory beside rows, mean and model, bytes per rank. @local */
    int64_t (*bytes)(int64_t n, int d, const odd_pca_options *options, int ranks, int threads);
    /** Flops of its products, and orders of its distributed eigenproblems to the third. @local */
    void (*work)(double n, double d, const odd_pca_options *options, double *flops, double *cubes);
    /**
     * Take pca->d, k and n; fill mean, value (k) with the falling eigenvalues of the scatter matrix
     * (variance times n - 1), axis (k, d), total_variance (likewise times n - 1), and lower k to
     * the components that have variance. *bad_row as odd_pca_mean() gives it. @collective; the same
     * bits on every rank.
     */
    odd_status (*fit)(const odd_rows *rows, const odd_pca_options *options, odd_pca *pca,
                      int64_t *bad_row);
} odd_pca_solver;

#define ODD_PCA_SOLVER(name, about) extern const odd_pca_solver odd_pca_solver_##name;
ODD_PCA_SOLVERS(ODD_PCA_SOLVER)
#undef ODD_PCA_SOLVER

/* pca_exact.c */

/** How products are made, and whether that was enough. */
typedef struct {
    bool exact;    /* in float64 instead of float32 */
    double factor; /* scales the rows, see odd_fixed_factor() */
    bool last;     /* not to be judged once more */
    bool blurred;  /* out: it was not enough; value and axis are not filled, call again */
} odd_pca_precision;

/** The axes by a matrix of products: all that a solver's fit fills but the mean. */
typedef odd_status (*odd_pca_products)(const odd_rows *rows, odd_pca_precision *p, odd_pca *pca);
/** The fit of a solver of such products: the mean, then float32 or float64. @collective */
odd_status odd_pca_fit_exactly(const odd_rows *rows, odd_pca_products by, odd_pca *pca,
                               int64_t *bad_row);
/** total_variance from the trace of the products of scaled rows. True if the rows were scaled too
 *  far down for any precision: their mean is so large that nothing was known of what is left. */
bool odd_pca_is_faint(const odd_pca_precision *p, double trace, odd_pca *pca);
/** The values of scaled rows become those of the rows. */
void odd_pca_unscale(const odd_pca_precision *p, odd_pca *pca);
/** How long that takes, in products of float32. */
double odd_pca_exact_work(double n, double d, double k);

/* pca_spectrum.c */

/** True if the roots of k falling eigenvalues, each off by `error` of the largest, are off by at
 * most 1e-5 of the largest root. */
bool odd_pca_is_sharp(int k, const double value[], double error);
/** True if the lengths of k axes, roots of the diagonal of their products (k, k), are so close to 1
 *  that the roots of value (k), which scaled them, are off by at most half of that. */
bool odd_pca_are_unit(int k, const double value[], const double product[]);
/** The count of the k falling eigenvalues that are more than `rounding` of the first; at least 1.
 *  Those below 0 become 0. */
int odd_pca_rank(double rounding, int k, double value[]);
/** What rounding leaves of the zero eigenvalues of a float64 matrix of this order, or of products
 * of so many terms, of the first. */
double odd_pca_rounding(int order);

/* pca_bundle.c */

/** A view of a saved model: its arrays stay the bundle's. Do not free. */
odd_status odd_pca_borrow(const odd_bundle *b, odd_pca *view);

#endif
