/**
 * Exchange cost: how long what ranks do together takes on a network, by a model of its messages:
 * each takes the latency and its bytes by the bandwidth, and a rank begins one after the other
 * (D. Culler et al., "LogP: towards a realistic model of parallel computation", PPoPP 1993).
 * tests/bench/simulated compares it with the messages themselves.
 * @local
 */
#ifndef ODDLOT_PAR_EXCHANGE_COST_H
#define ODDLOT_PAR_EXCHANGE_COST_H

#include <stdint.h>

/* What is exchanged, and what its bytes are. */
typedef enum {
    ODD_EXCHANGE_AGREE,     /* odd_agree(), small sums: of no size */
    ODD_EXCHANGE_BROADCAST, /* odd_broadcast(): the bytes that go to each rank */
    ODD_EXCHANGE_SUM,       /* odd_treesum_total(): of the vector */
    ODD_EXCHANGE_GRADIENT,  /* odd_exchange_end(): of the vector in double */
    ODD_EXCHANGE_GATHER,    /* odd_gather_rows(): that reach the root from all */
    ODD_EXCHANGE_ROUTE,     /* odd_route(): that all send to all */
    ODD_EXCHANGES
} odd_exchange_kind;

typedef struct {
    int ranks;
    int64_t blocks;   /* of rows, in which sums are made; 0: a power of two on each rank */
    double latency;   /* seconds of a message of no bytes, */
    double overhead;  /* in so many of which a rank can begin or take no other */
    double bandwidth; /* bytes in a second, of one rank */
} odd_interconnect;

/** Seconds of one exchange. */
double odd_exchange_seconds(odd_exchange_kind kind, double bytes, const odd_interconnect *network);

/** Bytes that reach the rank that receives most. */
double odd_exchange_received(odd_exchange_kind kind, double bytes, int ranks);

#endif
