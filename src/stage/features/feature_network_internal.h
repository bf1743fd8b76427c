/**
 * Feature network: images through a network, the way of every feature source that has one.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_NETWORK_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_NETWORK_INTERNAL_H

#include "oddlot/learn/network_input.h"
#include "oddlot/learn/network_pool.h"
#include "stage/features/feature_source_internal.h"

/* Which units of hidden layers are active: a row of zeros and ones. */
typedef struct {
    const odd_list *layers; /* whose; none: of all hidden layers */
    bool sampled; /* those between 0 and 1 are active with that probability, drawn by the image's
                     row; else from the half on */
    uint64_t seed;
} odd_feature_units;

/* Which, and how it is run; all lent. */
typedef struct {
    const char *model;     /* an ONNX file */
    const char *layer;     /* whose output is taken; "": the network's own */
    const char *precision; /* one of odd_precision_names */
    int64_t batch;
    bool fit; /* images of another size are resized for it, grey ones given as RGB; else refused */
    odd_input_options input;
    odd_pool_options pool;
    const odd_feature_units *units; /* in place of a layer's values; NULL: not so */
} odd_feature_network;

/** ODD_USAGE where the network does not take images of this form; what reading it gives. @local */
odd_status odd_feature_network_plan(const odd_feature_network *given, const odd_image_form *form,
                                    odd_feature_needs *out);
/** Keep of a graph what makes the rows. *threshold: as of odd_graph_units(); NULL where rows are of
 *  values. @local */
odd_status odd_feature_network_cut(const odd_feature_network *given, odd_graph *graph,
                                   float **threshold);
/** As of odd_feature_source. @local */
odd_status odd_feature_network_open(const odd_feature_network *given, const odd_image_form *form,
                                    odd_feature_needs *needs, void **state);
odd_status odd_feature_network_extract(void *state, int64_t count, const int64_t row[],
                                       const uint8_t images[], float x[]);
void odd_feature_network_close(void **state);

/** What the task of the job turns images of this form into features by, as it will be. @local;
 *  ODD_USAGE where the job trains nothing that does, told of features.source */
odd_status odd_feature_trained_graph(const odd_job *job, const odd_image_form *form,
                                     odd_graph **out);

/** Of a network whose rows have this width; its batches are whole groups. @local */
odd_feature_needs odd_feature_network_needs(const odd_feature_network *given,
                                            const odd_graph *graph, int width);

#endif
