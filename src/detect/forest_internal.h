/**
 * Isolation forest: trees that cut a few rows at random until each is alone; odd rows are alone
 * after few cuts (Liu, Ting and Zhou, "Isolation forest", ICDM 2008).
 *
 * A tree is a heap: node i has the children 2 i + 1 (below the threshold) and 2 i + 2, so that
 * nothing points anywhere. Its last level is ceil(log2(sample)); a node before it that is not split
 * is a leaf, and what would be below it is empty.
 *
 * Letters: n rows, d features, k features of a split, T trees, m rows of a sample, h splits from
 * the root to the last level, I = 2^h - 1 nodes that may be split, N = 2^(h+1) - 1 nodes in all.
 */
#ifndef ODDLOT_DETECT_FOREST_INTERNAL_H
#define ODDLOT_DETECT_FOREST_INTERNAL_H

#include "oddlot/base/bundle.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>
#include <string.h>

enum {
    ODD_FOREST_TREES = 10000,     /* the most that there may be */
    ODD_FOREST_SAMPLE = 65536,    /* rows of one, at most */
    ODD_FOREST_HEIGHT = 16,       /* that of such a tree */
    ODD_FOREST_DIMENSIONS = 1024, /* features of a hyperplane, at most */
};

/* Columns of the scores. */
enum {
    ODD_FOREST_SCORE,
    ODD_FOREST_PATH,
    ODD_FOREST_FEATURE,
    ODD_FOREST_GAIN,
    ODD_FOREST_SECOND,
    ODD_FOREST_SECOND_GAIN,
    ODD_FOREST_COLUMNS
};

typedef struct {
    int64_t trees, sample, dimensions;
    char *split; /* "uniform", "density" */
    char *rows;  /* "auto", "all", "theme" */
} odd_forest_options;

/* Of trees that have the same sizes. */
typedef struct {
    int d, k;
    int64_t sample; /* m */
    int height;     /* h */
    int64_t inner;  /* I */
    int64_t nodes;  /* N */
    bool planes;    /* splits have weights; else k is 1 */
} odd_forest_shape;

/* One tree, its arrays lent. Where node i is not split, feature[i * k] is -1. */
typedef struct {
    int32_t *feature;  /* (I, k) */
    double *weight;    /* (I, k) of the feature in the sum that is compared; NULL without planes */
    double *threshold; /* (I) */
    int32_t *rows;     /* (N) of the sample */
} odd_forest_tree;

/* ---- forest_path.c ---- */

/** path (count): path[m] is c(m), the mean number of splits that isolate a row among m: that of an
 *  unsuccessful search in a binary search tree, 2 H(m - 1) - 2 (m - 1) / m with the harmonic number
 *  H, section 2 of the paper; 0 of one row or none. @local */
void odd_forest_paths(int64_t count, double path[]);

/** The sizes of trees over m >= 1 rows. @local */
odd_forest_shape odd_forest_shape_of(int64_t sample, int d, int k, bool planes);

/* ---- forest_draw.c ---- */

/* Draws of one tree, one after the other: the same whoever makes them. */
typedef struct {
    uint64_t seed, tree;
    uint32_t stream, next;
    int64_t *set; /* (slots) numbers drawn, by a hash; a power of two */
    int64_t slots;
} odd_forest_draws;

/** Draws that can choose up to `most` of any number. @local; ODD_NOMEM; free also after it */
odd_status odd_forest_draws_new(uint64_t seed, uint32_t stream, int64_t most, odd_forest_draws *d);
void odd_forest_draws_free(odd_forest_draws *d);
/** Begin the draws of a tree. */
void odd_forest_draws_begin(odd_forest_draws *d, int64_t tree);
double odd_forest_draw_uniform(odd_forest_draws *d);
double odd_forest_draw_normal(odd_forest_draws *d);
/** k of 0 ... n - 1, every subset as likely, at a cost of k (Bentley and Floyd, "A sample of
 *  brilliance", CACM 1987). k is at most n and `most`. */
void odd_forest_draw_subset(odd_forest_draws *d, int64_t n, int64_t k, int64_t chosen[]);

/* ---- forest_rows.c ---- */

/* Which rows of all ranks may be learnt from. */
typedef struct {
    int64_t count;   /* of them */
    int64_t listed;  /* numbers in the list */
    int64_t *list;   /* rising, on every rank: of the rows, or of those that may not */
    bool is_allowed; /* the list is of the rows */
} odd_forest_rows;

/** By verified (n_local), NULL: nothing is known. @collective; ODD_ARG where there is none; free
 *  also after a failure */
odd_status odd_forest_rows_new(const odd_rows *rows, const uint8_t verified[],
                               const odd_forest_options *options, odd_forest_rows *out);
void odd_forest_rows_free(odd_forest_rows *rows);
/** The number of the i-th of them in the catalogue. @local */
int64_t odd_forest_row(const odd_forest_rows *rows, int64_t i);

/** ODD_NUMERIC, naming the row, unless all values of `count` rows are finite. @local */
odd_status odd_forest_check_rows(int64_t row, int64_t count, int d, const float x[]);

/* ---- forest_split.c ---- */

/** Where to cut rising values that are not all equal: those below the result, at least one and not
 *  all, go left. Uniform: anywhere between the ends, as of the paper. @local */
double odd_forest_cut_uniform(odd_forest_draws *draws, double low, double high);
/** At the gap that leaves two parts whose densities differ most from that of the whole: as trees of
 *  densities are grown (Ram and Gray, "Density estimation trees", KDD 2011). @local */
double odd_forest_cut_density(int64_t count, const double value[]);

/* ---- forest_grow.c ---- */

typedef struct odd_forest_grower odd_forest_grower;
odd_status odd_forest_grower_new(const odd_forest_shape *shape, bool by_density, uint64_t seed,
                                 odd_forest_grower **out);
void odd_forest_grower_free(odd_forest_grower **grower);
/** Grow tree number `number` over its sample x (m, d). @local */
void odd_forest_grow(odd_forest_grower *g, int64_t number, const float x[], odd_forest_tree tree);

/* ---- forest_fit.c ---- */

/** Trees of all ranks, in the model on every rank. @collective */
odd_status odd_forest_fit(const odd_forest_options *options, const odd_rows *rows,
                          const odd_forest_rows *from, uint64_t seed, odd_bundle *model);

/* ---- forest_model.c ---- */

enum { ODD_FOREST_LANES = 16 };

/* A split by one feature, ready for keys of rows (odd_forest_keys()). */
typedef struct {
    uint32_t column; /* of the feature in the keys: its number times LANES */
    int32_t key;     /* of the threshold; of INFINITY below a leaf: whatever comes goes left */
} odd_forest_node;

typedef struct {
    int32_t feature; /* by which the parent was split; of planes the parent's number */
    float gain;      /* splits that coming here saves: c(rows of the parent) - 1 - c(rows) */
} odd_forest_gain;

/* A model made ready for rows. */
typedef struct {
    odd_forest_shape shape;
    int64_t trees;
    double usual;          /* c(m) */
    odd_forest_node *node; /* (T, I); NULL of planes */
    double *threshold;     /* (T, I) of planes, else NULL */
    int32_t *feature;      /* (T, I, k) of planes, else NULL */
    const double *weight;  /* (T, I, k) of planes, else NULL; lent by the model */
    float *path;           /* (T, N) length of the path to a leaf, and of all that is below it */
    odd_forest_gain *gain; /* (T, N) */
} odd_forest;

/** Allocate the arrays of T trees in a model; *first is the first tree's. @local */
odd_status odd_forest_model_add(odd_bundle *model, const odd_forest_shape *shape, int64_t trees,
                                odd_forest_tree *first);
odd_forest_tree odd_forest_tree_at(const odd_forest_shape *shape, odd_forest_tree first,
                                   int64_t number);
/** Check a model, which may come from anywhere, and make it ready. @local; ODD_FORMAT, ODD_NOMEM;
 *  free also after a failure */
odd_status odd_forest_open(const odd_bundle *model, odd_forest *out);
void odd_forest_free(odd_forest *forest);

/* ---- forest_descend.c ---- */

/** A whole number that is in the order of the values: the bits of a float without a sign are, those
 *  of one with it are in the opposite one. 0 is added as -0 is equal to it. @local */
static inline int32_t odd_forest_key(float value)
{
    int32_t bits;
    value += 0.0F;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((bits >> 31) & INT32_MAX);
}

/** Keys (d, LANES) of `count` rows, the last of which fills what is left. @local */
void odd_forest_keys(int count, int d, const float x[], int32_t key[]);

/** Where `count` rows end in tree `tree`: at (LANES), nodes of the last level. key: theirs; not
 *  used by planes. @local */
void odd_forest_descend(const odd_forest *forest, int64_t tree, int count, const float x[],
                        const int32_t key[], uint32_t at[]);

/* ---- forest_score.c ---- */

/** Scores (n_local, ODD_FOREST_COLUMNS). Features are told of rows whose mean path is at most
 *  odd_path. @collective */
odd_status odd_forest_score(const odd_forest *forest, double odd_path, const odd_rows *rows,
                            double score[]);

/* ---- forest_typical.c ---- */

/** The path that the oddest tenth of these rows does not pass. count >= 1.
 *  @collective; @same count, row */
odd_status odd_forest_odd_path(const odd_rows *rows, int64_t count, const int64_t row[],
                               const odd_bundle *model, double *out);

#endif
