/* Copies: the small pictures of my rows, and rows of their layout. */
#include "oddlot/image/layout_row.h"
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

enum { VALUES = ODD_ALIGNED_VALUES };

static void keep_picture(const odd_copy_images *images, int64_t i, uint8_t picture[VALUES])
{
    float values[VALUES];
    odd_aligned_picture(images->size, images->channels, odd_copy_pixels(images, i),
                        odd_copy_part(images, i), values);
    for (int v = 0; v < VALUES; v++)
        picture[v] = (uint8_t)lrintf(values[v]);
}

static void make_pictures(const odd_copy_images *images, int64_t count, uint8_t *picture)
{
#pragma omp parallel for schedule(static) default(none) shared(images, count, picture)
    for (int64_t i = 0; i < count; i++)
        keep_picture(images, i, picture + i * VALUES);
}

/* @local */
static odd_status read_pictures(const odd_copies_search *search, odd_copy_pictures *out)
{
    const odd_partition *part = &search->part;
    odd_copy_images images = {0};
    odd_status st;
    ODD_TRY(odd_copy_images_open(search, &images));
    for (int64_t i = 0; i < part->n_local; i += images.most) {
        const int64_t count = odd_min(images.most, part->n_local - i);
        ODD_TRY(odd_copy_images_read(&images, part->row0 + i, count));
        make_pictures(&images, count, out->picture + i * VALUES);
    }
done:
    odd_copy_images_close(&images);
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
    *out = (odd_copy_pictures){.search = search,
                               .rows = odd_rows_in_memory(comm, search->part.n, VALUES, NULL)};
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
