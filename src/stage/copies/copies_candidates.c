/* Copies: pairs that may be. Each row looks for its nearest in layout space, as it is, mirrored,
 * and with a margin cut; and among the backbone's features. */
#include "oddlot/image/layout_row.h"
#include "oddlot/linalg/neighbours.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/stored_rows.h"
#include "stage/copies/copies_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/deal.h"

#include <math.h>
#include <string.h>

/* Squared distances between rows of length 1 up to which pairs are looked at. Of 500 products each
 * changed in nine ways 99 % were within 0.02 as they are, 0.06 in other colours, and 0.33 where a
 * margin was cut; of drawings with thin lines cut ones are up to 0.45 apart. */
#define WITHIN_LAYOUT   0.12
#define WITHIN_CUT      0.5
#define WITHIN_FEATURES 0.40
#define CUT_SCALE       0.95 /* of each side that is left where a margin was cut */

typedef struct {
    odd_pairs pairs;   /* of this rank */
    const bool *taken; /* (n_local of the images) */
    int64_t row0, n_local;
    uint64_t marks;
    int keep;
} gathering;

static bool takes_part(const gathering *g, int64_t image)
{
    const int64_t local = image - g->row0;
    return local < 0 || local >= g->n_local || g->taken[local];
}

/* Where both take part, as far as I know. */
static odd_status add_pair(gathering *g, int64_t image, int64_t other)
{
    if (!takes_part(g, image) || !takes_part(g, other)) return ODD_OK;
    return odd_pairs_add(&g->pairs, image, other, INFINITY, g->marks);
}

/* What is near to each row of a block: add() has them one at a time, the pairs are few beside the
 * products that find them. */
static odd_status add_near(const odd_block *block, const odd_neighbour near[], int keep,
                           odd_status (*add)(void *to, int64_t row, int64_t other), void *to)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < block->count; i++)
        for (int j = 0; j < keep && near[(int64_t)i * keep + j].at >= 0; j++)
            ODD_TRY(add(to, block->row + i, near[(int64_t)i * keep + j].at));
done:
    return st;
}

/* -- layout -- */

/* Rows are images. */
static odd_status add_images(void *context, int64_t image, int64_t other)
{
    return add_pair(context, image, other);
}

static odd_status gather_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    const gathering *g = context;
    odd_status st;
#pragma omp critical(odd_copies)
    st = add_near(block, near, g->keep, add_images, context);
    return st;
}

static odd_status search_layout(const odd_copy_pictures *pictures, bool mirrored, double scale,
                                double within, gathering *g)
{
    odd_copy_layout as_is = {pictures, false, 1}, changed = {pictures, mirrored, scale};
    const odd_rows reference = odd_copy_layout_rows(&as_is);
    const odd_rows queries = odd_copy_layout_rows(&changed);
    const odd_neighbours_options o = {.keep = g->keep, .within = within};
    g->marks = mirrored ? ODD_COPY_MIRRORED : ODD_COPY_PLAIN;
    return odd_neighbours_between(&queries, &reference, o, gather_block, g);
}

/* -- features -- */

/* Rows of length 1. */
typedef struct {
    const odd_rows *rows;
} unit_rows;

static odd_status read_unit(void *context, int64_t local, int64_t count, float x[])
{
    const odd_rows *rows = ((const unit_rows *)context)->rows;
    const int64_t d = rows->d;
    odd_status st = ODD_OK;
    if (rows->x)
        memcpy(x, rows->x + local * d, (size_t)(count * d) * sizeof *x);
    else
        st = rows->read(rows->reader, local, count, x);
    for (int64_t i = 0; st == ODD_OK && i < count; i++) {
        double square = 0;
        for (int64_t j = 0; j < d; j++)
            square += (double)x[i * d + j] * (double)x[i * d + j];
        for (int64_t j = 0; j < d && square > 0; j++)
            x[i * d + j] = (float)((double)x[i * d + j] / sqrt(square));
    }
    return st;
}

/* Rows that are near one another. */
typedef struct {
    odd_pairs pairs;
    int keep;
} near_rows;

static odd_status add_rows(void *context, int64_t row, int64_t other)
{
    return odd_pairs_add(context, row, other, INFINITY, 0);
}

static odd_status note_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    near_rows *n = context;
    odd_status st;
#pragma omp critical(odd_copies)
    st = add_near(block, near, n->keep, add_rows, &n->pairs);
    return st;
}

/* Images of both rows of each pair, one after the other, asked of who has them. @collective */
static odd_status ask_images(const odd_file *features, const odd_rows *rows, int64_t images,
                             const odd_pairs *pairs, int64_t **out)
{
    const MPI_Comm comm = rows->comm;
    int64_t *mine = NULL, *row = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, rows->part.n_local));
    ODD_TRY_ALL(comm, odd_feature_images_part(features, images, &rows->part, mine));
    ODD_TRY_ALL(comm, ODD_NEW(row, 2 * pairs->count));
    ODD_TRY_ALL(comm, ODD_NEW(*out, 2 * pairs->count));
    for (int64_t i = 0; i < pairs->count; i++) {
        row[2 * i] = pairs->pair[i].first;
        row[2 * i + 1] = pairs->pair[i].second;
    }
    ODD_TRY(odd_ask(comm, &rows->part, mine, sizeof *mine, 2 * pairs->count, row, *out));
done:
    odd_free(mine);
    odd_free(row);
    return st;
}

static odd_status take_images(const int64_t image[], int64_t pairs, gathering *g)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < pairs && st == ODD_OK; i++)
        st = add_pair(g, image[2 * i], image[2 * i + 1]);
    return st;
}

static odd_status search_features(const odd_copies_search *search, bool mirrored, gathering *g)
{
    const MPI_Comm comm = search->run->comm;
    const odd_neighbours_options o = {.keep = g->keep, .within = WITHIN_FEATURES};
    odd_stored_rows stored = {0};
    near_rows near = {.keep = g->keep};
    int64_t *image = NULL;
    odd_status st;
    ODD_TRY(odd_stored_rows_open(search->run, search->features, "features", &stored));
    unit_rows unit = {&stored.rows};
    odd_rows rows = stored.rows;
    rows.x = NULL;
    rows.read = read_unit;
    rows.reader = &unit;
    ODD_TRY(odd_neighbours_between(&rows, &rows, o, note_block, &near));
    ODD_TRY(ask_images(search->features, &rows, search->part.n, &near.pairs, &image));
    g->marks = ODD_COPY_PLAIN | (mirrored ? ODD_COPY_MIRRORED : 0);
    ODD_TRY_ALL(comm, take_images(image, near.pairs.count, g));
done:
    odd_stored_rows_close(&stored);
    odd_pairs_free(&near.pairs);
    odd_free(image);
    return st;
}

odd_status odd_copies_candidates(const odd_copies_search *search, const odd_copy_pictures *pictures,
                                 odd_pairs *out)
{
    const bool mirrored = search->options->mirrored;
    gathering g = {.taken = pictures->taken,
                   .row0 = search->part.row0,
                   .n_local = search->part.n_local,
                   .keep = (int)search->options->neighbours + 1}; /* a row meets itself */
    odd_status st;
    ODD_TRY(search_layout(pictures, false, 1, WITHIN_LAYOUT, &g));
    ODD_TRY(search_layout(pictures, false, CUT_SCALE, WITHIN_CUT, &g));
    if (mirrored) ODD_TRY(search_layout(pictures, true, 1, WITHIN_LAYOUT, &g));
    if (search->features) ODD_TRY(search_features(search, mirrored, &g));
    ODD_TRY(odd_pairs_settle(search->run->comm, &search->part, &g.pairs));
    *out = g.pairs;
    g.pairs = (odd_pairs){0}; /* handed over */
done:
    odd_pairs_free(&g.pairs);
    return st;
}
