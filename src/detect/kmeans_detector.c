/* Detector `kmeans`: the distance of a row to the nearest of k centroids. */
#include "detectors_internal.h"
#include "kmeans_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const odd_option kmeans_table[] = {
    {"clusters", ODD_OPTION_INT, offsetof(odd_kmeans_options, clusters), "10", 1, 1000000, NULL,
     "number of centroids"},
    {"max_iterations", ODD_OPTION_INT, offsetof(odd_kmeans_options, max_iterations), "300", 0,
     1000000, NULL, "of Lloyd's algorithm, at most"},
    {"tolerance", ODD_OPTION_REAL, offsetof(odd_kmeans_options, tolerance), "1e-4", 0, 1e9, NULL,
     "stop when the squared moves of the centroids sum to less than this part of the mean variance "
     "of a feature"},
    {"restarts", ODD_OPTION_INT, offsetof(odd_kmeans_options, restarts), "4", 1, 1000, NULL,
     "k-means++ starts; the one of least inertia is kept"},
    ODD_OPTIONS_END};

enum { DISTANCE, CLUSTER, COLUMNS };

static const odd_score_column kmeans_columns[] = {
    {"distance", "distance to the nearest centroid, units of the features; odd rows are high", 1},
    {"cluster", "number of that centroid, from 0", 0},
    {NULL, NULL, 0}};

static odd_status save(const odd_kmeans *km, odd_bundle *b)
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
done:
    return st;
}

static odd_status kmeans_fit(const void *options, const odd_rows *rows, const uint8_t verified[],
                             uint64_t seed, odd_bundle *model)
{
    (void)verified; /* centroids are of all rows */
    odd_status st;
    odd_kmeans *km = NULL;
    ODD_TRY(odd_detector_check_rows("kmeans", rows));
    ODD_TRY(odd_kmeans_fit(rows, options, seed, &km));
    odd_log(ODD_LOG_INFO, "kmeans: %d iterations%s, inertia %.6g", km->iterations,
            km->converged ? "" : " (not converged)", km->inertia);
    ODD_TRY_ALL(rows->comm, save(km, model));
done:
    odd_kmeans_free(&km);
    return st;
}

static odd_status kmeans_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    odd_status st;
    const odd_array *centre = NULL;
    int32_t *cluster = NULL;
    double *distance = NULL;
    ODD_TRY_ALL(rows->comm, odd_bundle_get(model, "centre", ODD_F64, 2, &centre));
    ODD_TRY_ALL(rows->comm, odd_detector_check_width("kmeans", rows, centre->shape.shape[1]));
    ODD_TRY_ALL(rows->comm, ODD_NEW(cluster, rows->part.n_local));
    ODD_TRY_ALL(rows->comm, ODD_NEW(distance, rows->part.n_local));
    ODD_TRY(odd_kmeans_nearest(rows, (int)centre->shape.shape[0], centre->data, cluster, distance));
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        score[i * COLUMNS + DISTANCE] = distance[i];
        score[i * COLUMNS + CLUSTER] = cluster[i];
    }
done:
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
        snprintf(buffer, size, "%.3g times the usual distance from the nearest centre, number %d",
                 score[DISTANCE] / sqrt(inertia / (double)rows), cluster);
    else
        snprintf(buffer, size, "distance %.4g from the nearest centre, number %d", score[DISTANCE],
                 cluster);
}

const odd_detector odd_detector_kmeans = {
    .name = "kmeans",
    .summary = "distance to the nearest of k centroids",
    .options = kmeans_table,
    .options_size = sizeof(odd_kmeans_options),
    .columns = kmeans_columns,
    .fit = kmeans_fit,
    .score = kmeans_score,
    .reason = kmeans_reason,
};
