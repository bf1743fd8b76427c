/* How far the rows of a class are from it: the percentile of their distances is its threshold.
 *
 * Rows that means and covariances were learnt from lie nearer to them than others, much nearer
 * where features are as many as rows. So distances are taken from what was learnt from other rows,
 * fold by fold; the paper takes them from what was learnt with them. */
#include "detect/classes_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_THRESHOLD 1e-6 /* standard deviations of each feature: of classes of equal rows */

/* The distance of a row from its class. */
typedef struct {
    double distance; /* NAN: not known */
    int32_t of;
} own_distance;

/* -- my rows -- */

typedef struct {
    const odd_class_distances *distances;
    const int32_t *of;   /* (n_local) classes of the rows whose distances are wanted; -1: not */
    own_distance *found; /* (n_local) */
} owning;

static odd_status own_part(void *context, const odd_block *part, double sum[])
{
    const owning *o = context;
    const int32_t *of = o->of + part->local;
    double *square = NULL;
    odd_status st;
    (void)sum;
    ODD_TRY(ODD_NEW(square, part->count));
    odd_class_distances_own(o->distances, part, of, square);
    for (int i = 0; i < part->count; i++)
        if (of[i] >= 0) o->found[part->local + i] = (own_distance){sqrt(square[i]), of[i]};
done:
    odd_free(square);
    return st;
}

static odd_status own_block(void *context, const odd_block *block, double sum[])
{
    const owning *o = context;
    return odd_block_parts_each(block, o->distances->step, own_part, context, sum);
}

/* found: of the rows that have a class in `of`. @collective */
static odd_status measure(const odd_rows *rows, const odd_class_gaussians *g, const int32_t of[],
                          own_distance found[])
{
    odd_class_distances distances = {0};
    owning o = {&distances, of, found};
    odd_status st;
    ODD_TRY_ALL(rows->comm, odd_class_distances_open(g, &distances));
    ODD_TRY(odd_rows_each(rows, own_block, &o));
done:
    odd_class_distances_close(&distances);
    return st;
}

/* -- by what was learnt from other rows -- */

/* in (n_local): classes of the rows of the fold; out: of the others. */
static void split(const odd_rows *rows, const odd_class_rows *from, int fold, int32_t in[],
                  int32_t out[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        const bool mine = from->fold[i] == fold;
        in[i] = mine ? from->of[i] : -1;
        out[i] = mine ? -1 : from->of[i];
    }
}

static int64_t count_rows(const odd_rows *rows, const int32_t of[])
{
    int64_t count = 0;
    for (int64_t i = 0; i < rows->part.n_local; i++)
        count += of[i] >= 0;
    odd_sum_i64(rows->comm, &count, 1);
    return count;
}

/* Rows of a class that no other fold has a row of stay unknown. */
static odd_status measure_fold(const odd_rows *rows, const odd_class_rows *from, int fold,
                               const odd_classes_options *o, own_distance found[])
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_class_gaussians g;
    double *within = NULL;
    int64_t *size = NULL;
    int32_t *in = NULL, *out = NULL;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(in, rows->part.n_local));
    ODD_TRY_ALL(rows->comm, ODD_NEW(out, rows->part.n_local));
    ODD_TRY_ALL(rows->comm, ODD_NEW(size, from->k));
    ODD_TRY_ALL(rows->comm, ODD_NEW(within, (int64_t)rows->d * rows->d));
    split(rows, from, fold, in, out);
    if (count_rows(rows, in) == 0 || count_rows(rows, out) == 0) goto done;
    ODD_TRY(odd_class_gaussians_learn(rows, out, from->k, o, &model, &g, size, within));
    for (int64_t i = 0; i < rows->part.n_local; i++)
        if (in[i] >= 0 && size[in[i]] == 0) in[i] = -1;
    ODD_TRY(measure(rows, &g, in, found));
done:
    odd_bundle_free(&model);
    odd_free(within);
    odd_free(size);
    odd_free(in);
    odd_free(out);
    return st;
}

/* -- percentiles; on rank 0 -- */

static int by_class_and_distance(const void *a, const void *b)
{
    const own_distance *x = a, *y = b;
    if (x->of != y->of) return x->of < y->of ? -1 : 1;
    return (x->distance > y->distance) - (x->distance < y->distance);
}

static int by_distance(const void *a, const void *b)
{
    const own_distance *x = a, *y = b;
    return (x->distance > y->distance) - (x->distance < y->distance);
}

/* Between the two values that it lies between, as numpy.percentile() takes it. */
static double percentile_of(int64_t n, const own_distance sorted[], double percentile)
{
    const double at = percentile / 100 * (double)(n - 1);
    const int64_t low = (int64_t)at, high = low + 1 < n ? low + 1 : low;
    const double part = at - (double)low;
    return sorted[low].distance + part * (sorted[high].distance - sorted[low].distance);
}

/* Those that are known come first. Returns the count. */
static int64_t keep_known(int64_t n, own_distance d[])
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(d[i].distance)) d[kept++] = d[i];
    return kept;
}

/* all (n) is put into another order. */
static void find_thresholds(int64_t n, own_distance all[], const odd_classes_options *o, int32_t k,
                            double least, double threshold[])
{
    const int64_t known = keep_known(n, all);
    double common = 0;
    if (known > 0) {
        qsort(all, (size_t)known, sizeof *all, by_distance);
        common = percentile_of(known, all, o->percentile);
        qsort(all, (size_t)known, sizeof *all, by_class_and_distance);
    }
    for (int64_t c = 0, i = 0; c < k; c++) {
        const int64_t first = i;
        while (i < known && all[i].of == c)
            i++;
        threshold[c] =
            i - first < o->least ? common : percentile_of(i - first, all + first, o->percentile);
        threshold[c] = fmax(threshold[c], least);
    }
}

/* -- all -- */

odd_status odd_class_thresholds(const odd_rows *rows, const odd_class_rows *from,
                                const odd_classes_options *o, const odd_class_gaussians *g,
                                double threshold[])
{
    const double least = LEAST_THRESHOLD * sqrt((double)rows->d);
    own_distance *found = NULL, *all = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(found, rows->part.n_local));
    for (int64_t i = 0; i < rows->part.n_local; i++)
        found[i].distance = NAN;
    for (int fold = 0; o->folds >= 2 && fold < o->folds; fold++)
        ODD_TRY(measure_fold(rows, from, fold, o, found));
    if (o->folds < 2) ODD_TRY(measure(rows, g, from->of, found));
    ODD_TRY(odd_gather_rows(rows->comm, 0, found, rows->part.n_local, sizeof *found, (void **)&all,
                            &n));
    if (odd_rank(rows->comm) == 0) find_thresholds(n, all, o, from->k, least, threshold);
    odd_broadcast(rows->comm, 0, threshold, (size_t)from->k * sizeof *threshold);
done:
    odd_free(found);
    odd_free(all);
    return st;
}
