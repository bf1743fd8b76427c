/* Detector `mahalanobis`: the distance of a row from one Gaussian, in its standard deviations.
 *
 * The covariance is shrunk towards a multiple of the identity by as much as the rows themselves
 * say (Ledoit and Wolf), so that it can be inverted with few rows.
 *
 * Where it is learnt from verified theme rows, a second Gaussian is learnt from all rows: what is
 * far from the theme only in directions in which everything varies is not odd (Ren et al., "A
 * simple fix to Mahalanobis distance for improving near-OOD detection", 2021). */
#include "detect/covariance_internal.h"
#include "detect/detectors_internal.h"
#include "detect/moments_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    char *shrinkage;
    char *rows;
} mahalanobis_options;

static const char *const shrinkages[] = {"ledoit_wolf", "none", NULL};
static const char *const row_choices[] = {"auto", "all", "theme", NULL};

static const odd_option mahalanobis_table[] = {
    ODD_CHOICE(mahalanobis_options, shrinkage, "ledoit_wolf", shrinkages,
               "how the covariance is made safe to invert; none: as it is"),
    ODD_CHOICE(mahalanobis_options, rows, "auto", row_choices,
               "rows to learn from: all, the verified theme ones, or these if they are more than "
               "the features by 2"),
    ODD_OPTIONS_END,
};

enum { DISTANCE, LOG_DENSITY, RELATIVE, COLUMNS };

static const odd_score_column mahalanobis_columns[] = {
    {"mahalanobis", "Mahalanobis distance from the mean; odd rows are high", 1},
    {"log_density", "log density under the Gaussian; odd rows are low", -1},
    {"relative",
     "squared distance less that from the Gaussian of all rows; odd rows are high. 0 everywhere if "
     "all rows were learnt from",
     1},
    {NULL, NULL, 0}};

/* The model lies in its bundle from the start. */
typedef struct {
    int d;
    double *mean;       /* (d) */
    double *covariance; /* (d, d) shrunk */
    double *factor;     /* (d, d) */
    double *log_det;    /* (1) */
} gaussian;

/* covariance (d, d): the scatter over n, shrunk. */
static void shrink(int64_t n, double share, gaussian *g)
{
    const int64_t entries = odd_form_dense(ODD_FORM_FULL, g->d);
    for (int64_t j = 0; j < entries; j++)
        g->covariance[j] /= (double)n;
    odd_shrink_covariance(ODD_FORM_FULL, g->d, share, g->covariance);
    odd_secure_covariance(ODD_FORM_FULL, g->d, g->mean, g->covariance);
}

static odd_row_filter choose_rows(const mahalanobis_options *o, const odd_rows *rows,
                                  const uint8_t verified[])
{
    const int64_t theme = odd_count_marked(rows, verified, ODD_VERIFIED_THEME);
    const bool enough = strcmp(o->rows, "auto") == 0 && theme >= rows->d + 2;
    if (!enough && strcmp(o->rows, "theme") != 0) return ODD_ALL_ROWS;
    return (odd_row_filter){false, verified, ODD_VERIFIED_THEME};
}

/* Adds the arrays under a prefix: "" or "background/". */
static odd_status gaussian_add(odd_bundle *b, const char *prefix, int d, gaussian *g)
{
    odd_status st;
    char name[64];
    g->d = d;
    snprintf(name, sizeof name, "%smean", prefix);
    ODD_TRY(
        odd_bundle_add(b, name, ODD_F64, "mean, units of the features", &g->mean, 1, (int64_t)d));
    snprintf(name, sizeof name, "%scovariance", prefix);
    ODD_TRY(odd_bundle_add(b, name, ODD_F64, "shrunk covariance, units squared", &g->covariance, 2,
                           (int64_t)d, (int64_t)d));
    snprintf(name, sizeof name, "%sfactor", prefix);
    ODD_TRY(odd_bundle_add(b, name, ODD_F64,
                           "inverse of the transposed Cholesky factor of the covariance",
                           &g->factor, 2, (int64_t)d, (int64_t)d));
    snprintf(name, sizeof name, "%slog_determinant", prefix);
    ODD_TRY(odd_bundle_add(b, name, ODD_F64, "of the covariance", &g->log_det, 1, (int64_t)1));
done:
    return st;
}

static odd_status find_array(const odd_bundle *b, const char *prefix, const char *name, int rank,
                             const odd_array **out)
{
    char path[64];
    snprintf(path, sizeof path, "%s%s", prefix, name);
    return odd_bundle_get(b, path, ODD_F64, rank, out);
}

static odd_status gaussian_find(const odd_bundle *b, const char *prefix, gaussian *g)
{
    odd_status st;
    const odd_array *mean, *factor, *log_det;
    ODD_TRY(find_array(b, prefix, "mean", 1, &mean));
    ODD_TRY(find_array(b, prefix, "factor", 2, &factor));
    ODD_TRY(find_array(b, prefix, "log_determinant", 1, &log_det));
    ODD_TRY(odd_array_check_finite(mean));
    ODD_TRY(odd_array_check_finite(factor));
    ODD_TRY(odd_array_check_finite(log_det));
    const int64_t d = mean->shape.shape[0];
    if (d < 1 || d > INT32_MAX || factor->shape.shape[0] != d || factor->shape.shape[1] != d ||
        log_det->shape.shape[0] != 1)
        return odd_fail(ODD_FORMAT, "the arrays of the Gaussian do not fit each other");
    *g = (gaussian){
        .d = (int)d, .mean = mean->data, .factor = factor->data, .log_det = log_det->data};
done:
    return st;
}

/* Fit to the selected rows. *n: their count; *share: weight of the shrinkage target, 0 ... 1. */
static odd_status fit_gaussian(const mahalanobis_options *o, const odd_rows *rows,
                               odd_row_filter filter, gaussian *g, int64_t *n, double *share)
{
    odd_status st;
    double fourth;
    *share = 0;
    ODD_TRY(odd_mean(rows, filter, g->mean, n));
    if (*n < 1) return odd_fail(ODD_ARG, "detector 'mahalanobis' has no verified theme row");
    ODD_TRY(odd_scatter(rows, filter, ODD_FORM_FULL, g->mean, NULL, g->covariance, &fourth));
    if (strcmp(o->shrinkage, "none") != 0)
        *share = odd_ledoit_wolf(ODD_FORM_FULL, g->d, *n, g->covariance, fourth);
    shrink(*n, *share, g);
    st = ODD_OK;
    if (odd_rank(rows->comm) == 0)
        st = odd_form_factor(ODD_FORM_FULL, g->d, g->covariance, g->factor, g->log_det);
    ODD_TRY_ALL(rows->comm, st);
    odd_broadcast(rows->comm, 0, g->factor, (size_t)g->d * (size_t)g->d * sizeof *g->factor);
    odd_broadcast(rows->comm, 0, g->log_det, sizeof *g->log_det);
done:
    return st;
}

static odd_status mahalanobis_fit(const void *options, const odd_rows *rows, const odd_known *known,
                                  uint64_t seed, odd_bundle *model)
{
    (void)seed; /* nothing is drawn */
    odd_status st;
    gaussian g, background;
    int64_t n, all;
    double share, background_share;
    ODD_TRY(odd_detector_check_rows("mahalanobis", rows));
    const odd_row_filter filter = choose_rows(options, rows, known->verified);
    ODD_TRY_ALL(rows->comm, gaussian_add(model, "", rows->d, &g));
    ODD_TRY(fit_gaussian(options, rows, filter, &g, &n, &share));
    if (!filter.all) {
        ODD_TRY_ALL(rows->comm, gaussian_add(model, "background/", rows->d, &background));
        ODD_TRY(fit_gaussian(options, rows, ODD_ALL_ROWS, &background, &all, &background_share));
    }
    odd_log(ODD_LOG_INFO, "mahalanobis: learnt from %lld rows, covariance shrunk by %.3g",
            (long long)n, share);
    ODD_TRY_ALL(rows->comm, odd_bundle_add_i64(model, "rows", "rows it was learnt from", n));
    ODD_TRY_ALL(rows->comm,
                odd_bundle_add_f64(model, "shrinkage",
                                   "part of the covariance that is a multiple of the identity",
                                   share));
done:
    return st;
}

/* ---- score ---- */

typedef struct {
    gaussian g;
    gaussian background; /* d is 0 if there is none */
    int64_t room;        /* doubles of one thread's workspace */
    double *workspace;   /* (threads, room): z (rows, d), square, other (rows) */
    double *origin;      /* (d) zeros */
    double *score;       /* (n_local, COLUMNS) */
} score_pass;

/* Squared distances (count) of a block's rows from a Gaussian. z: scratch (count, d). */
static void distances(const score_pass *p, const gaussian *g, const odd_block *block, double z[],
                      double square[])
{
    odd_centre_rows(block->count, g->d, block->x, g->mean, z);
    odd_form_whiten(ODD_FORM_FULL, block->count, g->d, g->factor, z, z);
    odd_squared_distances(block->count, g->d, z, p->origin, square);
}

static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const score_pass *p = context;
    const int d = p->g.d;
    double *z = p->workspace + block->thread * p->room, *square = z + (int64_t)block->count * d;
    double *other = square + block->count;
    distances(p, &p->g, block, z, square);
    if (p->background.d) distances(p, &p->background, block, z, other);
    for (int i = 0; i < block->count; i++) {
        double *score = p->score + (block->local + i) * COLUMNS;
        if (!isfinite(square[i]))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(block->row + i));
        score[DISTANCE] = sqrt(square[i]);
        score[LOG_DENSITY] = -0.5 * (d * log(2 * M_PI) + p->g.log_det[0] + square[i]);
        score[RELATIVE] = p->background.d ? square[i] - other[i] : 0;
    }
    return ODD_OK;
}

static odd_status score_new(const odd_bundle *model, const odd_rows *rows, score_pass *p)
{
    odd_status st;
    ODD_TRY(gaussian_find(model, "", &p->g));
    ODD_TRY(odd_detector_check_width("mahalanobis", rows, p->g.d));
    if (odd_bundle_find(model, "background/mean")) {
        ODD_TRY(gaussian_find(model, "background/", &p->background));
        ODD_TRY(odd_detector_check_width("mahalanobis", rows, p->background.d));
    }
    p->room = rows->part.block * ((int64_t)p->g.d + 2);
    ODD_TRY(ODD_NEW(p->workspace, odd_threads() * p->room));
    ODD_TRY(ODD_NEW(p->origin, p->g.d));
done:
    return st;
}

static odd_status mahalanobis_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    odd_status st;
    score_pass p = {.score = score};
    ODD_TRY_ALL(rows->comm, score_new(model, rows, &p));
    ODD_TRY(odd_rows_each(rows, score_block, &p));
done:
    odd_free(p.origin);
    odd_free(p.workspace);
    return st;
}

static void mahalanobis_reason(const odd_bundle *model, const double score[], char *buffer,
                               size_t size)
{
    gaussian g = {0};
    const double usual = gaussian_find(model, "", &g) == ODD_OK ? sqrt((double)g.d) : 1;
    snprintf(buffer, size, "%.3g times the usual distance from the mean", score[DISTANCE] / usual);
}

const odd_detector odd_detector_mahalanobis = {
    .name = "mahalanobis",
    .summary = "distance from one Gaussian in its standard deviations",
    .options = mahalanobis_table,
    .options_size = sizeof(mahalanobis_options),
    .columns = mahalanobis_columns,
    .fit = mahalanobis_fit,
    .score = mahalanobis_score,
    .reason = mahalanobis_reason,
};
