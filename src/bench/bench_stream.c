/* Bench case of rows too many for the memory: a randomized PCA of a file that is read block by
 * block, written by the store first. */
#include "bench/bench_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/linalg/pca.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/rows.h"
#include "oddlot/store/dataset.h"

#include <stdio.h>
#include <unistd.h>

#define SEED         0
#define OVERSAMPLING 10
#define CATALOGUE    131784 /* rows to predict the time of */
#define WRITTEN      64     /* rows at a time */

/* Rows that are read, and what reading them took. */
typedef struct {
    odd_rows rows;
    odd_dataset *dataset;
    int64_t value; /* bytes of one in the file */
    double seconds, bytes;
} stream;

static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    stream *s = context;
    const double started = odd_seconds();
    const odd_status st =
        odd_dataset_read(s->dataset, s->rows.part.row0 + local, count, ODD_F32, x);
    s->seconds += odd_seconds() - started;
    s->bytes += (double)count * s->rows.d * (double)s->value;
    return st;
}

/* Values that cost little to make: 4 of 8 bits from each draw, and a slope along the features. */
static void make_rows(int64_t row, int64_t count, int d, float *x)
{
#pragma omp parallel for default(none) shared(row, count, d, x)
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < d; j += 4) {
            uint32_t bits[4];
            odd_philox(SEED, ODD_STREAM_GENERATE, (uint64_t)(row + i), (uint32_t)j, bits);
            for (int c = 0; c < 4 && j + c < d; c++)
                x[i * d + j + c] = (float)(bits[c] & 255) / (float)(64 + (j & 1023));
        }
}

/* @collective */
static odd_status write_file(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s,
                             const odd_partition *part)
{
    float *x = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(x, (int64_t)WRITTEN * s->d));
    ODD_TRY(odd_bench_file_write(comm, self, s, part, WRITTEN, make_rows, x));
done:
    odd_free(x);
    return st;
}

/* Flops of the products: each iteration two, the last pass one and its squares. */
static double flops(const odd_bench_settings *s)
{
    const double l = (double)(s->k + OVERSAMPLING), n = (double)s->n, d = (double)s->d;
    return n * d * l * (4 * (double)s->iterations + 2) + 2 * n * l * l;
}

static odd_status stream_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const odd_pca_options options = {.components = s->k,
                                     .solver = "randomized",
                                     .oversampling = OVERSAMPLING,
                                     .iterations = s->iterations};
    stream *in = context;
    MPI_Comm comm = in->rows.comm;
    odd_pca *pca = NULL;
    int64_t bad;
    odd_status st;
    in->seconds = in->bytes = 0;
    const double started = odd_bench_start(comm);
    ODD_TRY(odd_pca_fit(&in->rows, &options, &pca, &bad));
    took->seconds = odd_bench_stop(comm, started);
    odd_sum_f64(comm, &in->bytes, 1);
    odd_max_f64(comm, &in->seconds, 1);
    snprintf(took->more, sizeof took->more,
             ", \"gigabytes_read\": %.3f, \"seconds_reading\": %.3f, \"gigabytes_per_second\": "
             "%.3f, \"gflops\": %.1f, \"seconds_for_%d_rows\": %.0f",
             in->bytes / 1e9, in->seconds, in->bytes / 1e9 / in->seconds,
             flops(s) / took->seconds / 1e9, CATALOGUE, took->seconds * CATALOGUE / (double)s->n);
done:
    odd_pca_free(&pca);
    return st;
}

static odd_status run_stream(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    stream in = {.rows = odd_rows_in_memory(comm, s->n, (int)s->d, NULL)};
    odd_file *file = NULL;
    bool written = false;
    odd_status st;
    in.rows.read = read_rows;
    in.rows.reader = &in;
    in.value = odd_bench_file_value(s);
    ODD_TRY(odd_bench_file_check(comm, self, s));
    ODD_TRY(write_file(comm, self, s, &in.rows.part));
    written = true;
    ODD_TRY(odd_file_open(comm, s->file, false, &file));
    ODD_TRY_ALL(comm, odd_dataset_open(file, "x", &in.dataset));
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, stream_once, &in));
done:
    odd_dataset_close(&in.dataset);
    odd_file_close(&file);
    if (written && odd_rank(comm) == 0) unlink(s->file);
    return st;
}

const odd_bench_case odd_bench_stream = {
    .name = "stream",
    .summary = "randomized PCA of n x d rows read from a file that is written first, float32 or,\n"
               "            half=1, float16; what the same would take for a catalogue",
    .keys = "n=4096 d=98304 k=500 iterations=4 half=0 repeat=1 file=",
    .run = run_stream,
};
