/* Group rows: one image of all copies, and the nearest of each. */
#include "oddlot/linalg/neighbours.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/copies.h"
#include "stage/groups/groups_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdlib.h>

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

/* The row of features.h5 of an image; -1: it could not be read. */
static int64_t row_of(const odd_group_rows *r, int64_t image)
{
    const int64_t *at =
        bsearch(&image, r->image, (size_t)r->inputs.rows, sizeof image, odd_compare_i64);
    return at ? at - r->image : -1;
}

static odd_status read_speakers(const odd_file *copies, const odd_group_rows *r, int64_t speaker[])
{
    odd_dataset *dataset = NULL;
    int64_t *representative = NULL;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < r->inputs.rows; i++)
        speaker[i] = i;
    if (!copies) goto done;
    ODD_TRY(ODD_NEW(representative, r->images));
    ODD_TRY(odd_representatives_open(copies, r->images, &dataset));
    ODD_TRY(odd_representatives_read(dataset, 0, r->images, representative));
    for (int64_t i = 0; i < r->inputs.rows; i++) {
        speaker[i] = row_of(r, representative[r->image[i]]);
        if (speaker[i] < 0)
            ODD_TRY(odd_fail(ODD_FORMAT, "copies.h5 and features.h5 are of other images"));
    }
done:
    odd_dataset_close(&dataset);
    odd_free(representative);
    return st;
}

odd_status odd_group_rows_pick(const odd_file *copies, odd_group_rows *r)
{
    int64_t *speaker = NULL;
    odd_status st;
    ODD_TRY(odd_feature_images_read(r->inputs.features, r->images, &r->image, &r->inputs.rows));
    r->inputs.image = r->image;
    ODD_TRY(ODD_NEW(speaker, r->inputs.rows));
    ODD_TRY(ODD_NEW(r->pick, r->inputs.rows));
    ODD_TRY(ODD_NEW(r->spoken, r->inputs.rows));
    ODD_TRY(read_speakers(copies, r, speaker));
    for (int64_t i = 0; i < r->inputs.rows; i++)
        if (speaker[i] == i) {
            r->spoken[i] = r->count;
            r->pick[r->count++] = i;
        }
    for (int64_t i = 0; i < r->inputs.rows; i++)
        r->spoken[i] = r->spoken[speaker[i]];
    if (r->count > INT32_MAX)
        ODD_TRY(odd_fail(ODD_ARG, "groups of more than %d images are not looked for", INT32_MAX));
done:
    odd_free(speaker);
    return st;
}

void odd_group_rows_free(odd_group_rows *r)
{
    odd_free(r->image);
    odd_free(r->pick);
    odd_free(r->spoken);
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
    ODD_TRY(odd_view_rows_open(view, &r->inputs, r->count, r->pick, &rows));
    ODD_TRY_ALL(comm, ODD_NEW(n.near, rows.rows.part.n_local * keep));
    ODD_TRY(odd_neighbours_between(&rows.rows, &rows.rows, o, note_nearest, &n));
    ODD_TRY(odd_gather_rows(comm, 0, n.near, rows.rows.part.n_local, (size_t)keep * sizeof *n.near,
                            (void **)near, &all));
done:
    odd_free(n.near);
    odd_view_rows_close(&rows);
    return st;
}
