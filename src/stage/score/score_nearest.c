/* The usual images that are nearest to each flagged one, by their features: beside what is usual a
 * person sees at a glance what is not. */
#include "oddlot/linalg/neighbours.h"
#include "oddlot/run/stored_rows.h"
#include "oddlot/store/dataset.h"
#include "stage/score/score_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    int64_t shown;        /* images whose nearest are looked for, on every rank the same */
    int64_t *shown_image; /* (shown) the oddest first */
    int64_t *oddest;      /* (shown) the same, rising */
    int64_t *odd, *usual; /* of my rows of features.h5, which are of these; of what is usual */
    int64_t odds, usuals;
    int64_t *near; /* (my odds, ODD_SCORE_NEAREST) rows of the usual ones; -1: there are no more */
} search;

/* The images that are shown, the first of the flagged, which ranks have in their order.
 * @collective */
static odd_status share_oddest(MPI_Comm comm, const odd_scored *s, search *n)
{
    int64_t *mine = NULL, count = 0;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, s->flagged.n_local));
    for (int64_t i = 0; i < s->flagged.n_local && s->to_write[i].place < ODD_SCORE_SHOWN; i++)
        mine[count++] = s->to_write[i].image;
    ODD_TRY(odd_share_rows(comm, mine, count, sizeof *mine, (void **)&n->shown_image, &n->shown));
    ODD_TRY_ALL(comm, ODD_NEW(n->oddest, n->shown));
    for (int64_t i = 0; i < n->shown; i++)
        n->oddest[i] = n->shown_image[i];
    qsort(n->oddest, (size_t)n->shown, sizeof *n->oddest, odd_compare_i64);
done:
    odd_free(mine);
    return st;
}

/* Usual is what is in the less odd half and not flagged: two strangers of one kind, of which one
 * is flagged, would hide each other. @local */
static odd_status pick_rows(const odd_scored *s, search *n)
{
    const int64_t shown = n->shown, rows = s->part.n_local;
    const int64_t usual = odd_max(s->flagged.n, s->part.n / 2);
    odd_status st;
    ODD_TRY(ODD_NEW(n->odd, odd_min(shown, rows)));
    ODD_TRY(ODD_NEW(n->usual, rows));
    for (int64_t i = 0; i < rows; i++) {
        if (s->place[i] >= usual) n->usual[n->usuals++] = s->part.row0 + i;
        if (s->place[i] < shown) n->odd[n->odds++] = s->part.row0 + i;
    }
done:
    return st;
}

static odd_status note_nearest(void *context, const odd_block *block, const odd_neighbour near[])
{
    const search *n = context;
    for (int64_t i = 0; i < (int64_t)block->count * ODD_SCORE_NEAREST; i++)
        n->near[block->local * ODD_SCORE_NEAREST + i] = near[i].at < 0 ? -1 : near[i].at;
    return ODD_OK;
}

/* Rows of features.h5 become their images. @local */
static odd_status name_images(const odd_file *features, int64_t count, int64_t row[])
{
    const odd_shape column = {.type = ODD_I64, .rank = 1, .shape = {-1}};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(features, "row", &column, &dataset));
    for (int64_t i = 0; i < count; i++)
        if (row[i] >= 0) ODD_TRY(odd_dataset_read(dataset, row[i], 1, ODD_I64, &row[i]));
done:
    odd_dataset_close(&dataset);
    return st;
}

/* A row of the result for each of the oddest, in the order of flagged images. @local: rank 0 */
static odd_status order_nearest(const search *n, const int64_t found[], int64_t **out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*out, n->shown * ODD_SCORE_NEAREST));
    for (int64_t i = 0; i < n->shown; i++) {
        const int64_t *at =
            bsearch(&n->shown_image[i], n->oddest, (size_t)n->shown, sizeof *at, odd_compare_i64);
        for (int j = 0; j < ODD_SCORE_NEAREST; j++)
            (*out)[i * ODD_SCORE_NEAREST + j] = found[(at - n->oddest) * ODD_SCORE_NEAREST + j];
    }
done:
    return st;
}

/* The images near the oddest, by rising numbers of these: (shown, ODD_SCORE_NEAREST) on rank 0.
 * @collective */
static odd_status find_nearest(const odd_run *run, const odd_file *features, search *n,
                               int64_t **found)
{
    const odd_neighbours_options o = {.keep = ODD_SCORE_NEAREST, .within = INFINITY};
    odd_stored_rows odd = {0}, usual = {0};
    int64_t all;
    odd_status st;
    ODD_TRY(odd_picked_rows_open(run, features, "features", n->odd, n->odds, &odd));
    ODD_TRY(odd_picked_rows_open(run, features, "features", n->usual, n->usuals, &usual));
    ODD_TRY_ALL(run->comm, ODD_NEW(n->near, odd.rows.part.n_local * ODD_SCORE_NEAREST));
    ODD_TRY(odd_neighbours_between(&odd.rows, &usual.rows, o, note_nearest, n));
    ODD_TRY(odd_share_rows(run->comm, n->near, odd.rows.part.n_local * ODD_SCORE_NEAREST,
                           sizeof *n->near, (void **)found, &all));
    odd_stored_rows_find(&usual, all, *found);
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? name_images(features, all, *found) : ODD_OK);
done:
    odd_stored_rows_close(&odd);
    odd_stored_rows_close(&usual);
    return st;
}

odd_status odd_score_nearest(const odd_run *run, const odd_file *features, odd_scored *s)
{
    const MPI_Comm comm = run->comm;
    search n = {0};
    int64_t *found = NULL;
    odd_status st;
    ODD_TRY(share_oddest(comm, s, &n));
    if (n.shown == 0 || s->flagged.n == s->part.n) goto done; /* none is usual */
    ODD_TRY_ALL(comm, pick_rows(s, &n));
    s->shown = n.shown;
    ODD_TRY(find_nearest(run, features, &n, &found));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? order_nearest(&n, found, &s->nearest) : ODD_OK);
done:
    odd_free(n.shown_image);
    odd_free(n.oddest);
    odd_free(n.odd);
    odd_free(n.usual);
    odd_free(n.near);
    odd_free(found);
    return st;
}
