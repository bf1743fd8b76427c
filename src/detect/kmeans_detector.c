/* Detector `kmeans`: the distance of a row to the nearest of k centroids. */
#include "detect/detectors_internal.h"
#include "detect/kmeans_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const starts[] = {"k-means++", "k-means||", NULL};

static const odd_option kmeans_table[] = {
    ODD_INT(odd_kmeans_options, clusters, "10", 0, 1000000,
            "number of centroids; 0: that of the largest simplified silhouette, tried on a sample"),
    ODD_INT(odd_kmeans_options, max_clusters, "20", 2, 10000, "the most that clusters 0 tries"),
    ODD_INT(odd_kmeans_options, max_iterations, "300", 0, 1000000, "of Lloyd's algorithm, at most"),
    ODD_REAL(odd_kmeans_options, tolerance, "1e-4", 0, 1e9,
             "stop when the squared moves of the centroids sum to less than this part of the mean "
             "variance of a feature"),
    ODD_INT(odd_kmeans_options, restarts, "4", 1, 1000, "starts; the one of least inertia is kept"),
    ODD_CHOICE(odd_kmeans_options, start, "k-means++", starts,
               "how centroids are drawn: k-means++ passes all rows once for each, k-means|| a few "
               "times for all"),
    ODD_INT(odd_kmeans_options, candidates, "0", 0, ODD_KMEANS_CANDIDATES,
            "rows that k-means++ draws for each centroid, of which the best is kept; 0: 2 + the "
            "logarithm of clusters, 1: as in the paper"),
    ODD_REAL(odd_kmeans_options, oversampling, "2", 0.1, 100,
             "k-means||: rows drawn in a round, in multiples of clusters"),
    ODD_INT(odd_kmeans_options, rounds, "5", 1, ODD_KMEANS_ROUNDS, "k-means||: of drawing"),
    ODD_BOOL(odd_kmeans_options, spherical, "false",
             "rows and centroids of unit length: what counts is the angle"),
    ODD_OPTIONS_END,
};

enum { DISTANCE, CLUSTER, NORMALITY, COLUMNS };

static const odd_score_column kmeans_columns[] = {
    {"distance", "distance to the nearest centroid, units of the features; odd rows are high", 1},
    {"cluster", "number of that centroid, from 0", 0},
    {"normality", "largest cosine to a centroid; odd rows are low", -1},
    {NULL, NULL, 0}};

static odd_status save_model(const odd_kmeans *km, odd_bundle *b)
{
    odd_status st;
    double *centre, *rows;
    ODD_TRY(odd_bundle_add(b, "centre", ODD_F64, "centroids, units of the features", &centre, 2,
                           (int64_t)km->k, (int64_t)km->d));
    memcpy(centre, km->centre, (size_t)km->k * (size_t)km->d * sizeof *centre);
    ODD_TRY(odd_bundle_add(b, "cluster_rows", ODD_F64, "rows nearest to each centroid", &rows, 1,
                           (int64_t)km->k));
    memcpy(rows, km->rows, (size_t)km->k * sizeof *rows);
    ODD_TRY(odd_bundle_add_f64(b, "inertia", "sum of squared distances to the nearest centroid",
                               km->inertia));
    ODD_TRY(odd_bundle_add_i64(b, "rows", "rows it was learnt from", km->n));
    ODD_TRY(odd_bundle_add_i64(b, "iterations", "of the start that was kept", km->iterations));
    ODD_TRY(odd_bundle_add_i64(b, "converged", "1: it stopped by itself", km->converged));
    ODD_TRY(odd_bundle_add_i64(b, "spherical", "1: of rows made of unit length", km->spherical));
done:
    return st;
}

/* How the number of clusters was chosen. */
static odd_status save_choice(const odd_kmeans_choice *choice, odd_bundle *b)
{
    const int64_t count = choice->count;
    int64_t *clusters;
    double *silhouette;
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "choice/clusters", ODD_I64, "numbers of clusters that were tried",
                           &clusters, 1, count));
    ODD_TRY(odd_bundle_add(b, "choice/silhouette", ODD_F64,
                           "simplified silhouette of each: the largest was chosen", &silhouette, 1,
                           count));
    for (int64_t i = 0; i < count; i++) {
        clusters[i] = choice->clusters[i];
        silhouette[i] = choice->silhouette[i];
    }
    ODD_TRY(odd_bundle_add_i64(b, "choice/rows", "on which they were tried", choice->rows));
done:
    return st;
}

static void log_choice(const odd_kmeans_choice *choice)
{
    double largest = 0;
    for (int i = 0; i < choice->count; i++)
        largest = fmax(largest, choice->silhouette[i]);
    odd_log(ODD_LOG_INFO,
            "kmeans: %lld clusters, by the largest simplified silhouette, %.3f, of 2 to %lld "
            "clusters on %lld rows",
            (long long)choice->best, largest,
            choice->count ? (long long)choice->clusters[choice->count - 1] : 1LL,
            (long long)choice->rows);
}

static odd_status choose_clusters(const odd_rows *rows, uint64_t seed, odd_kmeans_options *options,
                                  odd_bundle *model)
{
    odd_kmeans_choice choice = {0};
    odd_status st;
    if (options->clusters > 0) return ODD_OK;
    ODD_TRY(odd_kmeans_choose(rows, options, seed, &choice));
    log_choice(&choice);
    options->clusters = choice.best;
    ODD_TRY_ALL(rows->comm, save_choice(&choice, model));
done:
    odd_kmeans_choice_free(&choice);
    return st;
}

static odd_status kmeans_fit(const void *options, const odd_rows *rows, const odd_known *known,
                             uint64_t seed, odd_bundle *model)
{
    (void)known; /* centroids are of all rows */
    odd_kmeans_options with = *(const odd_kmeans_options *)options;
    odd_status st;
    odd_kmeans *km = NULL;
    ODD_TRY(odd_detector_check_rows("kmeans", rows));
    ODD_TRY(choose_clusters(rows, seed, &with, model));
    ODD_TRY(odd_kmeans_fit(rows, &with, seed, &km));
    odd_log(ODD_LOG_INFO, "kmeans: %d iterations%s, inertia %.6g", km->iterations,
            km->converged ? "" : " (not converged)", km->inertia);
    if (km->n < rows->part.n)
        odd_log(ODD_LOG_WARN, "kmeans: %lld of %lld rows have length zero and no direction",
                (long long)(rows->part.n - km->n), (long long)rows->part.n);
    ODD_TRY_ALL(rows->comm, save_model(km, model));
done:
    odd_kmeans_free(&km);
    return st;
}

/* Older models have no such array. */
static bool is_spherical(const odd_bundle *model)
{
    int64_t spherical = 0;
    return odd_bundle_find(model, "spherical") &&
           odd_bundle_get_i64(model, "spherical", &spherical) == ODD_OK && spherical == 1;
}

static odd_status kmeans_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    odd_status st;
    const odd_array *centre = NULL;
    int32_t *cluster = NULL;
    double *distance = NULL, *normality = NULL;
    ODD_TRY_ALL(rows->comm, odd_bundle_get(model, "centre", ODD_F64, 2, &centre));
    ODD_TRY_ALL(rows->comm, odd_detector_check_width("kmeans", rows, centre->shape.shape[1]));
    ODD_TRY_ALL(rows->comm, odd_array_check_finite(centre));
    ODD_TRY_ALL(rows->comm, ODD_NEW(cluster, rows->part.n_local));
    ODD_TRY_ALL(rows->comm, ODD_NEW(distance, rows->part.n_local));
    ODD_TRY_ALL(rows->comm, ODD_NEW(normality, rows->part.n_local));
    const int k = (int)centre->shape.shape[0];
    ODD_TRY(odd_kmeans_nearest(rows, k, centre->data, is_spherical(model), cluster, distance));
    ODD_TRY(odd_kmeans_normality(rows, k, centre->data, normality));
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        score[i * COLUMNS + DISTANCE] = distance[i];
        score[i * COLUMNS + CLUSTER] = cluster[i];
        score[i * COLUMNS + NORMALITY] = normality[i];
    }
done:
    odd_free(normality);
    odd_free(distance);
    odd_free(cluster);
    return st;
}

static void kmeans_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    double inertia = 0;
    int64_t rows = 0;
    const bool known = odd_bundle_get_f64(model, "inertia", &inertia) == ODD_OK &&
                       odd_bundle_get_i64(model, "rows", &rows) == ODD_OK;
    const int cluster = (int)score[CLUSTER] + 1;
    if (known && inertia > 0 && rows > 0)
        snprintf(buffer, size,
                 "%.3g times the usual distance from the nearest centre, number %d; largest cosine "
                 "to a centre %.4f",
                 score[DISTANCE] / sqrt(inertia / (double)rows), cluster, score[NORMALITY]);
    else
        snprintf(buffer, size,
                 "distance %.4g from the nearest centre, number %d; largest cosine to a centre "
                 "%.4f",
                 score[DISTANCE], cluster, score[NORMALITY]);
}

const odd_detector odd_detector_kmeans = {
    .name = "kmeans",
    .summary = "distance to the nearest of k centroids, by k-means; or the cosine to it",
    .options = kmeans_table,
    .options_size = sizeof(odd_kmeans_options),
    .columns = kmeans_columns,
    .draws = true,
    .fit = kmeans_fit,
    .score = kmeans_score,
    .reason = kmeans_reason,
};
