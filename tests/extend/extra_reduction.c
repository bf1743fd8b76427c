/* Reduction `first`: the first features, as many as the job says. */
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/agree.h"

#include <string.h>

typedef struct {
    int64_t features;
} first_options;

static const odd_option table[] = {
    ODD_INT(first_options, features, "2", 1, 1000, "how many are kept"),
    ODD_OPTIONS_END,
};

static int kept(const first_options *options, int d)
{
    return options->features < d ? (int)options->features : d;
}

static odd_status plan(const void *options, int64_t n, int d, int ranks, int threads, int *k,
                       int64_t *bytes, odd_text *what)
{
    (void)n, (void)ranks, (void)threads;
    *k = kept(options, d);
    *bytes = 0;
    odd_text_format(what, "the first %d of %d features", *k, d);
    return odd_text_status(what);
}

static odd_status fit(const void *options, const odd_rows *rows, uint64_t seed, odd_bundle *model,
                      int *k, int64_t *bad_row)
{
    odd_status st;
    (void)seed;
    *k = kept(options, rows->d);
    *bad_row = -1;
    ODD_TRY_ALL(rows->comm, odd_bundle_add_i64(model, "from", "features of a row", rows->d));
    ODD_TRY_ALL(rows->comm, odd_bundle_add_i64(model, "to", "features that are kept", *k));
done:
    return st;
}

static odd_status width(const odd_bundle *model, int *d, int *k)
{
    int64_t from, to;
    odd_status st;
    ODD_TRY(odd_bundle_get_i64(model, "from", &from));
    ODD_TRY(odd_bundle_get_i64(model, "to", &to));
    if (from < 1 || to < 1 || to > from || from > INT32_MAX)
        return odd_fail(ODD_FORMAT, "%lld of %lld features", (long long)to, (long long)from);
    *d = (int)from;
    *k = (int)to;
done:
    return st;
}

typedef struct {
    int k;
    float *score;
} work;

static odd_status copy_block(void *context, const odd_block *block, double none[])
{
    const work *w = context;
    (void)none;
    for (int i = 0; i < block->count; i++)
        memcpy(w->score + (block->local + i) * w->k, block->x + i * block->d,
               (size_t)w->k * sizeof *w->score);
    return ODD_OK;
}

static odd_status apply(const odd_bundle *model, const odd_rows *rows, float score[],
                        double residual[])
{
    work w = {.score = score};
    int d = 0;
    odd_status st;
    ODD_TRY_ALL(rows->comm, width(model, &d, &w.k));
    ODD_TRY_ALL(rows->comm, d == rows->d ? ODD_OK : odd_fail(ODD_ARG, "rows of another width"));
    ODD_TRY(odd_rows_each(rows, copy_block, &w));
    if (residual) memset(residual, 0, (size_t)rows->part.n_local * sizeof *residual);
done:
    return st;
}

const odd_reduction extra_reduction = {
    .name = "first",
    .summary = "the first features",
    .options = table,
    .options_size = sizeof(first_options),
    .plan = plan,
    .fit = fit,
    .width = width,
    .apply = apply,
};
