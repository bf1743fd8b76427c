/**
 * Bench cases: what the table of cases and the cases share.
 */
#ifndef ODDLOT_BENCH_BENCH_INTERNAL_H
#define ODDLOT_BENCH_BENCH_INTERNAL_H

#include "oddlot/base/text.h"
#include "oddlot/nn/net.h"
#include "oddlot/par/partition.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/* Values of all keys that a case may have; those that it does not have are 0. */
typedef struct {
    int64_t n, d, k;        /* rows, features, components, clusters or neighbours */
    int64_t queries;        /* rows that look for neighbours */
    int64_t iterations;     /* of what iterates */
    int64_t wider;          /* per cent by which every fourth row spreads more than the others */
    int64_t size, channels; /* of a prepared image */
    int64_t batch, shards;  /* of a training */
    int64_t trees, sample, dimensions; /* of a forest: rows of a tree, features of a split */
    int64_t active; /* per cent of the features that are 1, in rows held sparse */
    int64_t repeat;
    int64_t half;          /* 1: rows of float16 in the file */
    int64_t profile;       /* 1: where the time goes, too */
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
    odd_bench_forward, odd_bench_train, odd_bench_neighbours, odd_bench_forest, odd_bench_rbm,
    odd_bench_write, odd_bench_roofline;

/* ---- bench_keys.c ---- */

/** The usual values of a case's keys. @local */
void odd_bench_usual(const odd_bench_case *c, odd_bench_settings *s);
/** One word key=value. ODD_USAGE. @local */
odd_status odd_bench_word(const odd_bench_case *c, const char *word, odd_bench_settings *s);
/** Its keys and values as members of JSON, each beginning with ", ". @local */
void odd_bench_settings_write(const odd_bench_case *c, const odd_bench_settings *s, odd_text *line);

/** The precision that was asked for; `usual` if none was. ODD_USAGE. @local */
odd_status odd_bench_precision(const odd_bench_settings *s, odd_precision usual,
                               odd_precision *precision);

/* ---- bench_file.c ---- */

/** May a file be made at s->file, which the case will remove? ODD_USAGE. @collective */
odd_status odd_bench_file_check(MPI_Comm comm, const odd_bench_case *c,
                                const odd_bench_settings *s);

/* Rows [row, row + count) into x (count, d). */
typedef void odd_bench_fill(int64_t row, int64_t count, int d, float x[]);

/** Bytes of a value in the file. */
int64_t odd_bench_file_value(const odd_bench_settings *s);

/** Make the file, with the dataset x (n, d): each rank its rows of `part`, `step` at a time, in
 *  x (step, d). ODD_IO, ODD_NOMEM. @collective */
odd_status odd_bench_file_write(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                                const odd_partition *part, int64_t step, odd_bench_fill *fill,
                                float x[]);

/* ---- bench_result.c ---- */

/** Begin to time when all ranks are here; returns the time. @collective */
double odd_bench_start(MPI_Comm comm);
/** Seconds since then, of the slowest rank. @collective */
double odd_bench_stop(MPI_Comm comm, double started);

/* Both: seconds of the slowest rank, and CPU seconds of all ranks. */
typedef struct {
    double seconds, cpu;
} odd_bench_times;

odd_bench_times odd_bench_start_times(MPI_Comm comm);
void odd_bench_stop_times(MPI_Comm comm, odd_bench_times *times);

/** Print one line of result on rank 0; `more` is further JSON members, each beginning with ", ".
 *  ODD_NOMEM, ODD_IO. @collective */
odd_status odd_bench_print(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                           double seconds, const char *more);

/* A measurement: its number from 0 on, and what it found. */
typedef struct {
    int64_t number;
    double seconds;
    char more[256]; /* as of odd_bench_print() */
} odd_bench_took;

/* One measurement; @collective, with a status that is agreed. */
typedef odd_status odd_bench_once(const odd_bench_settings *s, void *context, odd_bench_took *took);

/** Measure so many times, and print a line for each. As odd_bench_print(), and what `once` says.
 *  @collective */
odd_status odd_bench_repeat(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                            int64_t times, odd_bench_once *once, void *context);

#endif
