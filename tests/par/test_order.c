/* Order: that of one qsort() of all values, whichever ranks have them; every rank has its part, and
 * knows the places of its own. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *odd_test_name = "par.order";

#define WORLD MPI_COMM_WORLD
enum { MOST = 3000 };

typedef double (*maker)(int64_t row);

static double draw(int64_t row)
{
    return odd_uniform(5, ODD_STREAM_TEST, (uint64_t)row, 0);
}

static double any_size(int64_t row)
{
    return (row % 2 ? -1 : 1) * exp(80 * (draw(row) - 0.5));
}

static double few_values(int64_t row)
{
    return floor(4 * draw(row)) - 2;
}

static double equal(int64_t row)
{
    return 0 * (double)row + 0.25;
}

static double zeros(int64_t row)
{
    return row % 3 ? 0.0 : -0.0;
}

static double with_none(int64_t row)
{
    return row % 5 == 2 ? NAN : row % 7 == 3 ? INFINITY : row % 11 == 4 ? -INFINITY : draw(row);
}

static double nothing(int64_t row)
{
    return 0 * (double)row + NAN;
}

static double rising(int64_t row)
{
    return (double)row;
}

/* Who has a row: in turn, all on the last rank, blocks, or nobody before the second rank. */
static int owner_of(int way, int64_t row, int64_t n)
{
    const int size = odd_size(WORLD);
    if (way == 0) return (int)(row % size);
    if (way == 1) return size - 1;
    if (way == 2) return (int)(row * size / n);
    return size == 1 ? 0 : 1 + (int)(row % (size - 1));
}

static maker made;

static int by_value(const void *a, const void *b)
{
    const int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;
    const double x = made(i), y = made(j);
    if (isnan(x) != isnan(y)) return isnan(x) ? 1 : -1;
    if (!isnan(x) && x != y) return x > y ? -1 : 1;
    return i < j ? -1 : i > j;
}

/* Rows have numbers that are far apart, as images are that were read. */
static int64_t number_of(int64_t row)
{
    return 3 * row + 1;
}

static bool is_part(const odd_order *o, const int64_t order[])
{
    bool same = true;
    for (int64_t i = 0; i < o->part.n_local; i++) {
        const double value = made(order[o->part.row0 + i]);
        same = same && o->at[i].row == number_of(order[o->part.row0 + i]) &&
               memcmp(&o->at[i].value, &value, sizeof value) == 0;
    }
    return same;
}

static bool in_order(int64_t n, int way)
{
    static double value[MOST];
    static int64_t row[MOST], mine[MOST], place[MOST], order[MOST];
    const odd_partition part = odd_partition_rows(WORLD, n);
    int64_t count = 0;
    odd_order o;
    for (int64_t i = n - 1; i >= 0; i--) { /* not by rising rows */
        order[i] = i;
        if (owner_of(way, i, n) != odd_rank(WORLD)) continue;
        value[count] = made(i);
        mine[count] = i;
        row[count++] = number_of(i);
    }
    qsort(order, (size_t)n, sizeof *order, by_value);
    bool same = odd_order_falling(WORLD, count, value, row, place, &o) == ODD_OK;
    same = same && o.part.n == n && o.part.row0 == part.row0 && o.part.n_local == part.n_local &&
           is_part(&o, order);
    for (int64_t i = 0; same && i < count; i++)
        same = order[place[i]] == mine[i];
    for (int64_t at = 0; at < n; at += n / 3 + 1) { /* by all ranks, also by one that is wrong */
        const double wanted = made(order[at]), got = odd_order_value(&o, at);
        same = memcmp(&wanted, &got, sizeof got) == 0 && same;
    }
    odd_order_free(&o);
    return same;
}

static void check_values(maker values)
{
    static const int64_t sizes[] = {1, 5, MOST};
    made = values;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int way = 0; way < 4; way++)
            check_all(WORLD, in_order(sizes[k], way));
}

static void test_values(void)
{
    check_values(any_size);
    check_values(rising);
}

static void test_ties(void)
{
    check_values(few_values);
    check_values(equal);
    check_values(zeros);
}

static void test_not_numbers(void)
{
    check_values(with_none);
    check_values(nothing);
}

static void test_none(void)
{
    odd_order o;
    check_all(WORLD, odd_order_falling(WORLD, 0, NULL, NULL, NULL, &o) == ODD_OK);
    check_all(WORLD, o.part.n == 0 && o.part.n_local == 0);
    odd_order_free(&o);
    odd_order_free(&o);
}

static bool refuse(void)
{
    return false;
}

/* A rank without memory: all fail, none waits. */
static void test_memory(void)
{
    const double value[] = {1, 2};
    const int64_t row[] = {2 * odd_rank(WORLD), 2 * odd_rank(WORLD) + 1};
    int64_t place[2];
    odd_order o;
    odd_memory_set_check(odd_rank(WORLD) == odd_size(WORLD) - 1 ? refuse : NULL);
    const odd_status st = odd_order_falling(WORLD, 2, value, row, place, &o);
    odd_memory_set_check(NULL);
    check_all(WORLD, st == ODD_NOMEM && !o.at);
}

CU_TestInfo odd_tests[] = {
    {"values", test_values}, {"ties", test_ties},     {"not numbers", test_not_numbers},
    {"none", test_none},     {"memory", test_memory}, CU_TEST_INFO_NULL,
};
