/* Bench case roofline: kernels under the roof of this machine (S. Williams, A. Waterman, D.
 * Patterson, "Roofline: an insightful visual performance model for multicore architectures", CACM
 * 52, 2009): the peak of products, or what the bytes of a kernel let through, whichever is lower.
 * All by seconds of processors, which other work on the machine does not lengthen.
 *
 * Flops are those of the plain algorithm; bytes are rows that must come from memory once in each
 * pass, and panels as often as they come by. Letters: n rows, d features, k clusters. */
#include "bench/bench_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/usage.h"
#include "oddlot/detect/detector.h"
#include "oddlot/detect/kmeans.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/neighbours.h"
#include "oddlot/linalg/pca.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"

#include <math.h>
#include <stdio.h>

enum { ORDER = 1024, TRIAD = 1 << 24 /* values: far beyond caches */, PASSES = 4, BATCH = 4096 };

typedef struct {
    MPI_Comm comm;
    odd_rows rows;
    int64_t k;
    double flops, bytes; /* peaks: in a second of a processor */
} roof;

typedef struct {
    double flops, bytes, cpu; /* cpu: seconds of all processors together */
} work;

/* ---- what is timed ---- */

static odd_status do_products(const roof *r, work *w)
{
    const int64_t each = (int64_t)ORDER * ORDER;
    float *a = NULL;
    odd_status st;
    ODD_TRY_ALL(r->comm, ODD_NEW(a, 2 * each));
    for (int64_t i = 0; i < each; i++)
        a[i] = (float)(i % 17);
    const double begun = odd_usage_now().cpu;
    for (int i = 0; i < PASSES; i++)
        odd_sgemm(1, ORDER, ORDER, ORDER, 1, a, a, 0, a + each);
    w->cpu = odd_usage_now().cpu - begun;
    w->flops = PASSES * 2 * pow(ORDER, 3);
    w->bytes = PASSES * 3.0 * (double)each * sizeof *a;
done:
    odd_free(a);
    return st;
}

/* a = b + 3 c, as of J. McCalpin's STREAM */
static void add_scaled(int64_t n, float *restrict a, const float *restrict b,
                       const float *restrict c)
{
    for (int64_t i = 0; i < n; i++)
        a[i] = b[i] + 3 * c[i];
}

static odd_status do_triad(const roof *r, work *w)
{
    float *a = NULL;
    odd_status st;
    ODD_TRY_ALL(r->comm, ODD_NEW(a, 3L * TRIAD));
    for (int64_t i = 0; i < 3L * TRIAD; i++) /* pages of their own: those of zeros are all one */
        a[i] = (float)(i % 17);
    const double begun = odd_usage_now().cpu;
    for (int i = 0; i < PASSES; i++)
        add_scaled(TRIAD, a, a + TRIAD, a + 2L * TRIAD);
    w->cpu = odd_usage_now().cpu - begun;
    w->flops = PASSES * 2.0 * TRIAD;
    w->bytes = PASSES * 3.0 * TRIAD * sizeof *a;
done:
    odd_free(a);
    return st;
}

static double values_of(const roof *r)
{
    return (double)r->rows.part.n * r->rows.d;
}

/* Sums of products of all pairs of features; the eigenproblem beside it is small. */
static odd_status do_pca(const roof *r, work *w)
{
    const odd_pca_options options = {.components = 8, .solver = (char *)"covariance"};
    odd_pca *pca = NULL;
    int64_t bad;
    const double begun = odd_usage_now().cpu;
    const odd_status st = odd_pca_fit(&r->rows, &options, &pca, &bad);
    w->cpu = odd_usage_now().cpu - begun;
    w->flops = values_of(r) * r->rows.d;
    w->bytes = 2 * values_of(r) * sizeof(float); /* for the mean, too */
    odd_pca_free(&pca);
    return st;
}

static odd_status fit_clusters(const roof *r, int64_t most, double *cpu, int *iterations)
{
    const odd_kmeans_options options = {
        .clusters = r->k, .max_iterations = most, .tolerance = 0, .restarts = 1};
    odd_kmeans *kmeans = NULL;
    const double begun = odd_usage_now().cpu;
    const odd_status st = odd_kmeans_fit(&r->rows, &options, 0, &kmeans);
    *cpu = odd_usage_now().cpu - begun;
    *iterations = st == ODD_OK ? kmeans->iterations : 0;
    odd_kmeans_free(&kmeans);
    return st;
}

/* Iterations without the start: what the later ones take. */
static odd_status do_kmeans(const roof *r, work *w)
{
    double first, all;
    int one, many;
    odd_status st;
    ODD_TRY(fit_clusters(r, 1, &first, &one));
    ODD_TRY(fit_clusters(r, 11, &all, &many));
    w->cpu = all - first;
    w->flops = (many - one) * 2 * values_of(r) * (double)r->k;
    w->bytes = (many - one) * values_of(r) * sizeof(float);
done:
    return st;
}

static odd_status fit_mixture(const roof *r, const char *most, double *cpu, int64_t *iterations)
{
    const odd_detector *mixture = odd_detector_find("mixture");
    const char *const sets[] = {most, "fit.mixture.tolerance=0"};
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_job *job = NULL;
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_status st;
    ODD_TRY_ALL(r->comm, odd_job_load(NULL, sets, 2, section, sections, &job));
    const double begun = odd_usage_now().cpu;
    ODD_TRY(
        mixture->fit(odd_job_section(job, "fit.mixture"), &r->rows, ODD_NOTHING_KNOWN, 0, &model));
    *cpu = odd_usage_now().cpu - begun;
    ODD_TRY_ALL(r->comm, odd_bundle_get_i64(&model, "iterations", iterations));
done:
    odd_bundle_free(&model);
    odd_job_free(&job);
    return st;
}

/* Of two components each: a triangle of d^2 / 2 products for densities, and as many for
 * covariances. */
static odd_status do_em(const roof *r, work *w)
{
    double first, all;
    int64_t one, many;
    odd_status st;
    ODD_TRY(fit_mixture(r, "fit.mixture.max_iterations=1", &first, &one));
    ODD_TRY(fit_mixture(r, "fit.mixture.max_iterations=6", &all, &many));
    w->cpu = all - first;
    w->flops = (double)(many - one) * 4 * values_of(r) * r->rows.d;
    w->bytes = (double)(many - one) * values_of(r) * sizeof(float);
done:
    return st;
}

static odd_status ignore_near(void *context, const odd_block *block, const odd_neighbour near[])
{
    (void)context, (void)block, (void)near;
    return ODD_OK;
}

static odd_status do_neighbours(const roof *r, work *w)
{
    const odd_neighbours_options options = {.keep = 8, .within = INFINITY};
    const double n = (double)r->rows.part.n;
    const double begun = odd_usage_now().cpu;
    const odd_status st = odd_neighbours_between(&r->rows, &r->rows, options, ignore_near, NULL);
    w->cpu = odd_usage_now().cpu - begun;
    w->flops = 2 * n * values_of(r);
    w->bytes = (1 + ceil(n / BATCH)) * values_of(r) * sizeof(float);
    return st;
}

static const struct {
    const char *name;
    odd_status (*run)(const roof *r, work *w);
    bool local; /* every rank does all of it */
} kernels[] = {{"products", do_products, true},
               {"triad", do_triad, true},
               {"pca", do_pca, false},
               {"kmeans", do_kmeans, false},
               {"em", do_em, false},
               {"neighbours", do_neighbours, false}};
enum { KERNELS = sizeof kernels / sizeof *kernels };

/* ---- one after the other ---- */

static odd_status kernel_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const int i = (int)(took->number % KERNELS);
    roof *r = context;
    work w = {0};
    odd_status st;
    (void)s;
    const double started = odd_bench_start(r->comm);
    ODD_TRY(kernels[i].run(r, &w));
    took->seconds = odd_bench_stop(r->comm, started);
    odd_sum_f64(r->comm, &w.cpu, 1);
    ODD_TRY_ALL(r->comm, w.cpu > 0 && w.flops > 0
                             ? ODD_OK
                             : odd_fail(ODD_USAGE, "too few rows to time %s by: give a larger n",
                                        kernels[i].name));
    const double times = kernels[i].local ? odd_size(r->comm) : 1;
    const double rate = times * w.flops / w.cpu, dense = w.flops / w.bytes;
    if (i == 0) r->flops = rate;
    if (i == 1) r->bytes = times * w.bytes / w.cpu;
    const double top = i == 0 ? rate : i == 1 ? r->bytes * dense : fmin(r->flops, r->bytes * dense);
    snprintf(took->more, sizeof took->more,
             ", \"kernel\": \"%s\", \"gflop\": %.4g, \"gigabytes\": %.4g, \"cpu_seconds\": %.4g, "
             "\"flops_per_byte\": %.4g, \"gflops\": %.4g, \"roof\": %.4g, \"share_of_roof\": %.3f",
             kernels[i].name, 1e-9 * times * w.flops, 1e-9 * times * w.bytes, w.cpu, dense,
             1e-9 * rate, 1e-9 * top, rate / top);
done:
    return st;
}

static odd_status run_roofline(MPI_Comm comm, const odd_bench_case *self,
                               const odd_bench_settings *s)
{
    roof r = {.comm = comm, .k = s->k};
    const odd_partition part = odd_partition_rows(comm, s->n);
    float *x = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(x, part.n_local * s->d));
    for (int64_t i = 0; i < part.n_local * s->d; i++)
        x[i] = (float)odd_normal(0, ODD_STREAM_GENERATE, (uint64_t)(part.row0 * s->d + i), 0);
    r.rows = odd_rows_in_memory(comm, s->n, (int)s->d, x);
    ODD_TRY(odd_bench_repeat(comm, self, s, KERNELS * s->repeat, kernel_once, &r));
done:
    odd_free(x);
    return st;
}

const odd_bench_case odd_bench_roofline = {
    .name = "roofline",
    .summary =
        "PCA, k-means, EM and neighbours of n x d rows: flops, bytes, and what share of the\n"
        "            roof of this machine they reach, in seconds of processors",
    .keys = "n=32768 d=64 k=20 repeat=1",
    .run = run_roofline,
};
