/* Score output: scores.h5 and flagged.csv. */
#include "oddlot/run/columns.h"
#include "oddlot/run/selection.h"
#include "oddlot/store/dataset.h"
#include "stage/score/score_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/report/csv.h"

#include <math.h>
#include <stdio.h>

odd_status odd_score_write_csv(const odd_run *run, const odd_scored *s)
{
    const odd_selection *selection = run->selection;
    odd_flagged *rows = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(rows, s->flagged));
    for (int64_t i = 0; i < s->flagged; i++) {
        int64_t row = s->order[i];
        rows[i] = (odd_flagged){
            .rank = i + 1,
            .row = row,
            .name = odd_selection_name(selection, row),
            .label = odd_selection_label(selection, row),
            .reason = s->reason[i],
            .score = s->score[row],
            .probability = s->by.probability < 0 ? NAN : s->value[s->by.probability * s->n + row],
            .truth = odd_selection_truth(selection, row),
        };
    }
    ODD_TRY(odd_run_path(run, "flagged.csv", &path));
    ODD_TRY(odd_csv_flagged(path, rows, s->flagged, odd_scoring_name(&s->by)));
done:
    odd_free(rows);
    odd_free(path);
    return st;
}

static odd_status write_columns(odd_file *file, const odd_scored *s, int64_t mine)
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

static odd_status write_ranks(MPI_Comm comm, odd_file *file, const odd_scored *s, int64_t mine)
{
    int64_t *rank = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(rank, mine));
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
    return ((const odd_scored *)context)->reason[i];
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

/* All ranks call it; rank 0 has the data, the others know n, flagged and the flagging. */
odd_status odd_score_write(const odd_run *run, odd_file *file, const odd_scored *s)
{
    int root = odd_rank(run->comm) == 0;
    int64_t mine = root ? s->n : 0, flagged = root ? s->flagged : 0;
    odd_status st;
    ODD_TRY(write_columns(file, s, mine));
    ODD_TRY(write_ranks(run->comm, file, s, mine));
    ODD_TRY(odd_column_write(file, "flagged/row", ODD_I64, s->flagged, 0, flagged, s->order,
                             "rows of the flagged images, oddest first", ""));
    ODD_TRY(odd_column_write_text(file, "flagged/reason", run->comm, s->flagged, 0, flagged,
                                  flagged_reason, s, "why it was flagged"));
    ODD_TRY(write_nearest(file, s, root ? s->shown : 0));
    ODD_TRY(write_threshold(run->comm, file, &s->flagging));
    ODD_TRY(odd_file_set_text(file, "/", "detector", s->by.detector->name));
    ODD_TRY(odd_file_set_i64(file, "/", "flagged", s->flagged));
    ODD_TRY(odd_file_set_text(file, "/", "ranked_by", s->by.column[s->by.rank_by].name));
done:
    return st;
}
