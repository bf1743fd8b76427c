/* UMAP as a reduction: rows that are near in the features lie together, and groups of them apart,
 * so that k-means finds groups of any shape (as McConville, Santos-Rodríguez, Piechocki and
 * Craddock, "N2D: (not too) deep clustering via clustering the local manifold of an autoencoded
 * embedding", ICPR 2020, do with the codes of an auto-encoder).
 *
 * Some of the rows, or all, are laid out; they are the model. Other rows go to the mean of the
 * places of their neighbours, each as near as it counts. */
#include "linalg/umap_internal.h"
#include "oddlot/linalg/reduction.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/linalg/pca.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/collect.h"
#include "oddlot/par/comm.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

enum {
    MANY = 10000, /* rows; fewer take more epochs */
    EPOCHS_OF_MANY = 200,
    EPOCHS_OF_FEW = 500
};
#define EXTENT 10.0 /* of the layout before its first epoch, each way */
#define NOISE  1e-4 /* on it, so that equal rows can part */

typedef struct {
    int64_t components, neighbours, epochs, most;
    double apart;
} umap_options;

static const odd_option umap_table[] = {
    ODD_INT(umap_options, components, "10", 1, 1000, "coordinates of the layout; 2 to look at"),
    ODD_INT(umap_options, neighbours, "15", 2, 1000,
            "of a row that it is kept near to; the more, the less local"),
    ODD_REAL(umap_options, apart, "0", 0, 1,
             "distance at which rows are near enough: 0 for clusters, 0.1 to look at"),
    ODD_INT(umap_options, epochs, "0", 0, 1000000,
            "of moving rows; 0: 500 for up to 10,000 rows, 200 for more"),
    ODD_INT(umap_options, most, "100000", 3, 1e9,
            "rows that are laid out, at most, drawn by the seed; others are put between them"),
    ODD_OPTIONS_END,
};

static int64_t laid_out(const umap_options *o, int64_t n)
{
    return n < o->most ? n : o->most;
}

static odd_status plan(const void *options, int64_t n, int d, int ranks, int threads, int *k,
                       int64_t *bytes, odd_text *what)
{
    const umap_options *o = options;
    const int64_t m = laid_out(o, n);
    (void)ranks;
    (void)threads;
    *k = (int)o->components;
    *bytes = m * (12 * (int64_t)d + 24 * o->components + 48 * o->neighbours);
    odd_text_format(what, "UMAP of %lld rows from %d features to %d, %lld neighbours of each",
                    (long long)m, d, *k, (long long)o->neighbours);
    return odd_text_status(what);
}

/* -- where rows are before the first epoch -- */

/* Few features as they are, less their means; the rest stays 0. */
static void copy_centred(int64_t m, int d, const float x[], int e, float y[])
{
    for (int c = 0; c < d; c++) {
        double mean = 0;
        for (int64_t i = 0; i < m; i++)
            mean += (double)x[i * d + c] / (double)m;
        for (int64_t i = 0; i < m; i++)
            y[i * e + c] = (float)((double)x[i * d + c] - mean);
    }
}

/* More features: the directions of the most variance, found so that ranks do not show. */
static odd_status project_rows(MPI_Comm comm, int64_t m, int d, const float x[], int e, float y[])
{
    const odd_pca_options options = {
        .components = e, .solver = (char *)"randomized", .oversampling = 10, .iterations = 4};
    odd_rows rows = odd_rows_in_memory(comm, m, d, x);
    odd_pca *pca = NULL;
    float *score = NULL, *all = NULL;
    int64_t n, bad;
    odd_status st;
    rows.x += rows.part.row0 * d;
    ODD_TRY(odd_pca_fit(&rows, &options, &pca, &bad));
    ODD_TRY_ALL(comm, ODD_NEW(score, rows.part.n_local * pca->k));
    ODD_TRY(odd_pca_apply(pca, &rows, score, NULL));
    ODD_TRY(odd_share_rows(comm, score, rows.part.n_local, (size_t)pca->k * sizeof *score,
                           (void **)&all, &n));
    for (int64_t i = 0; i < m; i++)
        memcpy(y + i * e, all + i * pca->k, (size_t)pca->k * sizeof *y);
done:
    odd_free(score);
    odd_free(all);
    odd_pca_free(&pca);
    return st;
}

/* Into a box of EXTENT, with noise. */
static void spread_in_box(int64_t m, int e, uint64_t seed, const float from[], double y[])
{
    double widest = 0;
    for (int64_t i = 0; i < m * e; i++)
        widest = fmax(widest, fabs((double)from[i]));
    const double scale = widest > 0 ? EXTENT / widest : 0;
    for (int64_t i = 0; i < m; i++)
        for (int c = 0; c < e; c++)
            y[i * e + c] =
                scale * (double)from[i * e + c] +
                NOISE * odd_normal(seed, ODD_STREAM_UMAP_NOISE, (uint64_t)i, (uint32_t)c);
}

static odd_status begin_layout(MPI_Comm comm, int64_t m, int d, const float x[], int e,
                               uint64_t seed, double y[])
{
    float *from = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(from, m * e));
    if (d <= e)
        copy_centred(m, d, x, e, from);
    else
        ODD_TRY(project_rows(comm, m, d, x, e, from));
    spread_in_box(m, e, seed, from, y);
done:
    odd_free(from);
    return st;
}

/* -- learning -- */

static odd_status check_finite(int64_t m, int d, const float x[], const int64_t row[],
                               int64_t *bad_row)
{
    for (int64_t i = 0; i < m * d; i++)
        if (!isfinite(x[i])) {
            *bad_row = row[i / d];
            return odd_fail(ODD_NUMERIC, "a feature is not a finite number");
        }
    return ODD_OK;
}

/* The rows that are laid out, on every rank. */
static odd_status collect_rows(const odd_rows *rows, int64_t m, uint64_t seed, float **x,
                               int64_t *bad_row)
{
    int64_t *chosen = NULL;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(chosen, m));
    ODD_TRY_ALL(rows->comm, odd_choose(rows->part.n, m, seed, ODD_STREAM_UMAP_ROWS, chosen));
    ODD_TRY(odd_collect_rows(rows, m, chosen, x));
    ODD_TRY_ALL(rows->comm, check_finite(m, rows->d, *x, chosen, bad_row));
done:
    odd_free(chosen);
    return st;
}

static odd_status lay_out(const umap_options *o, MPI_Comm comm, int64_t m, int d, const float x[],
                          uint64_t seed, double y[])
{
    const int k = (int)(o->neighbours < m ? o->neighbours : m - 1), e = (int)o->components;
    const int64_t usual = m > MANY ? EPOCHS_OF_MANY : EPOCHS_OF_FEW;
    odd_neighbours *neighbours = NULL;
    odd_umap_graph graph = {0};
    odd_status st;
    ODD_TRY_ALL(comm, odd_neighbours_new(m, d, x, ODD_METRIC_EUCLIDEAN, &neighbours));
    ODD_TRY(odd_umap_graph_new(comm, neighbours, m, d, x, k, &graph));
    odd_log(ODD_LOG_INFO, "umap: %lld rows with %d neighbours each, %lld edges", (long long)m, k,
            (long long)graph.begin[m] / 2);
    ODD_TRY(begin_layout(comm, m, d, x, e, seed, y));
    ODD_TRY(odd_umap_layout(comm, &graph, odd_umap_curve_for(o->apart),
                            o->epochs > 0 ? o->epochs : usual, seed, e, y));
done:
    odd_umap_graph_free(&graph);
    odd_neighbours_free(&neighbours);
    return st;
}

static odd_status save_model(const umap_options *o, int64_t m, int d, const float x[],
                             const double y[], odd_bundle *model)
{
    const int64_t e = o->components;
    float *reference, *layout;
    odd_status st;
    ODD_TRY(odd_bundle_add(model, "reference", ODD_F32, "rows that are laid out, as features",
                           &reference, 2, m, (int64_t)d));
    ODD_TRY(odd_bundle_add(model, "layout", ODD_F32, "where they lie", &layout, 2, m, e));
    ODD_TRY(odd_bundle_add_i64(model, "neighbours", "that tell where another row lies",
                               o->neighbours < m ? o->neighbours : m - 1));
    memcpy(reference, x, (size_t)(m * d) * sizeof *x);
    for (int64_t i = 0; i < m * e; i++)
        layout[i] = (float)y[i];
done:
    return st;
}

static odd_status fit(const void *options, const odd_rows *rows, uint64_t seed, odd_bundle *model,
                      int *k, int64_t *bad_row)
{
    const umap_options *o = options;
    const int64_t n = rows->part.n, m = laid_out(o, n);
    float *x = NULL;
    double *y = NULL;
    odd_status st;
    *k = 0;
    *bad_row = -1;
    if (n < 3 || rows->d < 1)
        return odd_agree(rows->comm, odd_fail(ODD_ARG,
                                              "UMAP of %lld rows of %d features: it wants "
                                              "3 rows and more",
                                              (long long)n, rows->d));
    if (m > INT32_MAX)
        return odd_agree(rows->comm, odd_fail(ODD_ARG, "UMAP lays out at most %d rows", INT32_MAX));
    ODD_TRY(collect_rows(rows, m, seed, &x, bad_row));
    ODD_TRY_ALL(rows->comm, ODD_NEW(y, m * o->components));
    ODD_TRY(lay_out(o, rows->comm, m, rows->d, x, seed, y));
    ODD_TRY_ALL(rows->comm, save_model(o, m, rows->d, x, y, model));
    *k = (int)o->components;
done:
    odd_free(x);
    odd_free(y);
    return st;
}

/* -- applying -- */

typedef struct {
    int64_t m;
    int d, e, k;
    const float *x, *layout; /* (m, d), (m, e) borrowed from the model */
    odd_neighbours *neighbours;
    float *score; /* (n_local, e) */
} placing;

static odd_status find_arrays(const odd_bundle *model, placing *p)
{
    const odd_array *x, *layout;
    int64_t k;
    odd_status st;
    ODD_TRY(odd_bundle_get(model, "reference", ODD_F32, 2, &x));
    ODD_TRY(odd_bundle_get(model, "layout", ODD_F32, 2, &layout));
    ODD_TRY(odd_bundle_get_i64(model, "neighbours", &k));
    const int64_t m = x->shape.shape[0], d = x->shape.shape[1], e = layout->shape.shape[1];
    if (m < 1 || d < 1 || e < 1 || d > INT_MAX || e > INT_MAX || layout->shape.shape[0] != m ||
        k < 1 || k > m || k > INT_MAX)
        ODD_TRY(odd_fail(ODD_FORMAT, "the arrays of the layout do not fit each other"));
    ODD_TRY(odd_array_check_finite(x)); /* or a row would have no neighbours */
    ODD_TRY(odd_array_check_finite(layout));
    *p = (placing){
        .m = m, .d = (int)d, .e = (int)e, .k = (int)k, .x = x->data, .layout = layout->data};
done:
    return st;
}

static odd_status width(const odd_bundle *model, int *d, int *k)
{
    placing p = {0};
    const odd_status st = find_arrays(model, &p);
    *d = p.d;
    *k = p.e;
    return st;
}

static odd_status placing_open(const odd_bundle *model, int d, placing *p)
{
    odd_status st;
    ODD_TRY(find_arrays(model, p));
    if (p->d != d)
        ODD_TRY(odd_fail(ODD_ARG, "rows have %d features, the layout is of %d", d, p->d));
    ODD_TRY(odd_neighbours_new(p->m, p->d, p->x, ODD_METRIC_EUCLIDEAN, &p->neighbours));
done:
    return st;
}

/* A row that is laid out, or equal to one, lies there; another at the mean of its neighbours. */
static void place_row(const placing *p, const odd_neighbour near[], const double distance[],
                      double nearness[], float score[])
{
    double sum = 0;
    for (int j = 0; j < p->k; j++)
        if (distance[j] == 0) {
            memcpy(score, p->layout + near[j].at * p->e, (size_t)p->e * sizeof *score);
            return;
        }
    odd_umap_nearness(p->k, distance, nearness);
    for (int j = 0; j < p->k; j++)
        sum += nearness[j];
    for (int c = 0; c < p->e; c++) {
        double at = 0;
        for (int j = 0; j < p->k; j++)
            at += nearness[j] * (double)p->layout[near[j].at * p->e + c];
        score[c] = (float)(at / sum);
    }
}

static odd_status place_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    const placing *p = context;
    double *distance = NULL, *nearness = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(distance, p->k));
    ODD_TRY(ODD_NEW(nearness, p->k));
    for (int i = 0; i < block->count; i++, near += p->k) {
        for (int j = 0; j < p->k; j++)
            distance[j] = odd_neighbours_distance(p->neighbours, block->x + (int64_t)i * block->d,
                                                  near[j].at);
        place_row(p, near, distance, nearness, p->score + (block->local + i) * p->e);
    }
done:
    odd_free(distance);
    odd_free(nearness);
    return st;
}

static odd_status apply(const odd_bundle *model, const odd_rows *rows, float score[],
                        double residual[])
{
    placing p = {0};
    odd_status st;
    ODD_TRY_ALL(rows->comm, placing_open(model, rows->d, &p));
    p.score = score;
    ODD_TRY(odd_neighbours_each(p.neighbours, rows, p.k, place_block, &p));
    if (residual) memset(residual, 0, (size_t)rows->part.n_local * sizeof *residual);
done:
    odd_neighbours_free(&p.neighbours);
    return st;
}

const odd_reduction odd_reduction_umap = {
    .name = "umap",
    .summary = "near rows together, groups of them apart: for clusters and pictures",
    .options = umap_table,
    .options_size = sizeof(umap_options),
    .draws = true,
    .plan = plan,
    .fit = fit,
    .width = width,
    .apply = apply,
};
