/**
 * Scaling: how the stages of a job scale over ranks, from finished runs of it on different numbers
 * of ranks, beside what the forecast says, on as many ranks and more.
 */
#ifndef ODDLOT_BENCH_SCALING_H
#define ODDLOT_BENCH_SCALING_H

#include "oddlot/base/status.h"
#include "oddlot/bench/forecast.h"

typedef struct {
    const char *const *folder; /* (runs) of finished runs */
    int runs;
    const char *out;     /* folder for the files; NULL: none are written */
    const char *command; /* for their provenance */
    bool json;           /* a line of JSON in place of the table */
} odd_scaling_options;

/** Read the runs, print the table, write the files. `run`: of the same job, opened to look at
 * alone, which is rehearsed for the predictions on up to forecast->ranks ranks; NULL: none are
 * made. ODD_USAGE where the runs make no series; ODD_IO, ODD_FORMAT; as odd_forecast(). @collective
 */
odd_status odd_scaling(MPI_Comm comm, const odd_scaling_options *options, odd_run *run,
                       const odd_forecast_options *forecast);

#endif
