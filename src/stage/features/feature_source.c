/* The table of feature sources: adding one is one file and one line here. */
#include "stage/features/feature_source_internal.h"

#include <string.h>

const odd_feature_source *const odd_feature_sources[] = {&odd_feature_pixels, &odd_feature_onnx,
                                                         &odd_feature_trained, NULL};

const odd_feature_source *odd_feature_source_find(const char *name)
{
    for (int i = 0; odd_feature_sources[i]; i++)
        if (strcmp(odd_feature_sources[i]->name, name) == 0) return odd_feature_sources[i];
    return NULL;
}
