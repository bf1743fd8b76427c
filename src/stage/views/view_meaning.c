/* View `meaning`: what images show, as a network, or whoever made the rows that are stored, sees
 * it. */
#include "oddlot/run/stored_rows.h"
#include "oddlot/stage/stages.h"
#include "stage/features/feature_source_internal.h"
#include "stage/views/view_internal.h"

#include <string.h>

/* Pixels say how an image is laid out, not what it means. */
static bool sees_more_than_pixels(const odd_job *job)
{
    return strcmp(odd_stage_features.part(job), odd_feature_pixels.name) != 0;
}

static odd_status open_meaning(const odd_view_inputs *inputs, void **state, int *width)
{
    odd_matrix *features = NULL;
    odd_status st;
    ODD_TRY(odd_matrix_open(inputs->features, "features", &features));
    *width = (int)odd_matrix_width(features);
done:
    *state = features;
    return st;
}

static odd_status read_meaning(void *state, int64_t count, const int64_t row[], float x[])
{
    return odd_rows_gather(state, count, row, x);
}

static void close_meaning(void **state)
{
    odd_matrix *features = *state;
    odd_matrix_close(&features);
    *state = NULL;
}

static int64_t plan_meaning(const odd_job *job, int64_t features)
{
    (void)job;
    return features;
}

const odd_image_view odd_view_meaning = {
    .name = "meaning",
    .summary = "what images show: the features of a network, or stored ones",
    .seen = "what it shows",
    .anchors = true,
    .applies = sees_more_than_pixels,
    .needs = "features of a network, not pixels: see features.source",
    .plan = plan_meaning,
    .open = open_meaning,
    .read = read_meaning,
    .close = close_meaning,
};
