/* Ranking: scores come into the order of the catalogue, the oddest first; those flagged get a
 * reason. Rank 0 alone: about 8 bytes for each image and column. */
#include "oddlot/run/columns.h"
#include "oddlot/run/selection.h"
#include "oddlot/stage/calibration.h"
#include "stage/score/score_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <math.h>
#include <stdlib.h>

void odd_scored_free(odd_scored *s)
{
    odd_free(s->value);
    odd_free(s->score);
    odd_free(s->order);
    odd_free(s->calibrates);
    odd_free(s->reason);
    odd_free(s->nearest);
}

static odd_status place_scores(odd_scored *s, const int64_t row[], const double given[],
                               int64_t rows)
{
    odd_status st;
    ODD_TRY(ODD_NEW(s->value, s->n * s->by.columns));
    ODD_TRY(ODD_NEW(s->score, s->n));
    ODD_TRY(ODD_NEW(s->order, rows));
    for (int64_t i = 0; i < s->n * s->by.columns; i++)
        s->value[i] = NAN;
    for (int64_t i = 0; i < s->n; i++)
        s->score[i] = NAN;
    for (int64_t i = 0; i < rows; i++) {
        for (int c = 0; c < s->by.columns; c++)
            s->value[c * s->n + row[i]] = given[i * s->by.columns + c];
        s->score[row[i]] =
            s->by.column[s->by.rank_by].ranks * given[i * s->by.columns + s->by.rank_by];
        s->order[s->readable++] = row[i];
    }
done:
    return st;
}

static int odder_first(const void *a, const void *b, void *context)
{
    const double *score = context;
    int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;
    if (score[i] != score[j]) return score[i] > score[j] ? -1 : 1;
    return i < j ? -1 : 1;
}

static odd_status count_flagged(const odd_run *run, odd_scored *s)
{
    const odd_ranked rows = {
        .n = s->n,
        .score = s->score,
        .probability = s->by.probability < 0 ? NULL : s->value + s->by.probability * s->n,
        .calibrates = s->calibrates,
        .rarity = odd_ranks_by_views(&s->by),
        .cut = odd_scoring_cut(&s->by),
    };
    return odd_flagging_decide(run->job, &rows, &s->flagging);
}

/* row: (rows) the images of the rows of features.h5, rising. */
static odd_status explain_flagged(const odd_scoring_sources *from, const int64_t row[],
                                  int64_t rows, odd_scored *s)
{
    double value[ODD_MOST_SCORE_COLUMNS];
    odd_status st;
    ODD_TRY(ODD_NEW(s->reason, s->flagged));
    for (int64_t i = 0; i < s->flagged; i++) {
        const int64_t *at = bsearch(&s->order[i], row, (size_t)rows, sizeof *row, odd_compare_i64);
        for (int c = 0; c < s->by.columns; c++)
            value[c] = s->value[c * s->n + s->order[i]];
        ODD_TRY(
            odd_scoring_reason(&s->by, from, at - row, value, s->reason[i], sizeof s->reason[i]));
    }
done:
    return st;
}

odd_status odd_score_rank(const odd_run *run, const odd_file *features,
                          const odd_scoring_sources *from, int64_t scored, const double given[],
                          odd_scored *s)
{
    int64_t *row = NULL, rows;
    odd_status st;
    ODD_TRY(odd_feature_images_read(features, s->n, &row, &rows));
    if (rows != scored)
        ODD_TRY(odd_fail(ODD_FORMAT, "features.h5 has %lld images, reduce.h5 %lld rows",
                         (long long)rows, (long long)scored));
    ODD_TRY(place_scores(s, row, given, rows));
    qsort_r(s->order, (size_t)s->readable, sizeof *s->order, odder_first, s->score);
    ODD_TRY(odd_calibration_mark(run->job, s->n, odd_selection_verified(run->selection),
                                 &s->calibrates));
    ODD_TRY(count_flagged(run, s));
    s->flagged = s->flagging.flagged;
    ODD_TRY(explain_flagged(from, row, rows, s));
done:
    odd_free(row);
    return st;
}
