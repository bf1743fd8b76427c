/* Copies: the small pictures of my rows, and rows of their layout. */
#include "oddlot/image/layout_row.h"
#include "oddlot/run/columns.h"
#include "oddlot/store/dataset.h"
#include "stage/check/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

enum { VALUES = ODD_ALIGNED_VALUES, BATCH_BYTES = 32 << 20 };

static void keep_picture(int size, int channels, const uint8_t *pixels, uint8_t picture[VALUES])
{
    float values[VALUES];
    odd_aligned_picture(size, channels, pixels, values);
    for (int i = 0; i < VALUES; i++)
        picture[i] = (uint8_t)lrintf(values[i]);
}

static void make_pictures(const odd_shape *shape, int64_t count, const uint8_t *pixels,
                          uint8_t *picture)
{
    const int size = (int)shape->shape[1], channels = (int)shape->shape[3];
    const int64_t bytes = (int64_t)size * size * channels;
#pragma omp parallel for schedule(static) default(none)                                            \
    shared(size, channels, bytes, count, pixels, picture)
    for (int64_t i = 0; i < count; i++)
        keep_picture(size, channels, pixels + i * bytes, picture + i * VALUES);
}

/* @local */
static odd_status read_pictures(const odd_check_context *context, odd_copy_pictures *out)
{
    const odd_partition *part = &context->part;
    odd_dataset *images = NULL;
    uint8_t *pixels = NULL;
    odd_status st;
    ODD_TRY(odd_images_open(odd_check_ingest(context), &images));
    const odd_shape *shape = odd_dataset_shape(images);
    if (shape->shape[1] != shape->shape[2])
        ODD_TRY(odd_fail(ODD_FORMAT, "the images in ingest.h5 are not square"));
    const int64_t bytes = shape->shape[1] * shape->shape[2] * shape->shape[3];
    const int64_t batch = bytes < BATCH_BYTES ? BATCH_BYTES / bytes : 1;
    ODD_TRY(ODD_NEW(pixels, odd_min(batch, part->n_local) * bytes));
    for (int64_t i = 0; i < part->n_local; i += batch) {
        const int64_t count = odd_min(batch, part->n_local - i);
        ODD_TRY(odd_dataset_read(images, part->row0 + i, count, ODD_U8, pixels));
        make_pictures(shape, count, pixels, out->picture + i * VALUES);
    }
done:
    odd_free(pixels);
    odd_dataset_close(&images);
    return st;
}

static odd_status read_floats(void *context, int64_t local, int64_t count, float x[])
{
    const odd_copy_pictures *p = context;
    for (int64_t i = 0; i < count * VALUES; i++)
        x[i] = (float)p->picture[local * VALUES + i];
    return ODD_OK;
}

/* Of exact copies the first row stands for all. */
static void choose_taken(const odd_check_context *context, const odd_pairs *exact, bool taken[])
{
    const odd_partition *part = &context->part;
    for (int64_t i = 0; i < part->n_local; i++)
        taken[i] = context->status[i] == 0;
    for (int64_t i = 0; i < exact->count; i++) {
        const int64_t local = exact->pair[i].second - part->row0;
        if (local >= 0 && local < part->n_local) taken[local] = false;
    }
}

odd_status odd_copy_pictures_open(const odd_check_context *context, const odd_pairs *exact,
                                  odd_copy_pictures *out)
{
    const MPI_Comm comm = context->run->comm;
    odd_status st;
    *out = (odd_copy_pictures){.rows = odd_rows_in_memory(comm, context->part.n, VALUES, NULL)};
    out->rows.read = read_floats;
    out->rows.reader = out;
    ODD_TRY_ALL(comm, ODD_NEW(out->picture, context->part.n_local * VALUES));
    ODD_TRY_ALL(comm, ODD_NEW(out->taken, context->part.n_local));
    ODD_TRY_ALL(comm, read_pictures(context, out));
    choose_taken(context, exact, out->taken);
done:
    return st;
}

void odd_copy_pictures_close(odd_copy_pictures *p)
{
    odd_free(p->picture);
    odd_free(p->taken);
    *p = (odd_copy_pictures){0};
}

/* -- layout -- */

static void make_layout(const odd_copy_layout *l, int64_t local, float row[])
{
    float picture[VALUES], mirrored[VALUES];
    if (!l->pictures->taken[local]) {
        memset(row, 0, ODD_LAYOUT_VALUES * sizeof *row);
        return;
    }
    for (int i = 0; i < VALUES; i++)
        picture[i] = (float)l->pictures->picture[local * VALUES + i];
    if (l->mirrored) odd_aligned_mirror(picture, mirrored);
    odd_layout_row(l->mirrored ? mirrored : picture, l->scale, row);
}

static odd_status read_layout(void *context, int64_t local, int64_t count, float x[])
{
    const odd_copy_layout *l = context;
#pragma omp parallel for schedule(static) default(none) shared(l, local, count, x)
    for (int64_t i = 0; i < count; i++)
        make_layout(l, local + i, x + i * ODD_LAYOUT_VALUES);
    return ODD_OK;
}

odd_rows odd_copy_layout_rows(odd_copy_layout *layout)
{
    odd_rows rows = layout->pictures->rows;
    rows.d = ODD_LAYOUT_VALUES;
    rows.read = read_layout;
    rows.reader = layout;
    return rows;
}
