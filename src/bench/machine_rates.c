/* Machine rates: a kernel timed for each kind of work that grows otherwise than rows do, by all
 * ranks and threads at the same time. */
#include "bench/bench_internal.h"
#include "bench/forecast_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/usage.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/grid.h"
#include "oddlot/linalg/neighbours.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum {
    ORDER = 1024,   /* of a product */
    TIMES = 3,      /* of which the fastest counts; the first warms up */
    ROWS = 4096,    /* that look for one another, */
    FEATURES = 384, /* as many as a layout has values */
    EIGEN = 768,    /* order of an eigenproblem */
    FILE_MIB = 64   /* written by each rank */
};

/* -- how fast -- */

typedef struct {
    MPI_Comm comm;
    double clock, cpu; /* when it began */
} stopwatch;

static stopwatch start_watch(MPI_Comm comm)
{
    const double clock = odd_bench_start(comm);
    return (stopwatch){comm, clock, odd_usage_now().cpu};
}

/* So much work was done: the rate is the fastest so far. */
static void stop_watch(const stopwatch *w, double work, odd_machine_rate *rate)
{
    double cpu = odd_usage_now().cpu - w->cpu;
    odd_sum_f64(w->comm, &cpu, 1);
    rate->clock = fmax(rate->clock, work / odd_bench_stop(w->comm, w->clock));
    rate->cpu = fmax(rate->cpu, work / cpu);
}

/* -- products -- */

static void multiply(int threads, const float a[], float c[])
{
    const int64_t each = (int64_t)ORDER * ORDER;
#pragma omp parallel for schedule(static) num_threads(threads) default(none)                       \
    shared(a, c, each, threads)
    for (int t = 0; t < threads; t++)
        odd_sgemm(1, ORDER, ORDER, ORDER, 1, a, a, 0, c + t * each);
}

static odd_status measure_products(MPI_Comm comm, odd_machine_rate *rate)
{
    const int64_t each = (int64_t)ORDER * ORDER;
    const int threads = odd_threads();
    float *a = NULL, *c = NULL;
    odd_status st;
    *rate = (odd_machine_rate){0, 0};
    ODD_TRY_ALL(comm, ODD_NEW(a, each));
    ODD_TRY_ALL(comm, ODD_NEW(c, threads * each));
    for (int64_t i = 0; i < each; i++)
        a[i] = (float)odd_uniform(1, ODD_STREAM_GENERATE, (uint64_t)i, 0);
    for (int i = 0; i < TIMES; i++) {
        const stopwatch w = start_watch(comm);
        multiply(threads, a, c);
        stop_watch(&w, 2 * pow(ORDER, 3) * threads * odd_size(comm), rate);
    }
done:
    odd_free(a);
    odd_free(c);
    return st;
}

/* -- neighbours -- */

static odd_status ignore(void *context, const odd_block *block, const odd_neighbour near[])
{
    (void)context, (void)block, (void)near;
    return ODD_OK;
}

static odd_status measure_pairs(MPI_Comm comm, odd_machine_rate *rate)
{
    const odd_partition part = odd_partition_rows(comm, ROWS);
    const odd_neighbours_options o = {.keep = 1, .within = 1e-3};
    float *x = NULL;
    odd_status st;
    *rate = (odd_machine_rate){0, 0};
    ODD_TRY_ALL(comm, ODD_NEW(x, part.n_local * FEATURES));
    for (int64_t i = 0; i < part.n_local * FEATURES; i++)
        x[i] = (float)odd_uniform(2, ODD_STREAM_GENERATE, (uint64_t)(part.row0 * FEATURES + i), 0);
    const odd_rows rows = odd_rows_in_memory(comm, ROWS, FEATURES, x);
    for (int i = 0; i < TIMES; i++) {
        const stopwatch w = start_watch(comm);
        ODD_TRY(odd_neighbours_between(&rows, &rows, o, ignore, NULL));
        stop_watch(&w, 2.0 * ROWS * ROWS * FEATURES, rate);
    }
done:
    odd_free(x);
    return st;
}

/* -- eigenproblems -- */

static odd_status solve_once(MPI_Comm comm, odd_grid *grid, const double part[], double value[],
                             double vector[], odd_machine_rate *rate)
{
    const stopwatch w = start_watch(comm);
    odd_status st;
    ODD_TRY(odd_grid_eigh(grid, EIGEN, part, EIGEN / 10, value, vector));
    stop_watch(&w, pow(EIGEN, 3), rate);
done:
    return st;
}

static odd_status measure_cubes(MPI_Comm comm, odd_machine_rate *rate)
{
    odd_grid *grid = NULL;
    double *part = NULL, *vector = NULL, value[EIGEN];
    odd_status st;
    *rate = (odd_machine_rate){0, 0};
    ODD_TRY(odd_grid_new(comm, EIGEN, &grid));
    ODD_TRY_ALL(comm, ODD_NEW(part, (int64_t)EIGEN * EIGEN));
    ODD_TRY_ALL(comm, ODD_NEW(vector, (int64_t)EIGEN * EIGEN));
    for (int64_t i = 0; i < (int64_t)EIGEN * EIGEN; i++)
        part[i] = odd_uniform(3, ODD_STREAM_GENERATE, (uint64_t)i, 0);
    for (int i = 0; i < TIMES; i++)
        ODD_TRY(solve_once(comm, grid, part, value, vector, rate));
done:
    odd_grid_free(&grid);
    odd_free(part);
    odd_free(vector);
    return st;
}

/* -- the disk -- */

static odd_status write_bytes(int f, const char *path, const char bytes[], size_t size)
{
    bool good = f >= 0;
    for (int i = 0; good && i < FILE_MIB; i++)
        good = write(f, bytes, size) == (ssize_t)size;
    good = good && fsync(f) == 0;
    return good ? ODD_OK : odd_fail(ODD_IO, "cannot write '%s': %s", path, strerror(errno));
}

static odd_status write_file(const char *path)
{
    const size_t size = (size_t)1 << 20;
    char *bytes = NULL;
    int f = -1;
    odd_status st;
    ODD_TRY(ODD_NEW(bytes, (int64_t)size));
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 2654435761U >> 13); /* for file systems that squeeze */
    f = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    st = write_bytes(f, path, bytes, size);
done:
    if (f >= 0) close(f);
    if (f >= 0) unlink(path);
    odd_free(bytes);
    return st;
}

static odd_status measure_disk(MPI_Comm comm, const char *folder, double *rate)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_format(&path, "%s/disk-%d", folder, odd_rank(comm));
    ODD_TRY_ALL(comm, odd_text_status(&path));
    const double started = odd_bench_start(comm);
    ODD_TRY_ALL(comm, write_file(path.s));
    *rate = (double)FILE_MIB * 1048576 * odd_size(comm) / odd_bench_stop(comm, started);
done:
    odd_text_free(&path);
    return st;
}

odd_status odd_machine_rates_measure(MPI_Comm comm, const char *folder, odd_machine_rates *out)
{
    odd_status st;
    *out = (odd_machine_rates){.ranks = odd_size(comm), .workers = odd_threads() * odd_size(comm)};
    ODD_TRY(measure_products(comm, &out->flops));
    ODD_TRY(measure_pairs(comm, &out->pairs));
    ODD_TRY(measure_cubes(comm, &out->cubes));
    ODD_TRY(measure_disk(comm, folder, &out->disk));
done:
    return st;
}

static double speed(const odd_machine_rate *rate, bool cpu)
{
    return cpu ? rate->cpu : rate->clock;
}

odd_known_seconds odd_machine_rates_seconds(const odd_machine_rates *rates,
                                            const odd_stage_cost *cost, bool cpu)
{
    return (odd_known_seconds){cost->flops / speed(&rates->flops, cpu) +
                                   cost->pairs / speed(&rates->pairs, cpu),
                               cost->cubes / speed(&rates->cubes, cpu)};
}
