/* The contract of reductions: neither ranks, threads nor streaming show, nor, but for what the
 * record says, the order of rows. */
#include "kept_passes.h"

#include "oddlot/stage/reductions.h"
#include "reductions_fixture.h"

#include "oddlot/par/threads.h"

const char *odd_test_name = "stage/contract of reductions: who has which rows";

enum { MOST_THREADS = 2 };

/* ---- ranks, threads, streaming ---- */

static bool as_alone(const odd_reduction *r, MPI_Comm team, const outcome *alone)
{
    if (team == MPI_COMM_NULL) return true;
    odd_rows rows = rows_of(team, N, D, plain);
    outcome o = reduce(r, &rows);
    const bool same = o.st == ODD_OK && is_part(&o, rows.part.n_local, alone, rows.part.row0, 0);
    outcome_free(&o);
    rows_free(&rows);
    return same;
}

static void test_ranks(void)
{
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        odd_rows rows = rows_of(SELF, N, D, plain);
        odd_threads_setup(1, 1);
        outcome alone = reduce(r, &rows);
        promise(r, "it learns", alone.st == ODD_OK);
        for (int size = 1; size <= odd_size(WORLD); size++) {
            MPI_Comm team = test_team(size);
            for (int threads = 1; threads <= MOST_THREADS; threads++) {
                odd_threads_setup(threads, 1);
                promise(r, "the same on any number of ranks and threads",
                        as_alone(r, team, &alone));
            }
            test_team_free(&team);
        }
        outcome_free(&alone);
        rows_free(&rows);
    }
}

static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    const odd_rows *rows = context;
    memcpy(x, rows->x + local * rows->d, (size_t)(count * rows->d) * sizeof *x);
    return ODD_OK;
}

/* More rows than any reduction takes at a time. */
static void test_streamed(void)
{
    enum { MANY = 600 };
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        odd_rows rows = rows_of(SELF, MANY, D, plain), streamed = rows;
        streamed.x = NULL;
        streamed.read = read_rows;
        streamed.reader = &rows;
        streamed.panel = 2 * rows.part.block;
        outcome here = reduce(r, &rows), there = reduce(r, &streamed);
        const bool same =
            here.st == ODD_OK && there.st == ODD_OK && here.k == there.k &&
            memcmp(here.score, there.score, (size_t)(MANY * here.k) * sizeof(float)) == 0;
        promise(r, "the same bits from a file, block by block", same);
        outcome_free(&here);
        outcome_free(&there);
        rows_free(&rows);
    }
}

/* What was found before a kill, be it nothing or all, changes no bit; all of it leaves no pass to
 * be made. */
static void test_resumed(void)
{
    static kept_passes kept;
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        odd_rows rows = rows_of(WORLD, N, D, plain);
        const size_t bytes = (size_t)rows.part.n_local * sizeof(float);
        rows.passes = kept_passes_begin(&kept, 0);
        outcome whole = reduce(r, &rows);
        const int all = kept.count, places[] = {1, all / 2, all - 1, all};
        promise(r, "it learns", whole.st == ODD_OK);
        for (int p = 0; p < 4 && all > 0; p++) {
            rows.passes = kept_passes_begin(&kept, places[p]);
            outcome again = reduce(r, &rows);
            promise(r, "the same bits from wherever it goes on",
                    again.st == ODD_OK && again.k == whole.k &&
                        memcmp(again.score, whole.score, bytes * (size_t)whole.k) == 0);
            promise(r, "what is known is not made again",
                    kept.made == all - places[p] && kept.count == all);
            outcome_free(&again);
        }
        outcome_free(&whole);
        kept_passes_free(&kept);
        rows_free(&rows);
    }
}

/* ---- order, single rows ---- */

static int64_t row_at(int64_t place)
{
    return (place * 7 + 3) % N;
}

static double in_another_order(int64_t place, int j)
{
    return plain(row_at(place), j);
}

static void test_order(void)
{
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        odd_rows rows = rows_of(SELF, N, D, plain), others = rows_of(SELF, N, D, in_another_order);
        outcome here = reduce(r, &rows), there = reduce(r, &others);
        const double off = 1e-5 * largest(&here, N);
        bool same = here.st == ODD_OK && there.st == ODD_OK && here.k == there.k;
        for (int64_t p = 0; same && !r->draws && p < N; p++)
            for (int c = 0; c < here.k; c++)
                same = same && fabs((double)there.score[p * here.k + c] -
                                    here.score[row_at(p) * here.k + c]) <= off;
        promise(r, "the order of the rows does not matter, unless it draws", same);
        outcome_free(&here);
        outcome_free(&there);
        rows_free(&rows);
        rows_free(&others);
    }
}

/* What becomes of a row does not depend on what else is reduced. */
static void test_alone(void)
{
    enum { PART = 13 };
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        odd_rows rows = rows_of(SELF, N, D, plain), some = rows_of(SELF, PART, D, plain);
        outcome all = reduce(r, &rows), few = {.k = all.k};
        few.score = odd_alloc(PART * (int64_t)MOST_K, sizeof *few.score);
        few.residual = odd_alloc(PART, sizeof *few.residual);
        const bool ok =
            all.st == ODD_OK && r->apply(&all.model, &some, few.score, few.residual) == ODD_OK;
        promise(r, "each row is reduced for itself", ok && is_part(&few, PART, &all, 0, 1e-6));
        promise(r, "residuals need not be asked for",
                r->apply(&all.model, &some, few.score, NULL) == ODD_OK &&
                    is_part(&few, PART, &all, 0, 1e-6));
        outcome_free(&few);
        outcome_free(&all);
        rows_free(&rows);
        rows_free(&some);
    }
}

CU_TestInfo odd_tests[] = {
    {"any ranks and threads", test_ranks},  {"streamed rows", test_streamed},
    {"a killed fit goes on", test_resumed}, {"the order of the rows", test_order},
    {"each row for itself", test_alone},    CU_TEST_INFO_NULL,
};
