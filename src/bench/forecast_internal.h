/**
 * Forecast: what its files share: how fast this machine is, what a rehearsal took, what comes of
 * it.
 */
#ifndef ODDLOT_BENCH_FORECAST_INTERNAL_H
#define ODDLOT_BENCH_FORECAST_INTERNAL_H

#include "oddlot/bench/forecast.h"
#include "oddlot/run/runner.h"
#include "oddlot/run/stage.h"

/* ---- machine_rates.c ---- */

/* What all ranks and threads that calibrate do together in a second of the clock; and in a second
 * of a processor, which other work on the machine does not lengthen. */
typedef struct {
    double clock, cpu;
} odd_machine_rate;

typedef struct {
    int ranks, workers;     /* workers: ranks times threads */
    odd_machine_rate flops; /* of float32 products */
    odd_machine_rate
        pairs; /* flops of a search for neighbours, with what it does beside products */
    odd_machine_rate cubes; /* orders to the third of distributed eigenproblems */
    double disk;            /* bytes that are written and safe on disk in a second */
} odd_machine_rates;

/** Time a kernel of each, about a second in all. folder: where a file may be written. @collective;
 *  ODD_NOMEM, ODD_IO */
odd_status odd_machine_rates_measure(MPI_Comm comm, const char *folder, odd_machine_rates *out);

/* What a stage does of these, in seconds here: in which all threads take part; in which ranks alone
 * do. */
typedef struct {
    double threaded, ranked;
} odd_known_seconds;

/** Of the clock, or of processors. @local */
odd_known_seconds odd_machine_rates_seconds(const odd_machine_rates *rates,
                                            const odd_stage_cost *cost, bool cpu);

/* ---- rehearsal.c ---- */

/* A stage that was tried: what it took, and what it was to be. */
typedef struct {
    bool done;
    double seconds, cpu;
    int64_t peak, read, written; /* bytes: of a rank; of all */
    int64_t planned;             /* bytes of a rank by its plan */
    odd_stage_cost cost;
} odd_rehearsed;

/* All stages on some of the images. */
typedef struct {
    int64_t rows;
    double spent;                         /* seconds of this machine */
    odd_rehearsed stage[ODD_MOST_STAGES]; /* as in the pipeline */
} odd_rehearsal;

/* The first of all, in which libraries start, the same again, and the last two, which show how time
 * grows; the same where there are fewer. */
typedef struct {
    odd_rehearsal cold, warm, small, large;
    bool whole;          /* all images went through, so that time grows with the amount alone */
    char why[256];       /* why a stage could not be done; "": they could */
    double seconds;      /* of all */
    double list_seconds; /* that listing took */
} odd_rehearsals;

/** @collective; ODD_STOPPED, ODD_IO, ODD_NOMEM. What a stage cannot do with few images is no
 * failure. */
odd_status odd_rehearse(odd_run *run, const char *folder, double seconds, odd_rehearsals *out);

/** How its time grows. @local */
odd_status odd_forecast_cost(const odd_run *run, const odd_stage *stage, const odd_stage_plan *plan,
                             odd_stage_cost *cost);

/* ---- forecast.c ---- */

typedef struct {
    const odd_stage *stage;
    bool modelled;
    int64_t memory;             /* bytes of a rank */
    double seconds, cpu;        /* of the clock; of all processors together */
    double read, written, sent; /* bytes: of all; of all; that reach a rank */
} odd_stage_forecast;

/* Where the run to come will be. */
typedef struct {
    int ranks, per_node, threads, nodes, cpus;
    double memory; /* bytes of a node */
} odd_forecast_place;

typedef struct {
    const odd_run *run;
    odd_forecast_options options;
    odd_forecast_place place;
    odd_machine_rates rates;
    odd_rehearsals rehearsals;
    int64_t rows;
    odd_stage_forecast stage[ODD_MOST_STAGES];
    int stages;
    double seconds; /* of all stages that are modelled, and of listing */
    double list_seconds;
    int worst; /* the stage that needs most memory */
    bool fits;
    char refusal[512]; /* where it does not */
} odd_forecast_result;

/** Rehearse, and measure this machine, so that points can be forecast. @collective; as
 *  odd_forecast() */
odd_status odd_forecast_prepare(odd_run *run, const odd_forecast_options *options,
                                odd_forecast_result *f);
/** Fill f->stage and f->seconds for so many ranks and images (0: those of the run) in place of
 * those of the options. @collective */
odd_status odd_forecast_point(odd_run *run, odd_forecast_result *f, int ranks, int64_t images);

/* ---- forecast_growth.c ---- */

/** A plan of the run to come on so many ranks, before its first stage. @local */
odd_stage_plan odd_forecast_plan(const odd_forecast_result *f, int ranks);
/** Add the forecast of the i-th stage of the pipeline, by its plan. @local */
odd_status odd_forecast_stage(odd_forecast_result *f, int i, const odd_stage_plan *plan);
/** Bytes of a rank: what the rehearsal needed, and what the plan says that more rows and other
 * ranks change. @local */
int64_t odd_forecast_memory(const odd_rehearsals *r, int i, const odd_stage_plan *plan);

/* ---- forecast_memory.c ---- */

/** Fill fits, and why not, with what would do. @collective */
odd_status odd_forecast_fits(odd_run *run, odd_forecast_result *f);

/* ---- forecast_print.c ---- */

/** The table, or the line of JSON. @local: rank 0 */
void odd_forecast_table(const odd_forecast_result *f, odd_text *out);
void odd_forecast_json(const odd_forecast_result *f, odd_text *out);

#endif
