/* Copies: the small pictures of my rows, and rows of their layout. */
#include "oddlot/image/layout_row.h"
#include "oddlot/image/prepare.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/measures.h"
#include "oddlot/store/dataset.h"
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

enum { VALUES = ODD_ALIGNED_VALUES, BATCH_BYTES = 32 << 20 };

/* A batch of stored images, and what of each is the image itself, not what it was padded with. */
typedef struct {
    int size, channels;
    uint8_t *pixels; /* (batch, size, size, channels) */
    float *measured; /* (batch, ODD_MEASURE_COUNT) */
    odd_dataset *images, *measures;
    const odd_prepare_options *prepare;
} stored_batch;

static odd_aligned_part find_part(const stored_batch *b, int64_t i)
{
    const float *measured = b->measured + i * ODD_MEASURE_COUNT;
    const double width = (double)measured[ODD_MEASURE_WIDTH];
    const double height = (double)measured[ODD_MEASURE_HEIGHT];
    return odd_prepared_part(b->prepare, b->size, width, height);
}

static void keep_picture(const stored_batch *b, int64_t i, uint8_t picture[VALUES])
{
    const int64_t bytes = (int64_t)b->size * b->size * b->channels;
    float values[VALUES];
    odd_aligned_picture(b->size, b->channels, b->pixels + i * bytes, find_part(b, i), values);
    for (int v = 0; v < VALUES; v++)
        picture[v] = (uint8_t)lrintf(values[v]);
}

static void make_pictures(const stored_batch *b, int64_t count, uint8_t *picture)
{
#pragma omp parallel for schedule(static) default(none) shared(b, count, picture)
    for (int64_t i = 0; i < count; i++)
        keep_picture(b, i, picture + i * VALUES);
}

static odd_status stored_batch_open(const odd_copies_search *search, stored_batch *b,
                                    int64_t *batch)
{
    const odd_file *ingest = search->ingest;
    odd_status st;
    b->prepare = odd_job_section(search->run->job, "image");
    ODD_TRY(odd_images_open(ingest, &b->images));
    ODD_TRY(odd_measures_open(ingest, &b->measures));
    const int64_t *shape = odd_dataset_shape(b->images)->shape;
    if (shape[1] != shape[2])
        ODD_TRY(odd_fail(ODD_FORMAT, "the images in ingest.h5 are not square"));
    const int64_t bytes = shape[1] * shape[2] * shape[3];
    *batch = odd_min(bytes < BATCH_BYTES ? BATCH_BYTES / bytes : 1, search->part.n_local);
    b->size = (int)shape[1];
    b->channels = (int)shape[3];
    ODD_TRY(ODD_NEW(b->pixels, *batch * bytes));
    ODD_TRY(ODD_NEW(b->measured, *batch * ODD_MEASURE_COUNT));
done:
    return st;
}

static void stored_batch_close(stored_batch *b)
{
    odd_free(b->pixels);
    odd_free(b->measured);
    odd_dataset_close(&b->images);
    odd_dataset_close(&b->measures);
}

/* @local */
static odd_status read_pictures(const odd_copies_search *search, odd_copy_pictures *out)
{
    const odd_partition *part = &search->part;
    stored_batch b = {0};
    int64_t batch;
    odd_status st;
    ODD_TRY(stored_batch_open(search, &b, &batch));
    for (int64_t i = 0; i < part->n_local; i += batch) {
        const int64_t count = odd_min(batch, part->n_local - i);
        ODD_TRY(odd_dataset_read(b.images, part->row0 + i, count, ODD_U8, b.pixels));
        ODD_TRY(odd_measures_read(b.measures, part->row0 + i, count, b.measured));
        make_pictures(&b, count, out->picture + i * VALUES);
    }
done:
    stored_batch_close(&b);
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
static void choose_taken(const odd_copies_search *search, const odd_pairs *exact, bool taken[])
{
    const odd_partition *part = &search->part;
    for (int64_t i = 0; i < part->n_local; i++)
        taken[i] = search->status[i] == 0;
    for (int64_t i = 0; i < exact->count; i++) {
        const int64_t local = exact->pair[i].second - part->row0;
        if (local >= 0 && local < part->n_local) taken[local] = false;
    }
}

odd_status odd_copy_pictures_open(const odd_copies_search *search, const odd_pairs *exact,
                                  odd_copy_pictures *out)
{
    const MPI_Comm comm = search->run->comm;
    odd_status st;
    *out = (odd_copy_pictures){.rows = odd_rows_in_memory(comm, search->part.n, VALUES, NULL)};
    out->rows.read = read_floats;
    out->rows.reader = out;
    ODD_TRY_ALL(comm, ODD_NEW(out->picture, search->part.n_local * VALUES));
    ODD_TRY_ALL(comm, ODD_NEW(out->taken, search->part.n_local));
    ODD_TRY_ALL(comm, read_pictures(search, out));
    choose_taken(search, exact, out->taken);
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

/* Rows of pictures are at most of length 1: from one of this length they are farther than any that
 * is looked for. 0 would be near all that is plain, and crowd out copies of it. */
#define OUT_OF_THE_WAY 3

static void make_layout(const odd_copy_layout *l, int64_t local, float row[])
{
    float picture[VALUES], mirrored[VALUES];
    if (!l->pictures->taken[local]) {
        memset(row, 0, ODD_LAYOUT_VALUES * sizeof *row);
        row[0] = OUT_OF_THE_WAY;
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
