/* Scoring: rows by a detector, with the residual of their reduction, and what networks that the job
 * trains say, beside its columns. */
#include "oddlot/stage/scoring.h"

#include "oddlot/run/columns.h"
#include "oddlot/run/run.h"
#include "oddlot/stage/flagging.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char residual_about[] = "length of what the components do not hold; larger is odder";

static odd_status fail_no_column(const odd_job *job, const odd_scoring *s, const char *name)
{
    odd_text names = ODD_TEXT_EMPTY;
    for (int c = 0; c < s->columns; c++)
        if (s->column[c].ranks) odd_text_format(&names, " %s", s->column[c].name);
    odd_status st = odd_job_fail(job, "score.rank_by", "no score '%s'; %s gives%s", name,
                                 s->detector->name, odd_text_string(&names));
    odd_text_free(&names);
    return st;
}

static void add_column(odd_scoring *s, odd_score_column column)
{
    ODD_CHECK(s->columns < ODD_MOST_SCORE_COLUMNS);
    s->column[s->columns++] = column;
}

static bool has_column(const odd_task_column *column, const char *name)
{
    while (column && column->dataset && strcmp(column->column.name, name) != 0)
        column++;
    return column && column->dataset;
}

static void add_columns(odd_scoring *s)
{
    /* an auto-encoder has a better right to the name */
    const char *residual =
        has_column(s->trained_columns, "reconstruction") ? "residual" : "reconstruction";
    for (int c = 0; c < s->residual; c++)
        add_column(s, s->detector->columns[c]);
    add_column(s, (odd_score_column){residual, residual_about, 1});
    if (s->trained_columns) s->trained = s->columns;
    for (const odd_task_column *t = s->trained_columns; t && t->dataset; t++)
        add_column(s, t->column);
}

static void add_view_columns(const odd_job *job, odd_scoring *s)
{
    odd_score_column column[1 + ODD_MOST_VIEWS];
    const int count = odd_view_columns(job, column);
    if (count > 0) s->views = s->columns;
    for (int c = 0; c < count; c++)
        add_column(s, column[c]);
}

bool odd_ranks_by_views(const odd_scoring *s)
{
    return s->views >= 0 && s->rank_by >= s->views;
}

double odd_scoring_cut(const odd_scoring *s)
{
    return s->rank_by == 0 ? s->detector->cut : 0;
}

/* Is it a network, not the detector, that ranks? */
static bool ranks_by_network(const odd_scoring *s)
{
    return s->trained >= 0 && s->rank_by >= s->trained && !odd_ranks_by_views(s);
}

/* The column that is a probability of what ranks; -1: there is none. */
static int find_probability(const odd_scoring *s)
{
    if (odd_ranks_by_views(s)) return -1;
    if (ranks_by_network(s))
        for (int c = s->trained; c < (s->views >= 0 ? s->views : s->columns); c++)
            if (s->trained_columns[c - s->trained].evidence) return c;
    for (int c = 0; c < s->residual; c++)
        if (strcmp(s->column[c].name, "posterior") == 0) return c;
    return -1;
}

odd_status odd_scoring_new(const odd_job *job, const odd_detector *detector, odd_scoring *out)
{
    const odd_score_options *options = odd_job_section(job, "score");
    const char *wish = options->rank_by;
    *out = (odd_scoring){.detector = detector,
                         .task = odd_trains(job) ? odd_train_task_of(job) : NULL,
                         .residual = odd_detector_columns(detector),
                         .trained = -1,
                         .views = -1,
                         .share = options->damage_share};
    if (out->task && out->task->columns) out->trained_columns = out->task->columns(job);
    add_columns(out);
    add_view_columns(job, out);
    out->rank_by = *wish ? -1 : out->views >= 0 ? out->views : 0;
    for (int c = 0; c < out->columns; c++)
        if (out->column[c].ranks != 0 && strcmp(out->column[c].name, wish) == 0) out->rank_by = c;
    out->probability = find_probability(out);
    return out->rank_by >= 0 ? ODD_OK : fail_no_column(job, out, wish);
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

/* Calibrated log odds of images of which half are odd, as a probability where another share is.
 */
static double probability_at_share(double odds, double share)
{
    return 1 / (1 + exp(-odds) * (1 - share) / share);
}

/* One column of scores from one of train.h5, by the image of each of my rows. */
static odd_status add_network_column(const odd_scoring *by, int column, const char *name,
                                     const odd_file *train, const odd_partition *part,
                                     const int64_t row[], double score[])
{
    double *value = NULL;
    int64_t images;
    odd_status st;
    ODD_TRY(odd_image_count(train, name, &images));
    for (int64_t i = 0; i < part->n_local; i++)
        if (row[i] < 0 || row[i] >= images)
            ODD_TRY(odd_fail(ODD_FORMAT, "train.h5 and features.h5 are of other images"));
    ODD_TRY(ODD_NEW(value, part->n_local));
    ODD_TRY(
        odd_image_column_of(train, "train.h5", name, ODD_F64, images, part->n_local, row, value));
    for (int64_t i = 0; i < part->n_local; i++)
        score[i * by->columns + column] = value[i];
done:
    odd_free(value);
    return st;
}

/* Where the job says how many images are odd, the networks are not asked for the share. */
static odd_status add_probability(const odd_scoring *by, int column, const char *evidence,
                                  const odd_file *train, const odd_partition *part,
                                  const int64_t row[], double score[])
{
    odd_status st = add_network_column(by, column, evidence, train, part, row, score);
    for (int64_t i = 0; i < part->n_local && st == ODD_OK; i++) {
        double *value = &score[i * by->columns + column];
        *value = probability_at_share(*value, by->share);
    }
    return st;
}

odd_status odd_scoring_add_trained(const odd_scoring *by, const odd_file *features,
                                   const odd_file *train, const odd_partition *part, double score[])
{
    const odd_shape column = {.type = ODD_I64, .rank = 1, .shape = {part->n}};
    const odd_task_column *trained = by->trained_columns;
    odd_dataset *dataset = NULL;
    int64_t *row = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(row, part->n_local));
    ODD_TRY(odd_dataset_expect(features, "row", &column, &dataset));
    ODD_TRY(odd_dataset_read(dataset, part->row0, part->n_local, ODD_I64, row));
    for (int c = 0; trained && trained[c].dataset; c++)
        if (trained[c].evidence && by->share > 0)
            ODD_TRY(
                add_probability(by, by->trained + c, trained[c].evidence, train, part, row, score));
        else
            ODD_TRY(add_network_column(by, by->trained + c, trained[c].dataset, train, part, row,
                                       score));
done:
    odd_dataset_close(&dataset);
    odd_free(row);
    return st;
}

odd_status odd_scoring_add_views(const odd_scoring *s, const odd_job *job, const odd_file *views,
                                 const odd_partition *part, double score[])
{
    const int count = s->columns - s->views;
    double *value = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(value, part->n_local * count));
    ODD_TRY(odd_view_values_read(job, views, part->row0, part->n_local, value));
    for (int64_t i = 0; i < part->n_local; i++)
        memcpy(score + i * s->columns + s->views, value + i * count, (size_t)count * sizeof *value);
done:
    odd_free(value);
    return st;
}

const char *odd_scoring_name(const odd_scoring *s)
{
    return ranks_by_network(s) || odd_ranks_by_views(s) ? s->column[s->rank_by].name
                                                        : s->detector->name;
}

odd_status odd_scoring_reason(const odd_scoring *s, const odd_scoring_sources *from, int64_t row,
                              const double score[], char *buffer, size_t size)
{
    if (odd_ranks_by_views(s))
        return odd_view_reason(from->job, from->views, row, score + s->views, buffer, size);
    if (ranks_by_network(s))
        s->task->reason(s->trained_columns, s->rank_by - s->trained, score + s->trained, buffer,
                        size);
    else
        s->detector->reason(from->model, score, buffer, size);
    return ODD_OK;
}
