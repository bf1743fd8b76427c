/**
 * Neighbours: the parts behind the detector in knn.c.
 */
#ifndef ODDLOT_DETECT_KNN_INTERNAL_H
#define ODDLOT_DETECT_KNN_INTERNAL_H

#include "detect/moments_internal.h"
#include "oddlot/base/bundle.h"
#include "oddlot/par/rows.h"

/* Columns of the scores. */
enum { ODD_KNN_DISTANCE, ODD_KNN_NEAREST, ODD_KNN_COLUMNS };

/* ---- knn_reference.c ---- */

/** Put m rows, drawn by the seed from those that count, into the model, in the order of the rows:
 *  arrays `reference` and `reference_row`. candidates: how many there are to draw from. @collective
 */
odd_status odd_knn_collect(const odd_rows *rows, odd_row_filter filter, int64_t candidates,
                           int64_t m, uint64_t seed, odd_bundle *model);

/* ---- knn_search.c ---- */

/** Scores (n_local, ODD_KNN_COLUMNS) of rows. number: what the rows' numbers are in the catalogue,
 *  of all rows; NULL: as they come. @collective */
odd_status odd_knn_search(const odd_bundle *model, const odd_rows *rows, const int64_t number[],
                          double score[]);

#endif
