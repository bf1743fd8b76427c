/* The search of `knn`: neighbours by a matrix product of blocks of rows and tiles of reference
 * rows, then their distances from the differences, so that an equal image is at distance 0 and not
 * at what rounding leaves.
 *
 * Letters: n rows, m reference rows, d features, k neighbours. */
#include "knn_internal.h"

#include "covariance_internal.h"
#include "detectors_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

enum { TILE = 256 }; /* reference rows of a product */

typedef struct {
    int64_t m;
    int d;
    int k;              /* neighbours, at most m */
    bool last;          /* the k-th distance, not the mean */
    const float *x;     /* (m, d) borrowed from the model, as is row */
    const int64_t *row; /* (m) */
    double *origin;     /* (d) the mean of the reference rows, near which products lose least */
    double *z;          /* (m, d) reference rows less the origin */
    double *square;     /* (m) their squared lengths */
} reference;

typedef struct {
    double square;
    int64_t at; /* number of the reference row */
} neighbour;

typedef struct {
    const reference *ref;
    int64_t room;      /* doubles of one thread's workspace */
    double *workspace; /* (threads, room): z (block, d), product (block, TILE) */
    neighbour *near;   /* (threads, block, k + 1): the last entry is room to push into */
    int64_t near_room;
    const int64_t *number; /* (n) of the rows in the catalogue; NULL: as they come */
    double *score;         /* (n_local, ODD_KNN_COLUMNS) */
} search;

static void reference_free(reference *r)
{
    odd_free(r->origin);
    odd_free(r->z);
    odd_free(r->square);
}

static odd_status find_reference(const odd_bundle *model, reference *r)
{
    odd_status st;
    const odd_array *x, *row;
    int64_t k, last;
    ODD_TRY(odd_bundle_get(model, "reference", ODD_F32, 2, &x));
    ODD_TRY(odd_bundle_get(model, "reference_row", ODD_I64, 1, &row));
    ODD_TRY(odd_bundle_get_i64(model, "neighbours", &k));
    ODD_TRY(odd_bundle_get_i64(model, "last", &last));
    const int64_t m = x->shape.shape[0], d = x->shape.shape[1];
    if (m < 1 || d < 1 || d > INT32_MAX || row->shape.shape[0] != m || k < 1 || k > m)
        return odd_fail(ODD_FORMAT, "the arrays of the neighbours do not fit each other");
    *r =
        (reference){.m = m, .d = (int)d, .k = (int)k, .last = last, .x = x->data, .row = row->data};
done:
    return st;
}

static odd_status prepare_reference(reference *r)
{
    odd_status st;
    ODD_TRY(ODD_NEW(r->origin, r->d));
    ODD_TRY(ODD_NEW(r->z, r->m * r->d));
    ODD_TRY(ODD_NEW(r->square, r->m));
    for (int64_t i = 0; i < r->m; i++)
        for (int j = 0; j < r->d; j++)
            r->origin[j] += (double)r->x[i * r->d + j] / (double)r->m;
    for (int64_t i = 0; i < r->m; i++) {
        odd_centre_rows(1, r->d, r->x + i * r->d, r->origin, r->z + i * r->d);
        for (int j = 0; j < r->d; j++)
            r->square[i] += r->z[i * r->d + j] * r->z[i * r->d + j];
    }
done:
    return st;
}

/* Keep the k + 1 nearest, in order; of equal ones the first reference row comes first. One more
 * than wanted, as a row may meet itself. */
static void push(neighbour near[], int keep, double square, int64_t at)
{
    if (!(square < near[keep - 1].square)) return;
    int i = keep - 1;
    for (; i > 0 && square < near[i - 1].square; i--)
        near[i] = near[i - 1];
    near[i] = (neighbour){square, at};
}

/* Squared distances less the row's own squared length: the same neighbours. */
static void search_block(const reference *r, int n, const double z[], double product[],
                         neighbour near[])
{
    const int keep = r->k + 1;
    for (int64_t i = 0; i < (int64_t)n * keep; i++)
        near[i] = (neighbour){INFINITY, -1};
    for (int64_t first = 0; first < r->m; first += TILE) {
        const int tile = (int)(r->m - first < TILE ? r->m - first : TILE);
        odd_dgemm(1, n, tile, r->d, -2, z, r->z + first * r->d, 0, product);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < tile; j++)
                push(near + i * keep, keep, product[i * tile + j] + r->square[first + j],
                     first + j);
    }
}

static double distance_to(const reference *r, const float x[], int64_t at)
{
    const float *other = r->x + at * r->d;
    double square = 0;
    for (int j = 0; j < r->d; j++)
        square += ((double)x[j] - (double)other[j]) * ((double)x[j] - (double)other[j]);
    return sqrt(square);
}

/* The row is that reference row: its number is the same, and so are its values (the rows may be
 * those of another catalogue). */
static bool is_itself(const reference *r, const float x[], int64_t row, int64_t at)
{
    return r->row[at] == row && memcmp(x, r->x + at * r->d, (size_t)r->d * sizeof *x) == 0;
}

/* One row's scores from its k + 1 nearest. A row without neighbours is at distance 0. */
static void score_row(const reference *r, const float x[], int64_t row, const neighbour near[],
                      double score[])
{
    double sum = 0, farthest = 0, nearest = INFINITY;
    int used = 0;
    for (int i = 0; i <= r->k && used < r->k; i++) {
        if (near[i].at < 0 || is_itself(r, x, row, near[i].at)) continue;
        const double distance = distance_to(r, x, near[i].at);
        sum += distance;
        farthest = fmax(farthest, distance);
        nearest = fmin(nearest, distance);
        used++;
    }
    score[ODD_KNN_DISTANCE] = used == 0 ? 0 : r->last ? farthest : sum / used;
    score[ODD_KNN_NEAREST] = used == 0 ? 0 : nearest;
}

odd_status odd_knn_check_row(int d, const float x[], int64_t row)
{
    double check = 0;
    for (int j = 0; j < d; j++)
        check += (double)x[j];
    if (isfinite(check)) return ODD_OK;
    return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite", (long long)row);
}

static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const search *s = context;
    const reference *r = s->ref;
    double *z = s->workspace + block->thread * s->room, *product = z + (int64_t)block->count * r->d;
    neighbour *near = s->near + block->thread * s->near_room;
    odd_centre_rows(block->count, r->d, block->x, r->origin, z);
    search_block(r, block->count, z, product, near);
    for (int i = 0; i < block->count; i++) {
        const float *x = block->x + (int64_t)i * r->d;
        const int64_t row = block->row + i;
        const odd_status st = odd_knn_check_row(r->d, x, row);
        if (st != ODD_OK) return st;
        score_row(r, x, s->number ? s->number[row] : row, near + (int64_t)i * (r->k + 1),
                  s->score + (block->local + i) * ODD_KNN_COLUMNS);
    }
    return ODD_OK;
}

static odd_status search_new(const odd_bundle *model, const odd_rows *rows, reference *r, search *s)
{
    odd_status st;
    const int64_t block = rows->part.block;
    ODD_TRY(find_reference(model, r));
    ODD_TRY(odd_detector_check_width("knn", rows, r->d));
    ODD_TRY(prepare_reference(r));
    s->ref = r;
    s->room = block * ((int64_t)r->d + TILE);
    s->near_room = block * ((int64_t)r->k + 1);
    ODD_TRY(ODD_NEW(s->workspace, odd_threads() * s->room));
    ODD_TRY(ODD_NEW(s->near, odd_threads() * s->near_room));
done:
    return st;
}

odd_status odd_knn_search(const odd_bundle *model, const odd_rows *rows, const int64_t number[],
                          double score[])
{
    odd_status st;
    reference r = {0};
    search s = {.number = number, .score = score};
    ODD_TRY_ALL(rows->comm, search_new(model, rows, &r, &s));
    ODD_TRY(odd_rows_each(rows, score_block, &s));
done:
    odd_free(s.near);
    odd_free(s.workspace);
    reference_free(&r);
    return st;
}
