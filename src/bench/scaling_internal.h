/**
 * Scaling: what its files share: what stages of runs took, and the table that comes of it.
 */
#ifndef ODDLOT_BENCH_SCALING_INTERNAL_H
#define ODDLOT_BENCH_SCALING_INTERNAL_H

#include "oddlot/base/hash.h"
#include "oddlot/base/text.h"
#include "oddlot/bench/scaling.h"
#include "oddlot/run/stage_meter.h"

#define ODD_STAGE_NAME_SIZE 24
#define ODD_ALL_STAGES      "all" /* stands for the sum of the stages of a run */

/* ---- scaling_runs.c ---- */

/* A stage of a run, as its provenance says. */
typedef struct {
    char stage[ODD_STAGE_NAME_SIZE];
    char fingerprint[ODD_HASH_TEXT]; /* of its settings and inputs */
    int ranks, threads;
    int64_t images;
    double seconds;
    odd_stage_split split[ODD_SPLITS]; /* all 0 where they were not measured */
    int64_t sent;                      /* bytes that ranks gave to MPI */
} odd_timed_stage;

typedef struct {
    odd_timed_stage *stage; /* (count) */
    int count, room;
} odd_timings;

/** Add the stages of a finished run, by its audit.h5, and their sum, unless they were done on
 *  different numbers of ranks or threads. ODD_IO, ODD_FORMAT where it is no finished run of this
 *  oddlot. @local */
odd_status odd_timings_add_run(odd_timings *t, const char *folder);
void odd_timings_free(odd_timings *t);

/* ---- scaling_table.c ---- */

/* A stage on so many ranks: the fastest of the repeats, but where it says otherwise. */
typedef struct {
    bool weak;
    const char *stage; /* borrowed of the timings */
    int ranks, threads;
    int64_t images;
    int repeats;
    double seconds, median;
    double speedup, efficiency; /* against the fewest ranks of the series */
    /* The parts that the efficiency is made of, in the words of POP (pop-coe.eu): mean by largest
     * time at work of ranks; what the busiest rank is within neither MPI nor its files, by what it
     * is within no MPI; the latter by the time that the stage takes. The work of the fewest ranks
     * by that of these; and what efficiency would be if the processors' seconds of the busiest rank
     * were all the time there is: both by seconds of processors, which other work on the machine
     * does not lengthen. NaN where they were not measured. */
    double balance, files, communication, computation, processors;
    double parallel; /* balance x files x communication */
    int64_t sent;
    double predicted; /* seconds by the model; NaN: not asked for */
    int order;        /* of the stage among those of its kind */
} odd_scaling_line;

typedef struct {
    odd_scaling_line *line; /* (count) by kind, stage as they come in a run, ranks */
    int count, room;
} odd_scaling_table;

/* A number of a line: its name in all files, what it is, and where it stands. */
typedef struct {
    const char *name, *about;
    size_t offset; /* of the double in the line */
} odd_scaling_number;
extern const odd_scaling_number odd_scaling_numbers[]; /* the last one has no name */
double odd_scaling_value(const odd_scaling_line *line, const odd_scaling_number *number);

/** Strong series are runs of the same images, weak ones those of as many images for each rank (to
 *  1 %), of two numbers of ranks at least. ODD_USAGE where there is none or more than one of a
 *  kind, where runs that should be the same differ in their settings, or where a rank has not the
 *  same threads in all.
 *  `timings` must outlive the table. @local */
odd_status odd_scaling_table_make(const odd_timings *timings, odd_scaling_table *out);
void odd_scaling_table_free(odd_scaling_table *table);

/** Add a line that nobody measured: seconds are NaN. Returns it; NULL: no memory. @local */
odd_scaling_line *odd_scaling_table_add(odd_scaling_table *table);
/** The line of this kind, stage and ranks; NULL: there is none. @local */
odd_scaling_line *odd_scaling_table_find(const odd_scaling_table *table, bool weak,
                                         const char *stage, int ranks);

/** By kind, stages as they came first, ranks. @local */
void odd_scaling_table_sort(odd_scaling_table *table);

/* ---- scaling_print.c ---- */

/** For people, as CSV, and as a line of JSON. @local */
void odd_scaling_text(const odd_scaling_table *table, odd_text *out);
void odd_scaling_csv(const odd_scaling_table *table, odd_text *out);
void odd_scaling_json(const odd_scaling_table *table, odd_text *out);

/* ---- scaling_files.c ---- */

/** FOLDER/scaling.h5, scaling.csv, and strong.svg and weak.svg where there is such a series.
 * ODD_IO, ODD_NOMEM. @local: rank 0 */
odd_status odd_scaling_write(const odd_scaling_table *table, const char *folder,
                             const char *command);

#endif
