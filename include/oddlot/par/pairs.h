/**
 * Pairs: rows of a catalogue that have something to do with each other, found by any rank; and the
 * groups that they join.
 */
#ifndef ODDLOT_PAR_PAIRS_H
#define ODDLOT_PAR_PAIRS_H

#include "oddlot/base/hash.h"
#include "oddlot/base/status.h"
#include "oddlot/par/partition.h"

typedef struct {
    int64_t first, second; /* rows over all ranks, first < second */
    double value;          /* what was measured of the pair */
    uint64_t marks;        /* bits, as the finder means them */
} odd_pair;

/* A list that grows. Begins as {0}. */
typedef struct {
    odd_pair *pair;
    int64_t count, room;
} odd_pairs;

/** Append the pair of a and b, in either order; not of a row and itself. @local; ODD_NOMEM */
odd_status odd_pairs_add(odd_pairs *pairs, int64_t a, int64_t b, double value, uint64_t marks);
void odd_pairs_free(odd_pairs *pairs);

/** Bring each pair to the rank that owns its first row, in order and once: marks are joined, the
 *  smallest value stays. @collective on comm; ODD_NOMEM */
odd_status odd_pairs_settle(MPI_Comm comm, const odd_partition *part, odd_pairs *pairs);

/** All pairs on every rank, in order. @collective; ODD_NOMEM */
odd_status odd_pairs_share(MPI_Comm comm, odd_pairs *pairs);

/** Pairs of each of my rows with the first row of all ranks that has the same digest: a row of a
 *  digest that no row before has is in none. {0, 0} equals none. digest: (part->n_local). Digests
 *  go to ranks by their value, 24 bytes each. @collective; ODD_NOMEM */
odd_status odd_pairs_of_equals(MPI_Comm comm, const odd_partition *part, const odd_hash digest[],
                               odd_pairs *out);

/* Groups of rows that pairs join, directly or by way of others. */
typedef struct {
    int64_t groups, members;
    int64_t *first; /* (groups + 1) where each begins in row */
    int64_t *row;   /* (members) rising in a group; groups by their first row */
    int64_t *group; /* (pairs) of each pair */
} odd_groups;

/** The groups of these pairs: rows that are in none are in no group. The same whatever the order of
 *  the pairs. @local; ODD_NOMEM */
odd_status odd_groups_of_pairs(const odd_pairs *pairs, odd_groups *out);
void odd_groups_free(odd_groups *groups);

#endif
