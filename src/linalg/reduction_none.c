/* No reduction: rows pass as they are, for detectors that work on the features themselves. */
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/agree.h"

#include <limits.h>
#include <string.h>

static const odd_option no_options[] = {
    ODD_OPTIONS_END,
};

static odd_status plan_none(const void *options, int64_t n, int d, int ranks, int threads, int *k,
                            int64_t *bytes, odd_text *what)
{
    (void)options;
    (void)n;
    (void)ranks;
    (void)threads;
    *k = d;
    *bytes = 0;
    odd_text_format(what, "%d features as they are", d);
    return odd_text_status(what);
}

static odd_status fit_none(const void *options, const odd_rows *rows, uint64_t seed,
                           odd_bundle *model, int *k, int64_t *bad_row)
{
    (void)options;
    (void)seed;
    *k = rows->d;
    *bad_row = -1;
    return odd_agree(rows->comm,
                     odd_bundle_add_i64(model, "features", "width of the rows it takes", rows->d));
}

static odd_status none_width(const odd_bundle *model, int *d, int *k)
{
    int64_t width = 0;
    const odd_status st = odd_bundle_get_i64(model, "features", &width);
    *d = *k = (int)width;
    if (st == ODD_OK && (width < 1 || width > INT_MAX))
        return odd_fail(ODD_FORMAT, "a model of %lld features", (long long)width);
    return st;
}

static odd_status check_width(const odd_bundle *model, int d_rows)
{
    int d, k;
    odd_status st;
    ODD_TRY(none_width(model, &d, &k));
    if (d != d_rows)
        ODD_TRY(odd_fail(ODD_ARG, "rows have %d features, the model takes %d", d_rows, d));
done:
    return st;
}

static odd_status copy_block(void *context, const odd_block *block, double none[])
{
    float *score = context;
    (void)none;
    memcpy(score + block->local * block->d, block->x,
           (size_t)block->count * (size_t)block->d * sizeof *score);
    return ODD_OK;
}

static odd_status apply_none(const odd_bundle *model, const odd_rows *rows, float score[],
                             double residual[])
{
    odd_status st = ODD_OK;
    ODD_TRY_ALL(rows->comm, check_width(model, rows->d));
    ODD_TRY(odd_rows_each(rows, copy_block, score));
    if (residual) memset(residual, 0, (size_t)rows->part.n_local * sizeof *residual);
done:
    return st;
}

const odd_reduction odd_reduction_none = {
    .name = "none",
    .summary = "the features as they are",
    .passes = true,
    .options = no_options,
    .options_size = 1,
    .plan = plan_none,
    .fit = fit_none,
    .width = none_width,
    .apply = apply_none,
};
