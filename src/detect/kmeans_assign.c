/* The nearest centroid of each row: a plain version, and one for blocks by a matrix product. */
#include "detect/kmeans_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/threads.h"

odd_status odd_kmeans_table_new(int k, int d, bool directions, odd_kmeans_table *table)
{
    odd_status st;
    *table = (odd_kmeans_table){.k = k, .d = d, .directions = directions};
    ODD_TRY(ODD_NEW(table->centre, (int64_t)k * d));
    ODD_TRY(ODD_NEW(table->offset, k));
done:
    return st;
}

void odd_kmeans_table_free(odd_kmeans_table *table)
{
    odd_free(table->centre);
    odd_free(table->offset);
    *table = (odd_kmeans_table){0};
}

/* With a = centroid - origin: |x - centroid|^2 = |x - origin|^2 - 2 x . a + |a|^2 + 2 origin . a.
 * The offsets of centroids of unit length are equal: none is left, so that a row of length zero is
 * as near to each, and the first one has it. */
void odd_kmeans_table_set(odd_kmeans_table *table, const double centre[], const double origin[])
{
    for (int c = 0; c < table->k; c++) {
        double offset = 0;
        for (int j = 0; j < table->d; j++) {
            const double a = centre[(int64_t)c * table->d + j] - origin[j];
            table->centre[(int64_t)c * table->d + j] = (float)a;
            offset += a * (a + 2 * origin[j]);
        }
        table->offset[c] = table->directions ? 0 : (float)offset;
    }
}

ODD_SIMD(static, void, first_smallest,
         (int n, int k, const float value[], const float offset[], int32_t where[]),
         (n, k, value, offset, where))
{
    for (int i = 0; i < n; i++) {
        const float *row = value + (int64_t)i * k;
        int32_t best = 0;
        float least = row[0] + offset[0];
        for (int c = 1; c < k; c++) {
            const float v = row[c] + offset[c];
            best = v < least ? c : best;
            least = v < least ? v : least;
        }
        where[i] = best;
    }
}

void odd_kmeans_assign(const odd_kmeans_table *table, int n, const float x[], float scratch[],
                       int32_t cluster[])
{
    odd_sgemm(1, n, table->k, table->d, -2, x, table->centre, 0, scratch);
    first_smallest(n, table->k, scratch, table->offset, cluster);
}

odd_status odd_kmeans_work_new(const odd_rows *rows, int k, bool directions, odd_kmeans_work *work)
{
    odd_status st;
    *work = (odd_kmeans_work){.block = rows->part.block};
    ODD_TRY(odd_kmeans_table_new(k, rows->d, directions, &work->table));
    ODD_TRY(ODD_NEW(work->scratch, odd_threads() * work->block * k));
    ODD_TRY(ODD_NEW(work->cluster, odd_threads() * work->block));
done:
    return st;
}

void odd_kmeans_work_free(odd_kmeans_work *work)
{
    odd_kmeans_table_free(&work->table);
    odd_free(work->scratch);
    odd_free(work->cluster);
    *work = (odd_kmeans_work){0};
}

static float *scratch_of(const odd_kmeans_work *work, int thread)
{
    return work->scratch + thread * work->block * work->table.k;
}

const int32_t *odd_kmeans_work_assign(const odd_kmeans_work *work, const odd_block *block)
{
    int32_t *cluster = work->cluster + block->thread * work->block;
    odd_kmeans_assign(&work->table, block->count, block->x, scratch_of(work, block->thread),
                      cluster);
    return cluster;
}

const float *odd_kmeans_work_scratch(const odd_kmeans_work *work, const odd_block *block, int i)
{
    return scratch_of(work, block->thread) + (int64_t)i * work->table.k;
}

/* Eight running sums, so that the loop does not wait for one. */
ODD_SIMD(, double, odd_kmeans_square, (int d, const float x[], const double centre[]),
         (d, x, centre))
{
    enum { LANES = 8 };
    double sum[LANES] = {0};
    int j = 0;
    for (; j + LANES <= d; j += LANES)
        for (int l = 0; l < LANES; l++)
            sum[l] += ((double)x[j + l] - centre[j + l]) * ((double)x[j + l] - centre[j + l]);
    for (; j < d; j++)
        sum[j % LANES] += ((double)x[j] - centre[j]) * ((double)x[j] - centre[j]);
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

int32_t odd_kmeans_assign_plain(int k, int d, const double centre[], const float x[])
{
    int32_t best = 0;
    double least = odd_kmeans_square(d, x, centre);
    for (int32_t c = 1; c < k; c++) {
        const double square = odd_kmeans_square(d, x, centre + (int64_t)c * d);
        if (square < least) {
            least = square;
            best = c;
        }
    }
    return best;
}
