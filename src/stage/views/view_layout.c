/* View `layout`: how images are laid out, light and colour at a glance: their pixels, few of them.
 */
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/image/prepare.h"
#include "oddlot/run/columns.h"
#include "oddlot/store/dataset.h"
#include "stage/features/feature_pixels_internal.h"
#include "stage/features/feature_source_internal.h"
#include "stage/views/view_internal.h"

enum { BATCH_BYTES = 32 << 20 };

typedef struct {
    odd_dataset *images; /* of the ingest */
    void *pixels;        /* the source */
    int width;
    int64_t batch, bytes; /* images at a time; of one */
    uint8_t *image;       /* (batch, bytes) */
    int64_t *number;      /* (batch) of the ingest */
} layout_view;

static void close_layout(void **state)
{
    layout_view *v = *state;
    if (!v) return;
    if (v->pixels) odd_feature_pixels.close(&v->pixels);
    odd_dataset_close(&v->images);
    odd_free(v->image);
    odd_free(v->number);
    odd_free(v);
    *state = NULL;
}

static odd_status open_layout(const odd_view_inputs *inputs, void **state, int *width)
{
    const void *options = odd_view_settings(inputs->run->job, &odd_view_layout);
    odd_feature_needs needs;
    layout_view *v = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(v, 1));
    *state = v;
    ODD_TRY(odd_images_open(inputs->ingest, &v->images));
    const int64_t *shape = odd_dataset_shape(v->images)->shape;
    const odd_image_form form = {
        .width = (int)shape[2], .height = (int)shape[1], .channels = (int)shape[3]};
    v->bytes = shape[1] * shape[2] * shape[3];
    v->batch = v->bytes < BATCH_BYTES ? BATCH_BYTES / v->bytes : 1;
    ODD_TRY(ODD_NEW(v->image, v->batch * v->bytes));
    ODD_TRY(ODD_NEW(v->number, v->batch));
    ODD_TRY(odd_feature_pixels.open(inputs->run, options, &form, &needs, &v->pixels));
    *width = v->width = needs.width;
done:
    return st;
}

/* Images of the ingest, neighbours by one read. */
static odd_status read_images(layout_view *v, int64_t count, const odd_looked_at at[])
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count; i++)
        v->number[i] = at[i].image;
    for (int64_t i = 0, run; i < count; i += run) {
        for (run = 1; i + run < count && v->number[i + run] == v->number[i] + run;)
            run++;
        ODD_TRY(odd_dataset_read(v->images, v->number[i], run, ODD_U8, v->image + i * v->bytes));
    }
done:
    return st;
}

static odd_status read_layout(void *state, int64_t count, const odd_looked_at at[], float x[])
{
    layout_view *v = state;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count; i += v->batch) {
        const int64_t some = odd_min(v->batch, count - i);
        ODD_TRY(read_images(v, some, at + i));
        ODD_TRY(odd_feature_pixels.extract(v->pixels, some, v->number, v->image, x + i * v->width));
    }
done:
    return st;
}

static int64_t plan_layout(const odd_job *job, int64_t features)
{
    const odd_pixels_options *options = odd_view_settings(job, &odd_view_layout);
    const odd_prepare_options *prepare = odd_job_section(job, "image");
    const int64_t side = options->side > 0 ? odd_min(options->side, prepare->size) : prepare->size;
    (void)features;
    return side * side * odd_prepared_channels(prepare);
}

const odd_image_view odd_view_layout = {
    .name = "layout",
    .summary = "light and colour at a glance: the pixels of the image made small",
    .seen = "its layout",
    .isotropic = true,
    .options = odd_pixels_option_table,
    .options_size = sizeof(odd_pixels_options),
    .plan = plan_layout,
    .open = open_layout,
    .read = read_layout,
    .close = close_layout,
};
