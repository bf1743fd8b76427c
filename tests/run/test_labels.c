/* Labels as numbers over ranks: by hand, with many, and with none. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/labels.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "labels";

#define WORLD MPI_COMM_WORLD

/* Mine of n rows: the second rank has none. */
static void my_rows(int64_t n, int64_t *from, int64_t *to)
{
    const int rank = odd_rank(WORLD), size = odd_size(WORLD);
    *from = rank == 0 ? 0 : size > 2 && rank > 1 ? n * (rank - 1) / (size - 1) : n;
    *to = size <= 2 ? n : rank == 0 ? n / (size - 1) : rank == 1 ? *from : n * rank / (size - 1);
}

static odd_status number(int64_t n, const char *(*text)(int64_t row), odd_labels *out)
{
    int64_t from, to;
    odd_status st;
    my_rows(n, &from, &to);
    ODD_TRY(odd_labels_new(to - from, out));
    for (int64_t i = from; i < to; i++)
        ODD_TRY(odd_labels_add(out, text(i)));
    ODD_TRY(odd_labels_settle(WORLD, out));
done:
    return st;
}

static const char *few(int64_t row)
{
    static const char *const text[] = {"shoe", "", "hat", "Bag", "hat", "shoes", "", "\xff", "hat"};
    return text[row];
}

static void test_by_hand(void)
{
    static const char *const name[] = {"Bag", "hat", "shoe", "shoes", "\xff"};
    static const int64_t of[] = {2, -1, 1, 0, 1, 3, -1, 4, 1};
    odd_labels l;
    int64_t from, to;
    my_rows(9, &from, &to);
    if (!check_all(WORLD, number(9, few, &l) == ODD_OK && l.count == 5 && l.rows == to - from))
        return;
    bool good = memcmp(l.of, of + from, (size_t)l.rows * sizeof *of) == 0;
    for (int k = 0; k < 5; k++)
        good = good && strcmp(l.name[k], name[k]) == 0;
    check_all(WORLD, good);
    check_all(WORLD, odd_labels_share(WORLD, &l) == ODD_OK && l.rows == 9 &&
                         memcmp(l.of, of, sizeof of) == 0);
    odd_labels_free(&l);
}

static const char *many(int64_t row)
{
    static char text[32];
    snprintf(text, sizeof text, "%lld", (long long)(row * 7919 % 3000));
    return text;
}

/* More than the table begins with. */
static void test_many(void)
{
    odd_labels l;
    int64_t from, to;
    my_rows(10000, &from, &to);
    if (!check_all(WORLD, number(10000, many, &l) == ODD_OK && l.count == 3000)) return;
    bool good = true;
    for (int64_t k = 1; k < l.count; k++)
        good = good && strcmp(l.name[k - 1], l.name[k]) < 0;
    for (int64_t i = 0; good && i < l.rows; i++)
        good = strcmp(l.name[l.of[i]], many(from + i)) == 0;
    check_all(WORLD, good);
    odd_labels_free(&l);
}

static const char *none(int64_t row)
{
    (void)row;
    return "";
}

static void test_none(void)
{
    odd_labels l;
    check_all(WORLD, number(9, none, &l) == ODD_OK && l.count == 0);
    for (int64_t i = 0; i < l.rows; i++)
        CU_ASSERT_EQUAL(l.of[i], -1);
    odd_labels_free(&l);
    check_all(WORLD, number(0, none, &l) == ODD_OK && l.count == 0 && l.rows == 0);
    check_all(WORLD, odd_labels_share(WORLD, &l) == ODD_OK && l.rows == 0);
    odd_labels_free(&l);
}

CU_TestInfo odd_tests[] = {
    {"by hand", test_by_hand},
    {"many", test_many},
    {"none", test_none},
    CU_TEST_INFO_NULL,
};
