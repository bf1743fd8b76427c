/* View `measured`: what was measured of images (image/measure.h): their ground, how much of them
 * the product fills, how sharp, light and colourful it is. */
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/run/measures.h"
#include "oddlot/run/stored_rows.h"
#include "stage/ingest/ingest_internal.h"
#include "stage/views/view_internal.h"

/* What is seen in a picture; not what its file is like, which is the business of checks. */
static const enum odd_measure taken[] = {
    ODD_MEASURE_GROUND_LIGHTNESS, ODD_MEASURE_GROUND_SATURATION,
    ODD_MEASURE_GROUND_EVEN,      ODD_MEASURE_GROUND_NEAR_WHITE,
    ODD_MEASURE_PRODUCT_SHARE,    ODD_MEASURE_FILL_BY_EDGES,
    ODD_MEASURE_SIDES_TOUCHED,    ODD_MEASURE_SHARPNESS,
    ODD_MEASURE_LIGHT_1,          ODD_MEASURE_LIGHT_50,
    ODD_MEASURE_LIGHT_99,         ODD_MEASURE_CONTRAST,
    ODD_MEASURE_COLOURFULNESS,    ODD_MEASURE_CHROMA,
    ODD_MEASURE_CHROMA_99,        ODD_MEASURE_COMMON_COLOUR,
};

enum { TAKEN = sizeof taken / sizeof *taken, BATCH = 4096 };

typedef struct {
    odd_matrix *measures;
    int64_t number[BATCH]; /* of the ingest */
    float value[BATCH * ODD_MEASURE_COUNT];
} measured_view;

static void close_measured(void **state)
{
    measured_view *v = *state;
    if (!v) return;
    odd_matrix_close(&v->measures);
    odd_free(v);
    *state = NULL;
}

static odd_status open_measured(const odd_view_inputs *inputs, void **state, int *width)
{
    odd_dataset *measures = NULL; /* that they are those of this program is looked at here */
    measured_view *v = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(v, 1));
    *state = v;
    *width = TAKEN;
    ODD_TRY(odd_measures_open(inputs->ingest, &measures));
    ODD_TRY(odd_matrix_open(inputs->ingest, ODD_MEASURES_NAME, &v->measures));
done:
    odd_dataset_close(&measures);
    return st;
}

static odd_status read_batch(measured_view *v, int64_t count, const odd_looked_at at[], float x[])
{
    odd_status st;
    for (int64_t i = 0; i < count; i++)
        v->number[i] = at[i].image;
    ODD_TRY(odd_rows_gather(v->measures, count, v->number, v->value));
    for (int64_t i = 0; i < count; i++)
        for (int c = 0; c < TAKEN; c++)
            x[i * TAKEN + c] = v->value[i * ODD_MEASURE_COUNT + taken[c]];
done:
    return st;
}

static odd_status read_measured(void *state, int64_t count, const odd_looked_at at[], float x[])
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count && st == ODD_OK; i += BATCH)
        st = read_batch(state, odd_min(BATCH, count - i), at + i, x + i * TAKEN);
    return st;
}

static int measure_of(int column)
{
    return (int)taken[column];
}

const odd_image_view odd_view_measured = {
    .name = "measured",
    .summary = "ground, fill, focus, light and colour, as ingest measured them",
    .seen = "its look",
    .standardised = true,
    .applies = odd_ingest_is_measured,
    .needs = "images that are measured, by ingest.measure: true",
    .open = open_measured,
    .read = read_measured,
    .close = close_measured,
    .measure = measure_of,
    .width = TAKEN,
};
