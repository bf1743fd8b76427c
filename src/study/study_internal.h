/**
 * Study: many whole runs of a job, rows x columns x seeds, that differ in their settings; figures
 * out of their files make one table.
 *
 * A run is numbered (seed * rows + row) * columns + column, so that a study which is stopped early
 * has as many whole tables as it can.
 */
#ifndef ODDLOT_STUDY_STUDY_INTERNAL_H
#define ODDLOT_STUDY_STUDY_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/base/log.h"
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"

#include "oddlot/run/text_table.h"

/* ---- study_design.c: which runs there are ---- */

typedef struct {
    odd_list rows, columns, values, paper, without;
    int64_t seeds;
    bool average;
} odd_study_options;

/* A row or a column. */
typedef struct {
    char *name;
    char *folder; /* the name made fit for one */
    odd_list set; /* words key=value */
} odd_variant;

typedef struct {
    odd_variant *variant;
    int64_t count;
} odd_variants;

/* What is taken from the files of every run. */
typedef struct {
    char *name;
    char *file;  /* of a stage: "train.h5" */
    char *path;  /* in it, of a dataset or an attribute */
    double unit; /* that the table counts in: 1, or 0.01 where it says per cent */
    int digits;  /* after the point */
    bool counts; /* the table says in how many runs it is from `low` to `high` */
    double low, high;
} odd_study_value;

typedef struct {
    const odd_pipeline *const *pipelines; /* those that a run may be; kept */
    const odd_job *job;                   /* kept */
    const odd_study_options *options;
    odd_variants rows, columns;
    int64_t seeds, values;
    odd_study_value *value;
    double *published; /* (rows, columns, values) as the files have it; NaN: not given */
} odd_study;

typedef struct {
    int64_t row, column, seed;
} odd_study_key;

/** Read the settings; owned by caller: odd_study_free(). @local; ODD_USAGE naming what is wrong */
odd_status odd_study_new(const odd_pipeline *const pipelines[], const odd_job *job,
                         odd_study **out);
void odd_study_free(odd_study **study);

/* ---- study_runs.c: each of them ---- */

int64_t odd_study_runs(const odd_study *study);
odd_study_key odd_study_run(const odd_study *study, int64_t run);
int64_t odd_study_number(const odd_study *study, const odd_study_key *key);
/** The seed of the job of a run. */
int64_t odd_study_seed(const odd_study *study, const odd_study_key *key);
/** Where its published figures are: (values). */
const double *odd_study_published(const odd_study *study, int64_t row, int64_t column);

/** "ReLU, binary, seed 2", and "runs/ReLU/binary/seed-2". Appended. */
void odd_study_run_name(const odd_study *study, const odd_study_key *key, odd_text *out);
void odd_study_run_folder(const odd_study *study, const odd_study_key *key, odd_text *out);

/** The job of a run, which is no study. Owned by caller: odd_job_free(). @local */
odd_status odd_study_job(const odd_study *study, const odd_study_key *key, odd_job **out);

/* ---- study_part.c: one run at work ---- */

typedef struct {
    odd_job *job;
    odd_run *run;
    odd_text name;
    odd_run_look look; /* what it should be, and how much of that is there */
} odd_study_part;

/** The path of a run's folder. Appended. @local; ODD_NOMEM */
odd_status odd_study_part_folder(const odd_study *study, const odd_run *whole, int64_t run,
                                 odd_text *folder);
/** Has its folder been made? @collective */
odd_status odd_study_part_begun(const odd_study *study, const odd_run *whole, int64_t run,
                                bool *begun);

/** Open a run in its folder below that of the whole, and look at what is up to date in it; with
 *  `look_only` nothing is made. Close with odd_study_part_close(), also after a failure.
 *  @collective */
odd_status odd_study_part_open(const odd_study *study, const odd_run *whole, int64_t run,
                               bool look_only, odd_study_part *out);
void odd_study_part_close(odd_study_part *part);

/** Name the run in the reason of a failure; a wish to stop is none. Returns the status. */
odd_status odd_study_part_fail(const odd_study_part *part, odd_status st);

/** Hide what the stages of a run log unless it was asked for, and return the level to be
 *  given back to odd_log_hush(). @local */
odd_level odd_study_hush(void);

/** Save why the run failed, so that it is not tried again while it is the same; "" removes
 *  the note. @local: rank 0 */
odd_status odd_study_save_failure(const odd_study_part *part, const char *reason);
/** The reason, if this very run has failed before; else "". @local: rank 0 */
odd_status odd_study_load_failure(const odd_study_part *part, char reason[ODD_REASON_SIZE]);

/* ---- study_common.c: what runs have in common ---- */

typedef struct odd_study_done odd_study_done;

/* Stages that runs have done, for those that want the same of them. */
typedef struct {
    const odd_study *study;
    odd_study_done *done; /* (count) */
    int64_t count;
} odd_study_common;

/** None yet. Owned by caller: odd_study_common_free(). @local; ODD_NOMEM */
odd_status odd_study_common_new(const odd_study *study, odd_study_common *out);
void odd_study_common_free(odd_study_common *common);

/** The run with this number has the stages that part->look says are up to date, or, `all_done`, all
 *  of them. @local */
void odd_study_common_add(odd_study_common *common, const odd_study_part *part, bool all_done,
                          int64_t run);
/** Link what other runs have done and this one wants into its folder; append the names of these
 *  stages to `linked`. What cannot be linked is left to be done. @local: rank 0; ODD_NOMEM */
odd_status odd_study_common_link(const odd_study_common *common, const odd_run *whole,
                                 const odd_study_part *part, odd_text *linked);

/* ---- study_values.c: what a run gives ---- */

/** Read the settings `values` of files that stages of these pipelines write. @local; ODD_USAGE */
odd_status odd_study_values_new(const odd_pipeline *const pipelines[], const odd_job *job,
                                const odd_list *values, odd_study_value **out);
void odd_study_values_free(odd_study_value *value, int64_t count);

/** figure: (values), NaN where the run has no such stage. @local; ODD_USAGE naming the value and
 *  what the file has. */
odd_status odd_study_figures(const odd_study *study, const odd_run *run, double figure[]);

/* ---- study_table.c: what came out ---- */

/* All runs, on every rank. */
typedef struct {
    const odd_study *study;
    double *figure; /* (runs, values) NaN: none */
    char **failed;  /* (runs) why; NULL: it did not fail */
} odd_study_results;

/** Room for no figures yet. Owned by caller: odd_study_results_free(). @local; ODD_NOMEM */
odd_status odd_study_results_new(const odd_study *study, odd_study_results *out);
void odd_study_results_free(odd_study_results *r);

/** The number of tables, and the name of each, NULL where there is only one: with one
 *  column it is rows x values, else each value has its table rows x columns. */
int64_t odd_study_tables(const odd_study *study);
const char *odd_study_table_name(const odd_study *study, int64_t table);
/** Owned by caller: odd_table_free(). @local; ODD_NOMEM */
odd_status odd_study_table(const odd_study_results *r, int64_t table, odd_text_table *out);
/** What its cells mean, in one sentence. Appended. */
void odd_study_legend(const odd_study *study, odd_text *out);

/** A line for each run with its figures. Owned by caller: odd_table_free(). @local; ODD_NOMEM */
odd_status odd_study_run_table(const odd_study_results *r, odd_text_table *out);

/** Print the tables on stdout. @local; ODD_NOMEM */
odd_status odd_study_print(const odd_study_results *r);

/* ---- study_files.c: study.h5 and study.csv ---- */

/** The datasets of study.h5. @collective */
odd_status odd_study_write(const odd_study_results *r, MPI_Comm comm, odd_file *file);
/** Of a published study.h5. Owned by caller: odd_study_results_free(). @local; ODD_FORMAT */
odd_status odd_study_read(const odd_study *study, const odd_file *file, odd_study_results *out);
/** RUN/study.csv, a line for each run and value. @local */
odd_status odd_study_csv(const odd_study_results *r, const char *path);

/* ---- study_report.c: what came out, to look at ---- */

/** RUN/report/index.html: tables, training curves, links to the reports of the runs. @local */
odd_status odd_study_page(const odd_run *run, const odd_study_results *r);

extern const odd_section odd_study_section;

#endif
