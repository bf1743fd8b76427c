/* Detector `forest`: an isolation forest. A row that few random splits tell from all others is odd.
 */
#include "detect/forest_internal.h"

#include "detect/detectors_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/par/agree.h"

#include <stddef.h>
#include <stdio.h>

static const char *const splits[] = {"uniform", "density", NULL};
static const char *const row_choices[] = {"auto", "all", "theme", NULL};

static const odd_option forest_table[] = {
    ODD_INT(odd_forest_options, trees, "100", 1, ODD_FOREST_TREES, "that are grown"),
    ODD_INT(odd_forest_options, sample, "256", 2, ODD_FOREST_SAMPLE,
            "rows that each is grown on, drawn by the seed"),
    ODD_INT(
        odd_forest_options, dimensions, "1", 1, ODD_FOREST_DIMENSIONS,
        "features that a split compares: 1, or the sum of several with random weights (extended "
        "isolation forest), each of which has its share in the reason"),
    ODD_CHOICE(odd_forest_options, split, "uniform", splits,
               "where rows are cut: anywhere between the least and the largest value, or where the "
               "densities of the two sides differ most"),
    ODD_CHOICE(odd_forest_options, rows, "auto", row_choices,
               "rows to learn from: all but the verified odd ones, the verified theme ones, or "
               "these if they are more than twice the sample"),
    ODD_OPTIONS_END,
};

static const odd_score_column forest_columns[] = {
    {"isolation",
     "2 to the power of minus path / usual path; odd rows are near 1, usual ones below 0.5", 1},
    {"path", "splits until the row is alone, mean of the trees; odd rows are low", -1},
    {"feature",
     "number, from 0, of the feature that isolates it most; -1: none, or of a row that is not "
     "odder than nine in ten",
     0},
    {"gain", "splits that this feature saves, mean of the trees", 0},
    {"second_feature", "number of the next one; -1: none", 0},
    {"second_gain", "splits that the next one saves", 0},
    {NULL, NULL, 0}};

static odd_status forest_fit(const void *options, const odd_rows *rows, const odd_known *known,
                             uint64_t seed, odd_bundle *model)
{
    const odd_forest_options *o = options;
    odd_forest_rows from = {0};
    odd_status st;
    ODD_TRY(odd_detector_check_rows("forest", rows));
    ODD_TRY(odd_forest_rows_new(rows, known->verified, o, &from));
    ODD_TRY(odd_forest_fit(o, rows, &from, seed, model));
    odd_log(ODD_LOG_INFO, "forest: %lld trees, each on %lld of %lld %srows", (long long)o->trees,
            (long long)(o->sample < from.count ? o->sample : from.count), (long long)from.count,
            from.is_allowed ? "verified theme " : "");
done:
    odd_forest_rows_free(&from);
    return st;
}

static odd_status forest_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    odd_forest forest = {0};
    const odd_array *odd_path;
    odd_status st;
    ODD_TRY_ALL(rows->comm, odd_forest_open(model, &forest));
    ODD_TRY_ALL(rows->comm, odd_bundle_get(model, "odd_path", ODD_F64, 0, &odd_path));
    ODD_TRY_ALL(rows->comm, odd_array_check_finite(odd_path));
    ODD_TRY_ALL(rows->comm, odd_detector_check_width("forest", rows, forest.shape.d));
    ODD_TRY(odd_forest_score(&forest, *(const double *)odd_path->data, rows, score));
done:
    odd_forest_free(&forest);
    return st;
}

/* Of the shares in what is saved; the score tells the usual path. */
static void forest_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    (void)model;
    const double path = score[ODD_FOREST_PATH];
    const int first = (int)score[ODD_FOREST_FEATURE], second = (int)score[ODD_FOREST_SECOND];
    int used = snprintf(buffer, size, "isolated by %.3g splits, score %.3f", path,
                        score[ODD_FOREST_SCORE]);
    if (first < 0 || score[ODD_FOREST_GAIN] <= 0 || used < 0 || (size_t)used >= size) return;
    buffer += used;
    size -= (size_t)used;
    if (second < 0 || score[ODD_FOREST_SECOND_GAIN] <= 0)
        snprintf(buffer, size, "; by feature %d, which saves %.2g", first + 1,
                 score[ODD_FOREST_GAIN]);
    else
        snprintf(buffer, size, "; most by feature %d, which saves %.2g, and %d, which saves %.2g",
                 first + 1, score[ODD_FOREST_GAIN], second + 1, score[ODD_FOREST_SECOND_GAIN]);
}

const odd_detector odd_detector_forest = {
    .name = "forest",
    .summary = "isolation forest: how few random splits tell a row from all others",
    .options = forest_table,
    .options_size = sizeof(odd_forest_options),
    .columns = forest_columns,
    .draws = true,
    .fit = forest_fit,
    .score = forest_score,
    .reason = forest_reason,
};
