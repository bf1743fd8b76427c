/* Grid, and eigh, which takes it for large matrices: eigenvectors of every kind of spectrum and any
 * shape. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/eigh.h"
#include "oddlot/linalg/grid.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD

typedef double (*spectrum)(int i, int d); /* the i-th largest of d eigenvalues */

typedef struct {
    int d, k;
    double *a, *upper, *copy; /* (d, d): the matrix; with NAN below the diagonal; room */
    double *value, *vector;   /* (k), (k, d) */
    double *want, *all;       /* (d), (d, d): of the serial solver */
} eigenproblem;

static double falling(int i, int d)
{
    return d - i + 0.5;
}

static double graded(int i, int d)
{
    (void)d;
    return pow(0.9, i);
}

static double ones(int i, int d)
{
    (void)i, (void)d;
    return 1;
}

static double zeros(int i, int d)
{
    (void)i, (void)d;
    return 0;
}

static double three(int i, int d)
{
    (void)d;
    return i < 3 ? 3 - i : 0;
}

static double pairs(int i, int d)
{
    return (d - i) / 2 + i % 2 * 1e-13;
}

static double negative(int i, int d)
{
    return d / 2.0 - i;
}

/* a := h a h for the reflection h = 1 - 2 v v' / v'v, drawn from `seed`. */
static void reflect(int d, uint64_t seed, double *a, double *v, double *av)
{
    double vv = 0, vav = 0;
    for (int i = 0; i < d; i++) {
        v[i] = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)d, (uint32_t)i);
        vv += v[i] * v[i];
    }
    for (int i = 0; i < d; i++) {
        av[i] = 0;
        for (int j = 0; j < d; j++)
            av[i] += a[(int64_t)i * d + j] * v[j];
        vav += v[i] * av[i];
    }
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++)
            a[(int64_t)i * d + j] +=
                -2 / vv * (v[i] * av[j] + av[i] * v[j]) + 4 * vav / (vv * vv) * v[i] * v[j];
}

/* What is below the diagonal is not to be read. */
static void cut_upper(eigenproblem *e)
{
    for (int64_t i = 0; i < e->d; i++)
        for (int64_t j = 0; j < e->d; j++)
            e->upper[i * e->d + j] = j < i ? NAN : e->a[i * e->d + j];
}

/* a := y y' of drawn rows y (d, 3 d / 2). */
static odd_status draw_scatter(int d, double *a)
{
    const int width = d * 3 / 2;
    double *y = odd_alloc((int64_t)d * width, sizeof *y);
    if (!y) return ODD_NOMEM;
    for (int i = 0; i < d; i++)
        for (int j = 0; j < width; j++)
            y[(int64_t)i * width + j] =
                odd_normal((uint64_t)d, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
    odd_dgemm(1, d, d, width, 1, y, y, 0, a);
    odd_free(y);
    return ODD_OK;
}

/* The matrix has the spectrum s, or is a scatter matrix where that is NULL. */
static odd_status open_problem(int d, int k, spectrum s, eigenproblem *e)
{
    odd_status st = ODD_OK;
    const int64_t square = (int64_t)d * d;
    *e = (eigenproblem){.d = d, .k = k};
    ODD_TRY(ODD_NEW(e->a, square));
    ODD_TRY(ODD_NEW(e->upper, square));
    ODD_TRY(ODD_NEW(e->copy, square));
    ODD_TRY(ODD_NEW(e->all, square));
    ODD_TRY(ODD_NEW(e->want, d));
    ODD_TRY(ODD_NEW(e->value, d));
    ODD_TRY(ODD_NEW(e->vector, square));
    if (!s) ODD_TRY(draw_scatter(d, e->a));
    for (int i = 0; s && i < d; i++)
        e->a[(int64_t)i * d + i] = s(i, d);
    for (uint64_t seed = 1; s && seed <= 3; seed++)
        reflect(d, seed, e->a, e->value, e->want);
    cut_upper(e);
    memcpy(e->copy, e->a, (size_t)square * sizeof *e->a);
    ODD_TRY(odd_eigh_small(d, e->copy, e->want, e->all));
done:
    return st;
}

static void close_problem(eigenproblem *e)
{
    odd_free(e->vector);
    odd_free(e->value);
    odd_free(e->want);
    odd_free(e->all);
    odd_free(e->copy);
    odd_free(e->upper);
    odd_free(e->a);
}

/* Largest entry of |a v - value v|. */
static double worst_residual(const eigenproblem *e)
{
    double worst = 0;
    odd_dgemm(1, e->k, e->d, e->d, 1, e->vector, e->a, 0, e->copy);
    for (int64_t i = 0; i < e->k; i++)
        for (int64_t j = 0; j < e->d; j++)
            worst =
                fmax(worst, fabs(e->copy[i * e->d + j] - e->value[i] * e->vector[i * e->d + j]));
    return worst;
}

/* Largest entry of |v v' - 1|. */
static double worst_angle(const eigenproblem *e)
{
    double worst = 0;
    odd_dgemm(1, e->k, e->k, e->d, 1, e->vector, e->vector, 0, e->copy);
    for (int64_t i = 0; i < e->k; i++)
        for (int64_t j = 0; j < e->k; j++)
            worst = fmax(worst, fabs(e->copy[i * e->k + j] - (i == j)));
    return worst;
}

static double worst_value(const eigenproblem *e)
{
    double worst = 0;
    for (int i = 0; i < e->k; i++)
        worst = fmax(worst, fabs(e->value[i] - e->want[i]));
    return worst;
}

static bool is_oriented(const eigenproblem *e)
{
    for (int64_t i = 0; i < e->k; i++) {
        double largest = 0;
        for (int64_t j = 0; j < e->d; j++)
            if (fabs(e->vector[i * e->d + j]) > fabs(largest) * (1 + 1e-9))
                largest = e->vector[i * e->d + j];
        if (!(largest > 0)) return false;
    }
    return true;
}

static bool same_everywhere(const double *x, int64_t count)
{
    double *first = odd_alloc(count, sizeof *first);
    memcpy(first, x, (size_t)count * sizeof *x);
    odd_broadcast(WORLD, 0, first, (size_t)count * sizeof *first);
    const bool same = memcmp(first, x, (size_t)count * sizeof *x) == 0;
    odd_free(first);
    return same;
}

static void check_pairs(const eigenproblem *e)
{
    const double scale = fmax(1, fabs(e->want[0])) * 1e-12;
    check_all(WORLD, worst_value(e) < scale);
    check_all(WORLD, worst_residual(e) < scale * 10);
    check_all(WORLD, worst_angle(e) < 1e-11);
    check_all(WORLD, is_oriented(e));
    check_all(WORLD, same_everywhere(e->value, e->k));
    check_all(WORLD, same_everywhere(e->vector, (int64_t)e->k * e->d));
}

static void check_problem(int d, int k, spectrum s)
{
    eigenproblem e;
    odd_grid *grid = NULL;
    if (!check_all(WORLD, open_problem(d, k, s, &e) == ODD_OK)) goto done;
    if (!check_all(WORLD, odd_grid_new(WORLD, d, &grid) == ODD_OK)) goto done;
    if (!check_all(WORLD, odd_grid_eigh(grid, d, e.upper, k, e.value, e.vector) == ODD_OK))
        goto done;
    check_pairs(&e);
    if (!check_all(WORLD, odd_eigh(WORLD, d, e.upper, k, e.value, e.vector) == ODD_OK)) goto done;
    check_pairs(&e);
done:
    odd_grid_free(&grid);
    close_problem(&e);
}

/* Orders around the block of 64, and more ranks than blocks. */
static void test_orders(void)
{
    static const int orders[] = {1, 2, 5, 63, 64, 65, 128, 200, 300};
    for (int i = 0; i < 9; i++)
        check_problem(orders[i], (orders[i] + 1) / 2, falling);
}

/* PDSYEVR was wrong for fewer than a block of vectors. */
static void test_counts(void)
{
    static const int counts[] = {1, 2, 40, 63, 64, 65, 127, 199, 200};
    for (int i = 0; i < 9; i++)
        check_problem(200, counts[i], graded);
}

static void test_spectra(void)
{
    static const spectrum spectra[] = {ones, zeros, three, pairs, negative};
    for (int i = 0; i < 5; i++) {
        check_problem(150, 150, spectra[i]);
        check_problem(300, 20, spectra[i]);
    }
}

/* The scatter matrix of random rows: PDSYEVR gave some of its vectors twice. */
static void test_random(void)
{
    for (int d = 60; d < 75; d++)
        check_problem(d, d, NULL);
    check_problem(130, 130, NULL);
}

static void test_by_hand(void)
{
    odd_grid *grid = NULL;
    const double a[4] = {2, 1, NAN, 2};
    double value[2], vector[4];
    if (!check_all(WORLD, odd_grid_new(WORLD, 2, &grid) == ODD_OK)) return;
    if (!check_all(WORLD, odd_grid_eigh(grid, 2, a, 2, value, vector) == ODD_OK)) goto done;
    CU_ASSERT_DOUBLE_EQUAL(value[0], 3, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(value[1], 1, 1e-14);
    for (int i = 0; i < 3; i++) /* of two equal entries the first is positive */
        CU_ASSERT_DOUBLE_EQUAL(vector[i], sqrt(0.5), 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(vector[3], -sqrt(0.5), 1e-14);
done:
    odd_grid_free(&grid);
}

static void test_text(void)
{
    static const char *const texts[] = {
        "1 x 1 of 1 ranks, blocks of 64", "1 x 2 of 2 ranks, blocks of 64",
        "1 x 3 of 3 ranks, blocks of 64", "2 x 2 of 4 ranks, blocks of 64"};
    odd_grid *grid = NULL;
    if (odd_size(WORLD) > 4) return;
    if (!check_all(WORLD, odd_grid_new(WORLD, 1000, &grid) == ODD_OK)) return;
    CU_ASSERT_STRING_EQUAL(odd_grid_text(grid), texts[odd_size(WORLD) - 1]);
    odd_grid_free(&grid);
    if (!check_all(WORLD, odd_grid_new(WORLD, 100, &grid) == ODD_OK)) return;
    CU_ASSERT_NSTRING_EQUAL(odd_grid_text(grid), "1 x 1 ", 6);
    odd_grid_free(&grid);
    CU_ASSERT_PTR_NULL(grid);
}

static void test_refuses(void)
{
    odd_grid *grid = NULL;
    double a[9] = {0}, value[4], vector[12];
    const int rank = odd_rank(WORLD), size = odd_size(WORLD);
    if (!check_all(WORLD, odd_grid_new(WORLD, 3, &grid) == ODD_OK)) return;
    check_all(WORLD, odd_grid_eigh(grid, 3, a, 0, value, vector) == ODD_ARG);
    check_all(WORLD, odd_grid_eigh(grid, 3, a, 4, value, vector) == ODD_ARG);
    const odd_status expected = size > 1 ? ODD_DIFFER : ODD_OK;
    check_all(WORLD, odd_grid_eigh(grid, 3, a, 1 + (rank == size - 1), value, vector) == expected);
    check_all(WORLD, odd_eigh(WORLD, 3, a, 0, value, vector) == ODD_ARG);
    check_all(WORLD, odd_eigh(WORLD, 3, a, 4, value, vector) == ODD_ARG);
    check_all(WORLD, odd_eigh(WORLD, 3, a, 1 + (rank == size - 1), value, vector) == expected);
    odd_grid_free(&grid);
    check_all(WORLD, odd_grid_new(WORLD, 3 + (rank == size - 1), &grid) == expected);
    check_all(WORLD, !grid == (size > 1));
    odd_grid_free(&grid);
}

static void test_fault(void)
{
    odd_grid *grid = NULL;
    double a[9] = {0}, value[1], vector[3];
    char fault[64];
    snprintf(fault, sizeof fault, "grid.allocate:rank=%d", odd_size(WORLD) - 1);
    if (!check_all(WORLD, odd_grid_new(WORLD, 3, &grid) == ODD_OK)) return;
    odd_fault_setup(fault, odd_rank(WORLD));
    check_all(WORLD, odd_grid_eigh(grid, 3, a, 1, value, vector) == ODD_IO);
    odd_fault_setup(NULL, odd_rank(WORLD));
    check_all(WORLD, odd_grid_eigh(grid, 3, a, 1, value, vector) == ODD_OK);
    odd_grid_free(&grid);
}

const char *odd_test_name = "linalg/grid";
CU_TestInfo odd_tests[] = {
    {"two by two, by hand", test_by_hand},
    {"orders around the block", test_orders},
    {"counts of vectors", test_counts},
    {"random matrices", test_random},
    {"spectra with many equal values", test_spectra},
    {"shape of the grid", test_text},
    {"arguments it refuses", test_refuses},
    {"a rank without memory", test_fault},
    CU_TEST_INFO_NULL,
};
