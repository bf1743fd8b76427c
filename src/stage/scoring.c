/* Scoring: rows by a detector, with the residual of their reduction beside its columns. */
#include "scoring_internal.h"

#include "flagging_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <string.h>

static const odd_score_column residual_column = {
    "reconstruction", "length of what the components do not hold; larger is odder", 1};

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
    const char *wish = ((const odd_score_options *)odd_job_section(job, "score"))->rank_by;
    const int own = odd_detector_columns(detector);
    ODD_CHECK(own < ODD_MOST_SCORE_COLUMNS);
    *out = (odd_scoring){.detector = detector, .columns = own + 1, .probability = -1};
    memcpy(out->column, detector->columns, (size_t)own * sizeof *out->column);
    out->column[own] = residual_column;
    out->rank_by = *wish ? -1 : 0;
    for (int c = 0; c < out->columns; c++) {
        if (strcmp(out->column[c].name, "posterior") == 0) out->probability = c;
        if (out->column[c].ranks != 0 && strcmp(out->column[c].name, wish) == 0) out->rank_by = c;
    }
    return out->rank_by >= 0 ? ODD_OK : no_such_column(job, out, wish);
}

odd_status odd_scoring_do(const odd_scoring *s, const odd_bundle *model, const odd_rows *rows,
                          const double residual[], double **out)
{
    const int own = s->columns - 1;
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
