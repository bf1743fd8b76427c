/* Selection: one rank lists the catalogue and takes from it what the job describes; the others see
 * its arrays, once a node. */
#include "oddlot/run/run.h"
#include "run/selection_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

/* Rank 0 looks at the files. @local */
static odd_status list_images(const odd_job *job, odd_selection *s)
{
    odd_status st;
    ODD_TRY(s->kind->list(odd_job_section(job, "catalogue"), ".", &s->list));
    ODD_TRY(odd_catalogue_check(&s->list));
    ODD_TRY(odd_contaminate(job, s));
done:
    return st;
}

/* An array of rank 0 becomes one of all. @collective */
static odd_status share_array(MPI_Comm comm, void **array, int64_t count, size_t element,
                              odd_node_memory *shared)
{
    void *mine = *array;
    *array = NULL; /* given */
    odd_status st = odd_node_memory_share(comm, mine, (size_t)count * element, shared);
    *array = shared->data;
    return st;
}

#define SHARE(comm, array, count, shared)                                                          \
    share_array((comm), (void **)&(array), (count), sizeof *(array), &(shared))

/* What others have to know before arrays come. @collective */
static odd_status share_head(MPI_Comm comm, odd_selection *s)
{
    odd_catalogue_head head = odd_catalogue_head_of(&s->list);
    odd_status st = ODD_OK;
    odd_broadcast(comm, 0, &head, sizeof head);
    odd_broadcast(comm, 0, &s->rows, sizeof s->rows);
    if (odd_rank(comm) != 0) st = odd_catalogue_take_head(&head, &s->list);
    return odd_agree(comm, st);
}

/* @collective */
static odd_status share_selection(MPI_Comm comm, odd_selection *s)
{
    odd_node_memory *shared = s->shared;
    odd_status st;
    ODD_TRY(share_head(comm, s));
    ODD_TRY(SHARE(comm, s->list.item, s->list.count, shared[ODD_SELECTION_ITEMS]));
    ODD_TRY(SHARE(comm, s->list.pool, s->list.pool_size, shared[ODD_SELECTION_STRINGS]));
    ODD_TRY(SHARE(comm, s->item, s->rows, shared[ODD_SELECTION_ITEM]));
    ODD_TRY(SHARE(comm, s->truth, s->rows, shared[ODD_SELECTION_TRUTH]));
    ODD_TRY(SHARE(comm, s->verified, s->rows, shared[ODD_SELECTION_VERIFIED]));
    ODD_TRY(SHARE(comm, s->held_out, s->rows, shared[ODD_SELECTION_HELD_OUT]));
done:
    return st;
}

odd_status odd_run_selection(odd_run *run, const odd_selection **out)
{
    odd_selection *selection = NULL;
    odd_status st = ODD_OK;
    if (!run->selection) {
        const bool lists = odd_rank(run->comm) == 0;
        ODD_TRY_ALL(run->comm, ODD_NEW(selection, 1));
        selection->kind = odd_catalogue_kind_of(run->job);
        ODD_TRY_ALL(run->comm, lists ? list_images(run->job, selection) : ODD_OK);
        ODD_TRY(share_selection(run->comm, selection));
        run->selection = selection;
        selection = NULL;
    }
done:
    odd_selection_free(&selection);
    *out = st == ODD_OK ? run->selection : NULL;
    return st;
}
