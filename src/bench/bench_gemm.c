/* Bench case of products of matrices: the limit that the others are measured by. */
#include "bench/bench_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>

#define MOST_GEMM 30000

static void product32(int n, const void *a, void *c)
{
    odd_sgemm(0, n, n, n, 1, a, a, 0, c);
}

static void product64(int n, const void *a, void *c)
{
    odd_dgemm(0, n, n, n, 1, a, a, 0, c);
}

typedef struct {
    const char *name;
    size_t bytes;
    void (*product)(int n, const void *a, void *c);
} number_type;

/* A product of a (n, n) with itself into c (n, n). */
typedef struct {
    MPI_Comm comm;
    const number_type *type;
    void *a, *c;
} gemm;

static void fill(const number_type *type, int64_t count, void *a)
{
    for (int64_t i = 0; i < count; i++) {
        const double value = (double)(i % 17) * 0.1;
        if (type->bytes == sizeof(float))
            ((float *)a)[i] = (float)value;
        else
            ((double *)a)[i] = value;
    }
}

static odd_status gemm_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const gemm *g = context;
    const int n = (int)s->n;
    const double started = odd_bench_start(g->comm);
    g->type->product(n, g->a, g->c);
    took->seconds = odd_bench_stop(g->comm, started);
    snprintf(took->more, sizeof took->more, ", \"type\": \"%s\", \"gflops\": %.1f", g->type->name,
             2e-9 * n * n * n / took->seconds * odd_size(g->comm));
    return ODD_OK;
}

static odd_status gemm_of_type(MPI_Comm comm, const odd_bench_case *self,
                               const odd_bench_settings *s, const number_type *type)
{
    gemm g = {.comm = comm, .type = type};
    const int64_t count = s->n * s->n;
    odd_status st;
    ODD_TRY_ALL(comm, (g.a = odd_alloc(count, type->bytes)) ? ODD_OK : ODD_NOMEM);
    ODD_TRY_ALL(comm, (g.c = odd_alloc(count, type->bytes)) ? ODD_OK : ODD_NOMEM);
    fill(type, count, g.a);
    type->product((int)s->n, g.a, g.c); /* warms up */
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, gemm_once, &g));
done:
    odd_free(g.a);
    odd_free(g.c);
    return st;
}

static odd_status run_gemm(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    static const number_type types[] = {{"float32", sizeof(float), product32},
                                        {"float64", sizeof(double), product64}};
    odd_status st = ODD_OK;
    if (s->n > MOST_GEMM) ODD_TRY(odd_fail(ODD_USAGE, "bench gemm: n is at most %d", MOST_GEMM));
    for (int i = 0; i < 2; i++)
        ODD_TRY(gemm_of_type(comm, self, s, &types[i]));
done:
    return st;
}

const odd_bench_case odd_bench_gemm = {
    .name = "gemm",
    .summary = "product of two n x n matrices on every rank, one thread each: the peak",
    .keys = "n=2000 repeat=5",
    .run = run_gemm,
};
