/* Work journal: where it lies, and what is said of it. */
#include "oddlot/run/work_journal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <stdio.h>

odd_status odd_work_journal_open(const odd_run *run, const odd_provenance *from, odd_journal **out)
{
    char *path = NULL, name[64];
    int64_t found;
    odd_status st;
    *out = NULL;
    snprintf(name, sizeof name, "checkpoints/%s", from->stage);
    ODD_TRY_ALL(run->comm, odd_run_path(run, name, &path));
    ODD_TRY(odd_journal_open(run->comm, path, from->fingerprint, run->options->checkpoint, out,
                             &found));
    if (found > 0)
        odd_log(ODD_LOG_INFO, "%s: passes over the rows that were done before: %lld", from->stage,
                (long long)found);
done:
    odd_free(path);
    return st;
}
