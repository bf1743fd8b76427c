/* Selection: the ranks list the catalogue, and the job says what is taken from it. */
#include "oddlot/run/run.h"
#include "run/catalogue_cut_internal.h"
#include "run/selection_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

/* ---- the list of a run ---- */

/* @collective */
static odd_status list_images(MPI_Comm comm, const odd_job *job, odd_selection *s)
{
    odd_status st;
    ODD_TRY(odd_catalogue_list(comm, s->kind, odd_job_section(job, "catalogue"), ".", &s->list,
                               &s->digest));
    s->listed = s->list.all;
    ODD_TRY(odd_contaminate(comm, job, s));
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
        ODD_TRY(list_images(run->comm, run->job, selection));
        run->selection = selection;
        selection = NULL;
    }
done:
    odd_selection_free(&selection);
    *out = st == ODD_OK ? run->selection : NULL;
    return st;
}

/* ---- a sample of it ---- */

/* Which row of the whole is the i-th of the sample: evenly over all. */
static int64_t sampled(int64_t i, int64_t rows, int64_t all)
{
    return (int64_t)((double)i * (double)all / (double)rows);
}

/* Those of the sample that are mine. @local */
static odd_status take_sample(const odd_selection *whole, int64_t rows, odd_selection *s,
                              odd_selected **taken)
{
    const odd_partition *part = &whole->part;
    int64_t from = 0, to, count;
    odd_status st;
    while (from < rows && sampled(from, rows, part->n) < part->row0)
        from++;
    for (to = from; to < rows && sampled(to, rows, part->n) < part->row0 + part->n_local;)
        to++;
    count = to - from;
    ODD_TRY(ODD_NEW(*taken, count));
    for (int64_t i = 0; i < count; i++) {
        const int64_t row = sampled(from + i, rows, part->n) - part->row0;
        (*taken)[i] = whole->row[row];
        ODD_TRY(odd_catalogue_copy(&whole->list, &whole->list.item[row], &s->list));
    }
done:
    return st;
}

odd_status odd_selection_sample(MPI_Comm comm, const odd_selection *whole, int64_t rows,
                                odd_selection **out)
{
    odd_selection *s = NULL;
    odd_selected *taken = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY_ALL(comm, ODD_NEW(s, 1));
    s->kind = whole->kind;
    s->listed = whole->listed;
    s->digest = whole->digest;
    ODD_TRY_ALL(comm, take_sample(whole, odd_min(rows, whole->part.n), s, &taken));
    odd_catalogue_number(comm, &s->list);
    odd_selected *given = taken;
    taken = NULL;
    ODD_TRY(odd_selection_settle(comm, given, s));
    *out = s;
    s = NULL;
done:
    odd_free(taken);
    odd_selection_free(&s);
    return st;
}
