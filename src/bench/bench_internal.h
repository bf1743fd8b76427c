/**
 * Bench cases: what bench.c and the cases share.
 */
#ifndef ODDLOT_BENCH_BENCH_INTERNAL_H
#define ODDLOT_BENCH_BENCH_INTERNAL_H

#include "oddlot/base/status.h"
#include "oddlot/nn/net.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/* Values of all keys that a case may have; those that it does not have are 0. */
typedef struct {
    int64_t n, d, k;        /* rows, features, components or clusters */
    int64_t iterations;     /* of what iterates */
    int64_t wider;          /* per cent by which every fourth row spreads more than the others */
    int64_t size, channels; /* of a prepared image */
    int64_t batch, shards;  /* of a training */
    int64_t repeat;
    const char *file;      /* an image, a network */
    const char *precision; /* of the network */
    const char *network;   /* one of those that a case knows */
} odd_bench_settings;

typedef struct odd_bench_case odd_bench_case;
struct odd_bench_case {
    const char *name, *summary;
    const char *keys; /* "n=2000 repeat=5": the keys it has, with their usual values */
    odd_status (*run)(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s);
};

extern const odd_bench_case odd_bench_gemm, odd_bench_pca, odd_bench_rpca, odd_bench_srp,
    odd_bench_stream, odd_bench_em, odd_bench_kmeans, odd_bench_starts, odd_bench_prepare,
    odd_bench_forward, odd_bench_train;

/** The precision that was asked for; `usual` if none was. ODD_USAGE. @local */
odd_status odd_bench_precision(const odd_bench_settings *s, odd_precision usual,
                               odd_precision *precision);

/** Begin to time when all ranks are here; returns the time. @collective */
double odd_bench_start(MPI_Comm comm);
/** Seconds since then, of the slowest rank. @collective */
double odd_bench_stop(MPI_Comm comm, double started);

/** Print one line of result on rank 0; `more` is further JSON members, each beginning with ", ".
 *  ODD_NOMEM, ODD_IO. @collective */
odd_status odd_bench_print(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                           double seconds, const char *more);

#endif
