/* Tests of flagging: each way to cut a ranking, what cannot be had, and which verified images are
 * kept from the fit. */
#include "oddlot/stage/calibration.h"
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/stage/flagging.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *odd_test_name = "stage/flagging";

enum { N = 200 };

static double score[N], probability[N];
static uint8_t calibrates[N];
static const odd_ranked rows = {
    .images = N, .n = N, .score = score, .probability = probability, .calibrates = calibrates};

/* Scores 0 ... N - 1, two of them unreadable; the upper quarter is odd. */
static void set_up(void)
{
    for (int i = 0; i < N; i++) {
        score[i] = i;
        probability[i] = i >= 3 * N / 4 ? 0.9 : 0.1;
        calibrates[i] = i % 2 == 0;
    }
    score[10] = probability[10] = score[11] = probability[11] = NAN;
}

/* Each rank has a part of the rows, the last of three none. */
static odd_ranked part_of(const odd_ranked *all)
{
    const int size = odd_size(MPI_COMM_WORLD), rank = odd_rank(MPI_COMM_WORLD);
    const int parts = size == 3 ? 2 : size, first = odd_min_int(rank, parts) * N / parts;
    odd_ranked part = *all;
    part.comm = MPI_COMM_WORLD;
    part.n = odd_min_int(rank + 1, parts) * N / parts - first;
    part.score += first;
    if (part.probability) part.probability += first;
    if (part.calibrates) part.calibrates += first;
    return part;
}

static odd_status decide(const char *set[], int sets, const odd_ranked *ranked, odd_flagging *out)
{
    const odd_ranked part = part_of(ranked);
    int count;
    const odd_section *sections = odd_job_sections(&count);
    odd_job *job;
    if (odd_job_load(NULL, set, sets, sections, count, &job) != ODD_OK) return ODD_ARG;
    odd_status st =
        odd_flagging_check(job, ranked->probability != NULL, ranked->rarity, ranked->cut > 0);
    if (st == ODD_OK) st = odd_flagging_decide(job, &part, out);
    odd_job_free(&job);
    return st;
}

static void each_way(void)
{
    odd_flagging f;
    odd_ranked plain = rows;
    plain.probability = NULL;
    set_up();
    CU_ASSERT_EQUAL(decide(NULL, 0, &rows, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.flagged, N / 4);
    CU_ASSERT(odd_flagging_flags(&f, 0, 0.5) && !odd_flagging_flags(&f, 1000, 0.4));
    CU_ASSERT_EQUAL(decide(NULL, 0, &plain, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.flagged, 10); /* 0.05 of 198, rounded */
    CU_ASSERT_EQUAL(decide((const char *[]){"score.flag_share=0.1"}, 1, &rows, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.flagged, 20);
    CU_ASSERT_EQUAL(f.threshold, N - 20);
    odd_ranked ruled = plain;
    ruled.cut = N - 4;
    for (int given = 0; given < 2; given++) {
        CU_ASSERT_EQUAL(decide((const char *[]){"score.flag_by=detector"}, given, &ruled, &f),
                        ODD_OK);
        CU_ASSERT_EQUAL(f.flagged, 4);
        CU_ASSERT_EQUAL(f.threshold, N - 4);
    }
    CU_ASSERT_EQUAL(decide((const char *[]){"score.flag_share=0.1"}, 1, &ruled, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.flagged, 20);
    CU_ASSERT_EQUAL(decide((const char *[]){"score.flag_by=detector"}, 1, &plain, &f), ODD_USAGE);
    CU_ASSERT_EQUAL(decide((const char *[]){"score.flag_by=estimate"}, 1, &rows, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.flagged, 60); /* 50 of 0.9 and 148 of 0.1 make 59.8 */
    CU_ASSERT_EQUAL(decide((const char *[]){"score.flag_share=0"}, 1, &rows, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.flagged, 0);
    CU_ASSERT(!odd_flagging_flags(&f, 1e300, 1));
}

/* 99 images vouch: 0, 2, ... 198 without 10. With a rate of 0.1 and confidence 0.9 six of them may
 * be flagged or lie on the threshold: P(Binomial(99, 0.1) >= 5) = 0.976, >= 6: 0.941, >= 7: 0.881.
 */
static void by_false_alarm(void)
{
    const char *set[] = {"score.flag_by=false_alarm", "score.false_alarm=0.1",
                         "score.confidence=0.9", "fit.calibration=0.5"};
    odd_flagging f;
    set_up();
    CU_ASSERT_EQUAL(decide(set, 4, &rows, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.cut.above, 6);
    CU_ASSERT_EQUAL(f.cut.threshold, N - 12);
    CU_ASSERT_EQUAL(f.flagged, 11); /* above it, not on it */
    CU_ASSERT(odd_flagging_flags(&f, N - 11, 0) && !odd_flagging_flags(&f, N - 12, 1));
}

/* Images that are kept for the threshold choose it, also where views rank; where they are too few
 * they do not, and a share that is given comes first. */
static void by_false_alarm_of_itself(void)
{
    const char *set[] = {"fit.calibration=0.5", "score.false_alarm=0.1", "score.confidence=0.9",
                         "score.flag_share=0.1"};
    odd_flagging f;
    odd_ranked views = rows;
    views.probability = NULL;
    views.rarity = true;
    set_up();
    CU_ASSERT_EQUAL(decide(set, 3, &views, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.cut.threshold, N - 12);
    CU_ASSERT_EQUAL(f.flagged, 11);
    CU_ASSERT_EQUAL(decide(set, 4, &views, &f), ODD_OK);
    CU_ASSERT_EQUAL(f.flagged, 20);
    for (int i = 20; i < N; i++) /* 9 are left; 22 are needed */
        calibrates[i] = 0;
    CU_ASSERT_EQUAL(decide(set, 3, &views, &f), ODD_OK);
    CU_ASSERT(f.threshold > 3.6 && f.threshold < 3.61 && f.cut.above == 0); /* the rarity */
}

static void what_cannot_be_had(void)
{
    odd_flagging f;
    odd_ranked plain = rows, none = rows;
    plain.probability = NULL;
    none.calibrates = NULL;
    set_up();
    CU_ASSERT_EQUAL(decide((const char *[]){"score.flag_by=estimate"}, 1, &plain, &f), ODD_USAGE);
    CU_ASSERT_EQUAL(decide((const char *[]){"score.flag_by=false_alarm"}, 1, &rows, &f), ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "fit.calibration"));
    const char *set[] = {"score.flag_by=false_alarm", "fit.calibration=0.5"};
    CU_ASSERT_EQUAL(decide(set, 2, &none, &f), ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "needs 59 verified theme images"));
}

/* The same where the order of the scores is known already. */
static void by_order(void)
{
    odd_ranked part;
    odd_order order;
    odd_flagging f;
    int64_t row[N], place[N];
    int count;
    const odd_section *sections = odd_job_sections(&count);
    odd_job *job;
    set_up();
    score[5] = score[N - 20]; /* as odd as the last one that is flagged, and before it */
    part = part_of(&rows);
    for (int i = 0; i < N; i++)
        row[i] = part.score - score + i;
    CU_ASSERT_EQUAL(
        odd_job_load(NULL, (const char *[]){"score.flag_share=0.1"}, 1, sections, count, &job),
        ODD_OK);
    CU_ASSERT_EQUAL(odd_order_falling(MPI_COMM_WORLD, part.n, part.score, row, place, &order),
                    ODD_OK);
    for (int known = 0; known < 2; known++) {
        part.order = known ? &order : NULL;
        CU_ASSERT_EQUAL(odd_flagging_decide(job, &part, &f), ODD_OK);
        CU_ASSERT(f.flagged == 20 && f.threshold == N - 20);
    }
    odd_order_free(&order);
    odd_job_free(&job);
}

static void some_verified_are_kept(void)
{
    uint8_t verified[N], *kept = NULL, *again = NULL;
    int count, theme = 0, other = 0;
    const odd_section *sections = odd_job_sections(&count);
    odd_job *job;
    for (int i = 0; i < N; i++)
        verified[i] = (uint8_t)(i % 3); /* 67 theme: numbers 1, 4, ... */
    CU_ASSERT_EQUAL(
        odd_job_load(NULL, (const char *[]){"fit.calibration=0.5"}, 1, sections, count, &job),
        ODD_OK);
    CU_ASSERT_EQUAL(odd_calibration_mark(job, N, verified, &kept), ODD_OK);
    CU_ASSERT_EQUAL(odd_calibration_mark(job, N, verified, &again), ODD_OK);
    for (int i = 0; kept && i < N; i++) {
        theme += kept[i] && verified[i] == ODD_VERIFIED_THEME;
        other += kept[i] && verified[i] != ODD_VERIFIED_THEME;
    }
    CU_ASSERT_EQUAL(theme, 34);
    CU_ASSERT_EQUAL(other, 0);
    CU_ASSERT(kept && again && memcmp(kept, again, N) == 0);
    odd_free(kept);
    odd_free(again);
    odd_job_free(&job);
}

CU_TestInfo odd_tests[] = {
    {"each way to cut", each_way},
    {"by a false-alarm rate", by_false_alarm},
    {"by a false-alarm rate of itself", by_false_alarm_of_itself},
    {"what cannot be had", what_cannot_be_had},
    {"by an order", by_order},
    {"some verified are kept", some_verified_are_kept},
    CU_TEST_INFO_NULL,
};
