/* Serial sum: the bits of one loop over the numbers of all ranks. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "oddlot/par/serial_sum.h"

#include <math.h>

const char *odd_test_name = "par.serial_sum";

#define WORLD MPI_COMM_WORLD
enum { N = 1000 };

/* Of sizes whose sum depends on the order; every tenth is none. */
static double number(int i)
{
    return i % 10 == 3 ? NAN : exp(20 * sin(i)) * (i % 2 ? 1 : -1);
}

/* The first and the last rank have half each, those between them none. */
static void test_same_bits(void)
{
    const int size = odd_size(WORLD), rank = odd_rank(WORLD);
    const int first = rank == 0 ? 0 : N / 2, end = rank == size - 1 ? N : N / 2;
    double value[N], expected = 0, sum = -1;
    for (int i = 0; i < N; i++)
        expected += isnan(number(i)) ? 0 : number(i);
    for (int i = first; i < end; i++)
        value[i - first] = number(i);
    check_all(WORLD, odd_serial_sum(WORLD, end - first, value, &sum) == N - N / 10);
    check_all(WORLD, sum == expected);
    check_all(WORLD, odd_serial_sum(WORLD, 0, NULL, &sum) == 0 && sum == 0);
}

/* Three kinds, and values that are of none. */
static void test_kinds(void)
{
    enum { KINDS = 3 };
    const int size = odd_size(WORLD), rank = odd_rank(WORLD);
    const int first = rank == 0 ? 0 : N / 2, end = rank == size - 1 ? N : N / 2;
    double value[N], expected[KINDS] = {0}, sum[KINDS];
    int32_t kind[N];
    for (int i = 0; i < N; i++) {
        value[i] = exp(20 * sin(i)) * (i % 2 ? 1 : -1);
        kind[i] = i % 7 % (KINDS + 1) - 1;
        if (kind[i] >= 0) expected[kind[i]] += value[i];
    }
    odd_serial_sums(WORLD, end - first, kind + first, value + first, KINDS, sum);
    for (int k = 0; k < KINDS; k++)
        check_all(WORLD, sum[k] == expected[k]);
}

CU_TestInfo odd_tests[] = {{"same bits", test_same_bits}, {"kinds", test_kinds}, CU_TEST_INFO_NULL};
