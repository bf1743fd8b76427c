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
    odd_pairs pairs;      /* of this rank */
    const int64_t *image; /* of each row; NULL: it is the row */
    const bool *taken;    /* (n_local of the images) */
    int64_t row0, n_local;
    uint64_t marks;
    int keep;
    odd_status st;
} gathering;

static bool takes_part(const gathering *g, int64_t image)
{
    const int64_t local = image - g->row0;
    return local < 0 || local >= g->n_local || g->taken[local];
}

/* One thread at a time: pairs are few beside the products that find them. */
static odd_status add_near(gathering *g, const odd_block *block, const odd_neighbour near[])
{
    odd_status st = ODD_OK;
    for (int i = 0; i < block->count; i++) {
        const int64_t row = block->row + i, image = g->image ? g->image[row] : row;
        if (!takes_part(g, image)) continue;
        for (int j = 0; j < g->keep; j++) {
            const odd_neighbour n = near[(int64_t)i * g->keep + j];
            if (n.at < 0) break;
            const int64_t other = g->image ? g->image[n.at] : n.at;
            if (takes_part(g, other))
                ODD_TRY(odd_pairs_add(&g->pairs, image, other, INFINITY, g->marks));
        }
    }
done:
    return st;
}

static odd_status gather_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    odd_status st;
#pragma omp critical(odd_copies)
    st = add_near(context, block, near);
    return st;
}

/* -- layout -- */

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

static odd_status search_features(const odd_copies_search *search, bool mirrored, gathering *g)
{
    const MPI_Comm comm = search->run->comm;
    const odd_neighbours_options o = {.keep = g->keep, .within = WITHIN_FEATURES};
    odd_stored_rows stored = {0};
    int64_t *image = NULL, n;
    odd_status st;
    ODD_TRY_ALL(comm, odd_feature_images_read(search->features, search->part.n, &image, &n));
    ODD_TRY(odd_stored_rows_open(search->run, search->features, "features", &stored));
    unit_rows unit = {&stored.rows};
    odd_rows rows = stored.rows;
    rows.x = NULL;
    rows.read = read_unit;
    rows.reader = &unit;
    g->image = image;
    g->marks = ODD_COPY_PLAIN | (mirrored ? ODD_COPY_MIRRORED : 0);
    if (n == rows.part.n) ODD_TRY(odd_neighbours_between(&rows, &rows, o, gather_block, g));
done:
    g->image = NULL;
    odd_stored_rows_close(&stored);
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
