/**
 * Feature output: what every source's rows go through before they are stored.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_OUTPUT_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_OUTPUT_INTERNAL_H

#include "oddlot/store/dataset.h"

#include <stdbool.h>

typedef struct {
    char *type, *normalize;
} odd_feature_output_options;

extern const char *const odd_feature_types[], *const odd_feature_norms[];

/* Lines of an option table. */
#define ODD_FEATURE_OUTPUT_OPTIONS(options, field)                                                 \
    {"type",                                                                                       \
     ODD_OPTION_CHOICE,                                                                            \
     offsetof(options, field.type),                                                                \
     "float32",                                                                                    \
     0,                                                                                            \
     0,                                                                                            \
     odd_feature_types,                                                                            \
     "how features are stored; float16 takes half the disk and keeps 3 digits"},                   \
    {                                                                                              \
        "normalize", ODD_OPTION_CHOICE, offsetof(options, field.normalize), "auto", 0, 0,          \
            odd_feature_norms, "l2: rows of unit length; auto: l2 for those of networks"           \
    }

/** ODD_F32 or ODD_F16. */
odd_type odd_feature_type(const odd_feature_output_options *options);

/** Rows x (count, width) as the options want them, in place: those of float16 are left packed, as
 *  uint16_t (count, width), where x begins. unit: what `auto` makes of the length. Uses all
 * threads. `row`: of the ingest, whose open file `ingest` names the image where a number is too
 * large for float16 (ODD_NUMERIC). @local */
odd_status odd_feature_finish(const odd_feature_output_options *options, bool unit,
                              const odd_file *ingest, int64_t count, int width, const int64_t row[],
                              float x[]);

#endif
