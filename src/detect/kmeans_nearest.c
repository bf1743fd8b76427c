/* The nearest centroid of each row, its distance, and the largest cosine to any. */
#include "detect/kmeans_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/par/agree.h"

#include <math.h>

typedef struct {
    odd_kmeans_work work;
    const double *centre; /* (k, d) */
    int32_t *cluster;     /* (n_local) or NULL */
    double *distance;     /* (n_local) or NULL */
    double *normality;    /* (n_local) */
} query;

static odd_status not_finite(int64_t row)
{
    return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite", (long long)row);
}

static odd_status nearest_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const query *p = context;
    const int32_t *cluster = odd_kmeans_work_assign(&p->work, block);
    for (int i = 0; i < block->count; i++) {
        const int64_t local = block->local + i;
        const double square = odd_kmeans_square(block->d, block->x + (int64_t)i * block->d,
                                                p->centre + (int64_t)cluster[i] * block->d);
        if (!isfinite(square)) return not_finite(block->row + i);
        if (p->cluster) p->cluster[local] = cluster[i];
        if (p->distance) p->distance[local] = sqrt(square);
    }
    return ODD_OK;
}

static odd_status find_nearest(const odd_rows *rows, int k, const double centre[], bool directions,
                               int32_t cluster[], double distance[])
{
    odd_status st;
    query p = {.centre = centre, .cluster = cluster, .distance = distance};
    ODD_TRY_ALL(rows->comm, odd_kmeans_work_new(rows, k, directions, &p.work));
    odd_kmeans_table_set(&p.work.table, centre, centre); /* its first centroid: near the rows */
    ODD_TRY(odd_rows_each(rows, nearest_block, &p));
done:
    odd_kmeans_work_free(&p.work);
    return st;
}

odd_status odd_kmeans_nearest(const odd_rows *rows, int k, const double centre[], bool spherical,
                              int32_t cluster[], double distance[])
{
    odd_unit_rows unit = {0};
    odd_status st;
    if (!spherical) return find_nearest(rows, k, centre, false, cluster, distance);
    ODD_TRY(odd_unit_rows_open(rows, &unit));
    ODD_TRY(find_nearest(&unit.rows, k, centre, true, cluster, distance));
done:
    odd_unit_rows_close(&unit);
    return st;
}

ODD_SIMD(static, double, cosine, (int d, const float x[], const double unit[]), (d, x, unit))
{
    double product = 0, square = 0;
    for (int j = 0; j < d; j++) {
        product += (double)x[j] * unit[j];
        square += (double)x[j] * x[j];
    }
    return square == 0 ? 0 : product / sqrt(square);
}

/* The centroid of the largest product is found in float32, its cosine in double. */
static odd_status normality_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const query *p = context;
    const int32_t *cluster = odd_kmeans_work_assign(&p->work, block);
    for (int i = 0; i < block->count; i++) {
        const double largest = cosine(block->d, block->x + (int64_t)i * block->d,
                                      p->centre + (int64_t)cluster[i] * block->d);
        if (!isfinite(largest)) return not_finite(block->row + i);
        p->normality[block->local + i] = fmax(-1, fmin(1, largest));
    }
    return ODD_OK;
}

/* A centroid at 0 stays there: its cosine is 0. */
static void make_unit(int d, const double from[], double to[])
{
    double square = 0;
    for (int j = 0; j < d; j++)
        square += from[j] * from[j];
    for (int j = 0; j < d; j++)
        to[j] = square > 0 ? from[j] / sqrt(square) : 0;
}

odd_status odd_kmeans_normality(const odd_rows *rows, int k, const double centre[],
                                double normality[])
{
    const int d = rows->d;
    double *unit = NULL, *zero = NULL;
    query p = {.normality = normality};
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(unit, (int64_t)k * d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(zero, d));
    ODD_TRY_ALL(rows->comm, odd_kmeans_work_new(rows, k, true, &p.work));
    for (int64_t c = 0; c < k; c++)
        make_unit(d, centre + c * d, unit + c * d);
    p.centre = unit;
    odd_kmeans_table_set(&p.work.table, unit, zero);
    ODD_TRY(odd_rows_each(rows, normality_block, &p));
done:
    odd_kmeans_work_free(&p.work);
    odd_free(zero);
    odd_free(unit);
    return st;
}
