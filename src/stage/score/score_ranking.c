/* Ranking: images in the order of their scores, the oddest first; those flagged get a reason. Each
 * rank has its rows, and the places of some of the flagged images. */
#include "oddlot/run/columns.h"
#include "oddlot/stage/calibration.h"
#include "stage/score/score_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/order.h"
#include "oddlot/par/route.h"

#include <math.h>

void odd_scored_free(odd_scored *s)
{
    odd_free(s->image);
    odd_free(s->value);
    odd_free(s->score);
    odd_free(s->place);
    odd_free(s->to_write);
    odd_free(s->nearest);
}

/* My images begin where my first row's is, or with the first of all, and end where those of the
 * next rank that has rows begin. Without any rows rank 0 has all. @collective */
static odd_status find_span(MPI_Comm comm, odd_scored *s)
{
    const int64_t has_rows = s->part.n_local > 0, before = odd_sum_before(comm, has_rows);
    int64_t *first = NULL, ranks;
    odd_status st;
    ODD_TRY(odd_share_rows(comm, s->image, has_rows, sizeof *first, (void **)&first, &ranks));
    if (has_rows || (ranks == 0 && odd_rank(comm) == 0)) {
        s->first = before == 0 ? 0 : first[before];
        s->span = (before + 1 < ranks ? first[before + 1] : s->n) - s->first;
    }
done:
    odd_free(first);
    return st;
}

/* @local */
static odd_status take_scores(const odd_file *features, odd_scored *s)
{
    const int64_t rows = s->part.n_local;
    const odd_score_column *by = &s->by.column[s->by.rank_by];
    odd_status st;
    ODD_TRY(ODD_NEW(s->image, rows));
    ODD_TRY(ODD_NEW(s->score, rows));
    ODD_TRY(ODD_NEW(s->place, rows));
    ODD_TRY(odd_feature_images_part(features, s->n, &s->part, s->image));
    for (int64_t i = 0; i < rows; i++)
        s->score[i] = by->ranks * s->value[i * s->by.columns + s->by.rank_by];
done:
    return st;
}

static double probability_of(const odd_scored *s, int64_t row)
{
    return s->by.probability < 0 ? NAN : s->value[row * s->by.columns + s->by.probability];
}

/* What flagging goes by, of my rows. */
typedef struct {
    double *probability;
    uint8_t *calibrates;
} flagging_columns;

/* @local */
static odd_status take_columns(const odd_run *run, const odd_file *ingest, const odd_scored *s,
                               flagging_columns *c)
{
    const int64_t rows = s->part.n_local;
    uint8_t *verified = NULL, *calibrates = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(c->probability, rows));
    for (int64_t i = 0; i < rows; i++)
        c->probability[i] = probability_of(s, i);
    if (odd_calibration_share(run->job) == 0) goto done;
    ODD_TRY(ODD_NEW(verified, s->n));
    ODD_TRY(
        odd_image_column_part(ingest, "ingest.h5", "verified", ODD_U8, s->n, 0, s->n, verified));
    ODD_TRY(odd_calibration_mark(run->job, s->n, verified, &calibrates));
    ODD_TRY(ODD_NEW(c->calibrates, rows));
    for (int64_t i = 0; i < rows; i++)
        c->calibrates[i] = calibrates[s->image[i]];
done:
    odd_free(verified);
    odd_free(calibrates);
    return st;
}

/* @collective */
static odd_status decide_flags(const odd_run *run, const odd_file *ingest, const odd_order *order,
                               odd_scored *s)
{
    flagging_columns columns = {0};
    odd_status st;
    ODD_TRY_ALL(run->comm, take_columns(run, ingest, s, &columns));
    const odd_ranked rows = {
        .comm = run->comm,
        .images = s->n,
        .n = s->part.n_local,
        .score = s->score,
        .probability = s->by.probability < 0 ? NULL : columns.probability,
        .calibrates = columns.calibrates,
        .rarity = odd_ranks_by_views(&s->by),
        .cut = odd_scoring_cut(&s->by),
        .order = order,
    };
    ODD_TRY(odd_flagging_decide(run->job, &rows, &s->flagging));
    s->flagged = odd_partition_rows(run->comm, s->flagging.flagged);
done:
    odd_free(columns.probability);
    odd_free(columns.calibrates);
    return st;
}

/* Those of my rows that are flagged: (*count). @local */
static odd_status explain_mine(const odd_scoring_sources *from, const odd_scored *s,
                               odd_flagged_image **out, int64_t *count)
{
    int64_t flagged = 0;
    odd_status st;
    for (int64_t i = 0; i < s->part.n_local; i++)
        flagged += s->place[i] < s->flagged.n;
    *count = 0;
    ODD_TRY(ODD_NEW(*out, flagged));
    for (int64_t i = 0; i < s->part.n_local; i++) {
        if (s->place[i] >= s->flagged.n) continue;
        odd_flagged_image *f = &(*out)[(*count)++];
        f->place = s->place[i];
        f->image = s->image[i];
        f->score = s->score[i];
        f->probability = probability_of(s, i);
        ODD_TRY(odd_scoring_reason(&s->by, from, s->part.row0 + i, s->value + i * s->by.columns,
                                   f->reason, sizeof f->reason));
    }
done:
    return st;
}

static int owner_of_place(const void *context, const void *image)
{
    return odd_partition_owner(context, ((const odd_flagged_image *)image)->place);
}

/* Flagged images go to the ranks that write them. @collective */
static odd_status explain_flagged(MPI_Comm comm, const odd_scoring_sources *from, odd_scored *s)
{
    odd_flagged_image *mine = NULL, *come = NULL;
    odd_owners owners = {0};
    int64_t count, n;
    odd_status st;
    ODD_TRY_ALL(comm, explain_mine(from, s, &mine, &count));
    ODD_TRY_ALL(comm, odd_owners_new(comm, s->flagged.n, &owners));
    ODD_TRY(
        odd_route(comm, mine, count, sizeof *mine, owner_of_place, &owners, (void **)&come, &n));
    ODD_TRY_ALL(comm, ODD_NEW(s->to_write, s->flagged.n_local));
    for (int64_t i = 0; i < n; i++)
        s->to_write[come[i].place - s->flagged.row0] = come[i];
done:
    odd_owners_free(&owners);
    odd_free(mine);
    odd_free(come);
    return st;
}

odd_status odd_score_rank(const odd_run *run, const odd_file *ingest, const odd_file *features,
                          const odd_scoring_sources *from, odd_scored *s)
{
    const MPI_Comm comm = run->comm;
    odd_order order = {0};
    odd_status st;
    ODD_TRY_ALL(comm, take_scores(features, s));
    ODD_TRY(find_span(comm, s));
    ODD_TRY(odd_order_falling(comm, s->part.n_local, s->score, s->image, s->place, &order));
    ODD_TRY(decide_flags(run, ingest, &order, s));
    odd_order_free(&order);
    ODD_TRY(explain_flagged(comm, from, s));
done:
    odd_order_free(&order);
    return st;
}
