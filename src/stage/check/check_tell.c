/* Check: findings with what to do about them, and images of which there is no more to tell. */
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "stage/check/check_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

odd_status odd_check_tell(const odd_check_context *context, const odd_finding *finding)
{
    odd_finding advised = *finding;
    char sentence[ODD_FINDING_SENTENCE];
    if (context->check->advice) {
        snprintf(sentence, sizeof sentence, "%s; %s", finding->sentence, context->check->advice);
        advised.sentence = sentence;
    }
    return odd_findings_add(context->findings, &advised);
}

const odd_check *odd_check_of(odd_finding_kind kind, const char *name)
{
    const odd_check *first = NULL;
    for (int i = 0; odd_checks[i]; i++) {
        if (odd_checks[i]->kind != kind) continue;
        if (strcmp(odd_checks[i]->name, name) == 0) return odd_checks[i];
        if (!first) first = odd_checks[i];
    }
    return first;
}

/* ---- told ---- */

odd_status odd_told_rows_share(const odd_check_context *context, odd_told_rows *out)
{
    const MPI_Comm comm = context->run->comm;
    int64_t *mine = NULL, count = 0;
    odd_status st;
    *out = (odd_told_rows){0};
    ODD_TRY_ALL(comm, ODD_NEW(mine, context->part.n_local));
    for (int64_t i = 0; i < context->part.n_local; i++)
        if (context->told[i]) mine[count++] = context->part.row0 + i;
    ODD_TRY(odd_share_rows(comm, mine, count, sizeof *mine, (void **)&out->row, &out->count));
done:
    odd_free(mine);
    return st;
}

bool odd_told_rows_have(const odd_told_rows *told, int64_t row)
{
    return told->count > 0 &&
           bsearch(&row, told->row, (size_t)told->count, sizeof row, odd_compare_i64) != NULL;
}
