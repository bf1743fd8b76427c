/**
 * What the stages share: their files, rows that lie in files, models of
 * earlier runs, columns of the ingest.
 */
#ifndef ODDLOT_STAGE_STAGE_INTERNAL_H
#define ODDLOT_STAGE_STAGE_INTERNAL_H

#include "oddlot/par/rows.h"
#include "oddlot/stage/stage.h"
#include "oddlot/store/dataset.h"

#include "stage/audited_internal.h"

extern const odd_stage odd_stage_ingest, odd_stage_train, odd_stage_features, odd_stage_reduce,
    odd_stage_fit, odd_stage_score, odd_stage_evaluate, odd_stage_report, odd_stage_experiment,
    odd_stage_study;

extern const odd_section odd_run_section, odd_image_section, odd_ingest_section,
    odd_features_section, odd_reduce_section, odd_fit_section, odd_score_section,
    odd_evaluate_section, odd_report_section, odd_experiment_section, odd_study_section;

/** The settings of a registered part: section "<stage>.<part>". Borrowed from the job. @local */
const void *odd_part_options(const odd_job *job, const char *stage, const char *part);

/** Fail at `key`: "no detector 'x'; there are: a, b". `name(i)` gives the names, NULL ends. @local
 */
odd_status odd_no_such_part(const odd_job *job, const char *key, const char *what,
                            const char *given, const char *(*name)(int i));

/** True if the job is an audit, false if it is an experiment or a study. @local */
bool odd_is_audit(const odd_run *run);

/** True if the job is a study of many runs. @local */
bool odd_is_study(const odd_run *run);

/** True if the job trains networks. @local */
bool odd_trains(const odd_run *run);

/** Ask every stage whether its settings make sense, before anything is written. @local; ODD_USAGE
 */
odd_status odd_run_check(const odd_run *run);

#define ODD_MOST_STAGES 16

/* What a run should be, and how much of that is there. Stages as in odd_stages; of those that do
 * not apply nothing is said. */
typedef struct {
    char wanted[ODD_MOST_STAGES][ODD_HASH_TEXT]; /* fingerprints */
    bool current[ODD_MOST_STAGES];               /* the file of the stage has it */
    char all[ODD_HASH_TEXT];                     /* digest of what is wanted */
    int to_do;                                   /* stages that are not up to date */
} odd_run_look;

/** @collective; fails as the listing of the catalogue does */
odd_status odd_run_examine(odd_run *run, odd_run_look *look);

/** The product of the stage in this run, see stage.h; NULL: none. @local */
const char *odd_stage_product(const odd_run *run, const odd_stage *stage);

/** Add what the stages would write to plan->disk, and raise memory and rows to what this run needs.
 *  @collective */
odd_status odd_run_estimate(odd_run *run, odd_stage_plan *plan);

/* -- files of stages (stage_files.c) -- */

/** RUN/name, owned by caller: odd_free(). */
odd_status odd_run_path(const odd_run *run, const char *name, char **out);

/** Open the file of a stage for reading on these ranks. @collective on comm */
odd_status odd_stage_open(const odd_run *run, MPI_Comm comm, const char *stage, odd_file **out);

/** Begin the file of stage from->stage. @collective on comm */
odd_status odd_stage_create(const odd_run *run, MPI_Comm comm, const odd_provenance *from,
                            odd_file **out);

/** Note the seconds since `started` (odd_seconds()) and the largest memory of a rank in the file
 * and publish it. Frees *file also on failure. @collective on comm */
odd_status odd_stage_publish(MPI_Comm comm, odd_file **file, double started);

/* -- rows in files (stored_rows.c) -- */

/* Rows of a float32 dataset (n, d), or some of them: in memory where my part fits the job's memory,
 * else streamed. */
typedef struct {
    odd_rows rows;
    odd_dataset *dataset; /* open while rows are streamed */
    float *x;             /* my rows, where they are in memory */
    int64_t *pick;        /* (rows.part.n) their numbers in the dataset, rising; NULL: all are
                             taken */
} odd_stored_rows;

/** All rows of a dataset. @collective. Close with odd_stored_rows_close() before the file. */
odd_status odd_stored_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out);
/** The rows that may be learnt from, whose images the ingest does not hold out; the dataset has a
 *  row for each of the features. @collective; ODD_USAGE where all that could be read are held out
 */
odd_status odd_learnt_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out);
void odd_stored_rows_close(odd_stored_rows *stored);
/** The number in the dataset of a row, counted over all ranks. @local */
int64_t odd_stored_row(const odd_stored_rows *stored, int64_t row);

/** Read rows of a dataset (n, d), their numbers rising: x (count, d). @local */
odd_status odd_rows_gather(const odd_dataset *dataset, int64_t count, const int64_t row[],
                           float x[]);

/* -- models of earlier runs (stored_model.c) -- */

/* Where a stage takes a model from instead of learning one. */
typedef struct {
    const odd_stage *stage;
    const char *given;     /* its file, or the folder of a run; "": nowhere, it learns */
    const char *attribute; /* of /model: which part of the stage the model is of, as in the job */
} odd_model_source;

/** Read the model. @collective. ODD_USAGE where it is of another stage or part than the job says;
 *  ODD_IO, ODD_FORMAT; all name the file. */
odd_status odd_stored_model_read(const odd_run *run, const odd_model_source *from,
                                 odd_bundle *model);

/** Digest of its arrays, for odd_stage.outside. @collective */
odd_status odd_stored_model_digest(const odd_run *run, const odd_model_source *from,
                                   odd_hash *digest);

/* -- columns (stage_columns.c) -- */

/** A whole 1-D column of numbers as `type`; *n rows. Owned by caller: odd_free(). @local */
odd_status odd_column_read(const odd_file *file, const char *name, odd_type type, void **data,
                           int64_t *n);

/** Write my part of a new 1-D column of n rows. @collective */
odd_status odd_column_write(odd_file *file, const char *name, odd_type type, int64_t n,
                            int64_t row0, int64_t count, const void *data, const char *about,
                            const char *unit);

/** Text of each row as a column of strings as wide as the longest: @collective */
odd_status odd_column_write_text(odd_file *file, const char *name, MPI_Comm comm, int64_t n,
                                 int64_t row0, int64_t count,
                                 const char *(*text)(const void *context, int64_t row),
                                 const void *context, const char *about);

/** The first `most` cells of a column of strings, each 0-terminated; cell i begins at
 *  i * (*width + 1). Owned by caller: odd_free(). @local */
odd_status odd_column_read_text(const odd_file *file, const char *name, int64_t most, char **out,
                                size_t *width, int64_t *n);

/* -- images (stage_columns.c) -- */

/** The images of an ingest: uint8 (n, height, width, channels), an image of at most INT32_MAX
 * bytes.
 *  @local; ODD_FORMAT */
odd_status odd_images_open(const odd_file *ingest, odd_dataset **out);

#endif
