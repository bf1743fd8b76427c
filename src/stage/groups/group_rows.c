/* Group rows: one image of all copies, and the nearest of each. */
#include "oddlot/linalg/neighbours.h"
#include "oddlot/run/columns.h"
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

odd_status odd_group_rows_pick(const odd_file *copies, odd_group_rows *r)
{
    odd_status st;
    ODD_TRY(odd_feature_images_read(r->inputs.features, r->images, &r->image, &r->inputs.rows));
    r->inputs.image = r->image;
    ODD_TRY(odd_speakers_read(copies, r->images, r->inputs.rows, r->image, &r->speakers));
    if (r->speakers.count > INT32_MAX)
        ODD_TRY(odd_fail(ODD_ARG, "groups of more than %d images are not looked for", INT32_MAX));
done:
    return st;
}

void odd_group_rows_free(odd_group_rows *r)
{
    odd_image_facts_close(&r->facts);
    odd_filing_free(&r->filing);
    odd_free(r->image);
    odd_speakers_free(&r->speakers);
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
    odd_view_rows rows = {0};
    nearest_rows n = {.keep = keep};
    int64_t all;
    odd_status st;
    ODD_TRY(odd_view_rows_open(view, &r->inputs, r->speakers.count, r->speakers.row, &rows));
    ODD_TRY_ALL(comm, ODD_NEW(n.near, rows.rows.part.n_local * keep));
    ODD_TRY(odd_neighbours_between(&rows.rows, &rows.rows, o, note_nearest, &n));
    ODD_TRY(odd_gather_rows(comm, 0, n.near, rows.rows.part.n_local, (size_t)keep * sizeof *n.near,
                            (void **)near, &all));
done:
    odd_free(n.near);
    odd_view_rows_close(&rows);
    return st;
}
