/* Exchange cost: see par/exchange_cost.h.
 *
 * Letters: P ranks, B bytes, a latency, b seconds of a byte. Collective calls go up or down a tree
 * of log2 P messages; for long vectors MPI libraries know shorter ways, and do better than this. */
#include "oddlot/par/exchange_cost.h"

#include "par/sum_exchange_internal.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/base/minmax.h"

#include <math.h>

static double levels(int ranks)
{
    return ceil(log2(ranks));
}

/* log2 P (a + B b) */
static double broadcast(const odd_interconnect *n, double bytes)
{
    return levels(n->ranks) * (n->latency + bytes / n->bandwidth);
}

static int64_t first_block(const odd_interconnect *n, int64_t rank)
{
    int64_t first, count;
    odd_shard_range(n->blocks, n->ranks, (int)odd_min(rank, n->ranks - 1), &first, &count);
    return rank < n->ranks ? first : n->blocks;
}

/* The most vectors of a message when runs of so many ranks join: runs that do not begin and end
 * with whole subtrees are many of these. */
static int most_subtrees(const odd_interconnect *n, int step)
{
    odd_subtree tree[ODD_SUBTREES];
    int most = 1;
    for (int64_t rank = step; rank < n->ranks && n->blocks > 0; rank += 2L * step) {
        const int64_t first = first_block(n, rank), end = first_block(n, rank + step);
        if (first < end) most = odd_max_int(most, odd_subtrees_of_run(first, end, tree));
    }
    return most;
}

/* Up the tree, the vectors of a run in each step; then the sum goes to all. */
static double sum(const odd_interconnect *n, double bytes)
{
    double seconds = broadcast(n, bytes);
    for (int step = 1; step < n->ranks; step *= 2)
        seconds += n->latency + most_subtrees(n, step) * bytes / n->bandwidth;
    return seconds;
}

/* Of each part a slice goes to each rank, and its sum from each rank to all; none waits for the one
 * before. */
static double gradient(const odd_interconnect *n, double bytes)
{
    const double shortest =
        sizeof(double) * fmax(ODD_SUM_SHORTEST_PART, ODD_SUM_SHORTEST_SLICE * (double)n->ranks);
    const double parts = fmax(1, fmin((double)ODD_SUM_PARTS, ceil(bytes / shortest)));
    const double others = n->ranks - 1;
    return 2 * (n->latency + others * (parts * n->overhead + bytes / n->ranks / n->bandwidth));
}

double odd_exchange_seconds(odd_exchange_kind kind, double bytes, const odd_interconnect *network)
{
    const odd_interconnect *n = network;
    const double others = n->ranks - 1, each = bytes / n->ranks / n->bandwidth;
    if (n->ranks <= 1) return 0;
    switch (kind) {
    case ODD_EXCHANGE_BROADCAST:
        return broadcast(n, bytes);
    case ODD_EXCHANGE_SUM:
        return sum(n, bytes);
    case ODD_EXCHANGE_GRADIENT:
        return gradient(n, bytes);
    case ODD_EXCHANGE_GATHER: /* all at the root, which takes one after the other */
        return n->latency + others * (n->overhead + each);
    case ODD_EXCHANGE_ROUTE: /* with each rank in turn, an equal share; first the counts */
        return others * (n->latency + each / n->ranks) + levels(n->ranks) * n->latency;
    default: /* with partners ever farther away */
        return levels(n->ranks) * n->latency;
    }
}

double odd_exchange_received(odd_exchange_kind kind, double bytes, int ranks)
{
    const double others = (ranks - 1.0) / ranks;
    if (ranks <= 1) return 0;
    switch (kind) {
    case ODD_EXCHANGE_BROADCAST:
        return bytes;
    case ODD_EXCHANGE_SUM: /* of the root */
        return levels(ranks) * bytes;
    case ODD_EXCHANGE_GRADIENT:
        return 2 * others * bytes;
    case ODD_EXCHANGE_GATHER:
        return others * bytes;
    case ODD_EXCHANGE_ROUTE:
        return others * bytes / ranks;
    default:
        return 0;
    }
}
