/* Score: how odd every image is, by the fitted detector; which are flagged, and why.
 *
 * Rank 0 brings the scores into the order of the catalogue and ranks them: about 8 bytes for each
 * image and column there. */
#include "stage_internal.h"

#include "flagging_internal.h"
#include "scoring_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/report/csv.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASON_SIZE 160

/* The scores of all images, on rank 0, in the order of the catalogue. */
typedef struct {
    odd_scoring by;
    int64_t n;      /* images */
    double *value;  /* (columns, n), NaN for unreadable images */
    double *score;  /* (n) what ranks, larger is odder, NaN for unreadable images */
    int64_t *order; /* (readable) rows, oddest first */
    int64_t readable;
    uint8_t *calibrates; /* (n) verified images that vouch for the threshold */
    odd_flagging flagging;
    int64_t flagged;             /* the first ones of the order */
    char (*reason)[REASON_SIZE]; /* (flagged) */
} scored;

static void scored_free(scored *s)
{
    odd_free(s->value);
    odd_free(s->score);
    odd_free(s->order);
    odd_free(s->calibrates);
    odd_free(s->reason);
}

/* -- ranking (rank 0) -- */

static odd_status place(scored *s, const int64_t row[], const double given[], int64_t rows)
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
        if (row[i] < 0 || row[i] >= s->n)
            ODD_TRY(
                odd_fail(ODD_FORMAT, "features.h5 names an image that ingest.h5 does not have"));
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

static odd_status count_flagged(const odd_run *run, scored *s)
{
    const odd_ranked rows = {
        .n = s->n,
        .score = s->score,
        .probability = s->by.probability < 0 ? NULL : s->value + s->by.probability * s->n,
        .calibrates = s->calibrates,
    };
    return odd_flagging_decide(run->job, &rows, &s->flagging);
}

static odd_status explain(const odd_bundle *model, scored *s)
{
    double value[ODD_MOST_SCORE_COLUMNS];
    s->reason = odd_alloc(s->flagged, sizeof *s->reason);
    if (!s->reason) return ODD_NOMEM;
    for (int64_t i = 0; i < s->flagged; i++) {
        for (int c = 0; c < s->by.columns; c++)
            value[c] = s->value[c * s->n + s->order[i]];
        odd_scoring_reason(&s->by, model, value, s->reason[i], sizeof s->reason[i]);
    }
    return ODD_OK;
}

static odd_status rank_images(const odd_run *run, const odd_file *features, const odd_bundle *model,
                              const double given[], scored *s)
{
    int64_t *row = NULL, rows;
    odd_status st;
    ODD_TRY(odd_column_read(features, "row", ODD_I64, (void **)&row, &rows));
    ODD_TRY(place(s, row, given, rows));
    qsort_r(s->order, (size_t)s->readable, sizeof *s->order, odder_first, s->score);
    ODD_TRY(odd_calibration_mark(run->job, s->n, run->audited->verified, &s->calibrates));
    ODD_TRY(count_flagged(run, s));
    s->flagged = s->flagging.flagged;
    ODD_TRY(explain(model, s));
done:
    odd_free(row);
    return st;
}

/* -- writing -- */

static odd_status write_csv(const odd_run *run, const scored *s)
{
    const odd_audited *a = run->audited;
    odd_flagged *rows = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(rows, s->flagged));
    for (int64_t i = 0; i < s->flagged; i++) {
        int64_t row = s->order[i];
        rows[i] = (odd_flagged){
            .rank = i + 1,
            .row = row,
            .name = odd_audited_name(a, row),
            .label = odd_catalogue_text(&a->list, a->list.item[a->item[row]].label),
            .reason = s->reason[i],
            .score = s->score[row],
            .probability = s->by.probability < 0 ? NAN : s->value[s->by.probability * s->n + row],
            .truth = a->truth[row],
        };
    }
    ODD_TRY(odd_run_path(run, "flagged.csv", &path));
    ODD_TRY(odd_csv_flagged(path, rows, s->flagged, odd_scoring_name(&s->by)));
done:
    odd_free(rows);
    odd_free(path);
    return st;
}

static odd_status write_columns(odd_file *file, const scored *s, int64_t mine)
{
    char name[64];
    odd_status st = ODD_OK;
    for (int c = 0; c < s->by.columns; c++) {
        snprintf(name, sizeof name, "columns/%s", s->by.column[c].name);
        ODD_TRY(odd_column_write(file, name, ODD_F64, s->n, 0, mine,
                                 s->value ? s->value + c * s->n : NULL, s->by.column[c].about, ""));
    }
    ODD_TRY(odd_column_write(file, "score", ODD_F64, s->n, 0, mine, s->score,
                             "what ranks the images: larger is odder; NaN for unreadable images",
                             ""));
done:
    return st;
}

static odd_status write_ranks(odd_file *file, const scored *s, int64_t mine)
{
    int64_t *rank = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(rank, mine));
    for (int64_t i = 0; i < s->readable && mine > 0; i++)
        rank[s->order[i]] = i + 1;
    ODD_TRY(odd_column_write(file, "rank", ODD_I64, s->n, 0, mine, rank,
                             "1 is the oddest image, 0 an unreadable one", ""));
done:
    odd_free(rank);
    return st;
}

static const char *flagged_reason(const void *context, int64_t i)
{
    return ((const scored *)context)->reason[i];
}

/* Where the ranking was cut and what is promised of it. */
static odd_status write_threshold(odd_file *file, const odd_flagging *f)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_bundle_add_f64(&b, "value",
                               f->by_chance ? "images with at least this probability are flagged"
                                            : "images with at least this score are flagged",
                               f->threshold));
    if (f->cut.above > 0) {
        ODD_TRY(odd_bundle_add_f64(&b, "expected_false_alarm",
                                   "share of the theme images expected to be flagged",
                                   f->cut.expected));
        ODD_TRY(odd_bundle_add_f64(&b, "confidence",
                                   "that the share is at most the setting score.false_alarm",
                                   f->cut.confidence));
    }
    ODD_TRY(odd_bundle_write(file, "threshold", &b));
done:
    odd_bundle_free(&b);
    return st;
}

/* All ranks call it; rank 0 has the data, the others know n, flagged and the flagging. */
static odd_status write_scores(const odd_run *run, odd_file *file, const scored *s)
{
    int root = odd_rank(run->comm) == 0;
    int64_t mine = root ? s->n : 0, flagged = root ? s->flagged : 0;
    odd_status st;
    ODD_TRY(write_columns(file, s, mine));
    ODD_TRY(write_ranks(file, s, mine));
    ODD_TRY(odd_column_write(file, "flagged/row", ODD_I64, s->flagged, 0, flagged, s->order,
                             "rows of the flagged images, oddest first", ""));
    ODD_TRY(odd_column_write_text(file, "flagged/reason", run->comm, s->flagged, 0, flagged,
                                  flagged_reason, s, "why it was flagged"));
    ODD_TRY(write_threshold(file, &s->flagging));
    ODD_TRY(odd_file_set_text(file, "/", "detector", s->by.detector->name));
    ODD_TRY(odd_file_set_text(file, "/", "ranked_by", s->by.column[s->by.rank_by].name));
done:
    return st;
}

/* -- the stage -- */

/* Scores of my rows (n_local, columns). train: NULL where the job trains no network. */
static odd_status score_rows(const odd_run *run, const odd_file *features, const odd_file *reduced,
                             const odd_file *train, const odd_bundle *model, const odd_scoring *by,
                             double **out, int64_t *n_local)
{
    const odd_shape column = {.type = ODD_F64, .rank = 1, .shape = {-1}};
    odd_stored_rows stored = {0};
    odd_dataset *dataset = NULL;
    double *residual = NULL;
    odd_status st;
    ODD_TRY(odd_stored_rows_open(run, reduced, "scores", &stored));
    const odd_partition *part = &stored.rows.part;
    *n_local = part->n_local;
    ODD_TRY_ALL(run->comm, ODD_NEW(residual, part->n_local));
    ODD_TRY_ALL(run->comm, odd_dataset_expect(reduced, "residual", &column, &dataset));
    ODD_TRY_ALL(run->comm, odd_dataset_read(dataset, part->row0, part->n_local, ODD_F64, residual));
    ODD_TRY(odd_scoring_do(by, model, &stored.rows, residual, out));
    ODD_TRY_ALL(run->comm,
                train ? odd_scoring_add_trained(by, features, train, part, *out) : ODD_OK);
done:
    odd_dataset_close(&dataset);
    odd_stored_rows_close(&stored);
    odd_free(residual);
    return st;
}

/* The detector that fitted the model, which is in the file. */
static odd_status read_model(const odd_run *run, const odd_file *file, odd_bundle *model,
                             odd_scoring *by)
{
    char *name = NULL;
    odd_status st;
    ODD_TRY(odd_file_get_text(file, "/model", "detector", &name));
    const odd_detector *detector = odd_detector_find(name);
    if (!detector)
        ODD_TRY(odd_fail(ODD_FORMAT,
                         "model.h5 was made by a detector '%s' that this oddlot does not have",
                         name));
    ODD_TRY(odd_bundle_read(file, "model", model));
    ODD_TRY(odd_scoring_new(run->job, detector, by));
done:
    odd_free(name);
    return st;
}

static odd_status run_score(odd_run *run, const odd_provenance *from)
{
    const odd_audited *audited;
    odd_file *features = NULL, *reduced = NULL, *fit = NULL, *train = NULL, *out = NULL;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *mine = NULL, *all = NULL, started = odd_seconds();
    int64_t n_local = 0, n;
    int root = odd_rank(run->comm) == 0;
    scored s = {0};
    odd_status st;
    ODD_TRY(odd_run_audited(run, &audited));
    s.n = audited->rows;
    ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    ODD_TRY(odd_stage_open(run, run->comm, "reduce", &reduced));
    ODD_TRY(odd_stage_open(run, run->comm, "fit", &fit));
    if (odd_trains(run)) ODD_TRY(odd_stage_open(run, run->comm, "train", &train));
    ODD_TRY_ALL(run->comm, read_model(run, fit, &model, &s.by));
    ODD_TRY(score_rows(run, features, reduced, train, &model, &s.by, &mine, &n_local));
    ODD_TRY(odd_gather_rows(run->comm, 0, mine, n_local, (size_t)s.by.columns * sizeof *mine,
                            (void **)&all, &n));
    ODD_TRY_ALL(run->comm, root ? rank_images(run, features, &model, all, &s) : ODD_OK);
    odd_broadcast(run->comm, 0, &s.flagging, sizeof s.flagging);
    s.flagged = s.flagging.flagged;
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(write_scores(run, out, &s));
    ODD_TRY_ALL(run->comm, root ? write_csv(run, &s) : ODD_OK);
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    odd_file_close(&train);
    odd_file_close(&fit);
    odd_file_close(&reduced);
    odd_file_close(&features);
    odd_bundle_free(&model);
    scored_free(&s);
    odd_free(mine);
    odd_free(all);
    return st;
}

/* Before the hours that the stages before may take. */
static odd_status check_score(const odd_run *run)
{
    odd_scoring by;
    odd_status st = odd_scoring_new(run->job, odd_detector_find(odd_stage_fit.part(run)), &by);
    return st == ODD_OK ? odd_flagging_check(run->job, by.probability >= 0) : st;
}

static odd_status plan_score(odd_run *run, odd_plan *plan)
{
    const int columns = 6;
    (void)run;
    plan->disk = plan->rows * (columns + 2) * 8;
    plan->memory = plan->rows * (2 * columns + 2) * 8;
    odd_text_add(&plan->what, "a score and a rank for every image, flagged.csv");
    return ODD_OK;
}

static const char *const inputs[] = {"ingest", "train", "features", "reduce", "fit", NULL};
static const char *const sections[] = {"score", NULL};

const odd_stage odd_stage_score = {
    .name = "score",
    .file = "scores.h5",
    .summary = "rank every image by how odd it is, and flag the odd ones",
    .version = 1,
    .inputs = inputs,
    .sections = sections,
    .product = "flagged.csv",
    .check = check_score,
    .applies = odd_is_audit,
    .plan = plan_score,
    .run = run_score,
};
