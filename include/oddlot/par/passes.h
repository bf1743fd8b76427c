/**
 * Passes: what passes over the rows have found, kept by someone who goes on after a kill.
 *
 * A model is learnt in turns of a pass over all rows, which is slow, and of work on what it found,
 * which is quick and gives the same bits again. So it is enough to keep what each pass found, in
 * order: a run that begins anew takes from there what it has, without looking at the rows, and
 * then goes on. Sums do not depend on the number of ranks, nor does that.
 *
 * Who makes a pass asks odd_pass_recall() first and odd_pass_keep() after; that the pass leaves
 * nothing else behind is for its maker to see to.
 */
#ifndef ODDLOT_PAR_PASSES_H
#define ODDLOT_PAR_PASSES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct odd_passes odd_passes;

struct odd_passes {
    /** Copy what the next pass found before, if that is known and so long; `found` is of no meaning
     *  else. @collective; the same answer on all ranks. */
    bool (*recall)(odd_passes *passes, void *found, int64_t bytes);
    /** Keep what a pass found that was not known. @collective; the same bytes on all ranks. That it
     *  cannot be kept is no failure. */
    void (*keep)(odd_passes *passes, const void *found, int64_t bytes);
};

/** The same, where passes may be NULL: nothing is known, or kept. @collective */
bool odd_pass_recall(odd_passes *passes, void *found, int64_t bytes);
void odd_pass_keep(odd_passes *passes, const void *found, int64_t bytes);

#endif
