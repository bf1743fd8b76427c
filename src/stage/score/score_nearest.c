/* The usual images that are nearest to each flagged one, by their features: beside what is usual a
 * person sees at a glance what is not. */
#include "oddlot/linalg/neighbours.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/stored_rows.h"
#include "stage/score/score_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdlib.h>

/* Rows of features.h5, on every rank. */
typedef struct {
    int64_t *image, rows; /* of each row */
    int64_t shown;        /* images whose nearest are looked for, the oddest first */
    int64_t *shown_image; /* (shown) */
    int64_t *oddest;      /* (shown) the same, rising */
    int64_t *odd, *usual; /* rows of these; rows of images that are not flagged */
    int64_t odds, usuals;
    int64_t *near; /* (my odds, ODD_SCORE_NEAREST) images; -1: there are no more */
    const odd_stored_rows *among;
} search;

/* The images that are shown, the same on every rank: the first of the flagged, which ranks have in
 * their order. @collective */
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

/* Which rows are flagged, the same on every rank: (part.n). @collective */
static odd_status share_flags(MPI_Comm comm, const odd_scored *s, uint8_t **flagged)
{
    uint8_t *mine = NULL;
    int64_t rows;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, s->part.n_local));
    for (int64_t i = 0; i < s->part.n_local; i++)
        mine[i] = s->place[i] < s->flagged.n;
    ODD_TRY(odd_share_rows(comm, mine, s->part.n_local, 1, (void **)flagged, &rows));
done:
    odd_free(mine);
    return st;
}

/* @local */
static odd_status pick_rows(const odd_file *features, const odd_scored *s, const uint8_t flagged[],
                            search *n)
{
    odd_status st;
    ODD_TRY(odd_feature_images_read(features, s->n, &n->image, &n->rows));
    ODD_TRY(ODD_NEW(n->odd, n->shown));
    ODD_TRY(ODD_NEW(n->usual, n->rows));
    for (int64_t i = 0; i < n->rows; i++) {
        const int64_t image = n->image[i];
        if (!flagged[i]) n->usual[n->usuals++] = i;
        if (flagged[i] &&
            bsearch(&image, n->oddest, (size_t)n->shown, sizeof image, odd_compare_i64))
            n->odd[n->odds++] = i;
    }
done:
    return st;
}

static odd_status note_nearest(void *context, const odd_block *block, const odd_neighbour near[])
{
    const search *n = context;
    for (int64_t i = 0; i < (int64_t)block->count * ODD_SCORE_NEAREST; i++)
        n->near[block->local * ODD_SCORE_NEAREST + i] =
            near[i].at < 0 ? -1 : n->image[odd_stored_row(n->among, near[i].at)];
    return ODD_OK;
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

/* @collective */
static odd_status find_nearest(const odd_run *run, const odd_file *features, search *n,
                               int64_t **found)
{
    const odd_neighbours_options o = {.keep = ODD_SCORE_NEAREST, .within = INFINITY};
    odd_stored_rows odd = {0}, usual = {0};
    int64_t all;
    odd_status st;
    st = odd_picked_rows_open(run, features, "features", n->odd, n->odds, &odd);
    n->odd = NULL; /* handed over */
    if (st == ODD_OK) {
        st = odd_picked_rows_open(run, features, "features", n->usual, n->usuals, &usual);
        n->usual = NULL;
    }
    ODD_TRY(st);
    n->among = &usual;
    ODD_TRY_ALL(run->comm, ODD_NEW(n->near, odd.rows.part.n_local * ODD_SCORE_NEAREST));
    ODD_TRY(odd_neighbours_between(&odd.rows, &usual.rows, o, note_nearest, n));
    ODD_TRY(odd_gather_rows(run->comm, 0, n->near, odd.rows.part.n_local,
                            ODD_SCORE_NEAREST * sizeof *n->near, (void **)found, &all));
done:
    n->among = NULL;
    odd_stored_rows_close(&odd);
    odd_stored_rows_close(&usual);
    return st;
}

odd_status odd_score_nearest(const odd_run *run, const odd_file *features, odd_scored *s)
{
    const MPI_Comm comm = run->comm;
    search n = {0};
    uint8_t *flagged = NULL;
    int64_t *found = NULL;
    odd_status st;
    ODD_TRY(share_oddest(comm, s, &n));
    ODD_TRY(share_flags(comm, s, &flagged));
    ODD_TRY_ALL(comm, pick_rows(features, s, flagged, &n));
    if (n.odds == 0 || n.usuals == 0) goto done;
    s->shown = n.shown;
    ODD_TRY(find_nearest(run, features, &n, &found));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? order_nearest(&n, found, &s->nearest) : ODD_OK);
done:
    odd_free(n.image);
    odd_free(n.shown_image);
    odd_free(n.oddest);
    odd_free(n.odd);
    odd_free(n.usual);
    odd_free(n.near);
    odd_free(flagged);
    odd_free(found);
    return st;
}
