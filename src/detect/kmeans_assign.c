/* The nearest centroid of each row: a plain version, and one for blocks by a matrix product. */
#include "detect/kmeans_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

#define FAR       256.0 /* times farther from 0 than from each other, centroids are shifted */
#define LARGE     1e12  /* squares of such, and sums of them, are safe in float32, */
#define SMALL     1e-12 /* and of such */
#define PANEL     65536 /* values of rows that are shifted at a time: they stay in cache */
#define OUT_THERE 1e15f /* farther from all centroids than any row is */

odd_status odd_kmeans_table_new(int k, int d, bool directions, odd_kmeans_table *table)
{
    odd_status st;
    *table = (odd_kmeans_table){.k = k, .d = d, .directions = directions};
    ODD_TRY(ODD_NEW(table->centre, (int64_t)k * d));
    ODD_TRY(ODD_NEW(table->offset, k));
    ODD_TRY(ODD_NEW(table->origin, d));
done:
    return st;
}

void odd_kmeans_table_free(odd_kmeans_table *table)
{
    odd_free(table->centre);
    odd_free(table->offset);
    odd_free(table->origin);
    *table = (odd_kmeans_table){0};
}

/* The largest distances of the centroids from the origin, of the origin from 0, in any feature. */
static void measure_extent(const odd_kmeans_table *table, const double centre[],
                           const double origin[], double *apart, double *away)
{
    *apart = *away = 0;
    for (int j = 0; j < table->d; j++)
        *away = fmax(*away, fabs(origin[j]));
    for (int64_t c = 0; c < table->k; c++)
        for (int j = 0; j < table->d; j++)
            *apart = fmax(*apart, fabs(centre[c * table->d + j] - origin[j]));
}

/* Most tables need neither shift nor scale, which saves a pass. */
static void choose_scale(odd_kmeans_table *table, const double centre[], const double origin[])
{
    double apart, away;
    int exponent = 0;
    measure_extent(table, centre, origin, &apart, &away);
    const bool safe = apart > SMALL && apart < LARGE && away < FAR * apart;
    table->shifted = apart > 0 && !safe && !table->directions;
    if (table->shifted) frexp(apart, &exponent);
    table->scale = ldexp(1, -exponent);
}

/* With a = centroid - origin: |x - centroid|^2 = |x - origin|^2 - 2 x . a + |a|^2 + 2 origin . a.
 * The offsets of centroids of unit length are equal: none is left, so that a row of length zero is
 * as near to each, and the first one has it. */
void odd_kmeans_table_set(odd_kmeans_table *table, const double centre[], const double origin[])
{
    choose_scale(table, centre, origin);
    memcpy(table->origin, origin, (size_t)table->d * sizeof *origin);
    for (int c = 0; c < table->k; c++) {
        double offset = 0;
        for (int j = 0; j < table->d; j++) {
            const double a = (centre[(int64_t)c * table->d + j] - origin[j]) * table->scale;
            table->centre[(int64_t)c * table->d + j] = (float)a;
            offset += table->shifted ? a * a : a * (a + 2 * origin[j]);
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

ODD_SIMD(static, void, shift_rows,
         (int n, int d, const float x[], const double origin[], double scale, float z[]),
         (n, d, x, origin, scale, z))
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < d; j++) {
            const float value = (float)(((double)x[(int64_t)i * d + j] - origin[j]) * scale);
            z[(int64_t)i * d + j] = fmaxf(-OUT_THERE, fminf(OUT_THERE, value));
        }
}

int odd_kmeans_panel(int d)
{
    return d < PANEL ? PANEL / d : 1;
}

static void multiply_shifted(const odd_kmeans_table *table, int n, const float x[], float z[],
                             float scratch[])
{
    const int panel = odd_kmeans_panel(table->d);
    for (int64_t i = 0; i < n; i += panel) {
        const int rows = (int)(n - i < panel ? n - i : panel);
        shift_rows(rows, table->d, x + i * table->d, table->origin, table->scale, z);
        odd_sgemm(1, rows, table->k, table->d, -2, z, table->centre, 0, scratch + i * table->k);
    }
}

void odd_kmeans_assign(const odd_kmeans_table *table, int n, const float x[], float z[],
                       float scratch[], int32_t cluster[])
{
    if (table->shifted)
        multiply_shifted(table, n, x, z, scratch);
    else
        odd_sgemm(1, n, table->k, table->d, -2, x, table->centre, 0, scratch);
    first_smallest(n, table->k, scratch, table->offset, cluster);
}

odd_status odd_kmeans_work_new(const odd_rows *rows, int k, bool directions, odd_kmeans_work *work)
{
    odd_status st;
    *work = (odd_kmeans_work){.block = rows->part.block};
    ODD_TRY(odd_kmeans_table_new(k, rows->d, directions, &work->table));
    ODD_TRY(ODD_NEW(work->z, odd_threads() * (int64_t)odd_kmeans_panel(rows->d) * rows->d));
    ODD_TRY(ODD_NEW(work->scratch, odd_threads() * work->block * k));
    ODD_TRY(ODD_NEW(work->cluster, odd_threads() * work->block));
done:
    return st;
}

void odd_kmeans_work_free(odd_kmeans_work *work)
{
    odd_kmeans_table_free(&work->table);
    odd_free(work->z);
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
    const int d = work->table.d;
    float *z = work->z + block->thread * (int64_t)odd_kmeans_panel(d) * d;
    odd_kmeans_assign(&work->table, block->count, block->x, z, scratch_of(work, block->thread),
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
