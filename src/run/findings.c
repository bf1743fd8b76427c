/* Findings: the sink that each rank fills. */
#include "run/findings_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

enum { PRUNE_LEAST = 1 << 16 }; /* records: sorting fewer again and again would gain nothing */

odd_status odd_findings_new(int64_t most, odd_findings **out)
{
    odd_findings *f = NULL;
    odd_status st;
    ODD_CHECK(most >= 1);
    ODD_TRY(ODD_NEW(f, 1));
    f->most = most;
    f->prune_at = PRUNE_LEAST;
done:
    *out = f;
    return st;
}

void odd_findings_free(odd_findings **findings)
{
    if (!*findings) return;
    odd_findings_empty(*findings);
    odd_free((*findings)->tally);
    odd_free(*findings);
    *findings = NULL;
}

void odd_findings_ignore(odd_findings *f, const odd_ignored *ignored, odd_image_facts *facts)
{
    f->ignored = ignored;
    f->facts = facts;
}

static odd_status find_ignored(const odd_findings *f, const odd_finding *finding, bool *ignored)
{
    *ignored = false;
    if (!f->ignored) return ODD_OK;
    return odd_ignored_has(f->ignored, f->facts, (int)finding->kind, finding->check, finding->rows,
                           finding->row, ignored);
}

/* What a check promises of a finding. */
static void check_finding(const odd_finding *finding)
{
    ODD_CHECK(finding->kind < ODD_FINDING_KIND_COUNT);
    ODD_CHECK(strlen(finding->check) < ODD_FINDING_CHECK);
    ODD_CHECK(strlen(finding->unit) < ODD_FINDING_UNIT);
    ODD_CHECK(strlen(finding->sentence) < ODD_FINDING_SENTENCE);
    ODD_CHECK(finding->severity >= 0 && finding->severity <= 1);
    ODD_CHECK(finding->rows >= 1);
}

odd_status odd_findings_add(odd_findings *f, const odd_finding *finding)
{
    bool ignored;
    odd_status st;
    check_finding(finding);
    const int tally = odd_findings_tally_of(f, finding->kind, finding->check);
    if (tally < 0) return ODD_NOMEM;
    ODD_TRY(find_ignored(f, finding, &ignored));
    if (ignored) {
        f->tally[tally].ignored++;
        return ODD_OK;
    }
    ODD_TRY(odd_findings_append(f, finding, tally));
    f->tally[tally].found++;
    f->tally[tally].worst = fmax(f->tally[tally].worst, finding->severity);
    if (f->records < f->prune_at) goto done;
    ODD_TRY(odd_findings_settle(f));
    f->prune_at = f->records > PRUNE_LEAST / 2 ? 2 * f->records : PRUNE_LEAST;
done:
    return st;
}

odd_status odd_findings_note(odd_findings *f, odd_finding_kind kind, const char *check,
                             int64_t unmeasured)
{
    const int tally = odd_findings_tally_of(f, kind, check);
    if (tally < 0) return ODD_NOMEM;
    f->tally[tally].unmeasured += unmeasured;
    return ODD_OK;
}
