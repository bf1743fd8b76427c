/* Feature source `quarters`: the mean level of each quarter of an image. */
#include "stage/features/feature_source_internal.h"

#include "oddlot/base/memory.h"

typedef struct {
    bool inverted;
} quarters_options;

static const odd_option table[] = {
    ODD_BOOL(quarters_options, inverted, "false", "dark is high"),
    ODD_OPTIONS_END,
};

typedef struct {
    odd_image_form form;
    bool inverted;
} quarters;

enum { QUARTERS = 4 };

static odd_status plan(const odd_job *job, const void *options, const odd_image_form *form,
                       odd_feature_needs *out)
{
    (void)job, (void)options, (void)form;
    *out = (odd_feature_needs){.width = QUARTERS, .batch = 1};
    return ODD_OK;
}

static odd_status open_quarters(const odd_run *run, const void *options, const odd_image_form *form,
                                odd_feature_needs *needs, void **state)
{
    quarters *q = odd_alloc(1, sizeof *q);
    if (!q) return ODD_NOMEM;
    *q = (quarters){*form, ((const quarters_options *)options)->inverted};
    *state = q;
    return plan(run->job, options, form, needs);
}

static void measure(const quarters *q, const uint8_t pixels[], float x[QUARTERS])
{
    const int w = q->form.width, h = q->form.height, channels = q->form.channels;
    double sum[QUARTERS] = {0}, count[QUARTERS] = {0};
    for (int y = 0; y < h; y++)
        for (int i = 0; i < w * channels; i++) {
            const int quarter = 2 * (2 * y >= h) + (2 * (i / channels) >= w);
            sum[quarter] += pixels[y * w * channels + i];
            count[quarter]++;
        }
    for (int k = 0; k < QUARTERS; k++) {
        const double level = sum[k] / count[k];
        x[k] = (float)(q->inverted ? 255 - level : level);
    }
}

static odd_status extract(void *state, int64_t count, const int64_t row[], const uint8_t images[],
                          float x[])
{
    const quarters *q = state;
    const int64_t bytes = (int64_t)q->form.width * q->form.height * q->form.channels;
    (void)row;
    for (int64_t i = 0; i < count; i++)
        measure(q, images + i * bytes, x + i * QUARTERS);
    return ODD_OK;
}

static void close_quarters(void **state)
{
    odd_free(*state);
    *state = NULL;
}

const odd_feature_source extra_source = {
    .name = "quarters",
    .summary = "mean levels of the quarters of an image",
    .options = table,
    .options_size = sizeof(quarters_options),
    .plan = plan,
    .open = open_quarters,
    .extract = extract,
    .close = close_quarters,
};
