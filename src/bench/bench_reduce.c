/* Bench cases of reductions: PCA by either way, and the sparse random projection. */
#include "bench/bench_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/pca.h"
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/rows.h"
#include "oddlot/pipeline/pipelines.h"

#include <stdio.h>

#define SEED   0
#define LATENT 64    /* directions with more than noise */
#define NOISE  0.05f /* in all directions */

static float draw(int64_t row, int64_t number)
{
    return (float)odd_normal(SEED, ODD_STREAM_GENERATE, (uint64_t)row, (uint32_t)number);
}

/* The directions: rows of basis (LATENT, d), each shorter than the one before. */
static void fill_basis(int d, float *basis)
{
    for (int64_t i = 0; i < LATENT; i++)
        for (int64_t j = 0; j < d; j++)
            basis[i * d + j] = draw(-1 - i, j) / (float)(i + 1);
}

/* Rows with a decaying spectrum plus noise: what features of networks look like to PCA. */
static odd_status latent_rows(const odd_partition *part, int d, float **out)
{
    float *basis = NULL, *x = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(basis, (int64_t)LATENT * d));
    ODD_TRY(ODD_NEW(x, part->n_local * d));
    fill_basis(d, basis);
#pragma omp parallel for default(none) shared(part, d, basis, x)
    for (int64_t i = 0; i < part->n_local; i++) {
        float z[LATENT];
        for (int j = 0; j < LATENT; j++)
            z[j] = draw(part->row0 + i, j);
        for (int j = 0; j < d; j++)
            x[i * d + j] = NOISE * draw(part->row0 + i, LATENT + j);
        odd_sgemm(0, 1, d, LATENT, 1, z, basis, 1, x + i * d);
    }
    *out = x;
    x = NULL;
done:
    odd_free(basis);
    odd_free(x);
    return st;
}

/* -- PCA -- */

typedef struct {
    const odd_rows *rows;
    const odd_pca_options *options;
} pca_case;

static double sum(int count, const double value[])
{
    double total = 0;
    for (int i = 0; i < count; i++)
        total += value[i];
    return total;
}

static odd_status pca_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const pca_case *c = context;
    odd_pca *pca = NULL;
    int64_t bad;
    odd_status st;
    (void)s;
    odd_bench_times times = odd_bench_start_times(c->rows->comm);
    ODD_TRY(odd_pca_fit(c->rows, c->options, &pca, &bad));
    odd_bench_stop_times(c->rows->comm, &times);
    took->seconds = times.seconds;
    snprintf(took->more, sizeof took->more,
             ", \"cpu_seconds\": %.6f, \"solver\": \"%s\", \"first_variance\": %.9g, "
             "\"variance_kept\": %.9g",
             times.cpu, pca->solver, pca->value[0], sum(pca->k, pca->value) / pca->total_variance);
done:
    odd_pca_free(&pca);
    return st;
}

static odd_status time_pca(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s,
                           char *solver)
{
    const odd_pca_options options = {
        .components = s->k, .solver = solver, .oversampling = 10, .iterations = 4};
    const odd_partition part = odd_partition_rows(comm, s->n);
    float *x = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, latent_rows(&part, (int)s->d, &x));
    const odd_rows rows = odd_rows_in_memory(comm, s->n, (int)s->d, x);
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, pca_once, &(pca_case){&rows, &options}));
done:
    odd_free(x);
    return st;
}

static odd_status run_pca(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    return time_pca(comm, self, s, "auto");
}

static odd_status run_rpca(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    return time_pca(comm, self, s, "randomized");
}

const odd_bench_case odd_bench_pca = {
    .name = "pca",
    .summary = "learn k components of n x d rows, by the solver that is usual for the shape",
    .keys = "n=131784 d=1536 k=500 repeat=5",
    .run = run_pca,
};

const odd_bench_case odd_bench_rpca = {
    .name = "rpca",
    .summary = "the same by the randomized solver",
    .keys = "n=1333 d=98304 k=500 repeat=3",
    .run = run_rpca,
};

/* -- sparse random projection -- */

/* Its settings, by way of a job, as they are the reduction's own. */
static odd_status srp_job(const odd_bench_settings *s, odd_job **job)
{
    char components[64];
    snprintf(components, sizeof components, "reduce.srp.components=%lld", (long long)s->k);
    const char *const sets[] = {components};
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    return odd_job_load(NULL, sets, 1, section, sections, job);
}

typedef struct {
    const odd_rows *rows;
    const odd_job *job;
    float *score; /* (my rows, k) */
} srp_case;

static odd_status srp_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const odd_reduction *srp = odd_reduction_find("srp");
    const srp_case *c = context;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    int k;
    int64_t bad;
    odd_status st;
    (void)s;
    const double started = odd_bench_start(c->rows->comm);
    ODD_TRY(srp->fit(odd_job_section(c->job, "reduce.srp"), c->rows, SEED, &model, &k, &bad));
    ODD_TRY(srp->apply(&model, c->rows, c->score, NULL));
    took->seconds = odd_bench_stop(c->rows->comm, started);
done:
    odd_bundle_free(&model);
    return st;
}

static odd_status run_srp(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    const odd_partition part = odd_partition_rows(comm, s->n);
    odd_job *job = NULL;
    float *x = NULL, *score = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, srp_job(s, &job));
    ODD_TRY_ALL(comm, latent_rows(&part, (int)s->d, &x));
    ODD_TRY_ALL(comm, ODD_NEW(score, part.n_local * s->k));
    const odd_rows rows = odd_rows_in_memory(comm, s->n, (int)s->d, x);
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, srp_once, &(srp_case){&rows, job, score}));
done:
    odd_free(score);
    odd_free(x);
    odd_job_free(&job);
    return st;
}

const odd_bench_case odd_bench_srp = {
    .name = "srp",
    .summary = "draw a very sparse random projection and project n x d rows to n x k",
    .keys = "n=1333 d=98304 k=5000 repeat=3",
    .run = run_srp,
};
