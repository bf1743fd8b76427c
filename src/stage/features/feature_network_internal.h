/**
 * Feature network: images through a network, the way of every feature source that has one.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_NETWORK_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_NETWORK_INTERNAL_H

#include "oddlot/learn/network_input.h"
#include "oddlot/learn/network_pool.h"
#include "stage/features/feature_source_internal.h"

/* Which, and how it is run; all lent. */
typedef struct {
    const char *model;     /* an ONNX file */
    const char *layer;     /* whose output is taken; "": the network's own */
    const char *precision; /* one of odd_precision_names */
    int64_t batch;
    bool fit; /* images of another size are resized for it, grey ones given as RGB; else refused */
    odd_input_options input;
    odd_pool_options pool;
} odd_feature_network;

/** ODD_USAGE where the network does not take images of this form; what reading it gives. @local */
odd_status odd_feature_network_plan(const odd_feature_network *given, const odd_image_form *form,
                                    odd_feature_needs *out);
/** As of odd_feature_source. @local */
odd_status odd_feature_network_open(const odd_feature_network *given, const odd_image_form *form,
                                    odd_feature_needs *needs, void **state);
odd_status odd_feature_network_extract(void *state, int64_t count, const int64_t row[],
                                       const uint8_t images[], float x[]);
void odd_feature_network_close(void **state);

/** Of a network whose rows have this width; its batches are whole groups. @local */
odd_feature_needs odd_feature_network_needs(const odd_feature_network *given,
                                            const odd_graph *graph, int width);

#endif
