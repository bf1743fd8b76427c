/* Auto: a network where one is named or found, which sees what images show; else their pixels. */
#include "stage/features/feature_source_internal.h"

static const odd_feature_source *stand_in(const odd_job *job)
{
    const void *options = odd_part_options(job, "features", odd_feature_onnx.name);
    return odd_feature_onnx.file(options) ? &odd_feature_onnx : &odd_feature_pixels;
}

const odd_feature_source odd_feature_auto = {
    .name = "auto",
    .summary = "onnx where a network is named or a backbone is found, else pixels; `oddlot doctor` "
               "says which",
    .stand_in = stand_in,
};
