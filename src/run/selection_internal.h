/**
 * Selection: what the list is made of, for those who fill it: selection_list.c, which has it
 * listed, contamination.c, which takes from the catalogue what the job describes, and
 * selection_settle.c, which puts rows where they belong.
 */
#ifndef ODDLOT_RUN_SELECTION_INTERNAL_H
#define ODDLOT_RUN_SELECTION_INTERNAL_H

#include "oddlot/par/partition.h"
#include "oddlot/run/selection.h"

/* A row of the run, or an image that may become one. */
typedef struct {
    int64_t item;     /* its number in the catalogue */
    int8_t truth;     /* ODD_TRUTH_... */
    uint8_t verified; /* ODD_VERIFIED_... of detector.h */
    uint8_t held_out; /* 1: evaluated, never learnt from */
} odd_selected;

struct odd_selection {
    const odd_catalogue_kind *kind;
    odd_catalogue list; /* of my rows alone, an item each */
    odd_hash digest;    /* of the whole catalogue */
    odd_partition part; /* rows of the run, and which are mine */
    odd_selected *row;  /* (part.n_local) */
    int64_t listed;     /* images of the catalogue */
    int64_t list_bytes; /* of the lists and rows of all ranks */
    bool holds_out;     /* some row of all ranks is held out */
};

/** Take what the job's mixture description takes of the catalogue, which lies in s->list as it was
 *  listed; without one, all images. @collective; ODD_USAGE for classes that do not exist or are too
 *  small, and where nothing is left to learn from */
odd_status odd_contaminate(MPI_Comm comm, const odd_job *job, odd_selection *s);

/** Each rank has some rows, in the order of the ranks, and their items in s->list: put both where
 *  they belong. rows (s->list.count): given. Sets all of s but what the catalogue is.
 *  @collective; ODD_NOMEM (selection_settle.c) */
odd_status odd_selection_settle(MPI_Comm comm, odd_selected *rows, odd_selection *s);

#endif
