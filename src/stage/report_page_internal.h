/**
 * Report page: what the `report` stage gathers from the files of a run, rank 0 alone, and lends to
 * the report room.
 */
#ifndef ODDLOT_STAGE_REPORT_PAGE_INTERNAL_H
#define ODDLOT_STAGE_REPORT_PAGE_INTERNAL_H

#include "oddlot/report/report.h"

#include "stage_internal.h"

#define MOST_FACTS 32
#define FACT_SIZE  160

typedef struct {
    int64_t top, scatter;
    char *title;
} odd_report_options;

/* Facts with their own text. */
typedef struct {
    odd_fact fact[MOST_FACTS];
    char text[MOST_FACTS][FACT_SIZE];
    int count;
} odd_facts;

/* Everything that the page needs, owned here and lent to odd_report_data. */
typedef struct {
    const odd_run *run;
    const odd_audited *audited;
    odd_file *ingest, *features, *reduce, *model, *scores, *evaluate;
    odd_report_data data;
    odd_facts summary, metrics;
    double *score; /* (images) NaN where unreadable, then packed */
    int8_t *truth; /* (finite scores) */
    double *probability;
    int64_t *flagged_row;
    char *flagged_reason;
    size_t reason_width;
    uint8_t *pixels;
    odd_flagged *flagged;
    odd_scatter_point *scatter;
    odd_curve_point *roc, *objective;
    odd_report_confusion confusion;
    odd_fact *error;
    char *error_text;
    odd_text settings;
    char subtitle[256];
} odd_page;

/** The flagged images with their pictures (report_gallery.c). Reads p->score by row. */
odd_status odd_page_gallery(odd_page *p);
/** Histogram, scatter plot, ROC curve and objective (report_plots.c); packs p->score. */
odd_status odd_page_plots(odd_page *p);
/** Title, summary, metrics, unreadable images and settings (report_words.c). */
odd_status odd_page_words(odd_page *p);

#endif
