/**
 * Figures: the plots of a report, each made of the data and a note that says what is not shown.
 */
#ifndef ODDLOT_REPORT_FIGURES_INTERNAL_H
#define ODDLOT_REPORT_FIGURES_INTERNAL_H

#include "oddlot/base/text.h"
#include "oddlot/report/experiment_page.h"
#include "oddlot/report/report.h"

/** Append an SVG picture, and to `note` plain sentences about it. ODD_NOMEM. */
typedef odd_status odd_figure_draw(const odd_report_data *data, odd_text *svg, odd_text *note);

odd_figure_draw odd_histogram_draw; /* of the scores, by truth where it is known */
odd_figure_draw odd_scatter_draw;   /* of the first two components */
odd_figure_draw odd_roc_draw;
odd_figure_draw odd_objective_draw;

/** Sensitivity and recall over the number of components; count > 1. */
void odd_components_draw(const odd_components_curve *curve, odd_text *svg);

/** Loss or accuracy over the epochs, with the range of the networks; `what` is the vertical axis.
 */
void odd_learning_draw(const odd_learning_curve *curve, const char *what, odd_text *svg);

/** The section of all figures for which there is data; nothing where there is none. */
odd_status odd_figures_write(const odd_report_data *data, odd_text *html);

#endif
