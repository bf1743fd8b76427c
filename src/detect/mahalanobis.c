/* Detector `mahalanobis`: the distance of a row from one Gaussian, in its standard deviations.
 *
 * The covariance is shrunk towards a multiple of the identity by as much as the rows themselves
 * say (Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices",
 * J. Multivariate Analysis 88, 2004), so that it can be inverted with few rows. */
#include "covariance_internal.h"
#include "detectors_internal.h"
#include "moments_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
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
    {"shrinkage", ODD_OPTION_CHOICE, offsetof(mahalanobis_options, shrinkage), "ledoit_wolf", 0, 0,
     shrinkages, "how the covariance is made safe to invert; none: as it is"},
    {"rows", ODD_OPTION_CHOICE, offsetof(mahalanobis_options, rows), "auto", 0, 0, row_choices,
     "rows to learn from: all, the verified theme ones, or these if they are more than the "
     "features "
     "by 2"},
    ODD_OPTIONS_END};

enum { DISTANCE, LOG_DENSITY, COLUMNS };

static const odd_score_column mahalanobis_columns[] = {
    {"mahalanobis", "Mahalanobis distance from the mean; odd rows are high", 1},
    {"log_density", "log density under the Gaussian; odd rows are low", -1},
    {NULL, NULL, 0}};

/* The model lies in its bundle from the start. */
typedef struct {
    int d;
    double *mean;       /* (d) */
    double *covariance; /* (d, d) shrunk */
    double *factor;     /* (d, d) */
    double *log_det;    /* (1) */
} gaussian;

/* The part of mu I, mu the mean variance, in the shrunk covariance: their equation (14). scatter
 * (d, d) of n rows, fourth the sum of |z|^4. */
static double ledoit_wolf(int d, int64_t n, const double scatter[], double fourth)
{
    const double rows = (double)n, mu = odd_form_trace(ODD_FORM_FULL, d, scatter) / rows / d;
    double square = 0; /* |S|^2 */
    for (int64_t j = 0; j < (int64_t)d * d; j++)
        square += scatter[j] / rows * (scatter[j] / rows);
    const double apart = square - d * mu * mu; /* |S - mu I|^2 */
    const double noise = (fourth / rows - square) / rows;
    if (!(apart > 0)) return 1; /* S is mu I already */
    return fmin(fmax(noise / apart, 0), 1);
}

/* covariance (d, d): the scatter over n, shrunk. */
static void shrink(int64_t n, double share, gaussian *g)
{
    const int64_t entries = odd_form_dense(ODD_FORM_FULL, g->d);
    for (int64_t j = 0; j < entries; j++)
        g->covariance[j] /= (double)n;
    const double mu = odd_form_trace(ODD_FORM_FULL, g->d, g->covariance) / g->d;
    for (int64_t j = 0; j < entries; j++)
        g->covariance[j] *= 1 - share;
    odd_form_add_identity(ODD_FORM_FULL, g->d, share * mu, g->covariance);
    odd_secure_covariance(ODD_FORM_FULL, g->d, g->mean, g->covariance);
}

static odd_selection choose_rows(const mahalanobis_options *o, const odd_rows *rows,
                                 const uint8_t verified[])
{
    const int64_t theme = odd_count_marked(rows, verified, ODD_VERIFIED_THEME);
    const bool enough = strcmp(o->rows, "auto") == 0 && theme >= rows->d + 2;
    if (!enough && strcmp(o->rows, "theme") != 0) return ODD_ALL_ROWS;
    return (odd_selection){false, verified, ODD_VERIFIED_THEME};
}

static odd_status gaussian_add(odd_bundle *b, int d, gaussian *g)
{
    odd_status st;
    g->d = d;
    ODD_TRY(
        odd_bundle_add(b, "mean", ODD_F64, "mean, units of the features", &g->mean, 1, (int64_t)d));
    ODD_TRY(odd_bundle_add(b, "covariance", ODD_F64, "shrunk covariance, units squared",
                           &g->covariance, 2, (int64_t)d, (int64_t)d));
    ODD_TRY(odd_bundle_add(b, "factor", ODD_F64,
                           "inverse of the transposed Cholesky factor of the covariance",
                           &g->factor, 2, (int64_t)d, (int64_t)d));
    ODD_TRY(odd_bundle_add(b, "log_determinant", ODD_F64, "of the covariance", &g->log_det, 1,
                           (int64_t)1));
done:
    return st;
}

static odd_status gaussian_find(const odd_bundle *b, gaussian *g)
{
    odd_status st;
    const odd_array *mean, *factor, *log_det;
    ODD_TRY(odd_bundle_get(b, "mean", ODD_F64, 1, &mean));
    ODD_TRY(odd_bundle_get(b, "factor", ODD_F64, 2, &factor));
    ODD_TRY(odd_bundle_get(b, "log_determinant", ODD_F64, 1, &log_det));
    const int64_t d = mean->shape.shape[0];
    if (d < 1 || d > INT32_MAX || factor->shape.shape[0] != d || factor->shape.shape[1] != d ||
        log_det->shape.shape[0] != 1)
        return odd_fail(ODD_FORMAT, "the arrays of the Gaussian do not fit each other");
    *g = (gaussian){
        .d = (int)d, .mean = mean->data, .factor = factor->data, .log_det = log_det->data};
done:
    return st;
}

/* Learn from the selected rows; *n is how many they are, *share how far the covariance is shrunk.
 */
static odd_status learn(const mahalanobis_options *o, const odd_rows *rows, odd_selection selection,
                        gaussian *g, int64_t *n, double *share)
{
    odd_status st;
    double fourth;
    *share = 0;
    ODD_TRY(odd_mean(rows, selection, g->mean, n));
    if (*n < 1) return odd_fail(ODD_ARG, "detector 'mahalanobis' has no verified theme row");
    ODD_TRY(odd_scatter(rows, selection, ODD_FORM_FULL, g->mean, g->covariance, &fourth));
    if (strcmp(o->shrinkage, "none") != 0) *share = ledoit_wolf(g->d, *n, g->covariance, fourth);
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

static odd_status mahalanobis_fit(const void *options, const odd_rows *rows,
                                  const uint8_t verified[], uint64_t seed, odd_bundle *model)
{
    (void)seed; /* nothing is drawn */
    odd_status st;
    gaussian g;
    int64_t n;
    double share;
    ODD_TRY(odd_detector_check_rows("mahalanobis", rows));
    ODD_TRY_ALL(rows->comm, gaussian_add(model, rows->d, &g));
    ODD_TRY(learn(options, rows, choose_rows(options, rows, verified), &g, &n, &share));
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
    int64_t room;      /* doubles of one thread's workspace */
    double *workspace; /* (threads, room): z (rows, d), square (rows) */
    double *origin;    /* (d) zeros */
    double *score;     /* (n_local, COLUMNS) */
} score_pass;

static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const score_pass *p = context;
    const int d = p->g.d;
    double *z = p->workspace + block->thread * p->room, *square = z + (int64_t)block->count * d;
    odd_centre_rows(block->count, d, block->x, p->g.mean, z);
    odd_form_whiten(ODD_FORM_FULL, block->count, d, p->g.factor, z, z);
    odd_squared_distances(block->count, d, z, p->origin, square);
    for (int i = 0; i < block->count; i++) {
        double *score = p->score + (block->local + i) * COLUMNS;
        if (!isfinite(square[i]))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(block->row + i));
        score[DISTANCE] = sqrt(square[i]);
        score[LOG_DENSITY] = -0.5 * (d * log(2 * M_PI) + p->g.log_det[0] + square[i]);
    }
    return ODD_OK;
}

static odd_status score_new(const odd_bundle *model, const odd_rows *rows, score_pass *p)
{
    odd_status st;
    ODD_TRY(gaussian_find(model, &p->g));
    ODD_TRY(odd_detector_check_width("mahalanobis", rows, p->g.d));
    p->room = rows->part.block * ((int64_t)p->g.d + 1);
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
    const double usual = gaussian_find(model, &g) == ODD_OK ? sqrt((double)g.d) : 1;
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
