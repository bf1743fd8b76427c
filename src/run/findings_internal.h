/**
 * Findings as they lie in a sink: records of one size, and pools of the texts and members that they
 * point into by number.
 */
#ifndef ODDLOT_RUN_FINDINGS_INTERNAL_H
#define ODDLOT_RUN_FINDINGS_INTERNAL_H

#include "oddlot/base/text.h"
#include "oddlot/run/findings.h"

typedef struct {
    double severity, value, limit;
    int64_t unit, sentence; /* where they begin in `text` */
    int64_t first, rows;    /* in `row` */
    float box[ODD_BOX_SIDES];
    int32_t tally; /* kind and check */
} odd_findings_record;

struct odd_findings {
    int64_t most;     /* of a check that are kept */
    int64_t prune_at; /* records at which those beyond are dropped */
    odd_findings_record *record;
    int64_t records, record_room;
    int64_t *row;
    int64_t rows, row_room;
    odd_text text; /* 0-terminated, one after the other */
    odd_findings_tally *tally;
    int tallies, tally_room;
    const odd_ignored *ignored; /* NULL: nothing is */
    odd_image_facts *facts;     /* for the names that it has */
};

/* -- as they lie in memory (findings_pool.c) -- */

/** The odd_finding_kind of a word; false, and *kind as it was, where none has it. @local */
bool odd_finding_kind_find(const char *word, int *kind);

/** The tally of a check; -1 where memory is short. @local */
int odd_findings_tally_of(odd_findings *f, odd_finding_kind kind, const char *check);

/** Append without counting it in its tally. @local; ODD_NOMEM */
odd_status odd_findings_append(odd_findings *f, const odd_finding *finding, int32_t tally);

/** Drop all findings; tallies stay. @local */
void odd_findings_empty(odd_findings *f);

/* -- in order (findings_order.c) -- */

/** Sort, and keep of each check the `most` first. @local; ODD_NOMEM */
odd_status odd_findings_settle(odd_findings *f);

/** Tallies in order of kind and check, `listed` counted anew. @local; ODD_NOMEM */
odd_status odd_findings_settle_tallies(odd_findings *f);

#endif
