/* Curve: rows of all ranks are sorted by their scores; counts up to my part, and what lies at its
 * ends, are all that ranks tell one another. */
#include "oddlot/eval/curve.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/order.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A row of the order says whether it is odd: so equal scores stay in the order of the rows. */
static int64_t marked_row(int64_t row, uint8_t truth)
{
    return 2 * row + (truth != 0);
}

static bool is_odd(const odd_ordered *at)
{
    return at->row % 2 != 0;
}

typedef struct {
    double *score; /* (n_local) */
    int64_t *row;
} marked_rows;

/* @local */
static odd_status mark_rows(int64_t row0, int64_t n, const double score[], const uint8_t truth[],
                            marked_rows *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->score, n));
    ODD_TRY(ODD_NEW(out->row, n));
    for (int64_t i = 0; i < n; i++) {
        if (isnan(score[i]))
            ODD_TRY(
                odd_fail(ODD_NUMERIC, "score of row %lld is not a number", (long long)(row0 + i)));
        out->score[i] = score[i] + 0.0; /* -0 is 0 */
        out->row[i] = marked_row(row0 + i, truth[i]);
    }
done:
    return st;
}

/* @collective */
static odd_status sort_rows(MPI_Comm comm, int64_t n, const double score[], const uint8_t truth[],
                            odd_order *out)
{
    const int64_t row0 = odd_sum_before(comm, n);
    marked_rows marked = {0};
    odd_status st;
    ODD_TRY_ALL(comm, mark_rows(row0, n, score, truth, &marked));
    ODD_TRY(odd_order_falling(comm, n, marked.score, marked.row, NULL, out));
done:
    odd_free(marked.score);
    odd_free(marked.row);
    return st;
}

/* @collective; ODD_ARG */
static odd_status count_kinds(MPI_Comm comm, int64_t n, const uint8_t truth[], odd_roc *roc)
{
    int64_t count[2] = {0, 0};
    for (int64_t i = 0; i < n; i++)
        count[truth[i] != 0]++;
    odd_sum_i64(comm, count, 2);
    roc->theme = count[0];
    roc->odd = count[1];
    if (roc->odd == 0) return odd_fail(ODD_ARG, "cannot draw a ROC curve: no row is odd");
    if (roc->theme == 0) return odd_fail(ODD_ARG, "cannot draw a ROC curve: every row is odd");
    return ODD_OK;
}

/* What lies behind my part: the score with which the next part begins. @collective */
static odd_status find_next_score(const odd_order *order, double *next, bool *last)
{
    const int64_t n = order->part.n_local, has = n > 0;
    const int64_t before = odd_sum_before(order->comm, has);
    const double mine = has ? order->at[0].value : 0;
    double *first = NULL;
    int64_t parts;
    odd_status st;
    ODD_TRY(odd_share_rows(order->comm, &mine, has, sizeof mine, (void **)&first, &parts));
    *last = before + has >= parts;
    *next = *last ? 0 : first[before + has];
done:
    odd_free(first);
    return st;
}

/* Is my row i the last of those with its score? */
static bool ends_group(const odd_order *order, int64_t i, double next, bool last)
{
    const double value = order->at[i].value;
    if (i + 1 < order->part.n_local) return order->at[i + 1].value != value;
    return last || next != value;
}

/* A point for each score that ends here, and on rank 0 the one before all. @local */
static odd_status make_points(const odd_order *order, int64_t odd_before, double next, bool last,
                              odd_roc *roc)
{
    const int64_t n = order->part.n_local, head = odd_rank(order->comm) == 0;
    int64_t groups = head;
    odd_roc_point at = {INFINITY, 0, 0};
    odd_status st;
    for (int64_t i = 0; i < n; i++)
        groups += ends_group(order, i, next, last);
    ODD_TRY(ODD_NEW(roc->point, groups));
    if (head) roc->point[roc->points++] = at;
    at.true_odd = odd_before;
    at.false_odd = order->part.row0 - odd_before;
    for (int64_t i = 0; i < n; i++) {
        at.true_odd += is_odd(&order->at[i]);
        at.false_odd += !is_odd(&order->at[i]);
        at.threshold = order->at[i].value;
        if (ends_group(order, i, next, last)) roc->point[roc->points++] = at;
    }
done:
    return st;
}

/* The last point before mine, which some rank before me has; on rank 0 it is its first.
 * @collective */
static odd_status find_point_before(MPI_Comm comm, const odd_roc *roc, odd_roc_point *before)
{
    const int64_t has = roc->points > 0, at = odd_sum_before(comm, has);
    odd_roc_point *last = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY(odd_share_rows(comm, has ? &roc->point[roc->points - 1] : NULL, has, sizeof *last,
                           (void **)&last, &n));
    *before = at > 0 ? last[at - 1] : (odd_roc_point){INFINITY, 0, 0};
done:
    odd_free(last);
    return st;
}

/* @collective */
static odd_status measure_areas(MPI_Comm comm, odd_roc *roc)
{
    odd_roc_sums sums = {0};
    odd_roc_point before;
    odd_status st;
    ODD_TRY(find_point_before(comm, roc, &before));
    for (int64_t i = 0; i < roc->points; before = roc->point[i++])
        if (roc->point[i].true_odd + roc->point[i].false_odd > 0)
            odd_roc_sums_add(&before, &roc->point[i], &sums);
    int64_t all[] = {sums.twice_area, sums.precision, sums.part, sums.rest};
    odd_sum_i64(comm, all, 4);
    sums = (odd_roc_sums){all[0], all[1], all[2], all[3]};
    odd_roc_areas(&sums, roc);
done:
    return st;
}

/* @collective */
static odd_status draw_part(const odd_order *order, odd_curve_part *out)
{
    int64_t odd = 0;
    double next;
    bool last;
    odd_status st;
    for (int64_t i = 0; i < order->part.n_local; i++)
        odd += is_odd(&order->at[i]);
    const int64_t odd_before = odd_sum_before(order->comm, odd);
    ODD_TRY(find_next_score(order, &next, &last));
    ODD_TRY_ALL(order->comm, make_points(order, odd_before, next, last, &out->roc));
    out->first = odd_sum_before(order->comm, out->roc.points);
    out->all = out->roc.points;
    odd_sum_i64(order->comm, &out->all, 1);
    ODD_TRY(measure_areas(order->comm, &out->roc));
done:
    return st;
}

odd_status odd_curve_part_new(MPI_Comm comm, int64_t n_local, const double score[],
                              const uint8_t truth[], odd_curve_part *out)
{
    odd_order order = {0};
    odd_status st;
    *out = (odd_curve_part){0};
    ODD_TRY(count_kinds(comm, n_local, truth, &out->roc));
    ODD_TRY(sort_rows(comm, n_local, score, truth, &order));
    ODD_TRY(draw_part(&order, out));
done:
    odd_order_free(&order);
    if (st != ODD_OK) odd_curve_part_free(out);
    return st;
}

void odd_curve_part_free(odd_curve_part *curve)
{
    odd_roc_free(&curve->roc);
    *curve = (odd_curve_part){0};
}

/* Along the curve both counts only grow: the first point that finds enough has the fewest. */
double odd_curve_false_share(MPI_Comm comm, const odd_curve_part *curve, double sensitivity)
{
    const odd_roc *roc = &curve->roc;
    int64_t fewest = -roc->theme;
    for (int64_t i = 0; i < roc->points; i++)
        if ((double)roc->point[i].true_odd >= sensitivity * (double)roc->odd) {
            fewest = -roc->point[i].false_odd;
            break;
        }
    odd_max_i64(comm, &fewest, 1);
    return (double)-fewest / (double)roc->theme;
}

void odd_confusion_of_all(MPI_Comm comm, int64_t n_local, const double score[],
                          const uint8_t truth[], double threshold, odd_confusion *out)
{
    odd_confusion_at(n_local, score, truth, threshold, out);
    int64_t count[] = {out->odd_found, out->odd_missed, out->theme_kept, out->theme_lost};
    odd_sum_i64(comm, count, 4);
    out->odd_found = count[0];
    out->odd_missed = count[1];
    out->theme_kept = count[2];
    out->theme_lost = count[3];
    odd_confusion_shares(out);
}
