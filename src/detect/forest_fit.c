/* The trees of a forest, each grown by one rank on rows that any rank may have. */
#include "detect/forest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fetch.h"
#include "oddlot/par/threads.h"

#include <string.h>

/* Trees whose samples are fetched together: about so many bytes a rank, at most so many. */
static const int64_t batch_bytes = (int64_t)1 << 25;
enum { MOST_BATCH = 64 };

typedef struct {
    odd_forest_shape shape;
    const odd_forest_rows *from;
    uint64_t seed;
    int threads;
    int64_t first, last;        /* my trees */
    int64_t batch, batches;     /* trees of one, and how many there are on any rank */
    odd_forest_tree trees;      /* all, of the model */
    odd_forest_grower **grower; /* (threads) */
    odd_forest_draws draws;     /* of rows */
    odd_fetch *fetch;
    int64_t *row; /* (batch, m) */
    float *x;     /* (batch, m, d) */
} fitting;

static int64_t first_tree_of(int64_t trees, int rank, int size)
{
    return trees * rank / size;
}

/* @same on all ranks, so that all fetch as often. */
static void share_trees(fitting *f, MPI_Comm comm, int64_t trees)
{
    const int rank = odd_rank(comm), size = odd_size(comm);
    const int64_t bytes = f->shape.sample * f->shape.d * (int64_t)sizeof(float);
    const int64_t most = (trees + size - 1) / size;
    f->first = first_tree_of(trees, rank, size);
    f->last = first_tree_of(trees, rank + 1, size);
    f->batch = odd_min(odd_min(MOST_BATCH, most), batch_bytes / bytes + 1);
    f->batches = (most + f->batch - 1) / f->batch;
}

static odd_status start_fitting(fitting *f, const odd_rows *rows, bool by_density)
{
    const int64_t m = f->shape.sample;
    odd_status st;
    f->threads = odd_threads();
    ODD_TRY(odd_forest_draws_new(f->seed, ODD_STREAM_FOREST, m, &f->draws));
    ODD_TRY(ODD_NEW(f->row, f->batch * m));
    ODD_TRY(ODD_NEW(f->x, f->batch * m * f->shape.d));
    ODD_TRY(ODD_NEW(f->grower, f->threads));
    for (int t = 0; t < f->threads; t++)
        ODD_TRY(odd_forest_grower_new(&f->shape, by_density, f->seed, &f->grower[t]));
    ODD_TRY(odd_fetch_new(rows, f->batch * m * odd_size(rows->comm), &f->fetch));
done:
    return st;
}

static void end_fitting(fitting *f)
{
    for (int t = 0; f->grower && t < f->threads; t++)
        odd_forest_grower_free(&f->grower[t]);
    odd_free(f->grower);
    odd_forest_draws_free(&f->draws);
    odd_fetch_free(&f->fetch);
    odd_free(f->row);
    odd_free(f->x);
}

/* The sample of a tree, in the order in which it was drawn. */
static void draw_sample(fitting *f, int64_t tree, int64_t row[])
{
    odd_forest_draws_begin(&f->draws, tree);
    odd_forest_draw_subset(&f->draws, f->from->count, f->shape.sample, row);
    for (int64_t i = 0; i < f->shape.sample; i++)
        row[i] = odd_forest_row(f->from, row[i]);
}

/* @collective */
static odd_status grow_batch(fitting *f, int64_t first)
{
    const int64_t m = f->shape.sample, count = odd_min(f->batch, f->last - first);
    const int64_t trees = count > 0 ? count : 0;
    const int threads = f->threads;
    for (int64_t i = 0; i < trees; i++)
        draw_sample(f, first + i, f->row + i * m);
    const odd_status st = odd_fetch_rows(f->fetch, trees * m, f->row, f->x);
    if (st != ODD_OK) return st;
#pragma omp parallel for schedule(static, 1) num_threads(threads) default(none)                    \
    shared(f, first, trees, threads, m)
    for (int t = 0; t < threads; t++)
        for (int64_t i = t; i < trees; i += threads)
            odd_forest_grow(f->grower[t], first + i, f->x + i * m * f->shape.d,
                            odd_forest_tree_at(&f->shape, f->trees, first + i));
    return ODD_OK;
}

/* An array of all trees: each rank's own become everybody's. @collective */
static odd_status share_array(MPI_Comm comm, const fitting *f, void *array, size_t bytes)
{
    char *mine = (char *)array + (size_t)f->first * bytes;
    void *all = NULL;
    int64_t trees;
    const odd_status st = odd_share_rows(comm, mine, f->last - f->first, bytes, &all, &trees);
    if (st == ODD_OK) memcpy(array, all, (size_t)trees * bytes);
    odd_free(all);
    return st;
}

static odd_status share_forest(MPI_Comm comm, const fitting *f)
{
    const odd_forest_shape *s = &f->shape;
    const odd_forest_tree *t = &f->trees;
    const size_t splits = (size_t)s->inner, features = splits * (size_t)s->k;
    odd_status st;
    ODD_TRY(share_array(comm, f, t->feature, features * sizeof *t->feature));
    if (s->planes) ODD_TRY(share_array(comm, f, t->weight, features * sizeof *t->weight));
    ODD_TRY(share_array(comm, f, t->threshold, splits * sizeof *t->threshold));
    ODD_TRY(share_array(comm, f, t->rows, (size_t)s->nodes * sizeof *t->rows));
done:
    return st;
}

/* From which path on a row is odd, by the sample of the first tree. @collective */
static odd_status add_odd_path(fitting *f, const odd_rows *rows, odd_bundle *model)
{
    double path;
    odd_status st;
    draw_sample(f, 0, f->row);
    ODD_TRY(odd_forest_odd_path(rows, f->shape.sample, f->row, model, &path));
    ODD_TRY_ALL(rows->comm, odd_bundle_add_f64(
                                model, "odd_path",
                                "mean path up to which features are told of a row, splits", path));
done:
    return st;
}

static odd_status check_block(void *context, const odd_block *block, double sum[])
{
    (void)context;
    (void)sum;
    return odd_forest_check_rows(block->row, block->count, block->d, block->x);
}

odd_status odd_forest_fit(const odd_forest_options *options, const odd_rows *rows,
                          const odd_forest_rows *from, uint64_t seed, odd_bundle *model)
{
    const int k = (int)odd_min(options->dimensions, rows->d);
    fitting f = {.from = from, .seed = seed};
    odd_status st;
    f.shape = odd_forest_shape_of(odd_min(options->sample, from->count), rows->d, k,
                                  options->dimensions > 1);
    share_trees(&f, rows->comm, options->trees);
    ODD_TRY(odd_rows_each(rows, check_block, NULL));
    ODD_TRY_ALL(rows->comm, odd_forest_model_add(model, &f.shape, options->trees, &f.trees));
    ODD_TRY_ALL(rows->comm, start_fitting(&f, rows, strcmp(options->split, "density") == 0));
    for (int64_t b = 0; b < f.batches; b++)
        ODD_TRY(grow_batch(&f, f.first + b * f.batch));
    ODD_TRY(share_forest(rows->comm, &f));
    ODD_TRY(add_odd_path(&f, rows, model));
done:
    end_fitting(&f);
    return st;
}
