/* The number of clusters: each one of a grid is tried on a sample of the rows and evaluated by the
 * simplified silhouette, which measures how much nearer the own centroid is than the next one. */
#include "detect/kmeans_internal.h"

#include "detect/moments_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/collect.h"

#include <math.h>

#define SAMPLE_ROWS  20000
#define SAMPLE_LEAST 2000
#define SAMPLE_BYTES (256 << 20) /* of more features only as many rows, but not below the least */

/* -- the sample -- */

typedef struct {
    odd_rows rows;
    float *x; /* (n, d) of all ranks where rows were drawn */
} sample;

static int64_t sample_rows(const odd_rows *rows)
{
    int64_t most = SAMPLE_BYTES / ((int64_t)sizeof(float) * rows->d);
    if (most < SAMPLE_LEAST) most = SAMPLE_LEAST;
    if (most > SAMPLE_ROWS) most = SAMPLE_ROWS;
    return most < rows->part.n ? most : rows->part.n;
}

static odd_status take_sample(const odd_rows *rows, uint64_t seed, sample *out)
{
    const int64_t take = sample_rows(rows);
    int64_t *chosen = NULL;
    odd_status st;
    *out = (sample){.rows = *rows};
    if (take == rows->part.n) return ODD_OK;
    ODD_TRY_ALL(rows->comm, ODD_NEW(chosen, take));
    ODD_TRY_ALL(rows->comm, odd_choose(rows->part.n, take, seed, ODD_STREAM_CLUSTERS, chosen));
    ODD_TRY(odd_collect_rows(rows, take, chosen, &out->x));
    const odd_partition part = odd_partition_rows(rows->comm, take);
    out->rows = odd_rows_in_memory(rows->comm, take, rows->d, out->x + part.row0 * rows->d);
done:
    odd_free(chosen);
    return st;
}

/* -- the silhouette -- */

typedef struct {
    odd_kmeans_work work;
    const double *centre;
    bool directions;
} silhouettes;

/* The nearest centroid but for `own`. */
static int32_t next_nearest(const odd_kmeans_table *table, const float value[], int32_t own)
{
    int32_t best = own == 0;
    for (int32_t c = 0; c < table->k; c++)
        if (c != own && value[c] + table->offset[c] < value[best] + table->offset[best]) best = c;
    return best;
}

/* A row on its centroid is 1, one between two centroids, or where all are one point, 0. */
static double silhouette(int d, const float x[], const double own[], const double next[])
{
    const double a = sqrt(odd_kmeans_square(d, x, own)), b = sqrt(odd_kmeans_square(d, x, next));
    return b > a ? 1 - a / b : 0;
}

/* sum: of the silhouettes, and the rows that have one. */
static odd_status silhouette_block(void *context, const odd_block *block, double sum[])
{
    const silhouettes *s = context;
    const int32_t *cluster = odd_kmeans_work_assign(&s->work, block);
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * block->d;
        if (s->directions && !odd_has_direction(block->d, x)) continue;
        const int32_t next =
            next_nearest(&s->work.table, odd_kmeans_work_scratch(&s->work, block, i), cluster[i]);
        sum[0] += silhouette(block->d, x, s->centre + (int64_t)cluster[i] * block->d,
                             s->centre + (int64_t)next * block->d);
        sum[1]++;
    }
    return ODD_OK;
}

static odd_status mean_silhouette(const odd_rows *rows, const odd_kmeans *km, double *out)
{
    silhouettes s = {.centre = km->centre, .directions = km->spherical};
    double sum[2];
    odd_status st;
    ODD_TRY_ALL(rows->comm, odd_kmeans_work_new(rows, km->k, km->spherical, &s.work));
    odd_kmeans_table_set(&s.work.table, km->centre, km->centre);
    ODD_TRY(odd_rows_sum(rows, silhouette_block, &s, 2, sum));
    *out = sum[1] > 0 ? sum[0] / sum[1] : 0;
done:
    odd_kmeans_work_free(&s.work);
    return st;
}

/* -- the grid -- */

static int64_t next_count(int64_t k)
{
    return k < 20 ? k + 1 : k + k / 10;
}

static odd_status grid_new(int64_t most, odd_kmeans_choice *choice)
{
    odd_status st;
    for (int64_t k = 2; k <= most; k = next_count(k))
        choice->count++;
    ODD_TRY(ODD_NEW(choice->clusters, choice->count));
    ODD_TRY(ODD_NEW(choice->silhouette, choice->count));
    int64_t k = 2;
    for (int i = 0; i < choice->count; i++, k = next_count(k))
        choice->clusters[i] = k;
done:
    return st;
}

static odd_status evaluate_count(const odd_rows *rows, int64_t zeros,
                                 const odd_kmeans_options *options, uint64_t seed, int64_t k,
                                 double *out)
{
    odd_kmeans_options with = *options;
    odd_kmeans *km = NULL;
    odd_status st;
    with.clusters = k;
    ODD_TRY(odd_kmeans_learn(rows, zeros, &with, seed, &km));
    ODD_TRY(mean_silhouette(rows, km, out));
    odd_log(ODD_LOG_DEBUG, "k-means: %lld clusters, silhouette %.4f", (long long)k, *out);
done:
    odd_kmeans_free(&km);
    return st;
}

static odd_status evaluate_counts(const odd_rows *rows, int64_t zeros,
                                  const odd_kmeans_options *options, uint64_t seed,
                                  odd_kmeans_choice *choice)
{
    double most = 0;
    odd_status st = ODD_OK;
    choice->best = 1;
    for (int i = 0; i < choice->count; i++) {
        ODD_TRY(evaluate_count(rows, zeros, options, seed, choice->clusters[i],
                               &choice->silhouette[i]));
        if (!(choice->silhouette[i] > most)) continue;
        most = choice->silhouette[i];
        choice->best = choice->clusters[i];
    }
done:
    return st;
}

/* A row that is not finite is named by its number among all. */
static odd_status check_finite(const odd_rows *rows)
{
    double *mean = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(mean, rows->d));
    ODD_TRY(odd_mean(rows, ODD_ALL_ROWS, mean, &n));
done:
    odd_free(mean);
    return st;
}

odd_status odd_kmeans_choose(const odd_rows *rows, const odd_kmeans_options *options, uint64_t seed,
                             odd_kmeans_choice *out)
{
    sample taken = {0};
    odd_unit_rows unit = {0};
    odd_status st;
    *out = (odd_kmeans_choice){0};
    if (rows->part.n < 1 || rows->d < 1)
        ODD_TRY_ALL(rows->comm, odd_fail(ODD_ARG, "k-means needs at least one row"));
    ODD_TRY(check_finite(rows));
    ODD_TRY(take_sample(rows, seed, &taken));
    if (options->spherical) ODD_TRY(odd_unit_rows_open(&taken.rows, &unit));
    out->rows = taken.rows.part.n;
    const int64_t most =
        out->rows - 1 < options->max_clusters ? out->rows - 1 : options->max_clusters;
    ODD_TRY_ALL(rows->comm, grid_new(most, out));
    ODD_TRY(evaluate_counts(options->spherical ? &unit.rows : &taken.rows, unit.zeros, options,
                            seed, out));
done:
    odd_unit_rows_close(&unit);
    odd_free(taken.x);
    if (st != ODD_OK) odd_kmeans_choice_free(out);
    return st;
}

void odd_kmeans_choice_free(odd_kmeans_choice *choice)
{
    odd_free(choice->clusters);
    odd_free(choice->silhouette);
    *choice = (odd_kmeans_choice){0};
}
