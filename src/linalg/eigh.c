/* Eigh: LAPACK on one rank, or ScaLAPACK on all.
 *
 * LAPACK's steps are called one by one, and the last for the k vectors that are wanted: DSYEVD,
 * which makes all d of them, takes half as long again (order 1536, k = 512).
 *
 * A symmetric row-major matrix is its own column-major one, its upper triangle called lower. */
#include "oddlot/linalg/eigh.h"

#include "linalg/eigen_signs_internal.h"
#include "linalg/fortran_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/linalg/grid.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <limits.h>
#include <string.h>

enum { WORK = 64 /* LAPACK's block, for the size of its workspace */ };

typedef struct {
    int d;
    double *a, *z;               /* (d, d): reflectors; the tridiagonal matrix's vectors */
    double *value, *off, *scale; /* (d) diagonal, then values; beside it; of reflectors */
    double *work;                /* (lwork) */
    int *iwork, lwork, liwork;
} solution;

static int64_t work_for(int d)
{
    const int64_t merging = 1 + 4 * (int64_t)d + (int64_t)d * d; /* DSTEDC's documentation */
    return odd_max(merging, WORK * (int64_t)d);
}

static odd_status open_solution(int d, const double *a, solution *p)
{
    odd_status st = ODD_OK;
    const int64_t square = (int64_t)d * d, lwork = work_for(d);
    *p = (solution){.d = d, .lwork = (int)lwork, .liwork = 3 + 5 * d};
    ODD_CHECK(lwork <= INT_MAX);
    ODD_TRY(odd_fault("eigh.allocate"));
    ODD_TRY(ODD_NEW(p->a, square));
    ODD_TRY(ODD_NEW(p->z, square));
    ODD_TRY(ODD_NEW(p->value, d));
    ODD_TRY(ODD_NEW(p->off, d));
    ODD_TRY(ODD_NEW(p->scale, d));
    ODD_TRY(ODD_NEW(p->work, lwork));
    ODD_TRY(ODD_NEW(p->iwork, p->liwork));
    memcpy(p->a, a, (size_t)square * sizeof *a);
done:
    return st;
}

static void close_solution(solution *p)
{
    odd_free(p->iwork);
    odd_free(p->work);
    odd_free(p->scale);
    odd_free(p->off);
    odd_free(p->value);
    odd_free(p->z);
    odd_free(p->a);
}

/* a = q t q' with t tridiagonal, t's eigenvectors, and q times the last k of them: columns of z. */
static odd_status solve_tridiagonal(solution *p, int k)
{
    const int d = p->d;
    int info;
    double *last = p->z + (int64_t)(d - k) * d;
    dsytrd_("L", &d, p->a, &d, p->value, p->off, p->scale, p->work, &p->lwork, &info, 1);
    ODD_CHECK(info == 0);
    dstedc_("I", &d, p->value, p->off, p->z, &d, p->work, &p->lwork, p->iwork, &p->liwork, &info,
            1);
    ODD_CHECK(info >= 0);
    if (info > 0)
        return odd_fail(ODD_NUMERIC, "DSTEDC of order %d did not converge (info %d)", d, info);
    dormtr_("L", "L", "N", &d, &k, p->a, &d, p->scale, last, &d, p->work, &p->lwork, &info, 1, 1,
            1);
    ODD_CHECK(info == 0);
    return ODD_OK;
}

/* The k last pairs, in falling order. */
static void take_pairs(const solution *p, int k, double value[], double vector[])
{
    const int64_t d = p->d;
    for (int64_t i = 0; i < k; i++) {
        value[i] = p->value[d - 1 - i];
        memcpy(vector + i * d, p->z + (d - 1 - i) * d, (size_t)d * sizeof *vector);
    }
}

/* @local */
static odd_status solve_alone(int d, const double *a, int k, double value[], double vector[])
{
    odd_status st = ODD_OK;
    solution p;
    ODD_TRY(open_solution(d, a, &p));
    ODD_TRY(solve_tridiagonal(&p, k));
    take_pairs(&p, k, value, vector);
    odd_eigen_signs(k, d, vector);
done:
    close_solution(&p);
    return st;
}

static odd_status by_one_rank(MPI_Comm comm, int d, const double *a, int k, double value[],
                              double vector[])
{
    odd_status st = ODD_OK;
    odd_log(ODD_LOG_DEBUG, "eigenvectors of order %d on one rank", d);
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? solve_alone(d, a, k, value, vector) : ODD_OK);
    odd_broadcast(comm, 0, value, (size_t)k * sizeof *value);
    odd_broadcast(comm, 0, vector, (size_t)k * (size_t)d * sizeof *vector);
done:
    return st;
}

static odd_status by_grid(MPI_Comm comm, int d, const double *a, int k, double value[],
                          double vector[])
{
    odd_status st = ODD_OK;
    odd_grid *grid = NULL;
    ODD_TRY(odd_grid_new(comm, d, &grid));
    odd_log(ODD_LOG_INFO, "eigenvectors of order %d on a grid of %s", d, odd_grid_text(grid));
    ODD_TRY(odd_grid_eigh(grid, d, a, k, value, vector));
done:
    odd_grid_free(&grid);
    return st;
}

odd_status odd_eigh(MPI_Comm comm, int d, const double *a, int k, double value[], double vector[])
{
    odd_status st = ODD_OK;
    ODD_TRY(odd_same_i64(comm, "order of the matrix", d));
    ODD_TRY(odd_same_i64(comm, "number of eigenvectors", k));
    if (d < 1 || k < 1 || k > d)
        ODD_TRY(odd_fail(ODD_ARG, "cannot find %d eigenvectors of a matrix of order %d", k, d));
    ODD_TRY(d <= ODD_EIGH_ALONE ? by_one_rank(comm, d, a, k, value, vector)
                                : by_grid(comm, d, a, k, value, vector));
done:
    return st;
}

int64_t odd_eigh_bytes(int d, int ranks)
{
    if (d > ODD_EIGH_ALONE) return odd_grid_bytes(d, ranks);
    return 8 * (2 * (int64_t)d * d + work_for(d) + 3 * (int64_t)d) + 4 * (3 + 5 * (int64_t)d);
}
