/* Selection: list the catalogue on one rank, share it, take from it what the job describes. */
#include "oddlot/run/run.h"
#include "run/selection_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

static odd_status list_and_pack(const odd_catalogue_kind *kind, const odd_job *job, char **bytes,
                                int64_t *size)
{
    odd_catalogue list = ODD_CATALOGUE_EMPTY;
    odd_status st;
    ODD_TRY(kind->list(odd_job_section(job, "catalogue"), ".", &list));
    ODD_TRY(odd_catalogue_pack(&list, bytes, size));
done:
    odd_catalogue_free(&list);
    return st;
}

/* Rank 0 looks at the files; the others get its answer. */
static odd_status share_list(MPI_Comm comm, const odd_job *job, odd_selection *selection)
{
    char *bytes = NULL;
    int64_t size = 0;
    odd_status st;
    ODD_TRY_ALL(comm,
                odd_rank(comm) == 0 ? list_and_pack(selection->kind, job, &bytes, &size) : ODD_OK);
    ODD_TRY(odd_share_bytes(comm, 0, &bytes, &size));
    ODD_TRY_ALL(comm, odd_catalogue_unpack(bytes, size, &selection->list));
done:
    odd_free(bytes);
    return st;
}

odd_status odd_run_selection(odd_run *run, const odd_selection **out)
{
    odd_selection *selection = NULL;
    odd_status st = ODD_OK;
    if (!run->selection) {
        ODD_TRY_ALL(run->comm, ODD_NEW(selection, 1));
        selection->kind = odd_catalogue_kind_of(run->job);
        ODD_TRY(share_list(run->comm, run->job, selection));
        ODD_TRY_ALL(run->comm, odd_contaminate(run->job, selection));
        run->selection = selection;
        selection = NULL;
    }
done:
    odd_selection_free(&selection);
    *out = st == ODD_OK ? run->selection : NULL;
    return st;
}
