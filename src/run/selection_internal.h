/**
 * Selection: what the list is made of, for those who fill it: selection_list.c, which lists and
 * shares the catalogue, and contamination.c, which takes from it what the job describes. Rank 0
 * fills it; then each array lies once in a node, and nobody writes it any more.
 */
#ifndef ODDLOT_RUN_SELECTION_INTERNAL_H
#define ODDLOT_RUN_SELECTION_INTERNAL_H

#include "oddlot/par/node_memory.h"
#include "oddlot/run/selection.h"

/* Arrays of a selection that all ranks of a node see. */
enum {
    ODD_SELECTION_ITEMS,   /* of the list, */
    ODD_SELECTION_STRINGS, /* and its pool */
    ODD_SELECTION_ITEM,
    ODD_SELECTION_TRUTH,
    ODD_SELECTION_VERIFIED,
    ODD_SELECTION_HELD_OUT,
    ODD_SELECTION_ARRAYS
};

struct odd_selection {
    const odd_catalogue_kind *kind;
    odd_catalogue list;                           /* the whole catalogue */
    bool borrows;                                 /* the list is that of another selection */
    int64_t rows;                                 /* images of this run */
    int64_t *item;                                /* (rows) numbers in the list, rising */
    int8_t *truth;                                /* (rows) ODD_TRUTH_... */
    uint8_t *verified;                            /* (rows) ODD_VERIFIED_... of detector.h */
    uint8_t *held_out;                            /* (rows) 1: evaluated, never learnt from */
    odd_node_memory shared[ODD_SELECTION_ARRAYS]; /* where arrays lie; empty: they are mine alone */
};

/** Fill item, truth, verified, held_out and rows by the job's mixture description; without one, all
 *  images. @local: rank 0. ODD_USAGE for classes that do not exist or are too small, and where
 *  nothing is left to learn from. */
odd_status odd_contaminate(const odd_job *job, odd_selection *selection);

#endif
