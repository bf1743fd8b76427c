/**
 * Projection pattern: where a very sparse random projection has its non-zero entries.
 *
 * Each of d x k entries is non-zero with probability `density`, then +1 or -1 with equal chance
 * (Li, Hastie and Church, "Very sparse random projections", KDD 2006). The pattern is a pure
 * function of seed, d, k and density: it is drawn again wherever it is wanted.
 */
#ifndef ODDLOT_LINALG_PROJECTION_PATTERN_INTERNAL_H
#define ODDLOT_LINALG_PROJECTION_PATTERN_INTERNAL_H

#include "oddlot/base/status.h"

#include <stdint.h>

enum { ODD_PATTERN_TILE = 4096 /* features; 16 rows of a tile fill a quarter of an L2 cache */ };

/* The features are cut into tiles. The entries of output o in tile t are those from
 * begin[2 (t k + o)] on: first the +1, from begin[2 (t k + o) + 1] on the -1. */
typedef struct {
    int d, k, tiles;
    int64_t *begin;  /* (2 tiles k + 1) */
    uint16_t *entry; /* feature within its tile */
} odd_pattern;

/** 0 < density <= 1. @local; ODD_NOMEM. */
odd_status odd_pattern_draw(uint64_t seed, int d, int k, double density, odd_pattern *out);
void odd_pattern_free(odd_pattern *p);

/** About what a pattern takes. */
int64_t odd_pattern_bytes(int d, int k, double density);

#endif
