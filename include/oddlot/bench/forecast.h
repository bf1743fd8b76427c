/**
 * Forecast: what a job will take, stage by stage, on so many ranks: memory, bytes, time.
 *
 * Time comes of a rehearsal: the job's own stages on few of its own images, in sizes that grow
 * until some seconds are spent. What grows with a stage's amount of work (odd_stage.cost) is read
 * off two sizes; products of matrices, searches for neighbours and eigenproblems, which grow
 * otherwise, are counted, and timed by a kernel each. Memory is the plan's, which knows how it
 * grows, put on what the rehearsal needed in truth.
 */
#ifndef ODDLOT_BENCH_FORECAST_H
#define ODDLOT_BENCH_FORECAST_H

#include "oddlot/base/status.h"
#include "oddlot/run/run.h"

typedef struct {
    int ranks;      /* of the run to come */
    int per_node;   /* ranks on a node; 0: as many as this machine has CPUs for */
    int threads;    /* of each rank; 0: CPUs of a node shared by its ranks */
    int64_t images; /* of the run to come; 0: those that the catalogue has */
    double memory;  /* GiB of a node; 0: what this machine has left */
    double network; /* GB/s that a node receives from others */
    double latency; /* microseconds of a message between nodes */
    double disk;    /* GB/s that all nodes together write; 0: as measured here */
    double seconds; /* for the rehearsal, about */
    bool json;      /* a line of JSON in place of the table */
} odd_forecast_options;

extern const odd_forecast_options odd_forecast_usual; /* one rank, and what is assumed */

/** Rehearse the job, look ahead, print on stdout. `run` was opened to look at alone. Its folder's
 *  place gets a folder for the rehearsal, which is removed. ODD_PROBLEM where the run would not fit
 *  into memory, naming the stage and how many ranks would do; ODD_STOPPED; as the stages fail.
 *  @collective */
odd_status odd_forecast(odd_run *run, const odd_forecast_options *options);

#endif
