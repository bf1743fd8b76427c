/* Copies: which of a group is the best, the one that stands for all. */
#include "oddlot/run/measures.h"
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

/* Below this, fine detail says that a picture was enlarged. */
#define ENLARGED 0.06f

/* Its area, which is nothing where it was enlarged, and its sharpness; what is not known counts
 * least. */
typedef struct {
    double area, sharpness;
} quality;

static odd_status read_quality(const odd_dataset *measures, int64_t row, quality *out)
{
    float value[ODD_MEASURE_COUNT];
    const odd_status st = odd_measures_read(measures, row, 1, value);
    if (st != ODD_OK) return st;
    const bool enlarged = value[ODD_MEASURE_FINE_DETAIL] < ENLARGED; /* false for NaN */
    const double area =
        enlarged ? 0 : (double)value[ODD_MEASURE_WIDTH] * (double)value[ODD_MEASURE_HEIGHT];
    const double sharpness = (double)value[ODD_MEASURE_SHARPNESS];
    *out = (quality){isnan(area) ? 0 : area, isnan(sharpness) ? 0 : sharpness};
    return ODD_OK;
}

static bool is_better(const quality *a, const quality *b)
{
    return a->area > b->area || (a->area == b->area && a->sharpness > b->sharpness);
}

/* The member that is the best of its group. */
static odd_status find_best(const odd_dataset *measures, const odd_groups *g, int64_t group,
                            int64_t *best)
{
    quality most = {-1, -1};
    odd_status st = ODD_OK;
    for (int64_t m = g->first[group]; m < g->first[group + 1]; m++) {
        quality q;
        ODD_TRY(read_quality(measures, g->row[m], &q));
        if (!is_better(&q, &most)) continue;
        most = q;
        *best = m;
    }
done:
    return st;
}

/* Of my part of the groups. @local */
static odd_status find_mine(const odd_copies_search *search, const odd_groups *g,
                            const odd_partition *part, int64_t best[])
{
    odd_dataset *measures = NULL;
    odd_status st;
    ODD_TRY(odd_measures_open(search->ingest, &measures));
    for (int64_t i = 0; i < part->n_local; i++)
        ODD_TRY(find_best(measures, g, part->row0 + i, &best[i]));
done:
    odd_dataset_close(&measures);
    return st;
}

static void put_first(odd_groups *g, int64_t group, int64_t best)
{
    int64_t *first = g->row + g->first[group];
    const int64_t row = g->row[best];
    memmove(first + 1, first, (size_t)(best - g->first[group]) * sizeof *first);
    *first = row;
}

odd_status odd_copies_put_best_first(const odd_copies_search *search, odd_groups *groups)
{
    const MPI_Comm comm = search->run->comm;
    const odd_partition part = odd_partition_rows(comm, groups->groups);
    int64_t *mine = NULL, *best = NULL, n = 0;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, part.n_local));
    ODD_TRY_ALL(comm, find_mine(search, groups, &part, mine));
    ODD_TRY(odd_share_rows(comm, mine, part.n_local, sizeof *mine, (void **)&best, &n));
    for (int64_t i = 0; i < n; i++)
        put_first(groups, i, best[i]);
done:
    odd_free(mine);
    odd_free(best);
    return st;
}
