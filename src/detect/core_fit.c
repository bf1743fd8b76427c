/* Fit of the core and of the theme that is grown from it: see core_internal.h. */
#include "detect/core_internal.h"

#include "detect/detectors_internal.h"
#include "detect/knn_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/core.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/signals.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
    CORE_STEPS = 4, /* concentration steps; later ones change little */
    ROWS_PER_AXIS = 10,
};

/* What a fit works on. */
typedef struct {
    const odd_core_options *options;
    const odd_rows *rows;
    const uint8_t *verified;
    uint8_t *kept;          /* (n_local) 1: learnt from in this step */
    double *core, *current; /* (n_local) log distances: from the core; of this step */
    odd_core_histogram histogram;
    odd_core_gaussian core_part, theme_part;
    odd_core_split split;
    double share; /* of the rows that the theme was learnt from */
} growth;

static odd_status growth_new(growth *g)
{
    odd_status st;
    const int64_t n_local = g->rows->part.n_local;
    ODD_TRY(ODD_NEW(g->kept, n_local));
    ODD_TRY(ODD_NEW(g->core, n_local));
    ODD_TRY(ODD_NEW(g->current, n_local));
    ODD_TRY(odd_core_histogram_new(&g->histogram));
done:
    return st;
}

static void growth_free(growth *g)
{
    odd_free(g->kept);
    odd_free(g->core);
    odd_free(g->current);
    odd_core_histogram_free(&g->histogram);
}

static void count_current(growth *g)
{
    odd_core_histogram_fill(g->rows->comm, g->rows->part.n_local, g->current, &g->histogram);
}

static odd_status search_neighbours(const growth *g, uint64_t seed, int64_t m, odd_bundle *sample,
                                    double score[])
{
    odd_status st;
    const int64_t far = llround(g->options->neighbours * (double)m);
    const int64_t k = far < 1 ? 1 : far;
    ODD_TRY(odd_knn_collect(g->rows, ODD_ALL_ROWS, g->rows->part.n, m, seed, sample));
    ODD_TRY_ALL(g->rows->comm, odd_bundle_add_i64(sample, "neighbours", "that far down", k));
    ODD_TRY_ALL(g->rows->comm, odd_bundle_add_i64(sample, "last", "the distance to that one", 1));
    ODD_TRY(odd_knn_search(sample, g->rows, NULL, score));
done:
    return st;
}

/* Log distances to the neighbour that is far down the list, among a sample of the rows. */
static odd_status measure_density(growth *g, uint64_t seed)
{
    odd_status st;
    const int64_t n = g->rows->part.n, n_local = g->rows->part.n_local;
    odd_bundle sample = ODD_BUNDLE_EMPTY;
    double *score = NULL;
    ODD_TRY_ALL(g->rows->comm, ODD_NEW(score, n_local * ODD_KNN_COLUMNS));
    ODD_TRY(search_neighbours(g, seed, n < g->options->sample ? n : g->options->sample, &sample,
                              score));
    for (int64_t i = 0; i < n_local; i++)
        g->current[i] = log(fmax(score[i * ODD_KNN_COLUMNS + ODD_KNN_DISTANCE], DBL_MIN));
    count_current(g);
done:
    odd_bundle_free(&sample);
    odd_free(score);
    return st;
}

/* Choose the share of the rows that are nearest, and what is verified as theme, and nothing that is
 * verified as odd. */
static odd_status keep_nearest(growth *g, double share)
{
    const int cut = odd_core_quantile(&g->histogram, share);
    for (int64_t i = 0; i < g->rows->part.n_local; i++) {
        const uint8_t known = g->verified ? g->verified[i] : ODD_UNVERIFIED;
        g->kept[i] = known == ODD_VERIFIED_THEME ||
                     (known != ODD_VERIFIED_ODD && odd_core_bin(g->current[i]) <= cut);
    }
    if (odd_count_marked(g->rows, g->kept, 1) > 0) return ODD_OK;
    return odd_fail(ODD_ARG, "detector 'core' finds no theme row: the nearest rows are verified as "
                             "odd");
}

/* One step: learn from the nearest rows, and find which are the nearest now. */
static odd_status concentrate(growth *g, double share, odd_core_gaussian *gaussian)
{
    odd_status st;
    ODD_TRY_ALL(g->rows->comm, odd_fault("detect.iteration"));
    ODD_TRY(odd_signals_check(g->rows->comm));
    ODD_TRY(keep_nearest(g, share));
    ODD_TRY(odd_core_gaussian_fit(g->rows, (odd_row_filter){false, g->kept, 1}, gaussian));
    ODD_TRY(odd_core_gaussian_distances(g->rows, gaussian, g->current));
    count_current(g);
done:
    return st;
}

/* Density alone is a first guess; concentration makes of it the rows that are nearest to one
 * Gaussian. */
static odd_status find_core(growth *g, uint64_t seed)
{
    odd_status st;
    ODD_TRY(measure_density(g, seed));
    for (int i = 0; i < CORE_STEPS; i++)
        ODD_TRY(concentrate(g, g->options->core_share, &g->core_part));
    memcpy(g->core, g->current, (size_t)g->rows->part.n_local * sizeof *g->core);
done:
    return st;
}

/* By one rank, for all must come to the same end. */
static odd_core_split split_rows(const growth *g, odd_core_prior prior)
{
    odd_core_split split = {0};
    if (odd_rank(g->rows->comm) == 0) split = odd_core_split_fit(&g->histogram, prior);
    odd_broadcast(g->rows->comm, 0, &split, sizeof split);
    return split;
}

/* The theme begins as the core and grows by rows until no more are left out than look odd. Shares
 * are multiples of the growth, not sums of it, so that rounding does not add up. */
static odd_status grow_theme(growth *g)
{
    odd_status st = ODD_OK;
    const odd_core_options *o = g->options;
    const odd_core_prior prior = {o->odd_share, o->share_strength};
    const size_t row = (size_t)g->rows->d * sizeof(double), axes = (size_t)g->core_part.axes;
    memcpy(g->theme_part.mean, g->core_part.mean, row);
    memcpy(g->theme_part.axis, g->core_part.axis, row * axes);
    memcpy(g->theme_part.variance, g->core_part.variance, row);
    g->share = o->core_share;
    g->split = split_rows(g, prior);
    for (int i = 1; 1 - g->share > g->split.share && o->core_share + i * o->growth < 1; i++) {
        g->share = o->core_share + i * o->growth;
        ODD_TRY(concentrate(g, g->share, &g->theme_part));
        g->split = split_rows(g, prior);
    }
done:
    return st;
}

static odd_status save_share(const growth *g, odd_bundle *model)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(model, "rows", "rows it was learnt from", g->rows->part.n));
    ODD_TRY(
        odd_bundle_add_f64(model, "anomaly_share", "estimated share of odd rows", g->split.share));
    ODD_TRY(odd_bundle_add_f64(model, "theme_share", "share of the rows that the theme grew to",
                               g->share));
    ODD_TRY(odd_bundle_add_f64(model, "usual", "distance of a usual theme row from the theme",
                               exp(0.5 * g->split.theme)));
done:
    return st;
}

static odd_status save_odds(const double odds[2], odd_bundle *model)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_f64(model, "odds/offset", "log odds where the score is 0", odds[0]));
    ODD_TRY(odd_bundle_add_f64(model, "odds/slope",
                               "log odds for each unit of the score, which is the mean of the log "
                               "squared distances",
                               odds[1]));
done:
    return st;
}

/* The odds by both distances, so that their probabilities are as many as the estimated share. */
static odd_status calibrate(growth *g, odd_bundle *model)
{
    const odd_core_prior certain = {g->split.share, 1e9};
    double odds[2] = {0};
    for (int64_t i = 0; i < g->rows->part.n_local; i++)
        g->current[i] = odd_core_score(g->core[i], g->current[i]);
    count_current(g);
    odd_core_split split = split_rows(g, certain);
    split.share = certain.share;
    odd_core_split_odds(&g->histogram, &split, &odds[0], &odds[1]);
    odd_broadcast(g->rows->comm, 0, odds, sizeof odds);
    return odd_agree(g->rows->comm, save_odds(odds, model));
}

static int axes_of(const odd_core_options *o, const odd_rows *rows)
{
    const double enough = o->core_share * (double)rows->part.n / ROWS_PER_AXIS;
    return (int)fmin((double)o->axes, fmin(rows->d - 1, enough));
}

odd_status odd_core_learn(const odd_core_shape *shape, const odd_rows *rows,
                          const uint8_t verified[], uint64_t seed, odd_bundle *model)
{
    const odd_core_options options = {.core_share = shape->share,
                                      .axes = shape->axes,
                                      .neighbours = shape->neighbours,
                                      .sample = shape->sample};
    odd_status st;
    growth g = {.options = &options, .rows = rows, .verified = verified};
    ODD_TRY(odd_detector_check_rows("core", rows));
    ODD_TRY_ALL(rows->comm, growth_new(&g));
    ODD_TRY_ALL(rows->comm, odd_core_gaussian_add(model, "core", rows->d, axes_of(&options, rows),
                                                  &g.core_part));
    ODD_TRY(find_core(&g, seed));
done:
    growth_free(&g);
    return st;
}

odd_status odd_core_log_distances(const odd_bundle *model, const odd_rows *rows, double distance[])
{
    odd_core_gaussian core;
    odd_status st;
    ODD_TRY_ALL(rows->comm, odd_core_gaussian_find(model, "core", &core));
    ODD_TRY_ALL(rows->comm, odd_detector_check_width("core", rows, core.d));
    ODD_TRY(odd_core_gaussian_distances(rows, &core, distance));
    for (int64_t i = 0; i < rows->part.n_local; i++)
        distance[i] *= 0.5;
done:
    return st;
}

odd_status odd_core_cut(MPI_Comm comm, int64_t n_local, const double value[], double share,
                        double strength, double *cut)
{
    odd_core_histogram histogram = {0};
    odd_status st;
    ODD_TRY_ALL(comm, odd_core_histogram_new(&histogram));
    odd_core_histogram_fill(comm, n_local, value, &histogram);
    *cut = INFINITY;
    if (odd_rank(comm) == 0) {
        const odd_core_split s = odd_core_split_fit(&histogram, (odd_core_prior){share, strength});
        const double apart = s.odd - s.theme, odds = log(s.share / (1 - s.share));
        if (apart > 0 && isfinite(odds))
            *cut = 0.5 * (s.theme + s.odd) - s.width * s.width / apart * odds;
    }
    odd_broadcast(comm, 0, cut, sizeof *cut);
done:
    odd_core_histogram_free(&histogram);
    return st;
}

odd_status odd_core_fit(const void *options, const odd_rows *rows, const odd_known *known,
                        uint64_t seed, odd_bundle *model)
{
    odd_status st;
    growth g = {.options = options, .rows = rows, .verified = known->verified};
    const int d = rows->d, axes = axes_of(options, rows);
    ODD_TRY(odd_detector_check_rows("core", rows));
    ODD_TRY_ALL(rows->comm, growth_new(&g));
    ODD_TRY_ALL(rows->comm, odd_core_gaussian_add(model, "core", d, axes, &g.core_part));
    ODD_TRY_ALL(rows->comm, odd_core_gaussian_add(model, "theme", d, axes, &g.theme_part));
    ODD_TRY(find_core(&g, seed));
    ODD_TRY(grow_theme(&g));
    /* How many are flagged is for the score stage to say. */
    odd_log(ODD_LOG_INFO, "core: the theme grew from %.3g %% of the rows to %.3g %%",
            100 * g.options->core_share, 100 * g.share);
    ODD_TRY_ALL(rows->comm, save_share(&g, model));
    ODD_TRY(calibrate(&g, model));
done:
    growth_free(&g);
    return st;
}
