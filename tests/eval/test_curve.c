/* Tests of the ROC curve over ranks: each bit of it is that of one rank, with ties, with signed
 * zeros, with ranks that have no row, with kinds that only some ranks have. */
#include "oddlot_test_mpi.h"

#include "oddlot/eval/curve.h"

#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "eval/curve";

#define WORLD MPI_COMM_WORLD

enum { MOST = 700 };

typedef struct {
    int64_t n;
    double score[MOST];
    uint8_t truth[MOST];
} rows;

/* `levels` different scores; odd rows tend to have higher ones. */
static rows make_rows(int64_t n, int levels, uint64_t seed)
{
    rows r = {.n = n};
    for (int64_t i = 0; i < n; i++) {
        const double u = odd_uniform(seed, ODD_STREAM_GENERATE, (uint64_t)i, 0);
        r.truth[i] = odd_uniform(seed, ODD_STREAM_GENERATE, (uint64_t)i, 1) < 0.2;
        r.score[i] = floor((u + 0.3 * r.truth[i]) * levels) - levels / 2;
        if (r.score[i] == 0 && i % 2) r.score[i] = -0.0;
    }
    r.truth[0] = 1;
    r.truth[n - 1] = 0;
    return r;
}

static bool same_points(const odd_curve_part *part, const odd_roc *whole)
{
    const odd_roc_point *mine = whole->point + part->first;
    bool same = part->all == whole->points && part->roc.points <= part->all - part->first;
    for (int64_t i = 0; same && i < part->roc.points; i++)
        same = memcmp(&part->roc.point[i], &mine[i], sizeof *mine) == 0;
    return same;
}

static bool same_figures(const odd_curve_part *part, const odd_roc *whole)
{
    return part->roc.odd == whole->odd && part->roc.theme == whole->theme &&
           part->roc.auc == whole->auc && part->roc.average_precision == whole->average_precision;
}

static void compare(const rows *r, odd_partition mine)
{
    odd_curve_part part;
    odd_roc whole;
    odd_confusion all, one;
    const double *score = r->score + mine.row0;
    const uint8_t *truth = r->truth + mine.row0;
    if (!check_all(WORLD, odd_roc_curve(r->n, r->score, r->truth, &whole) == ODD_OK)) return;
    const odd_status st = odd_curve_part_new(WORLD, mine.n_local, score, truth, &part);
    if (!check_all(WORLD, st == ODD_OK)) return;
    int64_t points = part.roc.points;
    odd_sum_i64(WORLD, &points, 1);
    check_all(WORLD, points == whole.points && same_points(&part, &whole));
    check_all(WORLD, same_figures(&part, &whole));
    for (int i = 1; i <= 20; i++)
        check_all(WORLD, odd_curve_false_share(WORLD, &part, 0.05 * i) ==
                             odd_roc_false_share(&whole, 0.05 * i));
    odd_confusion_of_all(WORLD, mine.n_local, score, truth, 1, &all);
    odd_confusion_at(r->n, r->score, r->truth, 1, &one);
    check_all(WORLD, memcmp(&all, &one, sizeof all) == 0);
    odd_curve_part_free(&part);
    odd_roc_free(&whole);
}

static void as_on_one_rank(void)
{
    const int64_t count[] = {2, 3, 9, 17, 100, MOST};
    for (int i = 0; i < 6; i++)
        for (int levels = 1; levels <= 1000; levels *= 10) {
            const rows r = make_rows(count[i], levels, (uint64_t)levels);
            compare(&r, odd_partition_rows(WORLD, r.n));
        }
}

/* All rows are those of the last rank; the others learn of them by what is exchanged alone. */
static void rows_of_one_rank(void)
{
    const rows r = make_rows(MOST, 50, 3);
    const bool last = odd_rank(WORLD) == odd_size(WORLD) - 1;
    compare(&r, (odd_partition){.n_local = last ? r.n : 0});
}

static void what_cannot_be_drawn(void)
{
    const double score[] = {1, NAN};
    const uint8_t mixed[] = {1, 0}, none[] = {0, 0};
    odd_curve_part part;
    check_all(WORLD, odd_curve_part_new(WORLD, 1, score, none, &part) == ODD_ARG);
    check_all(WORLD, odd_curve_part_new(WORLD, 0, NULL, NULL, &part) == ODD_ARG);
    check_all(WORLD, odd_curve_part_new(WORLD, 2, score, mixed, &part) == ODD_NUMERIC);
    check_all(WORLD, part.roc.point == NULL);
}

CU_TestInfo odd_tests[] = {
    {"as on one rank", as_on_one_rank},
    {"rows of one rank", rows_of_one_rank},
    {"what cannot be drawn", what_cannot_be_drawn},
    CU_TEST_INFO_NULL,
};
