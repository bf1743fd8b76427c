/* View `meaning`: what images show, as a network, or whoever made the rows that are stored, sees
 * it. */
#include "oddlot/run/stored_rows.h"
#include "oddlot/stage/stages.h"
#include "stage/features/feature_source_internal.h"
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <string.h>

/* Pixels say how an image is laid out, not what it means. */
static bool sees_more_than_pixels(const odd_job *job)
{
    return strcmp(odd_stage_features.part(job), odd_feature_pixels.name) != 0;
}

/* Rows of features.h5, some at a time. */
enum { BATCH = 4096 };

typedef struct {
    odd_matrix *features;
    int64_t row[BATCH];
} meaning_view;

static void close_meaning(void **state)
{
    meaning_view *v = *state;
    if (!v) return;
    odd_matrix_close(&v->features);
    odd_free(v);
    *state = NULL;
}

static odd_status open_meaning(const odd_view_inputs *inputs, void **state, int *width)
{
    meaning_view *v = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(v, 1));
    *state = v;
    ODD_TRY(odd_matrix_open(inputs->features, "features", &v->features));
    *width = (int)odd_matrix_width(v->features);
done:
    return st;
}

static odd_status read_meaning(void *state, int64_t count, const odd_looked_at at[], float x[])
{
    meaning_view *v = state;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count && st == ODD_OK; i += BATCH) {
        const int64_t some = odd_min(BATCH, count - i);
        for (int64_t j = 0; j < some; j++)
            v->row[j] = at[i + j].row;
        st = odd_rows_gather(v->features, some, v->row, x + i * odd_matrix_width(v->features));
    }
    return st;
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
