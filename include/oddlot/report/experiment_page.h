/**
 * Experiment page: REPORT/index.html with the table of an experiment, curves over the number of
 * components, and a picture of each mixture. Like report.h in everything else.
 */
#ifndef ODDLOT_REPORT_EXPERIMENT_PAGE_H
#define ODDLOT_REPORT_EXPERIMENT_PAGE_H

#include "oddlot/report/report.h"

/* The images of one mixture over its first two components. */
typedef struct {
    const char *name;
    const odd_scatter_point *point;
    int64_t count;
} odd_mixture_picture;

/* Two shares over a number, in rising order of x. */
typedef struct {
    const char *name;
    const odd_curve_point *sensitivity, *recall;
    int64_t count;
} odd_components_curve;

/* Everything is borrowed. */
typedef struct {
    const char *title, *subtitle;
    const char *const *cell; /* (lines, columns) texts, the heads first */
    int lines, columns;
    int summary_lines; /* lines after the heads that sum up the others */
    const odd_components_curve *curve;
    int curves;
    const odd_mixture_picture *picture;
    int pictures;
    const char *settings; /* job.yaml */
} odd_experiment_data;

/** Write FOLDER/index.html, as odd_report_write() does. @return ODD_IO, ODD_NOMEM. */
odd_status odd_experiment_page_write(const char *folder, const odd_experiment_data *data);

#endif
