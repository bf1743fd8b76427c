/* Group rows: one image of all copies, and the nearest of each. */
#include "oddlot/linalg/neighbours.h"
#include "stage/categories/categories_internal.h"
#include "stage/groups/groups_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>

enum { SHARE = 16, LEAST = 8 };            /* a 16th of the images are looked at, */
static const int64_t most_links = 1 << 27; /* but on rank 0 no more numbers than this: 512 MiB */

int64_t odd_group_neighbours(const odd_groups_options *o, int64_t count)
{
    int64_t k = count / SHARE > LEAST ? count / SHARE : LEAST;
    k = odd_min(k, o->neighbours);
    k = odd_min(k, count / 2);
    return odd_min(k, count > 0 ? most_links / count : 0);
}

/* -- one of all copies -- */

/* All of them on rank 0. @collective */
static odd_status gather_images(MPI_Comm comm, odd_group_rows *r)
{
    const odd_speakers *s = &r->speakers;
    const int64_t mine = s->part.n_local;
    int64_t *shown = NULL, n;
    odd_grouped *of = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(shown, mine));
    ODD_TRY_ALL(comm, ODD_NEW(of, mine));
    ODD_TRY(odd_speakers_count(comm, s, shown));
    for (int64_t i = 0; i < mine; i++) {
        const int64_t image = s->looked_at[i].image;
        of[i] = (odd_grouped){image, shown[i], r->filing.labels.of[image]};
    }
    ODD_TRY(odd_gather_rows(comm, 0, of, mine, sizeof *of, (void **)&r->of, &n));
done:
    odd_free(shown);
    odd_free(of);
    return st;
}

/* @collective */
static odd_status file_images(int64_t images, odd_group_rows *r)
{
    const odd_run *run = r->inputs.run;
    const odd_categories_options *categories =
        odd_job_section(run->job, odd_categories_section.name);
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_image_facts_open(r->inputs.ingest, images, &r->facts));
    ODD_TRY(odd_filing_read_all(run->comm, r->facts, categories->from, &r->filing));
done:
    return st;
}

odd_status odd_group_rows_pick(const odd_file *copies, int64_t images, odd_group_rows *r)
{
    const MPI_Comm comm = r->inputs.run->comm;
    odd_status st;
    ODD_TRY(file_images(images, r));
    ODD_TRY(odd_speakers_read(comm, copies, r->inputs.features, images, &r->speakers));
    r->count = r->speakers.part.n;
    if (r->count > INT32_MAX)
        ODD_TRY(odd_fail(ODD_ARG, "groups of more than %d images are not looked for", INT32_MAX));
    ODD_TRY(gather_images(comm, r));
done:
    return st;
}

void odd_group_rows_free(odd_group_rows *r)
{
    odd_image_facts_close(&r->facts);
    odd_filing_free(&r->filing);
    odd_speakers_free(&r->speakers);
    odd_free(r->of);
    *r = (odd_group_rows){0};
}

/* -- the nearest -- */

typedef struct {
    int64_t keep;
    int32_t *near; /* (n_local, keep) */
} nearest_rows;

/* One more was looked for: a row meets itself. */
static odd_status note_nearest(void *context, const odd_block *block, const odd_neighbour near[])
{
    const nearest_rows *n = context;
    for (int i = 0; i < block->count; i++) {
        int32_t *to = n->near + (block->local + i) * n->keep;
        int64_t count = 0;
        for (int64_t j = 0; j <= n->keep && count < n->keep; j++) {
            const int64_t at = near[i * (n->keep + 1) + j].at;
            if (at >= 0 && at != block->row + i) to[count++] = (int32_t)at;
        }
        while (count < n->keep)
            to[count++] = -1;
    }
    return ODD_OK;
}

odd_status odd_group_nearest(const odd_image_view *view, const odd_group_rows *r, int64_t keep,
                             int32_t **near)
{
    const MPI_Comm comm = r->inputs.run->comm;
    const odd_neighbours_options o = {.keep = (int)keep + 1, .within = INFINITY};
    const odd_view_images images = {r->speakers.part, r->speakers.looked_at};
    odd_view_rows rows = {0};
    nearest_rows n = {.keep = keep};
    int64_t all;
    odd_status st;
    ODD_TRY(odd_view_rows_open(view, &r->inputs, &images, &rows));
    ODD_TRY_ALL(comm, ODD_NEW(n.near, rows.rows.part.n_local * keep));
    ODD_TRY(odd_neighbours_between(&rows.rows, &rows.rows, o, note_nearest, &n));
    ODD_TRY(odd_gather_rows(comm, 0, n.near, rows.rows.part.n_local, (size_t)keep * sizeof *n.near,
                            (void **)near, &all));
done:
    odd_free(n.near);
    odd_view_rows_close(&rows);
    return st;
}
