/* Auto: a network where one is named or found, which sees what images show; else their pixels. A
 * backbone that is found is of no use to an oddlot that was built without networks. */
#include "oddlot/nn/networks.h"
#include "stage/features/feature_source_internal.h"

static const odd_feature_source *stand_in(const odd_job *job)
{
    const void *options = odd_part_options(job, "features", odd_feature_onnx.name);
    const bool wanted = odd_networks_absent() ? odd_job_given(job, "features.onnx.model")
                                              : odd_feature_onnx.file(options) != NULL;
    return wanted ? &odd_feature_onnx : &odd_feature_pixels;
}

const odd_feature_source odd_feature_auto = {
    .name = "auto",
    .summary = "onnx where a network is named or a backbone is found, else pixels; `oddlot doctor` "
               "says which",
    .stand_in = stand_in,
};
