/* Bench case of restricted Boltzmann machines: epochs of contrastive divergence on rows of bits. */
#include "bench/bench_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/energy/rbm.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEED 0

typedef struct {
    float *x;     /* (n, d) bits; every rank has all of them */
    int64_t *row; /* (n) */
} rbm_case;

/* Rows of four kinds, with a tenth of the bits wrong. */
static void fill_bits(int64_t n, int d, float x[])
{
#pragma omp parallel for default(none) shared(n, d, x)
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < d; j++) {
            const bool on =
                odd_uniform(SEED, ODD_STREAM_GENERATE, (uint64_t)(i % 4), (uint32_t)(d + j)) < 0.3;
            const bool wrong =
                odd_uniform(SEED, ODD_STREAM_GENERATE, (uint64_t)i, (uint32_t)j) < 0.1;
            x[i * d + j] = on != wrong ? 1 : 0;
        }
}

/* Of all threads of this process: free of what else the machine does. */
static double rbm_cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The error is measured as often as in a belief network: of one batch of eight. */
static void learn_epoch(const odd_bench_settings *s, const rbm_case *c, odd_rbm_learner *learner,
                        int64_t epoch, double *error)
{
    enum { MEASURED = 8 };
    int64_t rows = 0;
    *error = 0;
    for (int64_t first = 0; first < s->n; first += s->batch) {
        const int64_t count = s->n - first < s->batch ? s->n - first : s->batch;
        const bool measured = first / s->batch % MEASURED == 0;
        int64_t at, mine;
        double part = 0;
        float *to = odd_rbm_learner_rows(learner, count, &at, &mine);
        memcpy(to, c->x + (first + at) * s->d, (size_t)(mine * s->d) * sizeof *to);
        odd_rbm_learner_step(learner, count, c->row + first, (uint64_t)(epoch * s->n + first),
                             measured ? &part : NULL);
        *error += part;
        rows += measured ? count : 0;
    }
    *error /= (double)(rows * s->d);
}

static odd_status learn_once(MPI_Comm comm, const odd_bench_settings *s, const rbm_case *c,
                             odd_bench_took *took)
{
    const odd_rbm_options options = {.rate = 0.05, .momentum = 0.5, .steps = 1, .persistent = true};
    odd_rbm rbm = {0};
    odd_rbm_learner *learner = NULL;
    double error = 0, cpu;
    odd_status st;
    ODD_TRY_ALL(comm, odd_rbm_new((int)s->d, (int)s->k, ODD_VISIBLE_BERNOULLI, SEED, &rbm));
    ODD_TRY_ALL(comm, odd_rbm_learner_new(comm, &rbm, &options, s->batch, SEED, &learner));
    cpu = rbm_cpu_seconds();
    const double started = odd_bench_start(comm);
    for (int64_t epoch = 0; epoch < s->iterations; epoch++)
        learn_epoch(s, c, learner, epoch, &error);
    took->seconds = odd_bench_stop(comm, started);
    cpu = rbm_cpu_seconds() - cpu;
    odd_sum_f64(comm, &cpu, 1);
    snprintf(took->more, sizeof took->more, ", \"cpu_seconds\": %.6f, \"error\": %.9f", cpu, error);
done:
    odd_rbm_learner_free(&learner);
    odd_rbm_free(&rbm);
    return st;
}

typedef struct {
    MPI_Comm comm;
    rbm_case rows;
} rbm_run;

static odd_status rbm_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const rbm_run *r = context;
    return learn_once(r->comm, s, &r->rows, took);
}

static odd_status run_rbm(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    rbm_run r = {.comm = comm};
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(r.rows.x, s->n * s->d));
    ODD_TRY_ALL(comm, ODD_NEW(r.rows.row, s->n));
    fill_bits(s->n, (int)s->d, r.rows.x);
    for (int64_t i = 0; i < s->n; i++)
        r.rows.row[i] = i;
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, rbm_once, &r));
done:
    odd_free(r.rows.x);
    odd_free(r.rows.row);
    return st;
}

const odd_bench_case odd_bench_rbm = {
    .name = "rbm",
    .summary = "epochs of a Boltzmann machine of d visible and k hidden units on n rows of bits,\n"
               "            with persistent chains",
    .keys = "n=10000 d=784 k=256 batch=100 iterations=1 repeat=3",
    .run = run_rbm,
};
