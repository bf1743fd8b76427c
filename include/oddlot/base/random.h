/**
 * Random: counter-based draws (Philox4x32-10; Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011).
 *
 * A draw is a pure function of (seed, stream, row, draw): it does not depend on who makes it, nor
 * when. `row` is the global row, `draw` counts the draws of a row, `stream` keeps the uses apart.
 */
#ifndef ODDLOT_BASE_RANDOM_H
#define ODDLOT_BASE_RANDOM_H

#include "oddlot/base/status.h"

#include <stdint.h>

/* One entry a use, so that no two uses share their draws. */
typedef enum {
    ODD_STREAM_ODD = 1,          /* which odd rows a contamination takes */
    ODD_STREAM_KMEANS = 2,       /* k-means++ seeding */
    ODD_STREAM_EM = 3,           /* restarts of EM */
    ODD_STREAM_RANGE = 4,        /* range finder of randomized PCA */
    ODD_STREAM_DAMAGE = 5,       /* synthetic damage */
    ODD_STREAM_GENERATE = 6,     /* generated arrays and catalogues of the benchmarks */
    ODD_STREAM_VERIFIED = 7,     /* which rows count as verified in an experiment */
    ODD_STREAM_THEME = 8,        /* which theme rows a contamination takes */
    ODD_STREAM_SCATTER = 9,      /* which rows a plot shows */
    ODD_STREAM_CALIBRATION = 10, /* which verified rows choose the threshold */
    ODD_STREAM_PROJECTION = 11,  /* entries of a sparse random projection */
    ODD_STREAM_NEIGHBOURS = 13,  /* which rows others are compared with */
    ODD_STREAM_HELD_OUT = 14,    /* which theme rows nothing is learnt from */
    ODD_STREAM_CLUSTERS = 15,    /* which rows tell how many clusters there are */
    ODD_STREAM_UMAP = 16,        /* which rows a row keeps away from in a layout */
    ODD_STREAM_UMAP_ROWS = 17,   /* which rows are laid out */
    ODD_STREAM_UMAP_NOISE = 18,  /* where they begin */
    ODD_STREAM_WEIGHTS = 20,     /* weights before training */
    ODD_STREAM_DROPOUT = 21,     /* what training drops */
    ODD_STREAM_SHUFFLE = 22,     /* the order of images in an epoch */
    ODD_STREAM_FOLDS = 23,       /* which images a network does not see, and its seed */
    ODD_STREAM_SAMPLE = 24,      /* variational codes */
    ODD_STREAM_TRIALS = 25,      /* which images further damage is tried on */
    ODD_STREAM_PLATT = 26,       /* which images calibrate which others */
    ODD_STREAM_AUGMENT = 27,     /* small changes of images that are learnt from */
    ODD_STREAM_FOREST = 28,      /* which rows a tree is grown on */
    ODD_STREAM_SPLITS = 29,      /* where it splits them */
    ODD_STREAM_GIBBS = 30,       /* states of units of a Boltzmann machine */
    ODD_STREAM_CATEGORIES = 31,  /* which images are judged by what has not seen them */
    ODD_STREAM_UNITS = 32,       /* which units of a pattern are active */
    ODD_STREAM_TEST = 99
} odd_stream;

/** The 4 x 32 random bits of one counter. */
void odd_philox(uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw, uint32_t out[4]);

/** Those of draw, draw + 1, ... draw + count - 1: out (count, 4), several times as fast. */
void odd_philox_run(uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw, int64_t count,
                    uint32_t out[]);

/** Uniform in [0, 1), 53 bits. */
double odd_uniform(uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw);

/** Standard normal (Box and Muller). */
double odd_normal(uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw);

/** Uniform in 0 ... n - 1, n > 0; the bias of 2^-64 n is left. */
uint64_t odd_below(uint64_t n, uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw);

/** The key of an item in a choice by odd_choose(). */
uint64_t odd_choice_key(uint64_t seed, uint32_t stream, int64_t item);

/**
 * Choose k of n items, every subset as likely, in rising order: those with the k smallest keys
 * philox(seed, stream, item), of equal ones the first items. Growing k keeps the earlier choice.
 * Where ranks have the items: odd_choose_mine(), par/choose.h.
 * @param[out] chosen  (k); filled by the callee.
 * @return ODD_ARG if k < 0 or k > n; ODD_NOMEM.
 */
odd_status odd_choose(int64_t n, int64_t k, uint64_t seed, uint32_t stream, int64_t chosen[]);

#endif
