/* The scores of `knn`: distances of rows to their nearest reference rows.
 *
 * Letters: n rows, m reference rows, d features, k neighbours. */
#include "detect/knn_internal.h"

#include "detect/detectors_internal.h"
#include "oddlot/linalg/neighbours.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

typedef struct {
    int64_t m;
    int d;
    int k;     /* neighbours, at most m */
    bool last; /* the k-th distance, not the mean */
    odd_metric metric;
    const float *x;     /* (m, d) borrowed from the model, as is row */
    const int64_t *row; /* (m) */
    odd_neighbours *neighbours;
} reference;

typedef struct {
    const reference *ref;
    const int64_t *number; /* (n) of the rows in the catalogue; NULL: as they come */
    double *score;         /* (n_local, ODD_KNN_COLUMNS) */
} scoring;

static odd_status find_reference(const odd_bundle *model, reference *r)
{
    odd_status st;
    const odd_array *x, *row;
    int64_t k, last, metric = ODD_METRIC_EUCLIDEAN;
    ODD_TRY(odd_bundle_get(model, "reference", ODD_F32, 2, &x));
    ODD_TRY(odd_bundle_get(model, "reference_row", ODD_I64, 1, &row));
    ODD_TRY(odd_bundle_get_i64(model, "neighbours", &k));
    ODD_TRY(odd_bundle_get_i64(model, "last", &last));
    if (odd_bundle_find(model, "metric")) ODD_TRY(odd_bundle_get_i64(model, "metric", &metric));
    ODD_TRY(odd_array_check_finite(x));
    const int64_t m = x->shape.shape[0], d = x->shape.shape[1];
    if (m < 1 || d < 1 || d > INT32_MAX || row->shape.shape[0] != m || k < 1 || k > m ||
        metric < 0 || metric >= ODD_METRICS)
        return odd_fail(ODD_FORMAT, "the arrays of the neighbours do not fit each other");
    *r = (reference){.m = m,
                     .d = (int)d,
                     .k = (int)k,
                     .last = last,
                     .metric = (odd_metric)metric,
                     .x = x->data,
                     .row = row->data};
done:
    return st;
}

static odd_status open_reference(const odd_bundle *model, const odd_rows *rows, reference *r)
{
    odd_status st;
    ODD_TRY(find_reference(model, r));
    ODD_TRY(odd_detector_check_width("knn", rows, r->d));
    ODD_TRY(odd_neighbours_new(r->m, r->d, r->x, r->metric, &r->neighbours));
done:
    return st;
}

/* The row is that reference row: its number is the same, and so are its values (the rows may be
 * those of another catalogue). */
static bool is_itself(const reference *r, const float x[], int64_t row, int64_t at)
{
    return r->row[at] == row && memcmp(x, r->x + at * r->d, (size_t)r->d * sizeof *x) == 0;
}

/* One row's scores from its k + 1 nearest. A row without neighbours is at distance 0. */
static void score_row(const reference *r, const float x[], int64_t row, const odd_neighbour near[],
                      double score[])
{
    double sum = 0, farthest = 0, nearest = INFINITY;
    int used = 0;
    for (int i = 0; i <= r->k && used < r->k; i++) {
        if (near[i].at < 0 || is_itself(r, x, row, near[i].at)) continue;
        const double distance = odd_neighbours_distance(r->neighbours, x, near[i].at);
        sum += distance;
        farthest = fmax(farthest, distance);
        nearest = fmin(nearest, distance);
        used++;
    }
    score[ODD_KNN_DISTANCE] = used == 0 ? 0 : r->last ? farthest : sum / used;
    score[ODD_KNN_NEAREST] = used == 0 ? 0 : nearest;
}

static odd_status score_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    const scoring *s = context;
    const reference *r = s->ref;
    for (int i = 0; i < block->count; i++) {
        const int64_t row = block->row + i;
        score_row(r, block->x + (int64_t)i * r->d, s->number ? s->number[row] : row,
                  near + (int64_t)i * (r->k + 1), s->score + (block->local + i) * ODD_KNN_COLUMNS);
    }
    return ODD_OK;
}

odd_status odd_knn_search(const odd_bundle *model, const odd_rows *rows, const int64_t number[],
                          double score[])
{
    odd_status st;
    reference r = {0};
    scoring s = {.ref = &r, .number = number, .score = score};
    ODD_TRY_ALL(rows->comm, open_reference(model, rows, &r));
    /* one more than wanted, as a row may meet itself */
    ODD_TRY(odd_neighbours_each(r.neighbours, rows, r.k + 1, score_block, &s));
done:
    odd_neighbours_free(&r.neighbours);
    return st;
}
