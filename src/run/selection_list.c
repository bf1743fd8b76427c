/* Selection: list the catalogue on one rank, share it, take from it what the job describes. */
#include "oddlot/run/run.h"
#include "run/selection_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

static void share_array(MPI_Comm comm, void *array, int64_t count, size_t element)
{
    odd_broadcast(comm, 0, array, (size_t)count * element);
}

/* Rank 0 looks at the files; the others get its list, straight to where it stays. */
static odd_status share_list(MPI_Comm comm, const odd_job *job, odd_selection *selection)
{
    const bool lists = odd_rank(comm) == 0;
    odd_catalogue *list = &selection->list;
    odd_status st;
    ODD_TRY_ALL(comm, lists ? selection->kind->list(odd_job_section(job, "catalogue"), ".", list)
                            : ODD_OK);
    odd_catalogue_head head = odd_catalogue_head_of(list);
    odd_broadcast(comm, 0, &head, sizeof head);
    ODD_TRY_ALL(comm, lists ? ODD_OK : odd_catalogue_make_room(&head, list));
    share_array(comm, list->item, list->count, sizeof *list->item);
    share_array(comm, list->pool, list->pool_size, 1);
    ODD_TRY_ALL(comm, lists ? ODD_OK : odd_catalogue_check(list));
done:
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
