/* Scoring: rows by a detector, with the residual of their reduction, and what networks that the job
 * trains say, beside its columns. */
#include "scoring_internal.h"

#include "flagging_internal.h"
#include "stage_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const odd_score_column residual_column = {
    "reconstruction", "length of what the components do not hold; larger is odder", 1};

static const odd_score_column damage_columns[] = {
    {"damage", "log odds of damage, by a network that has not seen the image", 1},
    {"damage_probability", "of damage, calibrated, with the share of score.damage_share", 0},
};
enum { DAMAGE_COLUMNS = sizeof damage_columns / sizeof *damage_columns };

static odd_status no_such_column(const odd_job *job, const odd_scoring *s, const char *name)
{
    odd_text names = ODD_TEXT_EMPTY;
    for (int c = 0; c < s->columns; c++)
        if (s->column[c].ranks) odd_text_format(&names, " %s", s->column[c].name);
    odd_status st = odd_job_fail(job, "score.rank_by", "no score '%s'; %s gives%s", name,
                                 s->detector->name, odd_text_string(&names));
    odd_text_free(&names);
    return st;
}

odd_status odd_scoring_new(const odd_job *job, const odd_detector *detector, odd_scoring *out)
{
    const odd_score_options *options = odd_job_section(job, "score");
    const char *wish = options->rank_by;
    const int own = odd_detector_columns(detector);
    ODD_CHECK(own + 1 + DAMAGE_COLUMNS <= ODD_MOST_SCORE_COLUMNS);
    *out = (odd_scoring){.detector = detector,
                         .residual = own,
                         .damage = -1,
                         .probability = -1,
                         .damage_share = options->damage_share};
    memcpy(out->column, detector->columns, (size_t)own * sizeof *out->column);
    out->column[own] = residual_column;
    out->columns = own + 1;
    if (odd_trains(&(odd_run){.job = job})) {
        out->damage = out->columns;
        memcpy(out->column + out->damage, damage_columns, sizeof damage_columns);
        out->columns += DAMAGE_COLUMNS;
    }
    out->rank_by = *wish ? -1 : 0;
    for (int c = 0; c < out->columns; c++) {
        if (strcmp(out->column[c].name, "posterior") == 0) out->probability = c;
        if (out->column[c].ranks != 0 && strcmp(out->column[c].name, wish) == 0) out->rank_by = c;
    }
    if (out->damage >= 0 && out->rank_by == out->damage) out->probability = out->damage + 1;
    return out->rank_by >= 0 ? ODD_OK : no_such_column(job, out, wish);
}

odd_status odd_scoring_do(const odd_scoring *s, const odd_bundle *model, const odd_rows *rows,
                          const double residual[], double **out)
{
    const int own = s->residual;
    const int64_t n = rows->part.n_local;
    double *given = NULL;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(given, n * own));
    ODD_TRY_ALL(rows->comm, ODD_NEW(*out, n * s->columns));
    ODD_TRY(s->detector->score(model, rows, given));
    for (int64_t i = 0; i < n; i++) {
        memcpy(*out + i * s->columns, given + i * own, (size_t)own * sizeof *given);
        (*out)[i * s->columns + own] = residual[i];
    }
done:
    odd_free(given);
    return st;
}

/* Calibrated log odds of images of which half are damaged, as a probability where another share is.
 */
static double with_share(double odds, double share)
{
    return 1 / (1 + exp(-odds) * (1 - share) / share);
}

odd_status odd_scoring_add_damage(const odd_scoring *by, const odd_file *features,
                                  const odd_file *train, const odd_partition *part, double score[])
{
    const odd_shape column = {.type = ODD_I64, .rank = 1, .shape = {part->n}};
    const bool given = by->damage_share > 0; /* else that of the networks */
    const char *const name[DAMAGE_COLUMNS] = {"log_odds", given ? "calibrated" : "probability"};
    odd_dataset *dataset = NULL;
    int64_t *row = NULL, images;
    double *said = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(row, part->n_local));
    ODD_TRY(odd_dataset_expect(features, "row", &column, &dataset));
    ODD_TRY(odd_dataset_read(dataset, part->row0, part->n_local, ODD_I64, row));
    for (int c = 0; c < DAMAGE_COLUMNS; c++) {
        odd_free(said);
        said = NULL;
        ODD_TRY(odd_column_read(train, name[c], ODD_F64, (void **)&said, &images));
        for (int64_t i = 0; i < part->n_local; i++) {
            if (row[i] < 0 || row[i] >= images)
                ODD_TRY(odd_fail(ODD_FORMAT, "train.h5 and features.h5 are of other images"));
            score[i * by->columns + by->damage + c] =
                c == 1 && given ? with_share(said[row[i]], by->damage_share) : said[row[i]];
        }
    }
done:
    odd_dataset_close(&dataset);
    odd_free(said);
    odd_free(row);
    return st;
}

static bool ranks_by_damage(const odd_scoring *s)
{
    return s->damage >= 0 && s->rank_by == s->damage;
}

const char *odd_scoring_name(const odd_scoring *s)
{
    return ranks_by_damage(s) ? damage_columns[0].name : s->detector->name;
}

void odd_scoring_reason(const odd_scoring *s, const odd_bundle *model, const double score[],
                        char *buffer, size_t size)
{
    if (ranks_by_damage(s))
        snprintf(buffer, size,
                 "damage of probability %.3f, by a network that has not seen the image",
                 score[s->damage + 1]);
    else
        s->detector->reason(model, score, buffer, size);
}
