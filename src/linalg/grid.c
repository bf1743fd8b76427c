/* Grid: where row-major C meets ScaLAPACK's block-cyclic, column-major Fortran.
 *
 * A symmetric row-major matrix is its own column-major one, its upper triangle called lower. Row j
 * of it, right of the diagonal, is column j of that lower triangle, below it: so runs of a row are
 * copied into runs of a local column, and eigenvectors come back as rows the same way.
 *
 * Letters: d order, k vectors wanted, member one process of the grid at (row, column). */
#include "oddlot/linalg/grid.h"

#include "linalg/eigen_signs_internal.h"
#include "linalg/fortran_internal.h"
#include "linalg/scalapack_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/threads.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    BLOCK = 64,           /* of the cyclic layout; 32 and 128 are within 5 % on order 1536 */
    BLOCKS_PER_MEMBER = 2 /* along each side, at least: below, messages outweigh the work */
};

static const double verified = 1e-8; /* relative: far above rounding, far below a wrong vector */

struct odd_grid {
    MPI_Comm comm;    /* all ranks, duplicated */
    MPI_Comm members; /* the first rows x columns of them; MPI_COMM_NULL elsewhere */
    int handle;       /* of `members` in BLACS */
    int context;      /* of the grid in BLACS */
    int rows, columns;
    char text[64];
};

/* The share of a block-cyclic matrix of order d that the member at (row, column) holds. */
typedef struct {
    int row, column;
    int height, width; /* of its local column-major array */
} share;

static int most_per_side(int order)
{
    const int sides = order / (BLOCK * BLOCKS_PER_MEMBER);
    return sides > 1 ? sides : 1;
}

/* As square as `size` ranks allow: the sides differ least, then as many ranks as fit. */
static void choose_sides(int size, int order, int *rows, int *columns)
{
    const int most = most_per_side(order);
    *rows = 1;
    while ((int64_t)(*rows + 1) * (*rows + 1) <= size)
        ++*rows;
    *rows = odd_min_int(*rows, most);
    *columns = odd_min_int(size / *rows, most);
}

odd_status odd_grid_new(MPI_Comm comm, int order, odd_grid **out)
{
    odd_status st = ODD_OK;
    odd_grid *grid = NULL;
    *out = NULL;
    ODD_TRY(odd_same_i64(comm, "order of the grid's matrix", order));
    ODD_TRY_ALL(comm, ODD_NEW(grid, 1));
    const int size = odd_size(comm), rank = odd_rank(comm);
    choose_sides(size, order, &grid->rows, &grid->columns);
    const int in = rank < grid->rows * grid->columns, yes = 1;
    MPI_Comm_dup(comm, &grid->comm);
    MPI_Comm_split(comm, in ? 0 : MPI_UNDEFINED, rank, &grid->members);
    if (in) {
        grid->handle = Csys2blacs_handle(grid->members);
        grid->context = grid->handle;
        Cblacs_gridinit(&grid->context, "Row", grid->rows, grid->columns);
        Cblacs_set(grid->context, BLACS_REPEATABLE, &yes);
    }
    snprintf(grid->text, sizeof grid->text, "%d x %d of %d ranks, blocks of %d", grid->rows,
             grid->columns, size, BLOCK);
    *out = grid;
done:
    return st;
}

void odd_grid_free(odd_grid **grid)
{
    odd_grid *g = *grid;
    if (!g) return;
    if (g->members != MPI_COMM_NULL) {
        Cblacs_gridexit(g->context);
        Cfree_blacs_system_handle(g->handle);
        MPI_Comm_free(&g->members);
    }
    MPI_Comm_free(&g->comm);
    odd_free(g);
    *grid = NULL;
}

const char *odd_grid_text(const odd_grid *grid)
{
    return grid->text;
}

/* Rows (or columns) of `order` that place `place` of `places` along a side holds. */
static int rows_held(int order, int place, int places)
{
    const int block = BLOCK, first = 0;
    return numroc_(&order, &block, &place, &first, &places);
}

static share share_of(const odd_grid *grid, int d, int member)
{
    share s = {.row = member / grid->columns, .column = member % grid->columns};
    s.height = rows_held(d, s.row, grid->rows);
    s.width = rows_held(d, s.column, grid->columns);
    return s;
}

/* Global number of local row (or column) `local` at place `place` of `places`. */
static int global_of(int local, int place, int places)
{
    return (local / BLOCK * places + place) * BLOCK + local % BLOCK;
}

/* My share of the lower triangle. What stands above the diagonal is left as it is. */
static void cut_share(const odd_grid *grid, const share *s, int d, const double *whole, double *a)
{
    for (int j = 0; j < s->width; j++) {
        const int column = global_of(j, s->column, grid->columns);
        const double *from = whole + (int64_t)column * d;
        double *to = a + (int64_t)j * s->height;
        for (int i = 0; i < s->height; i++) {
            const int row = global_of(i, s->row, grid->rows);
            if (row >= column) to[i] = from[row];
        }
    }
}

/* Workspace that PDSYEVD's query leaves out. Where shares are narrow its PDLASRT needs more than
 * the rest (Reference-ScaLAPACK issue 74), where they are small its PDORMTR, which then leaves the
 * vectors as they are; PDSYEVD does not notice. */
static int64_t least_workspace(int height, int width)
{
    const int64_t pdlasrt = (int64_t)height * (BLOCK + width);
    const int64_t pdormtr = (int64_t)BLOCK * (height + width + 3 * BLOCK);
    return pdlasrt > pdormtr ? pdlasrt : pdormtr;
}

int64_t odd_grid_bytes(int d, int ranks)
{
    int rows, columns;
    choose_sides(ranks, d, &rows, &columns);
    const int64_t mine = (int64_t)rows_held(d, 0, rows) * rows_held(d, 0, columns);
    const int64_t work = 2 * mine +
                         least_workspace(rows_held(d, 0, rows), rows_held(d, 0, columns)) +
                         8 * (int64_t)d;
    return (int64_t)sizeof(double) * (2 * mine + work + 4 * (int64_t)d);
}

/* What one call of odd_grid_eigh() works on; a member's arrays are NULL on bystanders. */
typedef struct {
    const odd_grid *grid;
    int d, k;
    share mine;
    double *a, *z; /* (mine.width, mine.height): local columns as rows */
    double *value; /* (d) rising */
    double *room;  /* (3, d) */
    double *work;
    int *iwork, lwork, liwork;
} problem;

static bool is_member(const odd_grid *grid)
{
    return grid->members != MPI_COMM_NULL;
}

static odd_status allocate_problem(problem *p)
{
    odd_status st = ODD_OK;
    ODD_TRY(odd_fault("grid.allocate"));
    ODD_TRY(ODD_NEW(p->room, 3 * (int64_t)p->d));
    ODD_TRY(ODD_NEW(p->value, p->d));
    if (!is_member(p->grid)) goto done;
    const int64_t size = (int64_t)p->mine.width * p->mine.height;
    if (size > INT_MAX) /* Fortran counts its elements with int */
        ODD_TRY(odd_fail(ODD_ARG, "a matrix of order %d needs more than %d ranks", p->d,
                         odd_size(p->grid->members)));
    ODD_TRY(ODD_NEW(p->a, size));
    ODD_TRY(ODD_NEW(p->z, size));
done:
    return st;
}

static void free_problem(problem *p)
{
    odd_free(p->iwork);
    odd_free(p->work);
    odd_free(p->z);
    odd_free(p->a);
    odd_free(p->value);
    odd_free(p->room);
}

/* Returns its info. @collective on the members. */
static int pdsyevd(const problem *p, double *work, int lwork, int *iwork, int liwork)
{
    const int block = BLOCK, zero = 0, one = 1, d = p->d;
    const int ld = p->mine.height > 0 ? p->mine.height : 1;
    int desc[9], info;
    descinit_(desc, &d, &d, &block, &block, &zero, &zero, &p->grid->context, &ld, &info);
    ODD_CHECK(info == 0);
    pdsyevd_("V", "L", &d, p->a, &one, &one, desc, p->value, p->z, &one, &one, desc, work, &lwork,
             iwork, &liwork, &info, 1, 1);
    ODD_CHECK(info >= 0);
    return info;
}

/* Query the workspace. @collective on the members. */
static void query_workspace(problem *p)
{
    double work[3] = {0};
    int iwork[3] = {0};
    ODD_CHECK(pdsyevd(p, work, -1, iwork, -1) == 0);
    const double lwork = work[0] + (double)least_workspace(p->mine.height, p->mine.width);
    p->lwork = lwork < INT_MAX ? (int)lwork : INT_MAX;
    p->liwork = iwork[0];
}

static odd_status allocate_workspace(problem *p)
{
    odd_status st = ODD_OK;
    if (!is_member(p->grid)) goto done;
    ODD_TRY(ODD_NEW(p->work, p->lwork));
    ODD_TRY(ODD_NEW(p->iwork, p->liwork));
done:
    return st;
}

/* PDSYEVD finds all vectors where PDSYEVR would find k of them, and takes 0.38 s instead of 0.27 on
 * order 1536, k = 500, 2 ranks. But PDSYEVR of ScaLAPACK 2.2.1 is wrong without saying so: fewer
 * vectors than BLOCK stay those of the tridiagonal matrix, and of more than half of all some come
 * twice and others not at all (41 of 170 random matrices of order 64 ... 80).
 * @collective on the members. */
static odd_status solve_problem(problem *p)
{
    if (!is_member(p->grid)) return ODD_OK;
    odd_threads_to_blas(1);
    const int info = pdsyevd(p, p->work, p->lwork, p->iwork, p->liwork);
    odd_threads_to_blas(0);
    if (info == 0) return ODD_OK;
    return odd_fail(ODD_NUMERIC, "PDSYEVD of order %d did not converge (info %d)", p->d, info);
}

/* The last columns of z, spread over members, to falling rows on every rank. Each entry comes from
 * one rank and the others add 0, so the sum is exact. @collective on grid->comm. */
static void gather_vectors(const problem *p, double value[], double vector[])
{
    const odd_grid *grid = p->grid;
    memset(vector, 0, (size_t)p->k * (size_t)p->d * sizeof *vector);
    for (int j = 0; p->z && j < p->mine.width; j++) {
        const int row = p->d - 1 - global_of(j, p->mine.column, grid->columns);
        if (row >= p->k) continue;
        for (int i = 0; i < p->mine.height; i++)
            vector[(int64_t)row * p->d + global_of(i, p->mine.row, grid->rows)] =
                p->z[(int64_t)j * p->mine.height + i];
    }
    odd_sum_f64(grid->comm, vector, (int64_t)p->k * p->d);
    odd_broadcast(grid->comm, 0, p->value, (size_t)p->d * sizeof *p->value);
    for (int i = 0; i < p->k; i++)
        value[i] = p->value[p->d - 1 - i];
}

/* A weighted sum of the vectors, w (d) += weight[i] vector[i]; weight NULL: 1. */
static void add_vectors(const problem *p, const double vector[], const double weight[], double *w)
{
    for (int64_t i = 0; i < p->k; i++)
        for (int64_t j = 0; j < p->d; j++)
            w[j] += (weight ? weight[i] : 1) * vector[i * p->d + j];
}

static double vector_distance(int d, const double *x, const double *y)
{
    double sum = 0;
    for (int j = 0; j < d; j++)
        sum += (x[j] - y[j]) * (x[j] - y[j]);
    return sqrt(sum);
}

/* What ScaLAPACK does not notice, see solve_problem(), is checked here: the sum w of all vectors
 * must have the length sqrt(k), and the matrix must turn it into the sum of each vector times its
 * value. */
static odd_status verify_vectors(const problem *p, const double *a, const double value[],
                                 const double vector[])
{
    const double one = 1, none = 0;
    const int step = 1, d = p->d;
    double *w = p->room, *want = w + d, *got = want + d;
    memset(w, 0, 3 * (size_t)d * sizeof *w);
    add_vectors(p, vector, NULL, w);
    add_vectors(p, vector, value, want);
    const double length = vector_distance(d, w, got);
    dsymv_("L", &d, &one, a, &d, w, &step, &none, got, &step, 1);
    const double scale = fmax(fabs(p->value[0]), fabs(p->value[d - 1])) * length;
    if (fabs(length * length - p->k) < verified * p->k &&
        vector_distance(d, want, got) <= verified * scale)
        return ODD_OK;
    return odd_fail(ODD_NUMERIC, "PDSYEVD of order %d gave vectors that are not eigenvectors", d);
}

static odd_status check_shape(int d, int k)
{
    if (d < 1 || k < 1 || k > d)
        return odd_fail(ODD_ARG, "cannot find %d eigenvectors of a matrix of order %d", k, d);
    return ODD_OK;
}

odd_status odd_grid_eigh(odd_grid *grid, int d, const double *a, int k, double value[],
                         double vector[])
{
    odd_status st = ODD_OK;
    problem p = {.grid = grid, .d = d, .k = k};
    ODD_TRY(odd_same_i64(grid->comm, "order of the matrix", d));
    ODD_TRY(odd_same_i64(grid->comm, "number of eigenvectors", k));
    ODD_TRY(check_shape(d, k));
    if (is_member(grid)) p.mine = share_of(grid, d, odd_rank(grid->comm));
    ODD_TRY_ALL(grid->comm, allocate_problem(&p));
    if (is_member(grid)) query_workspace(&p);
    ODD_TRY_ALL(grid->comm, allocate_workspace(&p));
    if (is_member(grid)) cut_share(grid, &p.mine, d, a, p.a);
    ODD_TRY_ALL(grid->comm, solve_problem(&p));
    gather_vectors(&p, value, vector);
    ODD_TRY_ALL(grid->comm, verify_vectors(&p, a, value, vector));
    odd_eigen_signs(k, d, vector);
done:
    free_problem(&p);
    return st;
}
