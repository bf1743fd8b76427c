/**
 * Tags: what messages between two ranks are about. One entry a use, so that no two uses take each
 * other's messages, though they share a communicator.
 */
#ifndef ODDLOT_PAR_TAGS_H
#define ODDLOT_PAR_TAGS_H

typedef enum {
    ODD_TAG_GATHER = 1, /* rows on their way to the root */
    ODD_TAG_ALL_TO_ALL, /* from each rank to each */
    ODD_TAG_TREESUM,    /* runs of blocks, to a neighbour */
    ODD_TAG_EXCHANGE,   /* slices of subtrees, to the rank that sums them */
    ODD_TAG_SERIAL_SUM, /* what has been added, to the next rank */
    ODD_TAG_PROGRESS    /* counts of what is done, to rank 0 */
} odd_tag;

#endif
