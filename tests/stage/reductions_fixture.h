/**
 * For the contract of reductions: what is promised is checked for each of the table of jobs, so
 * that a new one is tested by its line there. A broken promise is reported with its reduction and
 * case.
 */
#ifndef ODDLOT_REDUCTIONS_FIXTURE_H
#define ODDLOT_REDUCTIONS_FIXTURE_H

#include "stage_fixture.h"

#include "oddlot/stage/reductions.h"

#include "oddlot/base/job.h"
#include "oddlot/base/log.h"
#include "oddlot/base/random.h"

enum { N = 90, D = 6, MOST_K = 32 };

static inline void promise(const odd_reduction *r, const char *what, bool kept)
{
    if (!check_all(WORLD, kept) && odd_rank(WORLD) == 0)
        fprintf(stderr, "reduction '%s': %s\n", r->name, what);
}

/* ---- a reduction with settings for small rows ---- */

static inline bool has_setting(const odd_reduction *r, const char *key)
{
    odd_option option;
    bool has = false;
    for (int i = 0; !has && odd_option_at(r->options, i, &option); i++)
        has = strcmp(option.key, key) == 0;
    return has;
}

/* Those of its settings that it has of these; borrowed from *job. */
static inline const void *settings(const odd_reduction *r, odd_job **job)
{
    static const char *const key[] = {"components", "epochs", "network"};
    static const char *const value[] = {"3", "25", "[dense 3]"};
    char set[3][64];
    const char *sets[4] = {NULL};
    int count = 0;
    for (int i = 0; i < 3; i++) {
        if (!has_setting(r, key[i])) continue;
        snprintf(set[count], sizeof set[count], "reduce.%s.%s=%s", r->name, key[i], value[i]);
        sets[count] = set[count];
        count++;
    }
    *job = job_of(sets);
    return odd_part_options(*job, "reduce", r->name);
}

/* ---- rows ---- */

typedef double (*value_function)(int64_t row, int j);

static inline double draw(int64_t row, int j)
{
    return odd_normal(8, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
}

/* Most of their variance in three directions. */
static inline double plain(int64_t row, int j)
{
    return 5 + draw(row, 10) * (j + 1) + draw(row, 11) * (j % 3) + draw(row, 12) * (j % 2) +
           0.1 * draw(row, j);
}

static inline odd_rows rows_of(MPI_Comm comm, int64_t n, int d, value_function value)
{
    const odd_partition part = odd_partition_rows(comm, n);
    float *x = odd_alloc(part.n_local * d, sizeof *x);
    ODD_CHECK(x);
    for (int64_t i = 0; i < part.n_local * d; i++)
        x[i] = (float)value(part.row0 + i / d, (int)(i % d));
    return odd_rows_in_memory(comm, n, d, x);
}

static inline void rows_free(odd_rows *rows)
{
    odd_free((void *)rows->x);
}

/* ---- a fit and what it makes of its rows ---- */

typedef struct {
    odd_status st;
    odd_bundle model;
    int k;
    int64_t bad_row;
    float *score;     /* (n_local, k) */
    double *residual; /* (n_local) */
} outcome;

static inline outcome reduce(const odd_reduction *r, const odd_rows *rows)
{
    odd_job *job;
    const void *options = settings(r, &job);
    outcome o = {.model = ODD_BUNDLE_EMPTY};
    const odd_level before = odd_log_hush(ODD_LOG_ERROR);
    o.st = r->fit(options, rows, 3, &o.model, &o.k, &o.bad_row);
    o.score = odd_alloc(rows->part.n_local * (o.k > 0 ? o.k : 1), sizeof *o.score);
    o.residual = odd_alloc(rows->part.n_local, sizeof *o.residual);
    ODD_CHECK(o.score && o.residual && o.k <= MOST_K);
    memset(o.score, 0xff, (size_t)(rows->part.n_local * o.k) * sizeof *o.score); /* NaN */
    memset(o.residual, 0xff, (size_t)rows->part.n_local * sizeof *o.residual);
    if (o.st == ODD_OK) o.st = r->apply(&o.model, rows, o.score, o.residual);
    odd_log_hush(before);
    odd_job_free(&job);
    return o;
}

static inline void outcome_free(outcome *o)
{
    odd_bundle_free(&o->model);
    odd_free(o->score);
    odd_free(o->residual);
}

static inline bool is_finite(const outcome *o, int64_t n_local)
{
    bool good = true;
    for (int64_t i = 0; i < n_local * o->k; i++)
        good = good && isfinite(o->score[i]);
    for (int64_t i = 0; i < n_local; i++)
        good = good && isfinite(o->residual[i]) && o->residual[i] >= 0;
    return good;
}

static inline double largest(const outcome *o, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n * o->k; i++)
        most = fmax(most, fabs((double)o->score[i]));
    return most;
}

/* Scores and residuals of my rows are those from row `first` on of `whole`, to this share of its
 * largest score, for which it has all N rows; 0: to the bit. */
static inline bool is_part(const outcome *o, int64_t n_local, const outcome *whole, int64_t first,
                           double share)
{
    const double off = share > 0 ? share * largest(whole, N) : 0;
    bool same = o->k == whole->k;
    for (int64_t i = 0; same && i < n_local * o->k; i++)
        same = fabs((double)o->score[i] - whole->score[first * o->k + i]) <= off;
    for (int64_t i = 0; same && i < n_local; i++)
        same = fabs(o->residual[i] - whole->residual[first + i]) <= off;
    return same;
}

#endif
