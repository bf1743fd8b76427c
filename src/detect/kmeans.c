/* K-means: Lloyd's iterations, restarts, and the distance of rows to the nearest centroid. */
#include "kmeans_internal.h"

#include "moments_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/signals.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

typedef struct {
    const odd_kmeans_table *table;
    int64_t block;         /* rows of a block */
    float *scratch;        /* (threads, block, k) */
    int32_t *cluster;      /* (threads, block) */
    const double *centre;  /* (k, d); for distances */
    int32_t *all_clusters; /* (n_local) or NULL */
    double *distance;      /* (n_local) or NULL */
} assign_pass;

odd_status odd_kmeans_new(int k, int d, odd_kmeans **out)
{
    odd_status st;
    odd_kmeans *km = NULL;
    *out = NULL;
    ODD_TRY(ODD_NEW(km, 1));
    km->k = k;
    km->d = d;
    ODD_TRY(ODD_NEW(km->centre, (int64_t)k * d));
    ODD_TRY(ODD_NEW(km->rows, k));
    *out = km;
    km = NULL;
done:
    odd_kmeans_free(&km);
    return st;
}

void odd_kmeans_free(odd_kmeans **kmeans)
{
    if (!*kmeans) return;
    odd_free((*kmeans)->centre);
    odd_free((*kmeans)->rows);
    odd_free(*kmeans);
    *kmeans = NULL;
}

static odd_status assign_new(const odd_rows *rows, const odd_kmeans_table *table, assign_pass *p)
{
    odd_status st;
    p->table = table;
    p->block = rows->part.block;
    ODD_TRY(ODD_NEW(p->scratch, odd_threads() * p->block * table->k));
    ODD_TRY(ODD_NEW(p->cluster, odd_threads() * p->block));
done:
    return st;
}

static void assign_free(assign_pass *p)
{
    odd_free(p->scratch);
    odd_free(p->cluster);
}

static const int32_t *assign_block(const assign_pass *p, const odd_block *block)
{
    int32_t *cluster = p->cluster + block->thread * p->block;
    odd_kmeans_assign(p->table, block->count, block->x,
                      p->scratch + block->thread * p->block * p->table->k, cluster);
    return cluster;
}

ODD_SIMD static void add_rows(int n, int d, const float x[], const int32_t cluster[], double sum[])
{
    for (int i = 0; i < n; i++) {
        double *to = sum + (int64_t)cluster[i] * d;
        for (int j = 0; j < d; j++)
            to[j] += (double)x[(int64_t)i * d + j];
    }
}

/* sum: rows (k), then the sums of the rows of each cluster (k, d). */
static odd_status sum_block(void *context, const odd_block *block, double sum[])
{
    const assign_pass *p = context;
    const int32_t *cluster = assign_block(p, block);
    for (int i = 0; i < block->count; i++)
        sum[cluster[i]]++;
    add_rows(block->count, block->d, block->x, cluster, sum + p->table->k);
    return ODD_OK;
}

/* Move each centroid to the mean of its rows; the sum of the squared moves. Empty ones stay. */
static double move_centres(odd_kmeans *km, const double sum[])
{
    double moved = 0;
    for (int c = 0; c < km->k; c++) {
        km->rows[c] = sum[c];
        for (int j = 0; sum[c] > 0 && j < km->d; j++) {
            double *at = &km->centre[(int64_t)c * km->d + j];
            const double to = sum[km->k + (int64_t)c * km->d + j] / sum[c];
            moved += (to - *at) * (to - *at);
            *at = to;
        }
    }
    return moved;
}

/* A centroid without rows goes to the row farthest from all others, if that is apart from them. */
static odd_status repair_empty(const odd_rows *rows, odd_kmeans *km, double *moved)
{
    odd_status st = ODD_OK;
    double *row = NULL, square;
    for (int c = 0; c < km->k; c++) {
        if (km->rows[c] > 0) continue;
        if (!row) ODD_TRY_ALL(rows->comm, ODD_NEW(row, km->d));
        ODD_TRY(odd_kmeans_farthest(rows, km->k, km->centre, row, &square));
        if (!(square > 0)) break; /* every row is a centroid */
        memcpy(km->centre + (int64_t)c * km->d, row, (size_t)km->d * sizeof *row);
        *moved += square;
    }
done:
    odd_free(row);
    return st;
}

/* Sum of squared distances to the centroids that rows were assigned to, from sums alone: about the
 * mean of all, sum |x|^2 - 2 c . sum x + rows |c|^2 over the clusters. */
static double inertia_of(const odd_kmeans *km, const double mean[], double spread,
                         const double sum[])
{
    double inertia = spread;
    for (int c = 0; c < km->k; c++) {
        for (int j = 0; j < km->d; j++) {
            const double at = km->centre[(int64_t)c * km->d + j] - mean[j];
            const double first = sum[km->k + (int64_t)c * km->d + j] - sum[c] * mean[j];
            inertia += at * (sum[c] * at - 2 * first);
        }
    }
    return fmax(inertia, 0);
}

odd_status odd_kmeans_refine(const odd_rows *rows, const odd_kmeans_options *options,
                             const double mean[], double spread, odd_kmeans *km)
{
    odd_status st;
    odd_kmeans_table table = {0};
    assign_pass p = {0};
    double *sum = NULL;
    const int64_t length = km->k + (int64_t)km->k * km->d;
    const double enough = options->tolerance * spread / ((double)rows->part.n * km->d);
    ODD_TRY_ALL(rows->comm, odd_kmeans_table_new(km->k, km->d, &table));
    ODD_TRY_ALL(rows->comm, assign_new(rows, &table, &p));
    ODD_TRY_ALL(rows->comm, ODD_NEW(sum, length));
    km->iterations = 0;
    km->converged = false;
    while (km->iterations < options->max_iterations && !km->converged) {
        ODD_TRY(odd_signals_check(rows->comm));
        odd_kmeans_table_set(&table, km->centre, mean);
        ODD_TRY(odd_rows_sum(rows, sum_block, &p, length, sum));
        double moved = move_centres(km, sum);
        ODD_TRY(repair_empty(rows, km, &moved));
        km->converged = moved <= enough;
        km->iterations++;
    }
    odd_kmeans_table_set(&table, km->centre, mean);
    ODD_TRY(odd_rows_sum(rows, sum_block, &p, length, sum));
    memcpy(km->rows, sum, (size_t)km->k * sizeof *sum);
    km->inertia = inertia_of(km, mean, spread, sum);
    km->n = rows->part.n;
done:
    odd_free(sum);
    assign_free(&p);
    odd_kmeans_table_free(&table);
    return st;
}

static odd_status check_arguments(const odd_rows *rows, const odd_kmeans_options *options)
{
    if (rows->part.n < 1 || rows->d < 1) return odd_fail(ODD_ARG, "k-means needs at least one row");
    if (options->clusters < 1 || options->clusters > INT32_MAX / rows->d)
        return odd_fail(ODD_ARG, "k-means cannot make %lld clusters", (long long)options->clusters);
    return ODD_OK;
}

/* All starts; the best so far stands in *best. */
static odd_status restart(const odd_rows *rows, const odd_kmeans_options *options, uint64_t seed,
                          const double mean[], double spread, odd_kmeans **best)
{
    odd_status st = ODD_OK;
    odd_kmeans *km = NULL;
    const int k = (int)options->clusters;
    for (int64_t r = 0; r < options->restarts || r == 0; r++) {
        ODD_TRY_ALL(rows->comm, odd_kmeans_new(k, rows->d, &km));
        ODD_TRY(odd_kmeans_start(rows, k, seed, ODD_STREAM_KMEANS, (uint32_t)(r * k), km->centre));
        ODD_TRY(odd_kmeans_refine(rows, options, mean, spread, km));
        odd_log(ODD_LOG_DEBUG, "k-means: start %lld, %d iterations, inertia %.10g",
                (long long)r + 1, km->iterations, km->inertia);
        if (!*best || km->inertia < (*best)->inertia) {
            odd_kmeans_free(best);
            *best = km;
            km = NULL;
        }
        odd_kmeans_free(&km);
    }
done:
    odd_kmeans_free(&km);
    return st;
}

odd_status odd_kmeans_fit(const odd_rows *rows, const odd_kmeans_options *options, uint64_t seed,
                          odd_kmeans **out)
{
    odd_status st;
    double *mean = NULL, *variance = NULL, fourth;
    int64_t n;
    *out = NULL;
    ODD_TRY_ALL(rows->comm, check_arguments(rows, options));
    ODD_TRY_ALL(rows->comm, ODD_NEW(mean, rows->d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(variance, rows->d));
    ODD_TRY(odd_mean(rows, ODD_ALL_ROWS, mean, &n));
    ODD_TRY(odd_scatter(rows, ODD_ALL_ROWS, ODD_FORM_DIAGONAL, mean, NULL, variance, &fourth));
    const double spread = odd_form_trace(ODD_FORM_DIAGONAL, rows->d, variance);
    ODD_TRY(restart(rows, options, seed, mean, spread, out));
done:
    odd_free(variance);
    odd_free(mean);
    if (st != ODD_OK) odd_kmeans_free(out);
    return st;
}

static odd_status nearest_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const assign_pass *p = context;
    const int32_t *cluster = assign_block(p, block);
    for (int i = 0; i < block->count; i++) {
        const int64_t local = block->local + i;
        const double square = odd_kmeans_square(block->d, block->x + (int64_t)i * block->d,
                                                p->centre + (int64_t)cluster[i] * block->d);
        if (!isfinite(square))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(block->row + i));
        if (p->all_clusters) p->all_clusters[local] = cluster[i];
        if (p->distance) p->distance[local] = sqrt(square);
    }
    return ODD_OK;
}

odd_status odd_kmeans_nearest(const odd_rows *rows, int k, const double centre[], int32_t cluster[],
                              double distance[])
{
    odd_status st;
    odd_kmeans_table table = {0};
    assign_pass p = {.centre = centre, .all_clusters = cluster, .distance = distance};
    ODD_TRY_ALL(rows->comm, odd_kmeans_table_new(k, rows->d, &table));
    ODD_TRY_ALL(rows->comm, assign_new(rows, &table, &p));
    odd_kmeans_table_set(&table, centre, centre); /* its first centroid: near the rows */
    ODD_TRY(odd_rows_each(rows, nearest_block, &p));
done:
    assign_free(&p);
    odd_kmeans_table_free(&table);
    return st;
}
