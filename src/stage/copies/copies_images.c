/* Copies: the stored images, some at a time. */
#include "oddlot/run/columns.h"
#include "oddlot/run/measures.h"
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

enum { BATCH_BYTES = 32 << 20 };

odd_status odd_copy_images_open(const odd_copies_search *search, odd_copy_images *out)
{
    odd_status st;
    *out = (odd_copy_images){.prepare = odd_job_section(search->run->job, "image")};
    ODD_TRY(odd_images_open(search->ingest, &out->images));
    ODD_TRY(odd_measures_open(search->ingest, &out->measures));
    const int64_t *shape = odd_dataset_shape(out->images)->shape;
    if (shape[1] != shape[2])
        ODD_TRY(odd_fail(ODD_FORMAT, "the images in ingest.h5 are not square"));
    const int64_t bytes = shape[1] * shape[2] * shape[3];
    out->most = odd_min(bytes < BATCH_BYTES ? BATCH_BYTES / bytes : 1, search->part.n_local);
    out->size = (int)shape[1];
    out->channels = (int)shape[3];
    ODD_TRY(ODD_NEW(out->pixels, out->most * bytes));
    ODD_TRY(ODD_NEW(out->measured, out->most * ODD_MEASURE_COUNT));
done:
    if (st != ODD_OK) odd_copy_images_close(out);
    return st;
}

void odd_copy_images_close(odd_copy_images *images)
{
    odd_free(images->pixels);
    odd_free(images->measured);
    odd_dataset_close(&images->images);
    odd_dataset_close(&images->measures);
    *images = (odd_copy_images){0};
}

odd_status odd_copy_images_read(const odd_copy_images *images, int64_t row, int64_t count)
{
    odd_status st;
    ODD_TRY(odd_dataset_read(images->images, row, count, ODD_U8, images->pixels));
    ODD_TRY(odd_measures_read(images->measures, row, count, images->measured));
done:
    return st;
}

const uint8_t *odd_copy_pixels(const odd_copy_images *images, int64_t i)
{
    return images->pixels + i * images->size * images->size * images->channels;
}

odd_aligned_part odd_copy_part(const odd_copy_images *images, int64_t i)
{
    const float *measured = images->measured + i * ODD_MEASURE_COUNT;
    const double width = (double)measured[ODD_MEASURE_WIDTH];
    const double height = (double)measured[ODD_MEASURE_HEIGHT];
    return odd_prepared_part(images->prepare, images->size, width, height);
}
