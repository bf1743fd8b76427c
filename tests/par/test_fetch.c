/* Fetch: rows in any order, of whichever rank, in memory or read; a failed read fails everywhere.
 */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fetch.h"

const char *odd_test_name = "par.fetch";

#define WORLD MPI_COMM_WORLD
enum { WIDTH = 3, MOST = 64 };

/* Row r is 10 r, 10 r + 1, 10 r + 2. */
typedef struct {
    int64_t row0, fails_at, longest;
} source;

static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    source *s = context;
    if (count > s->longest) s->longest = count;
    if (s->row0 + local == s->fails_at) return odd_fail(ODD_IO, "on purpose");
    for (int64_t i = 0; i < count * WIDTH; i++)
        x[i] = (float)(10 * (s->row0 + local + i / WIDTH) + i % WIDTH);
    return ODD_OK;
}

static odd_rows rows_of(int64_t n, source *s)
{
    odd_rows rows = odd_rows_in_memory(WORLD, n, WIDTH, NULL);
    *s = (source){.row0 = rows.part.row0, .fails_at = -1};
    rows.read = read_rows;
    rows.reader = s;
    return rows;
}

/* Each rank draws its own: some rows twice, those of one rank by several. */
static int64_t draw(int64_t n, uint32_t turn, int64_t row[])
{
    const int64_t count = n == 0 ? 0 : (odd_rank(WORLD) + (int64_t)turn) % 4 * 5;
    for (int64_t i = 0; i < count; i++)
        row[i] = (int64_t)odd_below((uint64_t)n, 4, ODD_STREAM_TEST,
                                    (uint64_t)(100 * odd_rank(WORLD) + i), turn);
    return count;
}

static bool are(int64_t count, const int64_t row[], const float x[])
{
    bool good = true;
    for (int64_t i = 0; i < count * WIDTH; i++)
        good = good && x[i] == (float)(10 * row[i / WIDTH] + i % WIDTH);
    return good;
}

static bool fetches(const odd_rows *rows)
{
    int64_t row[MOST];
    float x[MOST * WIDTH];
    odd_fetch *fetch;
    bool good = odd_fetch_new(rows, MOST, &fetch) == ODD_OK;
    for (uint32_t turn = 0; good && turn < 12; turn++) {
        const int64_t count = draw(rows->part.n, turn, row);
        good = odd_fetch_rows(fetch, count, row, x) == ODD_OK && are(count, row, x);
        good = check_all(WORLD, good);
    }
    odd_fetch_free(&fetch);
    return good;
}

static void test_read(void)
{
    source s;
    for (int64_t n = 0; n < 200; n += 33) {
        const odd_rows rows = rows_of(n, &s);
        if (!check_all(WORLD, fetches(&rows))) return;
        CU_ASSERT(s.longest <= 1);
    }
}

static void test_in_memory(void)
{
    for (int64_t n = 1; n < 200; n += 66) {
        source s;
        odd_rows rows = rows_of(n, &s);
        float *x = odd_alloc(rows.part.n_local * WIDTH, sizeof *x);
        CU_ASSERT(read_rows(&s, 0, rows.part.n_local, x) == ODD_OK);
        rows = odd_rows_in_memory(WORLD, n, WIDTH, x);
        const bool good = fetches(&rows);
        odd_free(x);
        if (!check_all(WORLD, good)) return;
    }
}

/* The row is asked for by rank 0 alone. */
static void test_failure(void)
{
    const int64_t row[] = {2, 99};
    float x[2 * WIDTH];
    source s;
    odd_fetch *fetch;
    const odd_rows rows = rows_of(100, &s);
    const int64_t count = odd_rank(WORLD) == 0 ? 2 : 0;
    s.fails_at = 99;
    if (!check_all(WORLD, odd_fetch_new(&rows, 2, &fetch) == ODD_OK)) return;
    check_all(WORLD, odd_fetch_rows(fetch, count, row, x) == ODD_IO);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "on purpose");
    s.fails_at = -1;
    check_all(WORLD, odd_fetch_rows(fetch, count, row, x) == ODD_OK && are(count, row, x));
    odd_fetch_free(&fetch);
}

CU_TestInfo odd_tests[] = {
    {"rows are read", test_read},
    {"rows are in memory", test_in_memory},
    {"a row cannot be read", test_failure},
    CU_TEST_INFO_NULL,
};
