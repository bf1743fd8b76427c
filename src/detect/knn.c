/* Detector `knn`: the distance of a row to its nearest neighbours among reference rows, exactly.
 *
 * The reference rows are the verified theme ones, or all rows, or a seeded sample of them; they are
 * the model. A row that is itself among them is not its own neighbour. */
#include "detect/knn_internal.h"

#include "detect/detectors_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/neighbours.h"
#include "oddlot/par/agree.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    int64_t neighbours;
    char *distance, *metric;
    char *rows;
    int64_t sample;
} knn_options;

static const char *const distances[] = {"mean", "kth", NULL};
static const char *const row_choices[] = {"auto", "all", "theme", NULL};

static const odd_option knn_table[] = {
    ODD_INT(knn_options, neighbours, "5", 1, 10000, "nearest rows that count"),
    ODD_CHOICE(knn_options, distance, "mean", distances,
               "what ranks: their mean distance, or that of the last of them"),
    ODD_CHOICE(knn_options, metric, "euclidean", odd_metric_names,
               "what distance is; the last two compare sets: rows of zeros and ones, as of "
               "features.source: patterns"),
    ODD_CHOICE(knn_options, rows, "auto", row_choices,
               "rows to be compared with: all, the verified theme ones, or these if they are more "
               "than twice the neighbours"),
    ODD_INT(knn_options, sample, "10000", 1, 1e15,
            "of these rows, at most so many, drawn by the seed"),
    ODD_OPTIONS_END,
};

static const odd_score_column knn_columns[] = {
    {"distance", "distance to the nearest rows, by the metric; odd rows are high", 1},
    {"nearest", "distance to the nearest row; odd rows are high", 1},
    {NULL, NULL, 0}};

static odd_status add_block(void *context, const odd_block *block, double sum[])
{
    const double *score = context;
    for (int i = 0; i < block->count; i++)
        sum[0] += score[(block->local + i) * ODD_KNN_COLUMNS + ODD_KNN_DISTANCE];
    return ODD_OK;
}

/* The mean score of the reference rows: what is usual. */
static odd_status usual_distance(const odd_rows *rows, int64_t m, odd_bundle *model)
{
    odd_status st;
    const float *x = odd_bundle_find(model, "reference")->data;
    const int64_t *number = odd_bundle_find(model, "reference_row")->data;
    odd_rows reference = odd_rows_in_memory(rows->comm, m, rows->d, x);
    double *score = NULL, sum = 0;
    reference.x += reference.part.row0 * rows->d;
    ODD_TRY_ALL(rows->comm, ODD_NEW(score, reference.part.n_local * ODD_KNN_COLUMNS));
    ODD_TRY(odd_knn_search(model, &reference, number, score));
    ODD_TRY(odd_rows_sum(&reference, add_block, score, 1, &sum));
    ODD_TRY_ALL(rows->comm, odd_bundle_add_f64(model, "usual", "mean distance of a reference row",
                                               sum / (double)m));
done:
    odd_free(score);
    return st;
}

static odd_status add_settings(odd_bundle *model, const knn_options *o, int64_t k)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(model, "neighbours", "nearest reference rows that count", k));
    ODD_TRY(odd_bundle_add_i64(model, "last", "1: the last one's distance counts, 0: their mean",
                               strcmp(o->distance, "kth") == 0));
    ODD_TRY(odd_bundle_add_i64(model, "metric", "0: euclidean, 1: hamming, 2: jaccard",
                               odd_metric_of(o->metric)));
done:
    return st;
}

static odd_status knn_fit(const void *options, const odd_rows *rows, const odd_known *known,
                          uint64_t seed, odd_bundle *model)
{
    odd_status st;
    const knn_options *o = options;
    ODD_TRY(odd_detector_check_rows("knn", rows));
    const int64_t marked = odd_count_marked(rows, known->verified, ODD_VERIFIED_THEME);
    const bool enough = strcmp(o->rows, "auto") == 0 && marked > 2 * o->neighbours;
    const bool theme = enough || strcmp(o->rows, "theme") == 0;
    const int64_t candidates = theme ? marked : rows->part.n;
    if (candidates < 1) return odd_fail(ODD_ARG, "detector 'knn' has no verified theme row");
    const int64_t m = candidates < o->sample ? candidates : o->sample;
    const int64_t k = o->neighbours < m ? o->neighbours : m;
    const odd_row_filter filter = {!theme, known->verified, ODD_VERIFIED_THEME};
    ODD_TRY(odd_knn_collect(rows, filter, candidates, m, seed, model));
    ODD_TRY_ALL(rows->comm, add_settings(model, o, k));
    ODD_TRY(usual_distance(rows, m, model));
    odd_log(ODD_LOG_INFO, "knn: %lld neighbours among %lld %s rows", (long long)k, (long long)m,
            theme            ? "verified theme"
            : candidates > m ? "drawn"
                             : "of all");
done:
    return st;
}

static odd_status knn_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    return odd_knn_search(model, rows, NULL, score);
}

static void knn_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    double usual = 0;
    if (odd_bundle_get_f64(model, "usual", &usual) == ODD_OK && usual > 0)
        snprintf(buffer, size, "%.3g times the usual distance from its nearest neighbours",
                 score[ODD_KNN_DISTANCE] / usual);
    else
        snprintf(buffer, size, "distance %.4g from its nearest neighbours",
                 score[ODD_KNN_DISTANCE]);
}

const odd_detector odd_detector_knn = {
    .name = "knn",
    .summary = "distance to the nearest rows, exactly",
    .options = knn_table,
    .options_size = sizeof(knn_options),
    .columns = knn_columns,
    .fit = knn_fit,
    .score = knn_score,
    .reason = knn_reason,
};
