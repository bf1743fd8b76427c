/**
 * Bench cases: what bench.c and the cases share.
 */
#ifndef ODDLOT_STAGE_BENCH_INTERNAL_H
#define ODDLOT_STAGE_BENCH_INTERNAL_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t n, d, k;    /* rows, features, components or clusters */
    int64_t iterations; /* of what iterates */
    int64_t repeat;
    const char *file; /* an image; NULL: generated */
} odd_bench_settings;

typedef struct odd_bench_case odd_bench_case;
struct odd_bench_case {
    const char *name, *summary, *keys;
    odd_bench_settings usual;
    odd_status (*run)(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s);
};

extern const odd_bench_case odd_bench_gemm, odd_bench_pca, odd_bench_em, odd_bench_kmeans,
    odd_bench_prepare;

/** Print one line of result; `more` is further JSON members, each beginning with ", ".
 *  @collective: the slowest rank's seconds count. */
void odd_bench_print(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                     double seconds, const char *more);

/** Model name of the CPU; returns buffer. @local */
const char *odd_cpu_name(char *buffer, size_t size);

#endif
