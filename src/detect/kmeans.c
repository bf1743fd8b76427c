/* K-means: its starts, of which the best is kept. */
#include "detect/kmeans_internal.h"

#include "detect/moments_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

odd_status odd_kmeans_new(int k, int d, odd_kmeans **out)
{
    odd_status st;
    odd_kmeans *km = NULL;
    *out = NULL;
    ODD_TRY(ODD_NEW(km, 1));
    km->k = k;
    km->d = d;
    ODD_TRY(ODD_NEW(km->centre, (int64_t)k * d));
    ODD_TRY(ODD_NEW(km->rows, k));
    *out = km;
    km = NULL;
done:
    odd_kmeans_free(&km);
    return st;
}

void odd_kmeans_free(odd_kmeans **kmeans)
{
    if (!*kmeans) return;
    odd_free((*kmeans)->centre);
    odd_free((*kmeans)->rows);
    odd_free(*kmeans);
    *kmeans = NULL;
}

static odd_status check_arguments(const odd_rows *rows, const odd_kmeans_options *options)
{
    if (rows->part.n < 1 || rows->d < 1) return odd_fail(ODD_ARG, "k-means needs at least one row");
    if (options->clusters < 1 || options->clusters > INT32_MAX / rows->d)
        return odd_fail(ODD_ARG, "k-means cannot make %lld clusters", (long long)options->clusters);
    return ODD_OK;
}

static bool oversamples(const odd_kmeans_options *options)
{
    return options->start && strcmp(options->start, "k-means||") == 0;
}

/* As many as were found to do well (Arthur's program of the paper; scikit-learn). */
static int candidates_of(const odd_kmeans_options *options)
{
    if (options->candidates > 0) return (int)options->candidates;
    return 2 + (int)log((double)options->clusters);
}

/* Start number r; its draws are its own. */
static odd_status begin_run(const odd_rows *rows, const odd_kmeans_options *options, uint64_t seed,
                            int64_t r, double centre[])
{
    const int k = (int)options->clusters;
    const int candidates = candidates_of(options);
    const int64_t each =
        (oversamples(options) ? 1 + ODD_KMEANS_ROUNDS : 0) + (int64_t)k * candidates;
    const odd_kmeans_draws draws = {.seed = seed,
                                    .stream = ODD_STREAM_KMEANS,
                                    .draw0 = (uint32_t)(r * each),
                                    .candidates = candidates,
                                    .directions = options->spherical};
    if (!oversamples(options)) return odd_kmeans_start(rows, k, &draws, centre);
    return odd_kmeans_oversample(rows, k, options->oversampling * k, options->rounds, &draws,
                                 centre);
}

/* All starts; the best so far stands in *best. */
static odd_status run_restart(const odd_rows *rows, const odd_kmeans_options *options,
                              uint64_t seed, const double mean[], double spread, odd_kmeans **best)
{
    odd_status st = ODD_OK;
    odd_kmeans *km = NULL;
    for (int64_t r = 0; r < options->restarts || r == 0; r++) {
        ODD_TRY_ALL(rows->comm, odd_kmeans_new((int)options->clusters, rows->d, &km));
        km->spherical = options->spherical;
        ODD_TRY(begin_run(rows, options, seed, r, km->centre));
        ODD_TRY(odd_kmeans_refine(rows, options, mean, spread, km));
        odd_log(ODD_LOG_DEBUG, "k-means: start %lld, %d iterations, inertia %.10g",
                (long long)r + 1, km->iterations, km->inertia);
        if (!*best || km->inertia < (*best)->inertia) {
            odd_kmeans_free(best);
            *best = km;
            km = NULL;
        }
        odd_kmeans_free(&km);
    }
done:
    odd_kmeans_free(&km);
    return st;
}

/* |x|^2 of x (d). */
static double squared_length(int d, const double x[])
{
    double sum = 0;
    for (int j = 0; j < d; j++)
        sum += x[j] * x[j];
    return sum;
}

odd_status odd_kmeans_learn(const odd_rows *rows, int64_t zeros, const odd_kmeans_options *options,
                            uint64_t seed, odd_kmeans **out)
{
    odd_status st;
    double *mean = NULL, *variance = NULL, fourth;
    int64_t n;
    *out = NULL;
    ODD_TRY_ALL(rows->comm, check_arguments(rows, options));
    ODD_TRY_ALL(rows->comm, ODD_NEW(mean, rows->d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(variance, rows->d));
    ODD_TRY(odd_mean(rows, ODD_ALL_ROWS, mean, &n));
    ODD_TRY(odd_scatter(rows, ODD_ALL_ROWS, ODD_FORM_DIAGONAL, mean, NULL, variance, &fourth));
    const double spread = odd_form_trace(ODD_FORM_DIAGONAL, rows->d, variance) -
                          (double)zeros * squared_length(rows->d, mean);
    ODD_TRY(run_restart(rows, options, seed, mean, spread, out));
    (*out)->n = n - zeros;
done:
    odd_free(variance);
    odd_free(mean);
    if (st != ODD_OK) odd_kmeans_free(out);
    return st;
}

odd_status odd_kmeans_fit(const odd_rows *rows, const odd_kmeans_options *options, uint64_t seed,
                          odd_kmeans **out)
{
    odd_unit_rows unit = {0};
    odd_status st;
    *out = NULL;
    if (!options->spherical) return odd_kmeans_learn(rows, 0, options, seed, out);
    ODD_TRY(odd_unit_rows_open(rows, &unit));
    ODD_TRY(odd_kmeans_learn(&unit.rows, unit.zeros, options, seed, out));
done:
    odd_unit_rows_close(&unit);
    return st;
}
