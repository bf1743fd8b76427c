/* Bench case of the isolation forest: it is grown on n x d rows, and scores all of them. */
#include "bench/bench_internal.h"

#include "oddlot/base/bundle.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/usage.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/rows.h"
#include "oddlot/pipeline/pipelines.h"

#include <stdio.h>
#include <string.h>

#define SEED 0

typedef struct {
    const odd_detector *forest;
    const odd_rows *rows;
    const void *options; /* of the detector */
    double *score;       /* (n_local, columns) */
} forest_case;

static odd_status normal_rows(MPI_Comm comm, int64_t n, int d, float **out)
{
    const odd_partition part = odd_partition_rows(comm, n);
    odd_status st = ODD_NEW(*out, part.n_local * d);
    if (st != ODD_OK) return st;
    float *x = *out;
#pragma omp parallel for default(none) shared(part, d, x)
    for (int64_t i = 0; i < part.n_local; i++)
        for (int j = 0; j < d; j++)
            x[i * d + j] = (float)odd_normal(SEED, ODD_STREAM_GENERATE, (uint64_t)(part.row0 + i),
                                             (uint32_t)j);
    return ODD_OK;
}

/* ---- rows of a few ones, as the patterns of active units are ---- */

typedef struct {
    int d;
    int64_t *start;  /* (n_local + 1) */
    int32_t *column; /* (start[n_local]) of the ones, row by row */
} sparse_rows;

/* Columns of the ones of a row; returns their number. */
static int64_t draw_ones(int64_t row, int d, uint32_t below, uint32_t bits[], int32_t column[])
{
    int64_t count = 0;
    odd_philox_run(SEED, ODD_STREAM_GENERATE, (uint64_t)row, 0, (d + 3) / 4, bits);
    for (int j = 0; j < d; j++) {
        column[count] = j;
        count += bits[j] < below;
    }
    return count;
}

static odd_status sparse_rows_new(MPI_Comm comm, const odd_bench_settings *s, sparse_rows *out)
{
    const odd_partition part = odd_partition_rows(comm, s->n);
    const int d = (int)s->d;
    const uint32_t below = (uint32_t)((double)UINT32_MAX / 100 * (double)s->active);
    uint32_t *bits = NULL;
    int32_t *column = NULL;
    odd_status st;
    out->d = d;
    ODD_TRY(ODD_NEW(bits, d + 4));
    ODD_TRY(ODD_NEW(column, d + 1));
    ODD_TRY(ODD_NEW(out->start, part.n_local + 1));
    for (int64_t i = 0; i < part.n_local; i++)
        out->start[i + 1] = out->start[i] + draw_ones(part.row0 + i, d, below, bits, column);
    ODD_TRY(ODD_NEW(out->column, out->start[part.n_local] + 1));
    for (int64_t i = 0; i < part.n_local; i++) {
        const int64_t count = draw_ones(part.row0 + i, d, below, bits, column);
        memcpy(out->column + out->start[i], column, (size_t)count * sizeof *column);
    }
done:
    odd_free(bits);
    odd_free(column);
    return st;
}

static odd_status write_out(void *context, int64_t local, int64_t count, float x[])
{
    const sparse_rows *rows = context;
    memset(x, 0, (size_t)(count * rows->d) * sizeof *x);
    for (int64_t i = 0; i < count; i++)
        for (int64_t at = rows->start[local + i]; at < rows->start[local + i + 1]; at++)
            x[i * rows->d + rows->column[at]] = 1;
    return ODD_OK;
}

static odd_status add_score(void *context, const odd_block *block, double sum[])
{
    const forest_case *c = context;
    const int columns = odd_detector_columns(c->forest);
    for (int i = 0; i < block->count; i++)
        sum[0] += c->score[(block->local + i) * columns];
    return ODD_OK;
}

static odd_status forest_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    forest_case *c = context;
    const MPI_Comm comm = c->rows->comm;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double sum, peak = (double)odd_memory_peak(), cpu = odd_usage_now().cpu;
    odd_status st;
    double started = odd_bench_start(comm);
    ODD_TRY(c->forest->fit(c->options, c->rows, ODD_NOTHING_KNOWN, SEED, &model));
    const double fit = odd_bench_stop(comm, started);
    started = odd_bench_start(comm);
    ODD_TRY(c->forest->score(&model, c->rows, c->score));
    took->seconds = fit + odd_bench_stop(comm, started);
    cpu = odd_usage_now().cpu - cpu;
    peak = (double)odd_memory_peak() - peak;
    odd_sum_f64(comm, &cpu, 1);
    odd_max_f64(comm, &peak, 1);
    ODD_TRY(odd_rows_sum(c->rows, add_score, c, 1, &sum));
    snprintf(took->more, sizeof took->more,
             ", \"fit_seconds\": %.6f, \"cpu_seconds\": %.6f, \"megabytes_a_rank\": %.1f, "
             "\"mean_score\": %.9f",
             fit, cpu, 1e-6 * peak, sum / (double)s->n);
done:
    odd_bundle_free(&model);
    return st;
}

static odd_status forest_job(const odd_bench_settings *s, odd_job **job)
{
    char trees[64], sample[64], dimensions[64];
    snprintf(trees, sizeof trees, "fit.forest.trees=%lld", (long long)s->trees);
    snprintf(sample, sizeof sample, "fit.forest.sample=%lld", (long long)s->sample);
    snprintf(dimensions, sizeof dimensions, "fit.forest.dimensions=%lld", (long long)s->dimensions);
    const char *const sets[] = {trees, sample, dimensions};
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    return odd_job_load(NULL, sets, sizeof sets / sizeof *sets, section, sections, job);
}

static odd_status run_forest(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    forest_case c = {.forest = odd_detector_find("forest")};
    odd_rows rows;
    odd_job *job = NULL;
    sparse_rows sparse = {0};
    float *x = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, forest_job(s, &job));
    ODD_TRY_ALL(comm, s->active > 0 ? sparse_rows_new(comm, s, &sparse)
                                    : normal_rows(comm, s->n, (int)s->d, &x));
    rows = odd_rows_in_memory(comm, s->n, (int)s->d, x);
    if (s->active > 0) {
        rows.read = write_out;
        rows.reader = &sparse;
    }
    ODD_TRY_ALL(comm, ODD_NEW(c.score, rows.part.n_local * odd_detector_columns(c.forest)));
    c.rows = &rows;
    c.options = odd_job_section(job, "fit.forest");
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, forest_once, &c));
done:
    odd_free(c.score);
    odd_free(x);
    odd_free(sparse.start);
    odd_free(sparse.column);
    odd_job_free(&job);
    return st;
}

const odd_bench_case odd_bench_forest = {
    .name = "forest",
    .summary =
        "isolation forest of n x d rows, grown and all rows scored with their reasons; a\n"
        "            split compares one feature or the sum of `dimensions`; active: per cent of\n"
        "            the features that are 1, the others 0, in rows held sparse",
    .keys = "n=131784 d=64 trees=100 sample=256 dimensions=1 active=0 repeat=3",
    .run = run_forest,
};
