/**
 * Study page: REPORT/index.html with the tables of a study, the training curves of its runs, and a
 * list of the runs that leads to the report of each. Like report.h in everything else.
 */
#ifndef ODDLOT_REPORT_STUDY_PAGE_H
#define ODDLOT_REPORT_STUDY_PAGE_H

#include "oddlot/report/report.h"

/* Lines of texts, the heads first. */
typedef struct {
    const char *name;        /* for those who cannot see it; NULL: none */
    const char *const *cell; /* (lines, columns) */
    int lines, columns;
} odd_study_lines;

/* How the networks of runs learnt that differ by their seed only. */
typedef struct {
    const char *name;
    const char *what; /* the vertical axis */
    odd_learning_curve curve;
} odd_study_plot;

/* Everything is borrowed. */
typedef struct {
    const char *title, *subtitle;
    const char *legend; /* what the cells of the tables mean */
    const odd_study_lines *table;
    int tables;
    const odd_study_plot *plot;
    int plots;
    odd_study_lines runs;    /* one run a line */
    const char *const *link; /* (runs.lines - 1) from the page to the report of a run; NULL: none */
    const char *settings;    /* job.yaml */
} odd_study_data;

/** Write FOLDER/index.html, as odd_report_write() does. @return ODD_IO, ODD_NOMEM. */
odd_status odd_study_page_write(const char *folder, const odd_study_data *data);

#endif
