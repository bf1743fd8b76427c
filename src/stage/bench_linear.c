/* Bench cases of linear algebra and models: gemm (the limit), PCA, EM, k-means. */
#include "bench_internal.h"

#include "oddlot/base/bundle.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/detector.h"
#include "oddlot/detect/kmeans.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/pca.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/rows.h"
#include "oddlot/stage/stage.h"

#include <math.h>
#include <stdio.h>

#define SEED   0
#define LATENT 64 /* directions with more than noise */

/* -- arrays like those of the peers -- */

/* Rows with a decaying spectrum plus noise: what features of networks look like to PCA. */
static odd_status latent_rows(const odd_partition *part, int d, float **out)
{
    float *basis = NULL, *x = NULL, *z = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(basis, (int64_t)LATENT * d));
    ODD_TRY(ODD_NEW(x, part->n_local * d));
    ODD_TRY(ODD_NEW(z, part->n_local * LATENT));
    for (int64_t i = 0; i < (int64_t)LATENT * d; i++)
        basis[i] =
            (float)(odd_normal(SEED, ODD_STREAM_GENERATE, (uint64_t)i, 0) / (double)(i / d + 1));
#pragma omp parallel for default(none) shared(part, d, basis, x, z)
    for (int64_t i = 0; i < part->n_local; i++) {
        uint64_t row = (uint64_t)(part->row0 + i);
        for (int j = 0; j < LATENT; j++)
            z[i * LATENT + j] =
                (float)odd_normal(SEED, ODD_STREAM_GENERATE, row, (uint32_t)(1 + j));
        for (int j = 0; j < d; j++)
            x[i * d + j] = 0.05f * (float)odd_normal(SEED, ODD_STREAM_GENERATE, row,
                                                     (uint32_t)(1 + LATENT + j));
        odd_sgemm(0, 1, d, LATENT, 1, z + i * LATENT, basis, 1, x + i * d);
    }
    *out = x;
    x = NULL;
done:
    odd_free(basis);
    odd_free(x);
    odd_free(z);
    return st;
}

/* Standard normal rows, the first quarter of them wider and moved. */
static odd_status two_blobs(const odd_partition *part, int d, float **out)
{
    float *x = NULL, move = 2 / sqrtf((float)d);
    odd_status st;
    ODD_TRY(ODD_NEW(x, part->n_local * d));
#pragma omp parallel for default(none) shared(part, d, x, move)
    for (int64_t i = 0; i < part->n_local; i++) {
        uint64_t row = (uint64_t)(part->row0 + i);
        int moved = part->row0 + i < part->n / 4;
        for (int j = 0; j < d; j++) {
            float v = (float)odd_normal(SEED, ODD_STREAM_GENERATE, row, (uint32_t)j);
            x[i * d + j] = moved ? 1.5f * v + move : v;
        }
    }
    *out = x;
done:
    return st;
}

/* -- gemm: the limit that the others are measured by -- */

static odd_status run_gemm(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    int n = (int)(s->n < 20000 ? s->n : 20000);
    float *a = NULL, *b = NULL, *c = NULL;
    char more[64];
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(a, (int64_t)n * n));
    ODD_TRY_ALL(comm, ODD_NEW(b, (int64_t)n * n));
    ODD_TRY_ALL(comm, ODD_NEW(c, (int64_t)n * n));
    for (int64_t i = 0; i < (int64_t)n * n; i++)
        a[i] = b[i] = (float)(i % 17) * 0.1f;
    for (int64_t r = 0; r <= s->repeat; r++) {
        MPI_Barrier(comm);
        double started = odd_seconds(), seconds;
        odd_sgemm(0, n, n, n, 1, a, b, 0, c);
        seconds = odd_seconds() - started;
        odd_max_f64(comm, &seconds, 1);
        snprintf(more, sizeof more, ", \"type\": \"float32\", \"gflops\": %.1f",
                 2e-9 * n * n * n / seconds * odd_size(comm));
        if (r > 0) odd_bench_print(comm, self, s, seconds, more); /* the first one warms up */
    }
done:
    odd_free(a);
    odd_free(b);
    odd_free(c);
    return st;
}

const odd_bench_case odd_bench_gemm = {
    "gemm",
    "float32 product of two n x n matrices on every rank, one thread each: the peak",
    "n=2000 repeat=5",
    {.n = 2000, .d = 1, .k = 1, .repeat = 5},
    run_gemm,
};

/* -- PCA -- */

static odd_status run_pca(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    const odd_pca_options options = {.components = s->k, .solver = "auto", .whiten = false};
    odd_partition part = odd_partition_rows(comm, s->n);
    float *x = NULL;
    odd_pca *pca = NULL;
    char more[96];
    odd_status st;
    ODD_TRY_ALL(comm, latent_rows(&part, (int)s->d, &x));
    odd_rows rows = odd_rows_in_memory(comm, s->n, (int)s->d, x);
    for (int64_t r = 0; r < s->repeat; r++) {
        int64_t bad;
        MPI_Barrier(comm);
        double started = odd_seconds();
        ODD_TRY(odd_pca_fit(&rows, &options, &pca, &bad));
        double seconds = odd_seconds() - started;
        snprintf(more, sizeof more, ", \"solver\": \"%s\", \"first_variance\": %.9g", pca->solver,
                 pca->value[0]);
        odd_bench_print(comm, self, s, seconds, more);
        odd_pca_free(&pca);
    }
done:
    odd_pca_free(&pca);
    odd_free(x);
    return st;
}

const odd_bench_case odd_bench_pca = {
    "pca",
    "learn k components of n x d rows",
    "n=131784 d=1536 k=500 repeat=5",
    {.n = 131784, .d = 1536, .k = 500, .repeat = 5},
    run_pca,
};

/* -- EM -- */

static odd_status em_job(const odd_bench_settings *s, odd_job **job)
{
    char iterations[64];
    snprintf(iterations, sizeof iterations, "fit.mixture.max_iterations=%lld",
             (long long)s->iterations);
    const char *const sets[] = {iterations, "fit.mixture.tolerance=0"};
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    return odd_job_load(NULL, sets, 2, section, sections, job);
}

static odd_status run_em(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    const odd_detector *mixture = odd_detector_find("mixture");
    odd_partition part = odd_partition_rows(comm, s->n);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_job *job = NULL;
    float *x = NULL;
    char more[96];
    odd_status st;
    ODD_TRY_ALL(comm, em_job(s, &job));
    ODD_TRY_ALL(comm, two_blobs(&part, (int)s->d, &x));
    odd_rows rows = odd_rows_in_memory(comm, s->n, (int)s->d, x);
    for (int64_t r = 0; r < s->repeat; r++) {
        int64_t iterations;
        MPI_Barrier(comm);
        double started = odd_seconds();
        ODD_TRY(mixture->fit(odd_job_section(job, "fit.mixture"), &rows, NULL, SEED, &model));
        double seconds = odd_seconds() - started;
        ODD_TRY(odd_bundle_get_i64(&model, "iterations", &iterations));
        snprintf(more, sizeof more, ", \"iterations\": %lld, \"seconds_per_iteration\": %.6f",
                 (long long)iterations, seconds / (double)iterations);
        odd_bench_print(comm, self, s, seconds, more);
        odd_bundle_free(&model);
    }
done:
    odd_bundle_free(&model);
    odd_job_free(&job);
    odd_free(x);
    return st;
}

const odd_bench_case odd_bench_em = {
    "em",
    "MAP-EM of theme and anomaly, full covariances, start included",
    "n=131784 d=64 iterations=5 repeat=5",
    {.n = 131784, .d = 64, .k = 2, .iterations = 5, .repeat = 5},
    run_em,
};

/* -- k-means -- */

static odd_status run_kmeans(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    const odd_kmeans_options options = {
        .clusters = s->k, .max_iterations = s->iterations, .tolerance = 0, .restarts = 1};
    odd_partition part = odd_partition_rows(comm, s->n);
    odd_kmeans *kmeans = NULL;
    float *x = NULL;
    char more[96];
    odd_status st;
    ODD_TRY_ALL(comm, two_blobs(&part, (int)s->d, &x));
    odd_rows rows = odd_rows_in_memory(comm, s->n, (int)s->d, x);
    for (int64_t r = 0; r < s->repeat; r++) {
        MPI_Barrier(comm);
        double started = odd_seconds();
        ODD_TRY(odd_kmeans_fit(&rows, &options, SEED, &kmeans));
        double seconds = odd_seconds() - started;
        snprintf(more, sizeof more, ", \"iterations\": %d, \"seconds_per_iteration\": %.6f",
                 kmeans->iterations, seconds / kmeans->iterations);
        odd_bench_print(comm, self, s, seconds, more);
        odd_kmeans_free(&kmeans);
    }
done:
    odd_kmeans_free(&kmeans);
    odd_free(x);
    return st;
}

const odd_bench_case odd_bench_kmeans = {
    "kmeans",
    "k-means of n x d rows, start included",
    "n=131784 d=64 k=10 iterations=20 repeat=5",
    {.n = 131784, .d = 64, .k = 10, .iterations = 20, .repeat = 5},
    run_kmeans,
};
