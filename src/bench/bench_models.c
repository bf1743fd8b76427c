/* Bench cases of models: EM, k-means and its starts. */
#include "bench/bench_internal.h"

#include "oddlot/base/bundle.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/detector.h"
#include "oddlot/detect/kmeans.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/rows.h"
#include "oddlot/pipeline/pipelines.h"

#include <math.h>
#include <stdio.h>

#define SEED 0

static float draw(int64_t row, int64_t number)
{
    return (float)odd_normal(SEED, ODD_STREAM_GENERATE, (uint64_t)row, (uint32_t)number);
}

/* -- rows like those of the peers -- */

/* Standard normal rows, every fourth of them moved and `wider` per cent wider. */
static odd_status two_blobs(const odd_partition *part, int d, int64_t wider, float **out)
{
    const float move = 2 / sqrtf((float)d), scale = 1 + (float)wider / 100;
    odd_status st = ODD_NEW(*out, part->n_local * d);
    if (st != ODD_OK) return st;
    float *x = *out;
#pragma omp parallel for default(none) shared(part, d, x, move, scale)
    for (int64_t i = 0; i < part->n_local; i++) {
        const int64_t row = part->row0 + i;
        for (int j = 0; j < d; j++)
            x[i * d + j] = row % 4 == 0 ? scale * draw(row, j) + move : draw(row, j);
    }
    return ODD_OK;
}

/* Two blobs of n x d, measured so many times; `once` gets the rows. */
static odd_status measure_blobs(MPI_Comm comm, const odd_bench_case *self,
                                const odd_bench_settings *s, int64_t times, odd_bench_once *once)
{
    const odd_partition part = odd_partition_rows(comm, s->n);
    float *x = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, two_blobs(&part, (int)s->d, s->wider, &x));
    odd_rows rows = odd_rows_in_memory(comm, s->n, (int)s->d, x);
    ODD_TRY(odd_bench_repeat(comm, self, s, times, once, &rows));
done:
    odd_free(x);
    return st;
}

/* -- EM -- */

/* What iterates is timed twice, with all iterations and with one: the difference is free of the
 * start, which each program makes in its own way. */
typedef struct {
    odd_bench_times times;
    int64_t iterations;
} timing;

static double per_iteration(double all, double one, int64_t more, int64_t iterations)
{
    return more <= 0 ? all / (double)iterations : (all - one) / (double)more;
}

/* Members of JSON. */
static void write_iterations(const timing *all, const timing *one, char more[], size_t size)
{
    const int64_t steps = all->iterations - one->iterations;
    snprintf(more, size,
             ", \"seconds_per_iteration\": %.6f, \"cpu_seconds_per_iteration\": %.6f, "
             "\"iterations_done\": %lld",
             per_iteration(all->times.seconds, one->times.seconds, steps, all->iterations),
             per_iteration(all->times.cpu, one->times.cpu, steps, all->iterations),
             (long long)all->iterations);
}

/* Settings that find the wider quarter: its covariance in multiples of that of all rows. */
static odd_status em_job(const odd_bench_settings *s, int64_t most, odd_job **job)
{
    const double wide = pow(1 + (double)s->wider / 100, 2);
    char iterations[64], scale[64];
    snprintf(iterations, sizeof iterations, "fit.mixture.max_iterations=%lld", (long long)most);
    snprintf(scale, sizeof scale, "fit.mixture.prior_scale=%.6f", wide / (0.75 + 0.25 * wide));
    const char *const sets[] = {iterations, scale, "fit.mixture.tolerance=0",
                                "fit.mixture.anomaly_share=0.25"};
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    return odd_job_load(NULL, sets, sizeof sets / sizeof *sets, section, sections, job);
}

/* One fit of at most `most` iterations. */
static odd_status time_em(const odd_bench_settings *s, const odd_rows *rows, int64_t most,
                          timing *took, double *share)
{
    const odd_detector *mixture = odd_detector_find("mixture");
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_job *job = NULL;
    odd_status st;
    ODD_TRY_ALL(rows->comm, em_job(s, most, &job));
    took->times = odd_bench_start_times(rows->comm);
    ODD_TRY(
        mixture->fit(odd_job_section(job, "fit.mixture"), rows, ODD_NOTHING_KNOWN, SEED, &model));
    odd_bench_stop_times(rows->comm, &took->times);
    ODD_TRY_ALL(rows->comm, odd_bundle_get_i64(&model, "iterations", &took->iterations));
    ODD_TRY_ALL(rows->comm, odd_bundle_get_f64(&model, "anomaly_share", share));
done:
    odd_bundle_free(&model);
    odd_job_free(&job);
    return st;
}

static odd_status em_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const odd_rows *rows = context;
    timing one, all;
    double share;
    odd_status st;
    ODD_TRY(time_em(s, rows, 1, &one, &share));
    ODD_TRY(time_em(s, rows, s->iterations, &all, &share));
    took->seconds = all.times.seconds;
    char iterations[160];
    write_iterations(&all, &one, iterations, sizeof iterations);
    snprintf(took->more, sizeof took->more, "%s, \"anomaly_share\": %.4f", iterations, share);
done:
    return st;
}

static odd_status run_em(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    return measure_blobs(comm, self, s, s->repeat, em_once);
}

const odd_bench_case odd_bench_em = {
    .name = "em",
    .summary = "MAP-EM of theme and anomaly (every fourth row, `wider` per cent wider), full\n"
               "            covariances; seconds with the start, per iteration without",
    .keys = "n=131784 d=64 iterations=5 wider=50 repeat=5",
    .run = run_em,
};

/* -- k-means -- */

/* One fit; its clusters are freed. */
static odd_status time_kmeans(const odd_rows *rows, const odd_kmeans_options *options, timing *took,
                              double *inertia)
{
    odd_kmeans *kmeans = NULL;
    odd_status st;
    took->times = odd_bench_start_times(rows->comm);
    ODD_TRY(odd_kmeans_fit(rows, options, SEED, &kmeans));
    odd_bench_stop_times(rows->comm, &took->times);
    took->iterations = kmeans->iterations;
    *inertia = kmeans->inertia;
done:
    odd_kmeans_free(&kmeans);
    return st;
}

static odd_status kmeans_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    odd_kmeans_options options = {
        .clusters = s->k, .max_iterations = 1, .tolerance = 0, .restarts = 1};
    timing one, all;
    double inertia;
    odd_status st;
    ODD_TRY(time_kmeans(context, &options, &one, &inertia));
    options.max_iterations = s->iterations;
    ODD_TRY(time_kmeans(context, &options, &all, &inertia));
    took->seconds = all.times.seconds;
    char iterations[160];
    write_iterations(&all, &one, iterations, sizeof iterations);
    snprintf(took->more, sizeof took->more, "%s, \"inertia\": %.9g", iterations, inertia);
done:
    return st;
}

static odd_status run_kmeans(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    return measure_blobs(comm, self, s, s->repeat, kmeans_once);
}

const odd_bench_case odd_bench_kmeans = {
    .name = "kmeans",
    .summary = "k-means of n x d rows (as for em); seconds with the start, per iteration without",
    .keys = "n=131784 d=64 k=10 iterations=20 wider=50 repeat=5",
    .run = run_kmeans,
};

/* -- starts of k-means -- */

/* A start and no iteration: the seconds, and what it is worth. */
static odd_status start_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    static char *const starts[] = {"k-means++", "k-means||"};
    char *start = starts[took->number % 2];
    const odd_kmeans_options options = {.clusters = s->k,
                                        .max_iterations = 0,
                                        .restarts = 1,
                                        .start = start,
                                        .oversampling = 2,
                                        .rounds = 5};
    timing all;
    double inertia;
    odd_status st = time_kmeans(context, &options, &all, &inertia);
    if (st != ODD_OK) return st;
    took->seconds = all.times.seconds;
    snprintf(took->more, sizeof took->more, ", \"start\": \"%s\", \"inertia\": %.9g", start,
             inertia);
    return ODD_OK;
}

static odd_status run_starts(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    return measure_blobs(comm, self, s, 2 * s->repeat, start_once);
}

const odd_bench_case odd_bench_starts = {
    .name = "starts",
    .summary = "k-means of n x d rows (as for em) without an iteration: k-means++, then k-means||",
    .keys = "n=131784 d=64 k=200 wider=50 repeat=3",
    .run = run_starts,
};
