/* Score output: scores.h5 and flagged.csv. */
#include "oddlot/run/columns.h"
#include "oddlot/run/image_facts.h"
#include "oddlot/store/dataset.h"
#include "oddlot/store/text_file.h"
#include "stage/score/score_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/report/csv.h"

#include <math.h>
#include <stdio.h>

/* ---- flagged.csv ---- */

static odd_status add_line(odd_image_facts *facts, const odd_scored *s, const odd_flagged_image *f,
                           odd_text *csv)
{
    odd_flagged line = {
        .rank = f->place + 1,
        .row = f->image,
        .reason = f->reason,
        .score = f->score,
        .probability = f->probability,
    };
    int8_t truth;
    odd_status st;
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_NAME, f->image, &line.name));
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_LABEL, f->image, &line.label));
    ODD_TRY(odd_image_truth_of(facts, f->image, &truth));
    line.truth = truth;
    odd_csv_add_flagged(csv, &line, odd_scoring_name(&s->by));
done:
    return st;
}

/* The lines of the flagged images that are mine to write. @local */
static odd_status add_lines(const odd_file *ingest, const odd_scored *s, odd_text *csv)
{
    odd_image_facts *facts = NULL;
    odd_status st;
    ODD_TRY(odd_image_facts_open(ingest, s->n, &facts));
    for (int64_t i = 0; i < s->flagged.n_local; i++)
        ODD_TRY(add_line(facts, s, &s->to_write[i], csv));
    st = odd_text_status(csv);
done:
    odd_image_facts_close(&facts);
    return st;
}

odd_status odd_score_write_csv(const odd_run *run, const odd_file *ingest, const odd_scored *s)
{
    odd_text csv = ODD_TEXT_EMPTY;
    char *path = NULL;
    odd_status st;
    if (odd_rank(run->comm) == 0) odd_text_add(&csv, ODD_CSV_FLAGGED_HEAD);
    ODD_TRY_ALL(run->comm, add_lines(ingest, s, &csv));
    ODD_TRY_ALL(run->comm, odd_run_path(run, "flagged.csv", &path));
    ODD_TRY(odd_text_file_write(run->comm, path, csv.s, (int64_t)csv.length));
done:
    odd_text_free(&csv);
    odd_free(path);
    return st;
}

/* ---- scores.h5 ---- */

/* A column of a value for each image, that of my rows given every `step` values. @collective */
static odd_status write_column(MPI_Comm comm, odd_file *file, const odd_scored *s, const char *name,
                               const double given[], int step, const char *about)
{
    double *span = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(span, s->span));
    for (int64_t i = 0; i < s->span; i++)
        span[i] = NAN;
    for (int64_t i = 0; i < s->part.n_local; i++)
        span[s->image[i] - s->first] = given[i * step];
    ODD_TRY(odd_column_write(file, name, ODD_F64, s->n, s->first, s->span, span, about, ""));
done:
    odd_free(span);
    return st;
}

/* @collective */
static odd_status write_columns(MPI_Comm comm, odd_file *file, const odd_scored *s)
{
    const int columns = s->by.columns;
    char name[64];
    odd_status st;
    for (int c = 0; c < columns; c++) {
        snprintf(name, sizeof name, "columns/%s", s->by.column[c].name);
        ODD_TRY(write_column(comm, file, s, name, s->value + c, columns, s->by.column[c].about));
    }
    ODD_TRY(write_column(comm, file, s, "score", s->score, 1,
                         "what ranks the images: larger is odder; NaN for unreadable images"));
done:
    return st;
}

/* @collective */
static odd_status write_ranks(MPI_Comm comm, odd_file *file, const odd_scored *s)
{
    int64_t *rank = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(rank, s->span));
    for (int64_t i = 0; i < s->part.n_local; i++)
        rank[s->image[i] - s->first] = s->place[i] + 1;
    ODD_TRY(odd_column_write(file, "rank", ODD_I64, s->n, s->first, s->span, rank,
                             "1 is the oddest image, 0 an unreadable one", ""));
done:
    odd_free(rank);
    return st;
}

static const char *flagged_reason(const void *context, int64_t place)
{
    const odd_scored *s = context;
    return s->to_write[place - s->flagged.row0].reason;
}

/* @collective */
static odd_status write_flagged(MPI_Comm comm, odd_file *file, const odd_scored *s)
{
    const odd_partition *part = &s->flagged;
    int64_t *row = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(row, part->n_local));
    for (int64_t i = 0; i < part->n_local; i++)
        row[i] = s->to_write[i].image;
    ODD_TRY(odd_column_write(file, "flagged/row", ODD_I64, part->n, part->row0, part->n_local, row,
                             "rows of the flagged images, oddest first", ""));
    ODD_TRY(odd_column_write_text(file, "flagged/reason", comm, part->n, part->row0, part->n_local,
                                  flagged_reason, s, "why it was flagged"));
done:
    odd_free(row);
    return st;
}

/* Where the ranking was cut and what is promised of it. */
static odd_status describe_threshold(const odd_flagging *f, odd_bundle *b)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_f64(b, "value",
                               f->by_chance ? "images with at least this probability are flagged"
                                            : "images with at least this score are flagged",
                               f->threshold));
    if (f->cut.above <= 0) goto done;
    ODD_TRY(odd_bundle_add_f64(b, "expected_false_alarm",
                               "share of the theme images expected to be flagged",
                               f->cut.expected));
    ODD_TRY(odd_bundle_add_f64(b, "confidence",
                               "that the share is at most the setting score.false_alarm",
                               f->cut.confidence));
done:
    return st;
}

static odd_status write_threshold(MPI_Comm comm, odd_file *file, const odd_flagging *f)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY_ALL(comm, describe_threshold(f, &b));
    ODD_TRY(odd_bundle_write(file, "threshold", &b));
done:
    odd_bundle_free(&b);
    return st;
}

/* @collective */
static odd_status write_nearest(odd_file *file, const odd_scored *s, int64_t mine)
{
    const odd_shape matrix = {.type = ODD_I64, .rank = 2, .shape = {s->shown, ODD_SCORE_NEAREST}};
    odd_dataset *nearest = NULL;
    odd_status st;
    ODD_TRY(
        odd_dataset_create(file, "flagged/nearest", &matrix,
                           "rows of the usual images nearest to each of the first flagged ones, "
                           "by their features; -1: there are no more",
                           "", &nearest));
    ODD_TRY(odd_dataset_write(nearest, 0, mine, s->nearest));
done:
    odd_dataset_close(&nearest);
    return st;
}

odd_status odd_score_write(const odd_run *run, odd_file *file, const odd_scored *s)
{
    odd_status st;
    ODD_TRY(write_columns(run->comm, file, s));
    ODD_TRY(write_ranks(run->comm, file, s));
    ODD_TRY(write_flagged(run->comm, file, s));
    ODD_TRY(write_nearest(file, s, odd_rank(run->comm) == 0 ? s->shown : 0));
    ODD_TRY(write_threshold(run->comm, file, &s->flagging));
    ODD_TRY(odd_file_set_text(file, "/", "detector", s->by.detector->name));
    ODD_TRY(odd_file_set_i64(file, "/", "flagged", s->flagged.n));
    ODD_TRY(odd_file_set_text(file, "/", "ranked_by", s->by.column[s->by.rank_by].name));
done:
    return st;
}
