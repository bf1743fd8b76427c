/* Where k-means begins, k-means||: rounds in which many rows are drawn at once, and k-means++ among
 * them. */
#include "detect/kmeans_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/collect.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

/* The rows drawn so far are on every rank, what is known of all others with these. */
typedef struct {
    const odd_rows *rows;
    const odd_kmeans_draws *draws;
    float *x; /* (count, d) rows drawn so far */
    int64_t count;
    double *nearest; /* (n_local) squared distance to the nearest of them */
    int32_t *owner;  /* (n_local) its number */
    double cost;     /* sum of all `nearest` */

    /* of one round */
    int64_t first;        /* the first of the rows that are new */
    double *centre;       /* (count - first, d) these rows */
    odd_kmeans_work work; /* for them */
    uint32_t draw;
    double rate; /* chance of a row per squared distance */
    odd_collected found;
} oversampling;

static bool counts(const oversampling *o, int d, const float x[])
{
    return !o->draws->directions || odd_has_direction(d, x);
}

/* Are the new ones nearer? The sum is the cost. */
static odd_status update_block(void *context, const odd_block *block, double sum[])
{
    const oversampling *o = context;
    const int32_t *cluster = odd_kmeans_work_assign(&o->work, block);
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        const int64_t local = block->local + i;
        if (!counts(o, block->d, x)) continue;
        const double square =
            odd_kmeans_square(block->d, x, o->centre + (int64_t)cluster[i] * block->d);
        if (square < o->nearest[local]) {
            o->nearest[local] = square;
            o->owner[local] = (int32_t)(o->first + cluster[i]);
        }
        sum[0] += o->nearest[local];
    }
    return ODD_OK;
}

static odd_status update_distances(oversampling *o, const double origin[])
{
    const int64_t fresh = o->count - o->first, d = o->rows->d;
    odd_status st;
    odd_free(o->centre);
    ODD_TRY_ALL(o->rows->comm, ODD_NEW(o->centre, fresh * d));
    for (int64_t i = 0; i < fresh * d; i++)
        o->centre[i] = (double)o->x[o->first * d + i];
    ODD_TRY_ALL(o->rows->comm,
                odd_kmeans_work_new(o->rows, (int)fresh, o->draws->directions, &o->work));
    odd_kmeans_table_set(&o->work.table, o->centre, origin);
    ODD_TRY(odd_rows_sum(o->rows, update_block, o, 1, &o->cost));
done:
    odd_kmeans_work_free(&o->work);
    return st;
}

static odd_status draw_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    oversampling *o = context;
    odd_status st = ODD_OK;
    for (int i = 0; st == ODD_OK && i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        const double chance = o->rate * o->nearest[block->local + i];
        const uint64_t row = (uint64_t)(block->row + i);
        if (!(odd_uniform(o->draws->seed, o->draws->stream, row, o->draw) < chance)) continue;
        if (!counts(o, block->d, x)) continue;
        st = odd_collect_row(&o->found, block->row + i, x);
    }
    return st;
}

/* Put rows (given by caller: freed here) behind those drawn so far. @local */
static odd_status append_drawn(oversampling *o, float **more, int64_t fresh)
{
    const int64_t d = o->rows->d;
    float *all = NULL;
    odd_status st = ODD_OK;
    if (o->count + fresh > INT32_MAX / d)
        ODD_TRY(odd_fail(ODD_ARG,
                         "k-means|| has drawn too many rows of %lld features: lower "
                         "oversampling or rounds",
                         (long long)d));
    ODD_TRY(ODD_NEW(all, (o->count + fresh) * d));
    memcpy(all, o->x, (size_t)(o->count * d) * sizeof *all);
    memcpy(all + o->count * d, *more, (size_t)(fresh * d) * sizeof *all);
    odd_free(o->x);
    o->x = all;
    o->first = o->count;
    o->count += fresh;
done:
    odd_free(*more);
    *more = NULL;
    return st;
}

/* Draw about `each_round` rows more. */
static odd_status draw_round(oversampling *o, double each_round, const double origin[])
{
    float *more = NULL;
    int64_t fresh;
    odd_status st;
    o->rate = each_round / o->cost;
    o->found = (odd_collected){.d = o->rows->d};
    ODD_TRY(odd_rows_each(o->rows, draw_block, o));
    ODD_TRY(odd_collect_share(o->rows->comm, &o->found, &more, &fresh));
    if (fresh == 0) goto done;
    ODD_TRY_ALL(o->rows->comm, append_drawn(o, &more, fresh));
    ODD_TRY(update_distances(o, origin));
done:
    odd_free(more);
    odd_collected_free(&o->found);
    return st;
}

/* Choose k of those drawn, each weighted by the count of rows nearest to it. */
static odd_status choose_among(const oversampling *o, int k, double centre[])
{
    const odd_partition part = odd_partition_rows(o->rows->comm, o->count);
    const odd_rows drawn =
        odd_rows_in_memory(o->rows->comm, o->count, o->rows->d, o->x + part.row0 * o->rows->d);
    odd_kmeans_draws draws = *o->draws;
    int64_t *owned = NULL;
    double *weight = NULL;
    odd_status st;
    draws.draw0 += 1 + ODD_KMEANS_ROUNDS;
    ODD_TRY_ALL(o->rows->comm, ODD_NEW(owned, o->count));
    ODD_TRY_ALL(o->rows->comm, ODD_NEW(weight, part.n_local));
    for (int64_t i = 0; i < o->rows->part.n_local; i++)
        if (isfinite(o->nearest[i])) owned[o->owner[i]]++;
    odd_sum_i64(o->rows->comm, owned, o->count);
    for (int64_t i = 0; i < part.n_local; i++)
        weight[i] = (double)owned[part.row0 + i];
    draws.weight = weight;
    ODD_TRY(odd_kmeans_start(&drawn, k, &draws, centre));
done:
    odd_free(weight);
    odd_free(owned);
    return st;
}

/* The first row, drawn uniformly, is the first of those drawn; centre (d) is scratch for it. */
static odd_status first_row(oversampling *o, double centre[])
{
    const int64_t n = o->rows->part.n_local;
    odd_status st;
    ODD_TRY(odd_kmeans_start(o->rows, 1, o->draws, centre));
    ODD_TRY_ALL(o->rows->comm, ODD_NEW(o->x, o->rows->d));
    ODD_TRY_ALL(o->rows->comm, ODD_NEW(o->nearest, n));
    ODD_TRY_ALL(o->rows->comm, ODD_NEW(o->owner, n));
    for (int j = 0; j < o->rows->d; j++)
        o->x[j] = (float)centre[j];
    for (int64_t i = 0; i < n; i++)
        o->nearest[i] = INFINITY;
    o->count = 1;
    ODD_TRY(update_distances(o, centre));
done:
    return st;
}

odd_status odd_kmeans_oversample(const odd_rows *rows, int k, double each_round, int64_t rounds,
                                 const odd_kmeans_draws *draws, double centre[])
{
    odd_status st;
    oversampling o = {.rows = rows, .draws = draws};
    ODD_TRY(first_row(&o, centre));
    for (int r = 0; r < ODD_KMEANS_ROUNDS && o.cost > 0 && (r < rounds || o.count < k); r++) {
        o.draw = draws->draw0 + 1 + (uint32_t)r;
        ODD_TRY(draw_round(&o, each_round, centre));
    }
    odd_log(ODD_LOG_DEBUG, "k-means||: %lld rows drawn, cost %.6g", (long long)o.count, o.cost);
    ODD_TRY(choose_among(&o, k, centre));
done:
    odd_free(o.x);
    odd_free(o.centre);
    odd_free(o.nearest);
    odd_free(o.owner);
    return st;
}
