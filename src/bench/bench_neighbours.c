/* Bench case of neighbours: each row's k nearest among all rows of all ranks, and which share of
 * the peak of matrix products that takes. */
#include "bench/bench_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/usage.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/neighbours.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/rows.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define SEED 0
enum { PEAK_ROWS = 1536, PEAK_TIMES = 4 };

static void fill_normal(int64_t row0, int64_t count, int d, float x[])
{
#pragma omp parallel for default(none) shared(row0, count, d, x)
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < d; j++)
            x[i * d + j] =
                (float)odd_normal(SEED, ODD_STREAM_GENERATE, (uint64_t)(row0 + i), (uint32_t)j);
}

static odd_status normal_rows(MPI_Comm comm, int64_t n, int d, float **x, odd_rows *rows)
{
    const odd_partition part = odd_partition_rows(comm, n);
    const odd_status st = odd_agree(comm, ODD_NEW(*x, part.n_local * d));
    if (st != ODD_OK) return st;
    fill_normal(part.row0, part.n_local, d, *x);
    *rows = odd_rows_in_memory(comm, n, d, *x);
    return ODD_OK;
}

/* Gflop a second of all ranks together: of the clock, and of CPU time, which other work on the
 * machine does not lengthen. */
typedef struct {
    double wall, cpu;
} speed;

static speed speed_of(MPI_Comm comm, double gflop, double seconds, clock_t since)
{
    double cpu = (double)(clock() - since) / CLOCKS_PER_SEC;
    odd_sum_f64(comm, &cpu, 1);
    return (speed){.wall = gflop / seconds, .cpu = gflop / cpu};
}

/* Products of all threads of all ranks at the same time, the fastest. */
static odd_status measure_peak(MPI_Comm comm, speed *peak)
{
    const int64_t each = (int64_t)PEAK_ROWS * PEAK_ROWS;
    const int threads = odd_threads();
    float *a = NULL, *c = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(a, threads * each));
    ODD_TRY_ALL(comm, ODD_NEW(c, threads * each));
    *peak = (speed){0, 0};
    for (int time = 0; time < PEAK_TIMES; time++) { /* the first warms up */
        const double started = odd_bench_start(comm);
        const clock_t cpu = clock();
#pragma omp parallel for schedule(static) num_threads(threads) default(none)                       \
    shared(a, c, each, threads)
        for (int t = 0; t < threads; t++)
            odd_sgemm(1, PEAK_ROWS, PEAK_ROWS, PEAK_ROWS, 1, a + t * each, a + t * each, 0,
                      c + t * each);
        const speed now = speed_of(comm, 2e-9 * pow(PEAK_ROWS, 3) * threads * odd_size(comm),
                                   odd_bench_stop(comm, started), cpu);
        *peak = (speed){fmax(peak->wall, now.wall), fmax(peak->cpu, now.cpu)};
    }
done:
    odd_free(a);
    odd_free(c);
    return st;
}

/* Sums that show whether two runs found the same. */
typedef struct {
    int keep;
    double *distance; /* (n_local) of a row to its nearest ones, together */
} found;

static odd_status add_found(void *context, const odd_block *block, const odd_neighbour near[])
{
    const found *f = context;
    for (int i = 0; i < block->count; i++)
        for (int j = 0; j < f->keep; j++)
            f->distance[block->local + i] += near[(int64_t)i * f->keep + j].key;
    return ODD_OK;
}

static odd_status add_distance(void *context, const odd_block *block, double sum[])
{
    const found *f = context;
    for (int i = 0; i < block->count; i++)
        sum[0] += f->distance[block->local + i];
    return ODD_OK;
}

typedef struct {
    const odd_rows *queries, *reference;
    speed peak;
} neighbours_case;

static odd_status search_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const neighbours_case *c = context;
    const MPI_Comm comm = c->queries->comm;
    const odd_neighbours_options options = {.keep = (int)s->k, .within = INFINITY};
    found f = {.keep = options.keep};
    const double gflop = 2e-9 * (double)s->queries * (double)s->n * (double)s->d;
    double sum = 0, peak_bytes;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(f.distance, c->queries->part.n_local));
    const double started = odd_bench_start(comm);
    const clock_t cpu = clock();
    ODD_TRY(odd_neighbours_between(c->queries, c->reference, options, add_found, &f));
    took->seconds = odd_bench_stop(comm, started);
    const speed now = speed_of(comm, gflop, took->seconds, cpu);
    ODD_TRY(odd_rows_sum(c->queries, add_distance, &f, 1, &sum));
    peak_bytes = (double)odd_memory_peak();
    odd_max_f64(comm, &peak_bytes, 1);
    snprintf(took->more, sizeof took->more,
             ", \"cpu_seconds\": %.2f, \"gflops\": %.1f, \"share_of_peak\": %.3f, "
             "\"share_of_peak_cpu\": %.3f, \"peak_megabytes_a_rank\": %.0f, \"sum\": %.9g",
             gflop / now.cpu, now.wall, now.wall / c->peak.wall, now.cpu / c->peak.cpu,
             1e-6 * peak_bytes, sum);
done:
    odd_free(f.distance);
    return st;
}

static odd_status run_neighbours(MPI_Comm comm, const odd_bench_case *self,
                                 const odd_bench_settings *s)
{
    neighbours_case c = {0};
    odd_rows reference, queries;
    float *x = NULL, *q = NULL;
    odd_status st = ODD_OK;
    if (s->queries > s->n || s->k > 100000)
        ODD_TRY(odd_fail(ODD_USAGE, "bench neighbours: queries are at most n, k at most 100000"));
    ODD_TRY(measure_peak(comm, &c.peak));
    ODD_TRY(normal_rows(comm, s->n, (int)s->d, &x, &reference));
    ODD_TRY(normal_rows(comm, s->queries, (int)s->d, &q, &queries));
    c.queries = &queries;
    c.reference = &reference;
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, search_once, &c));
done:
    odd_free(q);
    odd_free(x);
    return st;
}

const odd_bench_case odd_bench_neighbours = {
    .name = "neighbours",
    .summary = "the k nearest of n x d rows for each of some of them, exactly",
    .keys = "n=30000 d=1280 k=64 queries=30000 repeat=3",
    .run = run_neighbours,
};
