/**
 * Feature output: what every source's rows go through before they are stored.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_OUTPUT_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_OUTPUT_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/store/dataset.h"

#include <stdbool.h>

typedef struct {
    char *type, *normalize;
} odd_feature_output_options;

extern const odd_option odd_feature_output_option_table[];

/** ODD_F32 or ODD_F16. */
odd_type odd_feature_type(const odd_feature_output_options *options);

/** The path of the image of a row of the ingest. Owned by caller; NULL where it cannot be read.
 *  @local */
char *odd_feature_image_path(const odd_file *ingest, int64_t row);

/** Rows x (count, width) as the options want them, in place: those of float16 are left packed, as
 *  uint16_t (count, width), where x begins. unit: what `auto` makes of the length. Uses all
 * threads. `row`: of the ingest, whose open file `ingest` names the image where a number is too
 * large for float16 (ODD_NUMERIC). @local */
odd_status odd_feature_finish(const odd_feature_output_options *options, bool unit,
                              const odd_file *ingest, int64_t count, int width, const int64_t row[],
                              float x[]);

#endif
