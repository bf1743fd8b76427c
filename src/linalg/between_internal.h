/**
 * Between: a search among rows that are spread over ranks (linalg/neighbours.h), its two sides, the
 * products of their blocks, and its two ways: the reference travels, or those that look do.
 */
#ifndef ODDLOT_LINALG_BETWEEN_INTERNAL_H
#define ODDLOT_LINALG_BETWEEN_INTERNAL_H

#include "linalg/nearest_internal.h"
#include "oddlot/base/first_failure.h"
#include "oddlot/par/panels.h"
#include "oddlot/par/progress.h"

enum { ODD_BETWEEN_BATCH = 4096 }; /* rows of a side that are had at a time, at most */

/* Some rows of one side: less the origin, in float. */
typedef struct {
    odd_panels panels;
    odd_panel now; /* as they are */
    float *z;      /* (step, d) */
    float *square; /* (step) squared lengths of z */
    int64_t row0;  /* global number of the first of my rows */
} odd_between_side;

typedef struct {
    const odd_rows *queries, *reference;
    odd_neighbours_options options;
    odd_neighbours_function f;
    void *context;
    int d;
    double *origin; /* (d) mean of the reference, near which products lose least */
    odd_between_side waiting, passing;
    int64_t asked; /* rows that neighbours are looked for: those that wait, or of all ranks */
    const float *asked_z;      /* (asked, d) */
    const float *asked_square; /* (asked) */
    int block, tile;           /* rows of a product */
    odd_nearest nearest;       /* (batch) lists, one for each that is asked */
    float *product;            /* (threads, block, tile) */
    odd_neighbour *near;       /* (threads, rows of a block, keep) */
    odd_first_failure failure;
} odd_between;

/* ---- between_sides.c ---- */

/** Rows that are had at a time, of `most`: whole blocks. @local */
int64_t odd_between_rows(const odd_rows *rows, int64_t most);
odd_status odd_between_side_new(const odd_rows *rows, int64_t most, odd_between_side *s);
void odd_between_side_free(odd_between_side *s);
/** My rows from `local` on, as many as there are at a time. ODD_NUMERIC, naming the row; what the
 *  reader returns. @local */
odd_status odd_between_side_read(odd_between_side *s, int64_t local, const double origin[]);
/** The mean of the reference. @collective */
odd_status odd_between_find_origin(odd_between *p);

/* ---- between_products.c ---- */

/** Rows are asked for from now on: their lists are empty. Kept. @local */
void odd_between_ask(odd_between *p, int64_t asked, const float z[], const float square[]);
/** Those that wait. @local */
void odd_between_ask_waiting(odd_between *p);
/** All that are asked for against `passing` reference rows, the first of which has number `at`, by
 *  all threads. @local */
void odd_between_multiply(odd_between *p, int64_t passing, int64_t at);
/** Lists of the rows that wait, which are asked for, go to the function. What it returns of the
 * first row that fails. @collective */
odd_status odd_between_tell(odd_between *p);

/* ---- between_few.c ---- */

/** Are rows that look so few that they go to all ranks, where otherwise the reference does? @same
 */
bool odd_between_is_few(const odd_between *p);
/** The search, where they are. @collective */
odd_status odd_between_few(odd_between *p, odd_progress *progress);

#endif
