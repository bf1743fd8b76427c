/* The contract of detectors: neither ranks nor threads nor streaming nor the order of the rows show
 * in scores, and odd rows come first. */
#include "contract_fixture.h"

#include "kept_passes.h"

#include "oddlot/par/threads.h"

const char *odd_test_name = "detect/contract: who has which rows";

enum { N = 300, FEW = 3, D = 5, MOST_THREADS = 2 };

/* ---- ranks and threads ---- */

/* The bits of one rank and one thread, also where some ranks have no row. */
static bool as_alone(const odd_detector *detector, MPI_Comm team, int64_t n, const outcome *alone)
{
    if (team == MPI_COMM_NULL) return true;
    odd_rows rows = rows_of(team, n, D, 2, theme_and_odd);
    outcome o = learn(detector, &rows, NULL);
    const size_t columns = (size_t)o.columns;
    const bool same = o.st == ODD_OK && same_bundle(&o.model, &alone->model) &&
                      memcmp(o.score, alone->score + (size_t)rows.part.row0 * columns,
                             (size_t)rows.part.n_local * columns * sizeof *o.score) == 0;
    outcome_free(&o);
    rows_free(&rows);
    return same;
}

static void on_each_team(const odd_detector *detector, int64_t n, const outcome *alone)
{
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        for (int threads = 1; threads <= MOST_THREADS; threads++) {
            odd_threads_setup(threads, 1);
            promise(detector, "the same bits on any number of ranks and threads",
                    as_alone(detector, team, n, alone));
        }
        test_team_free(&team);
    }
}

static void test_ranks_and_threads(void)
{
    static const int64_t sizes[] = {N, FEW};
    for (int i = 0; learners()[i]; i++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            odd_rows rows = rows_of(SELF, sizes[s], D, 2, theme_and_odd);
            odd_threads_setup(1, 1);
            outcome alone = learn(learners()[i], &rows, NULL);
            promise(learners()[i], "it learns from many rows and from few", alone.st == ODD_OK);
            on_each_team(learners()[i], sizes[s], &alone);
            outcome_free(&alone);
            rows_free(&rows);
        }
    odd_threads_setup(MOST_THREADS, 1);
}

/* ---- streaming ---- */

static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    const odd_rows *rows = context;
    memcpy(x, rows->x + local * rows->d, (size_t)(count * rows->d) * sizeof *x);
    return ODD_OK;
}

static void test_streamed_rows(void)
{
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 2, theme_and_odd), streamed = rows;
        streamed.x = NULL;
        streamed.read = read_rows;
        streamed.reader = &rows;
        streamed.panel = 2 * rows.part.block;
        outcome here = learn(learners()[i], &rows, NULL);
        outcome there = learn(learners()[i], &streamed, NULL);
        const size_t bytes = (size_t)(rows.part.n_local * here.columns) * sizeof(double);
        promise(learners()[i], "the same bits from a file, block by block",
                here.st == ODD_OK && there.st == ODD_OK && same_bundle(&here.model, &there.model) &&
                    memcmp(here.score, there.score, bytes) == 0);
        outcome_free(&here);
        outcome_free(&there);
        rows_free(&rows);
    }
}

/* ---- kills ---- */

/* What was found before a kill, be it nothing or all, changes no bit; all of it leaves no pass to
 * be made. */
static void test_resumed(void)
{
    static kept_passes kept;
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 2, theme_and_odd);
        rows.passes = kept_passes_begin(&kept, 0);
        outcome whole = learn(learners()[i], &rows, NULL);
        const int all = kept.count, places[] = {1, all / 2, all - 1, all};
        promise(learners()[i], "it learns", whole.st == ODD_OK);
        for (int p = 0; p < 4 && all > 0; p++) {
            rows.passes = kept_passes_begin(&kept, places[p]);
            outcome again = learn(learners()[i], &rows, NULL);
            promise(learners()[i], "the same bits from wherever it goes on",
                    again.st == ODD_OK && same_bundle(&again.model, &whole.model));
            promise(learners()[i], "what is known is not made again",
                    kept.made == all - places[p] && kept.count == all);
            outcome_free(&again);
        }
        outcome_free(&whole);
        kept_passes_free(&kept);
        rows_free(&rows);
    }
}

/* ---- order ---- */

static int64_t row_at(int64_t place)
{
    return (place * 7 + 3) % N;
}

static double in_another_order(int64_t place, int j, uint64_t seed)
{
    return theme_and_odd(row_at(place), j, seed);
}

/* Row after row in the order of `there`. */
static void put_in_order(const outcome *there, double score[])
{
    for (int64_t i = 0; i < N; i++)
        memcpy(score + row_at(i) * there->columns, there->score + i * there->columns,
               (size_t)there->columns * sizeof *score);
}

/* Sums have other roundings in another order, which an iteration may enlarge. */
static void test_order(void)
{
    double ordered[N * 8];
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(SELF, N, D, 2, theme_and_odd);
        odd_rows others = rows_of(SELF, N, D, 2, in_another_order);
        outcome here = learn(learners()[i], &rows, NULL);
        outcome there = learn(learners()[i], &others, NULL);
        bool ok = here.st == ODD_OK && there.st == ODD_OK && here.columns <= 8;
        if (ok) put_in_order(&there, ordered);
        promise(
            learners()[i], "the order of the rows does not matter, unless it draws",
            ok && (learners()[i]->draws || close_to(ordered, here.score, N * here.columns, 1e-6)));
        promise(learners()[i], "odd rows come first, in any order",
                ok && found(&rows, here.score, here.columns) > 0.9 &&
                    found(&rows, ordered, here.columns) > 0.9);
        outcome_free(&here);
        outcome_free(&there);
        rows_free(&rows);
        rows_free(&others);
    }
}

/* What a row scores does not depend on what else is scored: the first rows alone, whose numbers
 * stay. */
static void test_alone(void)
{
    enum { PART = 21 };
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(SELF, N, D, 2, theme_and_odd);
        odd_rows some = rows_of(SELF, PART, D, 2, theme_and_odd);
        outcome o = learn(learners()[i], &rows, NULL);
        double *score = odd_alloc(PART * (int64_t)o.columns, sizeof *score);
        const bool ok = o.st == ODD_OK && learners()[i]->score(&o.model, &some, score) == ODD_OK;
        promise(learners()[i], "each row is scored for itself",
                ok && close_to(score, o.score, PART * o.columns, 1e-9));
        odd_free(score);
        outcome_free(&o);
        rows_free(&rows);
        rows_free(&some);
    }
}

/* ---- units ---- */

static double far_away(int64_t row, int j, uint64_t seed)
{
    return 1e5 + theme_and_odd(row, j, seed);
}

static double in_tiny_units(int64_t row, int j, uint64_t seed)
{
    return 1e-30 * theme_and_odd(row, j, seed);
}

static double in_huge_units(int64_t row, int j, uint64_t seed)
{
    return 1e30 * theme_and_odd(row, j, seed);
}

/* The chance that an odd row ranks before another hardly changes. */
static void test_units(void)
{
    static const value_function values[] = {theme_and_odd, far_away, in_tiny_units, in_huge_units};
    static const char *const words[] = {"odd rows come first", "far from 0 they do so as well",
                                        "in tiny units they do so as well",
                                        "in huge units they do so as well"};
    for (int i = 0; learners()[i]; i++) {
        double usual = 0;
        for (int v = 0; v < 4; v++) {
            odd_rows rows = rows_of(SELF, N, D, 2, values[v]);
            outcome o = learn(learners()[i], &rows, NULL);
            const double right = o.st == ODD_OK ? found(&rows, o.score, o.columns) : 0;
            if (v == 0) usual = right;
            promise(learners()[i], words[v], right > 0.9 && fabs(right - usual) < 0.02);
            outcome_free(&o);
            rows_free(&rows);
        }
    }
}

CU_TestInfo odd_tests[] = {
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    {"the same bits of streamed rows", test_streamed_rows},
    {"a killed fit goes on", test_resumed},
    {"the order of the rows does not matter", test_order},
    {"each row is scored for itself", test_alone},
    {"units and the place of 0 do not matter", test_units},
    CU_TEST_INFO_NULL,
};
