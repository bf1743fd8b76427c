/**
 * Report page: what the `report` stage gathers from the files of a run, rank 0 alone, and lends to
 * the report room.
 */
#ifndef ODDLOT_STAGE_REPORT_REPORT_PAGE_INTERNAL_H
#define ODDLOT_STAGE_REPORT_REPORT_PAGE_INTERNAL_H

#include "oddlot/report/report.h"
#include "oddlot/run/text_table.h"
#include "stage/train/train_task_internal.h"

#include "oddlot/run/findings.h"
#include "oddlot/run/image_facts.h"
#include "oddlot/run/run.h"
#include "oddlot/run/selection.h"
#include "oddlot/stage/learning_band.h"
#include "stage/report/heat_internal.h"

#define MOST_FACTS 32
#define FACT_SIZE  160
#define TEXT_SIZE  48 /* of a cell */

typedef struct {
    int64_t top, findings, scatter, heat_most;
    char *title;
    bool heat_maps;
} odd_report_options;

/* Facts with their own text. */
typedef struct {
    odd_fact fact[MOST_FACTS];
    char text[MOST_FACTS][FACT_SIZE];
    int count;
} odd_facts;

/* One more fact; those beyond MOST_FACTS are left out. */
void odd_facts_add(odd_facts *f, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4))); /* report_words.c */

/* How the networks of train.h5 learnt, owned here and lent to odd_report_training. */
typedef struct {
    odd_report_training data;
    odd_facts facts;
    odd_learning_band band[4]; /* loss and accuracy of images seen, then held out */
    char (*text)[TEXT_SIZE];   /* (lines, columns) */
    const char **cell;         /* the same */
} odd_page_training;

/* The kinds of images of the catalogue. */
typedef struct {
    odd_report_map data;
    odd_report_kind *kind;
} odd_page_map;

typedef struct odd_page_findings odd_page_findings;

/* What all ranks take together from columns that are as long as the catalogue. */
typedef struct {
    int64_t flagged;            /* images in all */
    int64_t *shown, cards;      /* images of the gallery, oddest first; on every rank */
    odd_histogram histogram;    /* on rank 0, as what follows */
    double threshold;           /* score of the last flagged image; NaN: none is flagged */
    odd_scatter_point *point;   /* (points) */
    int64_t points, drawn_from; /* rows that they are a choice of */
} odd_page_columns;

/* Everything that the page needs, owned here and lent to odd_report_data. */
typedef struct {
    const odd_run *run;
    const odd_selection *selection;
    const odd_heat_maps *heat;
    const odd_page_columns *columns;
    odd_file *ingest, *train, *features, *reduce, *model, *scores, *evaluate; /* train: or NULL */
    odd_file *check;  /* NULL: the job asks for no checks */
    odd_file *groups; /* NULL: nor for groups */
    odd_image_facts *facts;
    odd_text_table texts;
    odd_page_map map;
    odd_report_data data;
    odd_facts summary, metrics;
    double *score, *probability; /* (cards) of the gallery; probability NULL: there is none */
    char *flagged_reason;
    size_t reason_width;
    uint8_t *pixels;
    odd_flagged *flagged;
    odd_curve_point *roc, *objective;
    odd_report_confusion confusion;
    odd_fact *error;
    char *error_text;
    odd_text settings;
    char subtitle[256];
    odd_page_training training;
    odd_page_findings *findings; /* NULL: not asked for */
} odd_page;

/** A text of an image, which stays as long as the page. @local; ODD_FORMAT, ODD_NOMEM
 *  (report_texts.c) */
odd_status odd_page_text(odd_page *p, odd_image_fact which, int64_t image, const char **text);
/** Read a group of a stage's file and have the page take of it what it shows. @local; ODD_FORMAT,
 *  ODD_NOMEM (report_bundle.c). */
odd_status odd_page_bundle_read(odd_page *p, const odd_file *file, const char *name,
                                odd_status (*take)(odd_page *p, const odd_bundle *bundle));
/** The images of the gallery with their pictures (report_gallery.c). @local */
odd_status odd_page_gallery(odd_page *p);
/** ROC curve and objective (report_plots.c). @local */
odd_status odd_page_plots(odd_page *p);
/** How networks learnt, by a train.h5 of any task (report_training.c); free also on failure.
 *  @local; ODD_FORMAT, ODD_NOMEM. */
odd_status odd_page_training_read(const odd_train_task *task, const odd_file *train,
                                  odd_page_training *out);
void odd_page_training_free(odd_page_training *t);
/** What the checks of the job found (report_findings.c): p->check is open; free also on failure.
 *  @local; ODD_FORMAT, ODD_NOMEM. */
odd_status odd_page_findings_read(odd_page *p);
void odd_page_findings_free(odd_page_findings **findings);
/** The map of the catalogue (report_map.c): p->groups is open. @local; ODD_FORMAT, ODD_NOMEM. */
odd_status odd_page_map_read(odd_page *p);
/** Title, summary, metrics, unreadable images and settings (report_words.c). */
odd_status odd_page_words(odd_page *p);

/* ---- what all ranks look at ---- */

/** Take them; each rank reads its part of the columns, 12 bytes an image and 44 a row
 * (report_columns.c). Free also after a failure. @collective; ODD_FORMAT, ODD_IO, ODD_NOMEM. */
odd_status odd_page_columns_take(const odd_run *run, odd_page_columns *out);
void odd_page_columns_free(odd_page_columns *columns);

/** The histogram of the scores; out->threshold is given (report_histogram.c). @collective */
odd_status odd_page_histogram(const odd_run *run, const odd_file *ingest, const odd_file *scores,
                              odd_page_columns *out);

/** The points of the scatter plot, drawn by the seed; out->flagged is given (report_scatter.c).
 *  @collective */
odd_status odd_page_scatter(const odd_run *run, const odd_file *ingest, const odd_file *scores,
                            odd_page_columns *out);

/* ---- report_nearest.c ---- */

/* The usual images nearest to the first flagged ones. A zeroed one is empty. */
typedef struct {
    int64_t shown, columns;
    int64_t *row;     /* flagged images, oddest first */
    int64_t *nearest; /* (shown, columns) images; -1: there are no more */
} odd_nearest_usual;

/** Read them from scores.h5. Free also after a failure. @local; ODD_FORMAT, ODD_NOMEM */
odd_status odd_nearest_usual_read(const odd_file *scores, int64_t images, odd_nearest_usual *out);
void odd_nearest_usual_free(odd_nearest_usual *nearest);
/** Those of the first flagged image among these, (columns); NULL: it is none of the first. @local
 */
const int64_t *odd_nearest_usual_of(const odd_nearest_usual *nearest, int64_t images,
                                    const int64_t image[]);

#endif
