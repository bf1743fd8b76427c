/**
 * What the detector tests share: seeded rows, settings as a job would fill them, a fit with scores.
 */
#ifndef ODDLOT_DETECT_FIXTURE_H
#define ODDLOT_DETECT_FIXTURE_H

#include "oddlot_test_mpi.h"

#include "oddlot/base/job.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/rows.h"

#include <string.h>

#define WORLD MPI_COMM_WORLD
#define SELF  MPI_COMM_SELF

/* My part of n rows whose value (i, j) is given by a function. Owned by caller: odd_free(). */
typedef double (*value_function)(int64_t row, int j, uint64_t seed);

static inline odd_rows rows_of(MPI_Comm comm, int64_t n, int d, uint64_t seed, value_function value)
{
    const odd_partition part = odd_partition_rows(comm, n);
    float *x = odd_alloc(part.n_local * d, sizeof *x);
    ODD_CHECK(x);
    for (int64_t i = 0; i < part.n_local * d; i++)
        x[i] = (float)value(part.row0 + i / d, (int)(i % d), seed);
    return odd_rows_in_memory(comm, n, d, x);
}

/* A mark for each of my rows, owned by the caller (odd_free()): every seventh row of all is
 * verified as odd, so that what learns from such can. */
static inline uint8_t *seventh_verified(const odd_rows *rows)
{
    uint8_t *mark = odd_alloc(rows->part.n_local, 1);
    ODD_CHECK(mark);
    for (int64_t i = 0; i < rows->part.n_local; i++)
        mark[i] = (rows->part.row0 + i) % 7 == 0 ? ODD_VERIFIED_ODD : ODD_UNVERIFIED;
    return mark;
}

static inline void rows_free(odd_rows *rows)
{
    odd_free((void *)rows->x);
    rows->x = NULL;
}

/* A theme with some structure; every eighth row is an anomaly, three times as wide and apart. */
static inline bool is_odd(int64_t row)
{
    return row % 8 == 5;
}

static inline double theme_and_odd(int64_t row, int j, uint64_t seed)
{
    const double own = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
    const double common = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, 1000);
    const double theme = 2 + own / (1 + 0.3 * j) + 0.5 * common;
    return is_odd(row) ? 6 * own - 1 : theme;
}

/* The detector's settings with some words of --set, as long as the job lives; one job at a time,
 * as it keeps its section. */
static inline const void *settings(const odd_detector *detector, const char *const sets[],
                                   int count, odd_job **job)
{
    static char name[64];
    static odd_section section;
    snprintf(name, sizeof name, "fit.%s", detector->name);
    section = (odd_section){.name = name,
                            .help = detector->summary,
                            .options = detector->options,
                            .size = detector->options_size};
    const odd_status st = odd_job_load(NULL, sets, count, &section, 1, job);
    if (st != ODD_OK) fprintf(stderr, "settings: %s\n", odd_fail_reason());
    ODD_CHECK(st == ODD_OK);
    return odd_job_section(*job, name);
}

/* Fit and score, without the warnings that strange rows deserve; *score (n_local, columns), owned
 * by caller: odd_free(). */
static inline odd_status fit_known(const odd_detector *detector, const char *const sets[],
                                   int count, const odd_rows *rows, const odd_known *known,
                                   odd_bundle *model, double **score)
{
    odd_job *job;
    const void *options = settings(detector, sets, count, &job);
    *score = odd_alloc(rows->part.n_local * odd_detector_columns(detector), sizeof **score);
    ODD_CHECK(*score);
    odd_log_setup(odd_rank(WORLD), ODD_LOG_ERROR);
    odd_status st = detector->fit(options, rows, known, 42, model);
    if (st == ODD_OK) st = detector->score(model, rows, *score);
    odd_job_free(&job);
    return st;
}

static inline odd_status fit_and_score(const odd_detector *detector, const char *const sets[],
                                       int count, const odd_rows *rows, const uint8_t verified[],
                                       odd_bundle *model, double **score)
{
    const odd_known known = {.verified = verified};
    return fit_known(detector, sets, count, rows, &known, model, score);
}

/* The chance that an anomaly ranks before a theme row (ROC AUC) by the first of some columns; all
 * rows on each rank. */
static inline double found(const odd_rows *rows, const double score[], int columns)
{
    int64_t pairs = 0, right = 0;
    for (int64_t i = 0; i < rows->part.n; i++)
        for (int64_t j = 0; is_odd(i) && j < rows->part.n; j++) {
            if (is_odd(j)) continue;
            pairs++;
            right += score[i * columns] > score[j * columns];
        }
    return pairs ? (double)right / (double)pairs : 0;
}

static inline bool same_bundle(const odd_bundle *a, const odd_bundle *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++) {
        int64_t bytes = 0, other = 0;
        same = strcmp(a->array[i].name, b->array[i].name) == 0 &&
               odd_shape_bytes(&a->array[i].shape, &bytes) == ODD_OK &&
               odd_shape_bytes(&b->array[i].shape, &other) == ODD_OK && bytes == other &&
               memcmp(a->array[i].data, b->array[i].data, (size_t)bytes) == 0;
    }
    return same;
}

#endif
