/* Very sparse random projection as a reduction (Li, Hastie and Church 2006): each output is the
 * sum of some features, each with a random sign, so distances are kept up to a few per cent
 * (Johnson and Lindenstrauss) and nothing is learnt.
 *
 * Letters: d features, k outputs. Rows go through 16 at a time, turned around so that one vector
 * instruction adds a feature of all of them. Each row's sums are made in one order, on any thread
 * that makes them. */
#include "linalg/projection_pattern_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { LANES = 16 /* rows at a time */, MOST_COMPONENTS = 1000000 };
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

typedef struct {
    int64_t components;
    double density;
} srp_options;

static const odd_option srp_table[] = {
    ODD_INT(srp_options, components, "5000", 1, 1e6, "outputs: how many random sums of features"),
    ODD_REAL(srp_options, density, "0", 0, 1,
             "share of the features in each sum; 0: one over the root of their number"),
    ODD_OPTIONS_END,
};

static double density_of(const srp_options *o, int d)
{
    return o->density > 0 ? o->density : 1 / sqrt(d);
}

static odd_status plan_srp(const void *options, int64_t n, int d, int ranks, int threads, int *k,
                           int64_t *bytes, odd_text *what)
{
    const srp_options *o = options;
    const int width = d > 0 ? d : 1;
    const int64_t room = (int64_t)sizeof(lanes) * (ODD_PATTERN_TILE + o->components);
    (void)n;
    (void)ranks;
    *k = (int)o->components;
    *bytes = odd_pattern_bytes(width, *k, density_of(o, width)) + threads * room;
    odd_text_format(what, "very sparse random projection from %d to %d features, density %.2g", d,
                    *k, density_of(o, width));
    return odd_text_status(what);
}

/* Nothing is learnt: the model has the settings of the draw. */
static odd_status save_model(const srp_options *o, int d, uint64_t seed, odd_bundle *model)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(model, "features", "width of the rows it takes", d));
    ODD_TRY(odd_bundle_add_i64(model, "components", "width of the rows it gives", o->components));
    ODD_TRY(odd_bundle_add_i64(model, "seed", "of its draws", (int64_t)seed));
    ODD_TRY(odd_bundle_add_f64(model, "density", "chance of an entry that is not zero",
                               density_of(o, d)));
done:
    return st;
}

static odd_status fit_srp(const void *options, const odd_rows *rows, uint64_t seed,
                          odd_bundle *model, int *k, int64_t *bad_row)
{
    const srp_options *o = options;
    odd_status st = ODD_OK;
    *k = 0;
    *bad_row = -1;
    if (rows->d < 1)
        return odd_agree(rows->comm, odd_fail(ODD_ARG, "a projection of %d features", rows->d));
    ODD_TRY_ALL(rows->comm, save_model(o, rows->d, seed, model));
    *k = (int)o->components;
done:
    return st;
}

typedef struct {
    odd_pattern pattern;
    float scale;  /* of each sum: the root of 1 / (density k) */
    lanes *x;     /* (threads, ODD_PATTERN_TILE) a tile of 16 rows, turned around */
    lanes *sum;   /* (threads, k) */
    float *score; /* (n_local, k) */
} projection;

/* x[j] := feature first + j of `count` rows x0 (count, d); lanes without a row stay 0. */
static void turn_tile(int count, int d, const float *x0, int first, int width, lanes *x)
{
    memset(x, 0, (size_t)width * sizeof *x);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < width; j++)
            x[j][i] = x0[(int64_t)i * d + first + j];
}

/* sum[o] += the entries of tile t. */
ODD_SIMD(static, void, add_tile, (const odd_pattern *p, int t, const lanes *x, lanes *sum),
         (p, t, x, sum))
{
    const int64_t *begin = p->begin + 2 * (int64_t)t * p->k;
    for (int64_t o = 0; o < p->k; o++) {
        lanes s = sum[o];
        for (int64_t e = begin[2 * o]; e < begin[2 * o + 1]; e++)
            s += x[p->entry[e]];
        for (int64_t e = begin[2 * o + 1]; e < begin[2 * o + 2]; e++)
            s -= x[p->entry[e]];
        sum[o] = s;
    }
}

/* Does it hold values that are not finite, in features that no sum may have drawn? */
ODD_SIMD(static, bool, is_finite_row, (int d, const float x[]), (d, x))
{
    float rest = 0; /* 0 of finite values, else NaN */
    for (int j = 0; j < d; j++)
        rest += 0 * x[j];
    return rest == 0;
}

/* Up to 16 rows x0 (count, d) to score (count, k); rows that are not finite have no scores. */
static void project_rows(const projection *p, int thread, int count, const float *x0, float *score)
{
    const int d = p->pattern.d, k = p->pattern.k;
    lanes *x = p->x + (int64_t)thread * ODD_PATTERN_TILE, *sum = p->sum + (int64_t)thread * k;
    memset(sum, 0, (size_t)k * sizeof *sum);
    for (int t = 0; t < p->pattern.tiles; t++) {
        const int first = t * ODD_PATTERN_TILE, left = d - first;
        turn_tile(count, d, x0, first, left < ODD_PATTERN_TILE ? left : ODD_PATTERN_TILE, x);
        add_tile(&p->pattern, t, x, sum);
    }
    for (int i = 0; i < count; i++) {
        const float scale = is_finite_row(d, x0 + (int64_t)i * d) ? p->scale : NAN;
        for (int o = 0; o < k; o++)
            score[(int64_t)i * k + o] = sum[o][i] * scale;
    }
}

static odd_status project_block(void *context, const odd_block *block, double none[])
{
    const projection *p = context;
    (void)none;
    for (int i = 0; i < block->count; i += LANES) {
        const odd_block part = odd_block_part(block, i, LANES);
        project_rows(p, part.thread, part.count, part.x, p->score + part.local * p->pattern.k);
    }
    return ODD_OK;
}

static odd_status srp_width(const odd_bundle *model, int *d, int *k)
{
    int64_t features, components;
    odd_status st;
    ODD_TRY(odd_bundle_get_i64(model, "features", &features));
    ODD_TRY(odd_bundle_get_i64(model, "components", &components));
    if (features < 1 || features > INT_MAX || components < 1 || components > MOST_COMPONENTS)
        ODD_TRY(odd_fail(ODD_FORMAT, "a projection from %lld to %lld features", (long long)features,
                         (long long)components));
    *d = (int)features;
    *k = (int)components;
done:
    return st;
}

/* The settings of the draw in the model, checked: it may come from a file. */
static odd_status draw_model(const odd_bundle *model, int d_rows, projection *p)
{
    int d, k;
    int64_t seed;
    double density;
    odd_status st;
    ODD_TRY(srp_width(model, &d, &k));
    ODD_TRY(odd_bundle_get_i64(model, "seed", &seed));
    ODD_TRY(odd_bundle_get_f64(model, "density", &density));
    if (!(density > 0 && density <= 1))
        ODD_TRY(odd_fail(ODD_FORMAT, "a projection of density %g", density));
    if (d != d_rows)
        ODD_TRY(odd_fail(ODD_ARG, "rows have %d features, the projection is one of %d", d_rows, d));
    p->scale = (float)sqrt(1 / (density * k));
    ODD_TRY(odd_pattern_draw((uint64_t)seed, d, k, density, &p->pattern));
done:
    return st;
}

static odd_status open_projection(const odd_bundle *model, int d, projection *p)
{
    odd_status st;
    ODD_TRY(draw_model(model, d, p));
    ODD_TRY(ODD_NEW(p->x, (int64_t)odd_threads() * ODD_PATTERN_TILE));
    ODD_TRY(ODD_NEW(p->sum, (int64_t)odd_threads() * p->pattern.k));
done:
    return st;
}

static odd_status apply_srp(const odd_bundle *model, const odd_rows *rows, float score[],
                            double residual[])
{
    odd_status st = ODD_OK;
    projection p = {.score = score};
    ODD_TRY_ALL(rows->comm, open_projection(model, rows->d, &p));
    ODD_TRY(odd_rows_each(rows, project_block, &p));
    if (residual) memset(residual, 0, (size_t)rows->part.n_local * sizeof *residual);
done:
    odd_free(p.sum);
    odd_free(p.x);
    odd_pattern_free(&p.pattern);
    return st;
}

const odd_reduction odd_reduction_srp = {
    .name = "srp",
    .summary = "very sparse random projection: keeps distances, learns nothing",
    .options = srp_table,
    .options_size = sizeof(srp_options),
    .plan = plan_srp,
    .fit = fit_srp,
    .width = srp_width,
    .apply = apply_srp,
};
