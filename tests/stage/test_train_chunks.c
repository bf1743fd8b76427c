/* Chunks: every row is worked on once, in chunks that do not depend on the number of ranks, and
 * all ranks have all values. */
#include "training_fixture.h"

const char *odd_test_name = "stage/train_chunks";

enum { MOST = 200, WIDTH = 3 };

/* What one rank's calls were. */
typedef struct {
    const int64_t *row; /* all of them */
    int64_t done, fails_at;
    bool in_chunks;
} work_state;

static double expected(int64_t row, int j)
{
    return sin((double)(row * WIDTH + j));
}

static odd_status work(void *context, int64_t count, const int64_t row[], double value[])
{
    work_state *s = context;
    s->in_chunks =
        s->in_chunks && count >= 1 && count <= ODD_CHUNK && (row - s->row) % ODD_CHUNK == 0;
    for (int64_t i = 0; i < count; i++) {
        if (row[i] == s->fails_at) return odd_fail(ODD_NUMERIC, "row %lld", (long long)row[i]);
        for (int j = 0; j < WIDTH; j++)
            value[i * WIDTH + j] += expected(row[i], j); /* they were 0 */
    }
    s->done += count;
    return ODD_OK;
}

static odd_status do_rows(MPI_Comm comm, int64_t count, int64_t fails_at, int64_t *done,
                          double value[])
{
    int64_t row[MOST];
    work_state s = {.row = row, .fails_at = fails_at, .in_chunks = true};
    for (int64_t i = 0; i < count; i++)
        row[i] = 1000 - 7 * i;
    memset(value, 0xff, MOST * WIDTH * sizeof *value);
    const odd_status st = odd_train_chunks(comm, count, row, WIDTH, work, &s, value);
    *done = s.done;
    odd_sum_i64(comm, done, 1);
    return s.in_chunks ? st : ODD_ARG;
}

static bool all_right(MPI_Comm team, int64_t count)
{
    double value[MOST * WIDTH];
    int64_t done;
    if (team == MPI_COMM_NULL) return true;
    bool good = do_rows(team, count, INT64_MIN, &done, value) == ODD_OK && done == count;
    for (int64_t i = 0; good && i < count * WIDTH; i++)
        good = value[i] == expected(1000 - 7 * (i / WIDTH), (int)(i % WIDTH));
    return good;
}

static void test_each_once(void)
{
    static const int64_t counts[] = {0, 1, ODD_CHUNK, ODD_CHUNK + 1, MOST};
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            check_all(WORLD, all_right(team, counts[c]));
        test_team_free(&team);
    }
}

/* The last chunk fails on one rank: all return its reason. */
static void test_failure(void)
{
    double value[MOST * WIDTH];
    int64_t done;
    check_all(WORLD, do_rows(WORLD, MOST, 1000 - 7 * 195, &done, value) == ODD_NUMERIC);
    check_all(WORLD, strstr(odd_fail_reason(), "row -365") != NULL);
}

static odd_status signed_zeros(void *context, int64_t count, const int64_t row[], double value[])
{
    (void)context;
    for (int64_t i = 0; i < count; i++)
        value[i] = row[i] % 2 ? -0.0 : NAN;
    return ODD_OK;
}

/* A zero has no sign, on one rank as on more; what is no number stays none. */
static void test_zeros(void)
{
    int64_t row[MOST];
    double here[MOST], all[MOST];
    for (int64_t i = 0; i < MOST; i++)
        row[i] = i;
    bool good = odd_train_chunks(SELF, MOST, row, 1, signed_zeros, NULL, here) == ODD_OK;
    check_all(WORLD, good);
    good = odd_train_chunks(WORLD, MOST, row, 1, signed_zeros, NULL, all) == ODD_OK;
    for (int64_t i = 0; i < MOST; i++)
        good = good && (i % 2 ? !signbit(here[i]) && !signbit(all[i]) && here[i] == 0
                              : isnan(here[i]) && isnan(all[i]));
    check_all(WORLD, good);
}

CU_TestInfo odd_tests[] = {
    {"each row once", test_each_once},
    {"a failure", test_failure},
    {"zeros have no sign", test_zeros},
    CU_TEST_INFO_NULL,
};
