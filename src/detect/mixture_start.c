/* Where the EM of a mixture begins. */
#include "detect/mixture_internal.h"

#include "detect/kmeans_internal.h"
#include "detect/lowrank_internal.h"
#include "detect/pick_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

enum { START_KMEANS_ITERATIONS = 50 };

static double *mean_of(const odd_mixture *m, int k)
{
    return m->mean + (int64_t)k * m->d;
}

/* The covariance of a group := where it starts. */
static odd_status start_covariance(odd_mixture *m, const odd_mixture_prior *prior, int g)
{
    const bool anomaly = g == m->groups - 1;
    const double *spread = prior->origin + (anomaly ? prior->dense : 0);
    double *covariance = odd_mixture_covariance(m, g);
    odd_status st = ODD_OK;
    if (m->rank)
        st = odd_lowrank_start(m->d, m->rank, spread, prior->least, covariance);
    else
        memcpy(covariance, spread, (size_t)prior->dense * sizeof *covariance);
    odd_mixture_scale(m, g, anomaly ? prior->start_scale : 0.5);
    for (int j = 0; m->rank && j < m->d; j++)
        covariance[j] = fmax(covariance[j], prior->least[j]);
    return st;
}

odd_status odd_mixture_start_broad(odd_mixture *m, const odd_mixture_prior *prior, double share,
                                   const double theme_mean[])
{
    odd_status st = ODD_OK;
    const size_t row = (size_t)m->d * sizeof(double);
    for (int k = 0; k < m->themes; k++) {
        m->weight[k] = (1 - share) / m->themes;
        memcpy(mean_of(m, k), theme_mean, row);
    }
    m->weight[m->themes] = share;
    memcpy(mean_of(m, m->themes), odd_mixture_prior_mean(prior, m->themes), row);
    for (int g = 0; g < m->groups; g++)
        ODD_TRY(start_covariance(m, prior, g));
done:
    return st;
}

/* ---- a uniform anomaly ---- */

typedef struct {
    const odd_mixture *m;
    int64_t panel;     /* rows at a time */
    int64_t room;      /* doubles of one thread's workspace */
    double *workspace; /* (threads, room): z (panel, d), white (panel, d + rank) */
} bounds_pass;

/* Squared Mahalanobis distances from the anomaly. */
static void distance_keys(void *context, const odd_block *block, double key[])
{
    const bounds_pass *p = context;
    const odd_mixture *m = p->m;
    double *z = p->workspace + block->thread * p->room, *white = z + p->panel * m->d;
    for (int64_t i = 0; i < block->count; i += p->panel) {
        const odd_block part = odd_block_part(block, i, p->panel);
        const int n = part.count;
        odd_centre_rows(n, m->d, part.x, m->centre, z);
        odd_mixture_whiten(m, m->groups - 1, n, z, white, white + (int64_t)n * m->d);
        odd_squared_distances(n, m->d, white, m->shift + (int64_t)m->themes * m->d, key + i);
    }
}

odd_status odd_mixture_start_bounds(odd_mixture *m, const odd_rows *rows)
{
    odd_status st;
    bounds_pass p = {.m = m, .panel = odd_mixture_panel(rows->part.block, m->d)};
    double *farthest = NULL, square;
    p.room = p.panel * (2 * (int64_t)m->d + m->rank);
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.workspace, odd_threads() * p.room));
    ODD_TRY_ALL(rows->comm, ODD_NEW(farthest, m->d));
    ODD_TRY_ALL(rows->comm, odd_mixture_factorize(m));
    ODD_TRY(odd_pick_rows(rows, 1, distance_keys, &p, farthest, &square));
    /* where all rows are equal, the ellipsoid of the prior itself */
    if (square > 0) odd_mixture_scale(m, m->groups - 1, square / (m->d + 2));
done:
    odd_free(farthest);
    odd_free(p.workspace);
    return st;
}

/* ---- several theme components ---- */

/* z with P(standard normal < z) = p, by bisection. */
static double normal_quantile(double p)
{
    double low = -9, high = 9;
    for (int i = 0; i < 80; i++) {
        const double z = 0.5 * (low + high);
        if (0.5 * erfc(-z / sqrt(2)) < p)
            low = z;
        else
            high = z;
    }
    return 0.5 * (low + high);
}

/* The direction (d) of the largest variance, as long as its standard deviation. */
static odd_status first_axis_full(int d, const double covariance[], double axis[])
{
    odd_status st;
    double *a = NULL, *value = NULL, *vector = NULL;
    ODD_TRY(ODD_NEW(a, (int64_t)d * d));
    ODD_TRY(ODD_NEW(vector, (int64_t)d * d));
    ODD_TRY(ODD_NEW(value, d));
    memcpy(a, covariance, (size_t)d * (size_t)d * sizeof *a);
    ODD_TRY(odd_eigh_small(d, a, value, vector));
    for (int j = 0; j < d; j++)
        axis[j] = sqrt(fmax(value[0], 0)) * vector[j];
done:
    odd_free(value);
    odd_free(vector);
    odd_free(a);
    return st;
}

static odd_status first_axis_lowrank(const odd_mixture *m, double axis[])
{
    double *a = odd_alloc((int64_t)m->d * m->d, sizeof *a);
    if (!a) return ODD_NOMEM;
    odd_lowrank_expand(m->d, m->rank, odd_mixture_covariance(m, 0), a);
    const odd_status st = first_axis_full(m->d, a, axis);
    odd_free(a);
    return st;
}

/* That of the first group. */
static odd_status first_axis(const odd_mixture *m, double axis[])
{
    const double *covariance = odd_mixture_covariance(m, 0);
    if (m->rank) return first_axis_lowrank(m, axis);
    if (m->form == ODD_FORM_FULL) return first_axis_full(m->d, covariance, axis);
    int widest = 0;
    for (int j = 1; m->form == ODD_FORM_DIAGONAL && j < m->d; j++)
        if (covariance[j] > covariance[widest]) widest = j;
    memset(axis, 0, (size_t)m->d * sizeof *axis);
    axis[widest] = sqrt(covariance[widest]);
    return ODD_OK;
}

odd_status odd_mixture_start_split(odd_mixture *m, const odd_mixture *single)
{
    odd_status st;
    const size_t spread = (size_t)odd_mixture_size(m) * sizeof(double);
    double *axis = NULL;
    ODD_TRY(ODD_NEW(axis, m->d));
    ODD_TRY(first_axis(single, axis));
    for (int k = 0; k < m->components; k++) {
        const bool theme = k < m->themes;
        const double z = theme ? normal_quantile((k + 0.5) / m->themes) : 0;
        for (int j = 0; j < m->d; j++)
            mean_of(m, k)[j] = mean_of(single, !theme)[j] + z * axis[j];
        m->weight[k] = single->weight[!theme] / (theme ? m->themes : 1);
        memcpy(odd_mixture_covariance(m, odd_mixture_group(m, k)),
               odd_mixture_covariance(single, !theme), spread);
    }
done:
    odd_free(axis);
    return st;
}

odd_status odd_mixture_start_kmeans(odd_mixture *m, const odd_rows *rows, uint64_t seed)
{
    odd_kmeans *km = NULL;
    const odd_kmeans_options options = {.clusters = m->themes,
                                        .max_iterations = START_KMEANS_ITERATIONS,
                                        .tolerance = 1e-4,
                                        .restarts = 1,
                                        .candidates = 1};
    odd_status st = odd_kmeans_fit(rows, &options, seed, &km);
    if (st != ODD_OK) return st;
    const double theme = 1 - m->weight[m->themes];
    memcpy(m->mean, km->centre, (size_t)m->themes * (size_t)m->d * sizeof *m->mean);
    for (int k = 0; k < m->themes; k++) /* one row more each, so that none begins with weight 0 */
        m->weight[k] = theme * (km->rows[k] + 1) / (double)(km->n + m->themes);
    odd_kmeans_free(&km);
    return ODD_OK;
}

odd_status odd_mixture_start_drawn(odd_mixture *m, const odd_rows *rows, uint64_t seed,
                                   int64_t restart)
{
    const odd_kmeans_draws draws = {
        .seed = seed, .stream = ODD_STREAM_EM, .draw0 = (uint32_t)(restart * m->themes)};
    return odd_kmeans_start(rows, m->themes, &draws, m->mean);
}
