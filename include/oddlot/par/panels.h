/**
 * Panels: my rows some at a time, in memory or read from their file, for work that wants more rows
 * at once than a block has. odd_rows_each() and odd_rows_sum() walk panels too; what is given to
 * them knows blocks alone.
 */
#ifndef ODDLOT_PAR_PANELS_H
#define ODDLOT_PAR_PANELS_H

#include "oddlot/par/rows.h"

typedef struct {
    const odd_rows *rows; /* kept */
    int64_t step;         /* rows of a panel; the last may be shorter */
    float *buffer;        /* (step, d) where rows are read, else NULL */
} odd_panels;

typedef struct {
    int64_t local;  /* number of its first row among mine */
    int64_t count;  /* rows */
    const float *x; /* (count, d), lent until the next panel */
} odd_panel;

/** Panels of `step` rows. @local ODD_NOMEM; free also after a failure. */
odd_status odd_panels_new(const odd_rows *rows, int64_t step, odd_panels *p);
void odd_panels_free(odd_panels *p);

/** The panel that begins at my row `local`; of no rows behind my last one. @local What the reader
 *  gives. */
odd_status odd_panels_read(const odd_panels *p, int64_t local, odd_panel *panel);

/** Work on one panel; called by one thread, outside parallel regions. */
typedef odd_status (*odd_panel_function)(void *context, const odd_panel *panel);

/** All my panels in turn, up to the first failure. @local: no rank waits for another. */
odd_status odd_panels_each(const odd_panels *p, odd_panel_function f, void *context);

#endif
