/* The row loop: every row once, the same bits in memory and read, on any ranks and threads. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/rows.h"
#include "oddlot/par/signals.h"
#include "oddlot/par/threads.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define WORLD MPI_COMM_WORLD
enum { D = 3, LENGTH = 2 * D + 1, LARGEST = 5000 };

static void make_rows(int64_t row, int64_t count, float x[])
{
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < D; j++)
            x[i * D + j] = (float)odd_normal(3, ODD_STREAM_TEST, (uint64_t)(row + i), (uint32_t)j);
}

/* A file of generated rows; `context` is the partition. */
static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    const odd_partition *part = context;
    if (local < 0 || count < 1 || local + count > part->n_local)
        return odd_fail(ODD_ARG, "rows that are not mine");
    make_rows(part->row0 + local, count, x);
    return ODD_OK;
}

/* Count, sum and sum of squares of each feature. */
static odd_status moments(void *context, const odd_block *block, double sum[])
{
    (void)context;
    for (int i = 0; i < block->count; i++)
        for (int j = 0; j < block->d; j++) {
            double x = block->x[i * block->d + j];
            sum[j] += x;
            sum[D + j] += x * x;
        }
    sum[2 * D] += block->count;
    return ODD_OK;
}

typedef struct {
    odd_rows rows;
    float *x; /* (n_local, D), the reader's rows are the same */
} catalogue;

static odd_status open_catalogue(MPI_Comm comm, int64_t n, catalogue *c)
{
    odd_partition part = odd_partition_rows(comm, n);
    odd_status st = ODD_NEW(c->x, part.n_local * D);
    if (st != ODD_OK) return st;
    make_rows(part.row0, part.n_local, c->x);
    c->rows = odd_rows_in_memory(comm, n, D, c->x);
    return ODD_OK;
}

static void use_reader(catalogue *c, int64_t panel_blocks)
{
    c->rows.x = NULL;
    c->rows.read = read_rows;
    c->rows.reader = &c->rows.part;
    c->rows.panel = panel_blocks * c->rows.part.block;
}

/* The serial answer: one rank, one thread, in memory. */
static bool serial_sum(int64_t n, double sum[])
{
    catalogue c;
    odd_threads_setup(1, 1);
    bool good = open_catalogue(MPI_COMM_SELF, n, &c) == ODD_OK &&
                odd_rows_sum(&c.rows, moments, NULL, LENGTH, sum) == ODD_OK;
    odd_free(c.x);
    return good;
}

/* panel_blocks -1: in memory; 0: the default panel of a reader. */
static bool sums_like_serial(int64_t n, int threads, int64_t panel_blocks)
{
    double expected[LENGTH], sum[LENGTH];
    catalogue c;
    if (!check_all(WORLD, serial_sum(n, expected) && open_catalogue(WORLD, n, &c) == ODD_OK))
        return false;
    if (panel_blocks >= 0) use_reader(&c, panel_blocks);
    odd_threads_setup(threads, 1);
    bool good = odd_rows_sum(&c.rows, moments, NULL, LENGTH, sum) == ODD_OK &&
                memcmp(sum, expected, sizeof sum) == 0 && sum[2 * D] == (double)n;
    odd_free(c.x);
    return good;
}

/* Parts of a block are blocks: the same rows by the same numbers. */
static odd_status look_at_parts(void *context, const odd_block *block, double sum[])
{
    int *most = context, seen = 0;
    bool good = true;
    (void)sum;
    for (int i = 0; i < block->count; i += *most) {
        const odd_block part = odd_block_part(block, i, *most);
        good = good && part.count > 0 && part.count <= *most && part.row == block->row + i;
        good = good && part.local == block->local + i && part.x == block->x + (int64_t)i * D;
        good = good && part.d == D && part.thread == block->thread;
        seen += part.count;
    }
    return good && seen == block->count ? ODD_OK : odd_fail(ODD_DIFFER, "parts are no block");
}

static void test_parts(void)
{
    catalogue c;
    if (!check_all(WORLD, open_catalogue(WORLD, 1013, &c) == ODD_OK)) return;
    for (int most = 1; most < 30; most += 4)
        check_all(WORLD, odd_rows_each(&c.rows, look_at_parts, &most) == ODD_OK);
    odd_free(c.x);
}

static void test_sum(void)
{
    const int64_t sizes[] = {0, 1, 8, 9, 100, 1000, LARGEST};
    for (int i = 0; i < 7; i++)
        for (int threads = 1; threads <= 3; threads++)
            for (int64_t panel = -1; panel <= 3; panel++)
                if (!check_all(WORLD, sums_like_serial(sizes[i], threads, panel))) return;
}

typedef struct {
    const odd_rows *rows;
    int *visits;    /* (n_local) */
    int64_t failed; /* rows from here on fail; -1: none */
    int wrong;
} visit;

static odd_status visit_block(void *context, const odd_block *block, double sum[])
{
    visit *v = context;
    float x[D];
    bool good = !sum && block->d == D && block->thread >= 0 && block->thread < odd_threads() &&
                block->row == v->rows->part.row0 + block->local;
    for (int i = 0; i < block->count; i++) {
        v->visits[block->local + i]++;
        make_rows(block->row + i, 1, x);
        good = good && memcmp(x, block->x + i * D, sizeof x) == 0;
    }
    if (!good) {
#pragma omp atomic
        v->wrong++;
    }
    if (v->failed >= 0 && block->row + block->count > v->failed)
        return odd_fail(ODD_NUMERIC, "block at row %lld", (long long)block->row);
    return ODD_OK;
}

static bool visits_each_row_once(int64_t n, bool read)
{
    catalogue c;
    visit v = {.rows = &c.rows, .failed = -1};
    bool good =
        open_catalogue(WORLD, n, &c) == ODD_OK && ODD_NEW(v.visits, c.rows.part.n_local) == ODD_OK;
    if (!check_all(WORLD, good)) return false;
    if (read) use_reader(&c, 2);
    good = odd_rows_each(&c.rows, visit_block, &v) == ODD_OK && v.wrong == 0;
    for (int64_t i = 0; i < c.rows.part.n_local; i++)
        good = good && v.visits[i] == 1;
    odd_free(v.visits);
    odd_free(c.x);
    return good;
}

static void test_each(void)
{
    const int64_t sizes[] = {0, 7, 100, 1001};
    for (int threads = 1; threads <= 3; threads++) {
        odd_threads_setup(threads, 1);
        for (int i = 0; i < 4; i++) {
            CU_ASSERT(check_all(WORLD, visits_each_row_once(sizes[i], false)));
            CU_ASSERT(check_all(WORLD, visits_each_row_once(sizes[i], true)));
        }
    }
}

/* The lowest block that fails gives the reason, on every rank, for any number of threads. */
static bool fails_at(int64_t n, int64_t row, bool read)
{
    catalogue c;
    char reason[64];
    visit v = {.rows = &c.rows, .failed = row};
    bool good =
        open_catalogue(WORLD, n, &c) == ODD_OK && ODD_NEW(v.visits, c.rows.part.n_local) == ODD_OK;
    if (!check_all(WORLD, good)) return false;
    if (read) use_reader(&c, 1);
    int64_t block = c.rows.part.block;
    snprintf(reason, sizeof reason, "block at row %lld", (long long)(row / block * block));
    odd_status st = odd_rows_each(&c.rows, visit_block, &v);
    odd_free(v.visits);
    odd_free(c.x);
    return st == ODD_NUMERIC && strcmp(odd_fail_reason(), reason) == 0;
}

static void test_failing_block(void)
{
    const int64_t rows[] = {0, 300, 555, 998};
    for (int threads = 1; threads <= 3; threads++) {
        odd_threads_setup(threads, 1);
        for (int i = 0; i < 4; i++) {
            CU_ASSERT(check_all(WORLD, fails_at(1000, rows[i], false)));
            CU_ASSERT(check_all(WORLD, fails_at(1000, rows[i], true)));
        }
    }
}

/* Fails in the first block of each of two threads, after the seconds `context` has for it. */
static odd_status fail_late(void *context, const odd_block *block, double sum[])
{
    const double *seconds = context;
    int half = block->thread;
    (void)sum;
    nanosleep(&(struct timespec){0, (long)(1e9 * seconds[half])}, NULL);
    return odd_fail(ODD_NUMERIC, half == 0 ? "low" : "high");
}

/* Whichever of two threads fails first; both are at work by then. */
static void test_failing_in_any_order(void)
{
    catalogue c;
    double low_last[] = {0.1, 0.03}, high_last[] = {0.03, 0.1};
    odd_threads_setup(2, 1);
    if (!check_all(WORLD, open_catalogue(MPI_COMM_SELF, 1000, &c) == ODD_OK)) return;
    CU_ASSERT(odd_rows_each(&c.rows, fail_late, low_last) == ODD_NUMERIC);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "low");
    CU_ASSERT(odd_rows_each(&c.rows, fail_late, high_last) == ODD_NUMERIC);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "low");
    odd_free(c.x);
}

/* What comes after a failure is left. */
static void test_failure_stops_the_walk(void)
{
    catalogue c;
    visit v = {.rows = &c.rows, .failed = 300};
    odd_threads_setup(1, 1);
    bool good =
        open_catalogue(MPI_COMM_SELF, 1000, &c) == ODD_OK && ODD_NEW(v.visits, 1000) == ODD_OK;
    if (!check_all(WORLD, good)) return;
    CU_ASSERT(odd_rows_each(&c.rows, visit_block, &v) == ODD_NUMERIC);
    CU_ASSERT(v.visits[300] == 1 && v.visits[300 + c.rows.part.block] == 0);
    use_reader(&c, 1);
    CU_ASSERT(odd_rows_each(&c.rows, visit_block, &v) == ODD_NUMERIC);
    CU_ASSERT(v.visits[300] == 2 && v.visits[300 + c.rows.part.block] == 0);
    odd_free(v.visits);
    odd_free(c.x);
}

/* One rank is told to stop while it is at its second block. */
static odd_status raise_in_block(void *context, const odd_block *block, double sum[])
{
    int *visited = context;
    (void)sum;
    ++*visited;
    if (block->local > 0 && odd_rank(WORLD) == odd_size(WORLD) - 1) raise(SIGUSR1);
    return ODD_OK;
}

static void test_told_to_stop(void)
{
    catalogue c;
    int visited = 0;
    bool last = odd_rank(WORLD) == odd_size(WORLD) - 1;
    odd_threads_setup(1, 1);
    odd_signals_install();
    if (!check_all(WORLD, open_catalogue(WORLD, 4000, &c) == ODD_OK)) return;
    odd_status st = odd_rows_each(&c.rows, raise_in_block, &visited);
    CU_ASSERT(check_all(WORLD, st == ODD_STOPPED));
    CU_ASSERT(check_all(WORLD, strcmp(odd_fail_reason(), "told to stop by SIGUSR1") == 0));
    CU_ASSERT(last ? visited == 2 : visited > 2);
    odd_signals_install();
    odd_free(c.x);
}

static odd_status fail_in_sum(void *context, const odd_block *block, double sum[])
{
    sum[0] = 1;
    if (block->row < *(int64_t *)context) return ODD_OK;
    return odd_fail(ODD_FORMAT, "row %lld has a NaN", (long long)block->row);
}

static void test_failing_sum(void)
{
    catalogue c;
    double sum[LENGTH];
    int64_t last = 992;
    odd_threads_setup(2, 1);
    if (!check_all(WORLD, open_catalogue(WORLD, 1000, &c) == ODD_OK)) return;
    odd_status st = odd_rows_sum(&c.rows, fail_in_sum, &last, LENGTH, sum);
    CU_ASSERT(check_all(WORLD, st == ODD_FORMAT));
    CU_ASSERT(check_all(WORLD, strcmp(odd_fail_reason(), "row 992 has a NaN") == 0));
    odd_free(c.x);
}

static odd_status fail_to_read(void *context, int64_t local, int64_t count, float x[])
{
    const odd_partition *part = context;
    if (part->row0 + local + count == part->n) return odd_fail(ODD_IO, "the file ends early");
    return read_rows(context, local, count, x);
}

static void test_failing_reader(void)
{
    catalogue c;
    double sum[LENGTH];
    if (!check_all(WORLD, open_catalogue(WORLD, 1000, &c) == ODD_OK)) return;
    use_reader(&c, 3);
    c.rows.read = fail_to_read;
    odd_status st = odd_rows_sum(&c.rows, moments, NULL, LENGTH, sum);
    CU_ASSERT(check_all(WORLD, st == ODD_IO));
    CU_ASSERT(check_all(WORLD, strcmp(odd_fail_reason(), "the file ends early") == 0));
    odd_free(c.x);
}

/* Of debug builds: a rank that asks for another sum than the others is told so, and does not hang.
 */
static void test_same_length(void)
{
#ifdef ODD_DEBUG
    catalogue c;
    double sum[LENGTH];
    const bool alone = odd_size(WORLD) == 1;
    if (!check_all(WORLD, open_catalogue(WORLD, 1000, &c) == ODD_OK)) return;
    const int64_t length = LENGTH - (odd_rank(WORLD) == 1);
    odd_status st = odd_rows_sum(&c.rows, moments, NULL, length, sum);
    CU_ASSERT(check_all(WORLD, st == (alone ? ODD_OK : ODD_DIFFER)));
    CU_ASSERT(alone || strstr(odd_fail_reason(), "length of a sum over rows"));
    odd_free(c.x);
#endif
}

const char *odd_test_name = "par.rows";
CU_TestInfo odd_tests[] = {
    {"parts of a block", test_parts},
    {"sums are those of one rank and one thread", test_sum},
    {"each row is visited once", test_each},
    {"a block fails", test_failing_block},
    {"two blocks fail in any order", test_failing_in_any_order},
    {"told to stop", test_told_to_stop},
    {"a failure stops the walk", test_failure_stops_the_walk},
    {"a block fails in a sum", test_failing_sum},
    {"the reader fails", test_failing_reader},
    {"the same length on all ranks", test_same_length},
    CU_TEST_INFO_NULL,
};
