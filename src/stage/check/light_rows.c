/* Light rows, see light_rows_internal.h: images as they are stored, made small. */
#include "stage/check/light_rows_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/run/columns.h"

#include <string.h>

enum { BATCH_BYTES = 32 << 20, FAR_LEVEL = 4000 };

typedef struct {
    int height, width, channels;
} stored_form;

static int light_at(const uint8_t *p, int channels)
{
    return channels == 3 ? (int)((p[0] * 19595u + p[1] * 38470u + p[2] * 7471u) >> 16) : p[0];
}

/* The first and behind the last of n pixels that the i-th of 16 places is. */
static void place_of(int i, int n, int *from, int *to)
{
    *from = i * n / ODD_LIGHT_SIDE;
    *to = (i + 1) * n / ODD_LIGHT_SIDE;
    if (*to == *from) ++*to;
}

static uint8_t mean_light(const stored_form *f, const uint8_t *image, int i, int j)
{
    int x0, x1, y0, y1;
    int64_t sum = 0;
    place_of(i, f->height, &y0, &y1);
    place_of(j, f->width, &x0, &x1);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            sum += light_at(image + ((int64_t)y * f->width + x) * f->channels, f->channels);
    return (uint8_t)(sum / ((int64_t)(x1 - x0) * (y1 - y0)));
}

static void make_small(const stored_form *f, int64_t count, const uint8_t *images, uint8_t *light)
{
    const int64_t bytes = (int64_t)f->height * f->width * f->channels;
#pragma omp parallel for schedule(static) default(none) shared(f, count, images, light, bytes)
    for (int64_t n = 0; n < count; n++)
        for (int i = 0; i < ODD_LIGHT_VALUES; i++)
            light[n * ODD_LIGHT_VALUES + i] =
                mean_light(f, images + n * bytes, i / ODD_LIGHT_SIDE, i % ODD_LIGHT_SIDE);
}

/* @local */
static odd_status read_light(const odd_check_context *context, uint8_t *light)
{
    const odd_partition *part = &context->part;
    odd_dataset *images = NULL;
    uint8_t *pixels = NULL;
    odd_status st;
    ODD_TRY(odd_images_open(odd_check_ingest(context), &images));
    const int64_t *shape = odd_dataset_shape(images)->shape;
    const stored_form form = {(int)shape[1], (int)shape[2], (int)shape[3]};
    const int64_t bytes = shape[1] * shape[2] * shape[3];
    const int64_t batch = odd_min(bytes < BATCH_BYTES ? BATCH_BYTES / bytes : 1, part->n_local);
    ODD_TRY(ODD_NEW(pixels, batch * bytes));
    for (int64_t i = 0; i < part->n_local; i += batch) {
        const int64_t count = odd_min(batch, part->n_local - i);
        ODD_TRY(odd_dataset_read(images, part->row0 + i, count, ODD_U8, pixels));
        make_small(&form, count, pixels, light + i * ODD_LIGHT_VALUES);
    }
done:
    odd_dataset_close(&images);
    odd_free(pixels);
    return st;
}

static odd_status read_floats(void *reader, int64_t local, int64_t count, float x[])
{
    const odd_light_rows *l = reader;
    for (int64_t i = 0; i < count * ODD_LIGHT_VALUES; i++)
        x[i] = (float)l->light[local * ODD_LIGHT_VALUES + i];
    for (int64_t i = 0; i < count; i++)
        if (l->status[local + i] != 0) x[i * ODD_LIGHT_VALUES] = -FAR_LEVEL;
    return ODD_OK;
}

odd_status odd_light_rows_open(const odd_check_context *context, odd_light_rows *out)
{
    const MPI_Comm comm = context->run->comm;
    odd_status st;
    *out =
        (odd_light_rows){.rows = odd_rows_in_memory(comm, context->part.n, ODD_LIGHT_VALUES, NULL),
                         .status = context->status};
    out->rows.read = read_floats;
    out->rows.reader = out;
    ODD_TRY_ALL(comm, ODD_NEW(out->light, context->part.n_local * ODD_LIGHT_VALUES));
    ODD_TRY_ALL(comm, read_light(context, out->light));
done:
    return st;
}

void odd_light_rows_close(odd_light_rows *l)
{
    odd_free(l->light);
    *l = (odd_light_rows){0};
}
