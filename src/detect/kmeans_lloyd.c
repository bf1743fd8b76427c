/* K-means: Lloyd's iterations, with new starts for clusters that lose all their rows. */
#include "detect/kmeans_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/signals.h"

#include <math.h>
#include <string.h>

ODD_SIMD(static, void, add_rows,
         (int n, int d, const float x[], const int32_t cluster[], double sum[]),
         (n, d, x, cluster, sum))
{
    for (int i = 0; i < n; i++) {
        double *to = sum + (int64_t)cluster[i] * d;
        for (int j = 0; j < d; j++)
            to[j] += (double)x[(int64_t)i * d + j];
    }
}

/* Rows of each cluster; those without a direction do not count where directions are compared. */
static void count_rows(const odd_kmeans_table *table, const odd_block *block,
                       const int32_t cluster[], double rows[])
{
    for (int i = 0; i < block->count; i++)
        if (!table->directions || odd_has_direction(block->d, block->x + (int64_t)i * block->d))
            rows[cluster[i]]++;
}

/* sum: rows (k), then the sums of the rows of each cluster (k, d). */
static odd_status sum_block(void *context, const odd_block *block, double sum[])
{
    const odd_kmeans_work *work = context;
    const int32_t *cluster = odd_kmeans_work_assign(work, block);
    count_rows(&work->table, block, cluster, sum);
    add_rows(block->count, block->d, block->x, cluster, sum + work->table.k);
    return ODD_OK;
}

static double vector_length(int d, const double x[])
{
    double square = 0;
    for (int j = 0; j < d; j++)
        square += x[j] * x[j];
    return sqrt(square);
}

/* Move each centroid to the mean of its rows, or its direction; the sum of the squared moves. Where
 * there are no rows, or they cancel out, it stays. */
static double move_centres(odd_kmeans *km, const double sum[])
{
    double moved = 0;
    for (int c = 0; c < km->k; c++) {
        const double *total = sum + km->k + (int64_t)c * km->d;
        const double parts = km->spherical ? vector_length(km->d, total) : sum[c];
        km->rows[c] = sum[c];
        for (int j = 0; parts > 0 && j < km->d; j++) {
            double *at = &km->centre[(int64_t)c * km->d + j];
            const double to = total[j] / parts;
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
        ODD_TRY(odd_kmeans_farthest(rows, km->k, km->centre, km->spherical, row, &square));
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
    odd_kmeans_work work = {0};
    double *sum = NULL;
    const int64_t size = km->k + (int64_t)km->k * km->d;
    const double enough = options->tolerance * spread / ((double)rows->part.n * km->d);
    ODD_TRY_ALL(rows->comm, odd_kmeans_work_new(rows, km->k, km->spherical, &work));
    ODD_TRY_ALL(rows->comm, ODD_NEW(sum, size));
    km->iterations = 0;
    km->converged = false;
    while (km->iterations < options->max_iterations && !km->converged) {
        ODD_TRY(odd_signals_check(rows->comm));
        odd_kmeans_table_set(&work.table, km->centre, mean);
        ODD_TRY(odd_rows_pass(rows, sum_block, &work, size, sum));
        double moved = move_centres(km, sum);
        ODD_TRY(repair_empty(rows, km, &moved));
        km->converged = moved <= enough;
        km->iterations++;
    }
    odd_kmeans_table_set(&work.table, km->centre, mean);
    ODD_TRY(odd_rows_pass(rows, sum_block, &work, size, sum));
    memcpy(km->rows, sum, (size_t)km->k * sizeof *sum);
    km->inertia = inertia_of(km, mean, spread, sum);
done:
    odd_free(sum);
    odd_kmeans_work_free(&work);
    return st;
}
