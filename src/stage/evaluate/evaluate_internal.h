/**
 * Evaluate: the parts of the stage.
 */
#ifndef ODDLOT_STAGE_EVALUATE_EVALUATE_INTERNAL_H
#define ODDLOT_STAGE_EVALUATE_EVALUATE_INTERNAL_H

#include "oddlot/base/bundle.h"
#include "oddlot/run/selection.h"
#include "oddlot/store/file.h"

/**
 * Compare the clusters of the scores with the labels of the catalogue: metrics clustering/...; none
 * where there are no clusters or fewer than two labels. Images that are held out do not count.
 * @local; ODD_FORMAT, ODD_NUMERIC for scores that do not fit, ODD_IO, ODD_NOMEM.
 */
odd_status odd_evaluate_clusters(const odd_selection *selection, const odd_file *scores,
                                 odd_bundle *metrics);

#endif
