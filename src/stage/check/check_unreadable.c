/* Check `unreadable`: files that are listed but could not be read, and why. */
#include "oddlot/run/columns.h"
#include "stage/check/check_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>

static odd_status add_unreadable(odd_check_context *context, int64_t row, const char *reason)
{
    char sentence[ODD_FINDING_SENTENCE];
    snprintf(sentence, sizeof sentence, "cannot be read: %.400s", reason);
    const odd_finding finding = {
        .kind = ODD_FINDING_UNREADABLE,
        .check = context->check->name,
        .severity = 1,
        .value = NAN,
        .limit = NAN,
        .unit = "",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = &row,
        .rows = 1,
    };
    return odd_check_tell(context, &finding);
}

/* The list of errors, which is as long as there are such images. @local: rank 0 */
static odd_status add_errors(odd_check_context *context)
{
    const odd_file *ingest = odd_check_ingest(context);
    int64_t *row = NULL, n = 0, reasons = 0;
    char *reason = NULL;
    size_t width = 0;
    odd_status st;
    ODD_TRY(odd_column_read(ingest, "errors/row", ODD_I64, (void **)&row, &n));
    ODD_TRY(odd_column_read_text(ingest, "errors/reason", n, &reason, &width, &reasons));
    for (int64_t i = 0; i < n; i++) {
        if (reasons != n || row[i] < 0 || row[i] >= context->part.n)
            ODD_TRY(odd_fail(ODD_FORMAT, "the errors in ingest.h5 are not of this catalogue"));
        ODD_TRY(add_unreadable(context, row[i], reason + (size_t)i * (width + 1)));
    }
done:
    odd_free(row);
    odd_free(reason);
    return st;
}

static odd_status run_unreadable(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    odd_status st;
    (void)options;
    ODD_TRY_ALL(comm, odd_findings_note(context->findings, ODD_FINDING_UNREADABLE,
                                        context->check->name, 0));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? add_errors(context) : ODD_OK);
done:
    return st;
}

const odd_check odd_check_unreadable = {
    .name = "unreadable",
    .summary = "files that cannot be read, and why",
    .advice = "upload the file again",
    .kind = ODD_FINDING_UNREADABLE,
    .run = run_unreadable,
};
