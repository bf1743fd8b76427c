/**
 * Experiment: many trials over one catalogue. A trial draws theme and odd images by their labels,
 * reduces, fits and scores them by one technique, and evaluates the result by the labels.
 *
 * A trial is numbered ((mixture * shares + share) * seeds + seed) * techniques + technique, so that
 * neighbours share their images and often their reduction.
 */
#ifndef ODDLOT_STUDY_EXPERIMENT_INTERNAL_H
#define ODDLOT_STUDY_EXPERIMENT_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/report/report.h"
#include "oddlot/run/run.h"
#include "oddlot/store/matrix.h"

#include "oddlot/run/text_table.h"

/* ---- experiment_design.c: which trials there are ---- */

typedef struct {
    odd_list mixtures, techniques, components, shares;
    int64_t theme_images, odd_images, test_images, verified_theme, seeds;
    double sensitivity;
} odd_experiment_options;

typedef struct {
    const char *text; /* "NAME | key=value ..." of the job; borrowed */
    int64_t k;        /* stands for {k}; -1: there is none */
} odd_technique;

typedef struct {
    const odd_job *job;
    const odd_experiment_options *options;
    int64_t mixtures, shares, seeds, techniques;
    odd_technique *technique; /* (techniques) */
    double *share;            /* (shares) of odd images; negative: by odd_images */
} odd_design;

typedef struct {
    int64_t mixture, share, seed, technique;
} odd_trial_key;

/** Read the settings; owned by caller: odd_design_free(). @local; ODD_USAGE naming what is wrong */
odd_status odd_design_new(const odd_job *job, odd_design **out);
void odd_design_free(odd_design **design);
int64_t odd_design_trials(const odd_design *d);
odd_trial_key odd_design_key(const odd_design *d, int64_t trial);

/** Name of a mixture, of a technique with {k} filled in. Owned by caller: odd_text_free(). */
void odd_mixture_name(const odd_design *d, int64_t mixture, odd_text *out);
void odd_technique_name(const odd_design *d, int64_t technique, odd_text *out);

/** Labels of a mixture: part 1 the theme, part 2 the odd ones (may be empty). Owned by caller:
 *  odd_texts_free(). @local */
odd_status odd_mixture_labels(const odd_design *d, int64_t mixture, int part, odd_list *out);

/** The job of a technique where a share `phi` of the images is odd. Owned by caller:
 *  odd_job_free(). @local; ODD_USAGE naming the technique. */
odd_status odd_technique_job(const odd_design *d, int64_t technique, double phi, odd_job **out);

/* ---- experiment_draw.c: which images a trial takes ---- */

/* Rows of the features in rising order, with what is known of each. */
typedef struct {
    int64_t n;
    int64_t *row;
    uint8_t *odd;      /* the truth */
    uint8_t *verified; /* ODD_VERIFIED_... */
} odd_sample;

typedef struct {
    odd_sample fit;  /* what is learnt from */
    odd_sample test; /* what is evaluated; empty: the fitted rows are */
} odd_drawn;

/** label: (n) of the rows of the features; "" where there is none. The same on every rank.
 *  @local; ODD_USAGE where there are not enough images. */
odd_status odd_experiment_draw(const odd_design *d, int64_t n, const char *const label[],
                               const odd_trial_key *key, odd_drawn *out);
void odd_drawn_free(odd_drawn *drawn);
/** Share of odd images among the fitted ones. */
double odd_drawn_share(const odd_drawn *drawn);

/* ---- experiment_trial.c, experiment_reduce.c, experiment_evaluate.c: one trial ---- */

#define ODD_TRIAL_VALUES(X)                                                                        \
    X(AUC, auc, "area under the ROC curve of what ranks")                                          \
    X(AVERAGE_PRECISION, average_precision, "area under the precision-recall curve, stepwise")     \
    X(SENSITIVITY, sensitivity, "share of the odd images flagged")                                 \
    X(RECALL, recall, "share of the theme images kept")                                            \
    X(PRECISION, precision, "share of odd ones among the flagged")                                 \
    X(F1, f1, "harmonic mean of precision and sensitivity")                                        \
    X(RECALL_AT, recall_at,                                                                        \
      "share of the theme images kept where the setting experiment.sensitivity is reached")        \
    X(SHARE, share, "share of odd images among those fitted")                                      \
    X(ESTIMATE, share_estimated, "what the detector takes that share to be; NaN: it does not say") \
    X(COMPONENTS, components, "values of a reduced row")                                           \
    X(REDUCE_SECONDS, reduce_seconds, "time to reduce, 0 where the trial before had done it")      \
    X(FIT_SECONDS, fit_seconds, "time to fit")

#define ODD_VALUE_ENUM(name, key, about) ODD_TRIAL_##name,
enum { ODD_TRIAL_VALUES(ODD_VALUE_ENUM) ODD_TRIAL_VALUE_COUNT };
#undef ODD_VALUE_ENUM

typedef struct {
    double value[ODD_TRIAL_VALUE_COUNT]; /* NaN: the trial failed */
} odd_trial;

/* What trials that follow each other share: the rows drawn, read and reduced last. */
typedef struct odd_trial_rows odd_trial_rows;

/* What all trials need: where their rows come from, and the rows of the last one. */
typedef struct {
    const odd_run *run;
    const odd_design *design;
    const odd_matrix *features; /* (n, d) */
    int64_t n;
    const char *const *label; /* (n) */
    odd_trial_rows *last;
} odd_trial_context;

void odd_trial_rows_free(odd_trial_rows **rows);

/** An order of the techniques in which those that reduce alike are neighbours: order (techniques).
 *  @local, the same on every rank; ODD_USAGE, ODD_NOMEM */
odd_status odd_trial_order(const odd_design *d, int64_t order[]);

/** Do a trial. @param points NULL, or on rank 0 what a picture of the fitted rows shows: theirs to
 *  free by odd_free(). A method that fails on the drawn rows gives NaNs and a warning.
 *  @collective */
odd_status odd_trial_run(odd_trial_context *context, int64_t number, odd_trial *out,
                         odd_scatter_point **points, int64_t *count);

/* ---- experiment_table.c: what came out ---- */

/* All trials, on every rank. */
typedef struct {
    const odd_design *design;
    odd_trial *trial; /* (trials) */
} odd_results;

/** The datasets of experiment.h5. @collective */
odd_status odd_results_write(const odd_results *r, MPI_Comm comm, odd_file *file);
/** The trials of a published experiment.h5. Owned by caller: odd_free(). @local; ODD_FORMAT */
odd_status odd_results_read(const odd_design *d, const odd_file *file, odd_trial **out);
/** Print the summary on stdout. @local; ODD_NOMEM */
odd_status odd_results_print(const odd_results *r);
/** RUN/experiment.csv, a line a trial. @local */
odd_status odd_results_csv(const odd_results *r, const char *path);

/** The summary: a line for each technique over all mixtures, then one for each technique, mixture
 *  and share, means over the seeds with intervals. Owned by caller: odd_table_free(). @local;
 *  ODD_NOMEM */
odd_status odd_results_summary(const odd_results *r, odd_text_table *out);

/* ---- experiment_figures.c: what came out, to look at ---- */

/* Pictures of the fitted rows: of each mixture at its first share and seed, by the first technique.
 */
typedef struct {
    odd_scatter_point *point;
    int64_t count;
} odd_cloud;

/** RUN/report/index.html: table, pictures, curves over {k}. @local; ODD_IO, ODD_NOMEM */
odd_status odd_experiment_page(const odd_run *run, const odd_results *r, const odd_cloud cloud[]);

extern const odd_section odd_experiment_section;

#endif
