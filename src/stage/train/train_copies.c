/* Copies, pixel for pixel, among the images of a training. Others are found later, from features.
 */
#include "oddlot/run/measures.h"
#include "stage/ingest/ingest_internal.h"
#include "stage/train/train_images_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>

/* An image by its pixels. */
typedef struct {
    odd_hash digest;
    int64_t row;
} digested;

static int by_digest_and_row(const void *a, const void *b)
{
    const digested *x = a, *y = b;
    const int order = odd_hash_compare(x->digest, y->digest);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static odd_status read_digests(const odd_file *ingest, const odd_train_images *images,
                               digested **out)
{
    odd_dataset *digests = NULL;
    odd_hash *all = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(all, images->n));
    ODD_TRY(ODD_NEW(*out, images->readable));
    ODD_TRY(odd_pixels_digest_open(ingest, &digests));
    ODD_TRY(odd_pixels_digest_read(digests, 0, images->n, all));
    for (int64_t i = 0; i < images->readable; i++)
        (*out)[i] = (digested){all[images->row[i]], images->row[i]};
done:
    odd_dataset_close(&digests);
    odd_free(all);
    return st;
}

odd_status odd_train_copies_find(const odd_job *job, const odd_file *ingest,
                                 odd_train_images *images)
{
    digested *image = NULL;
    odd_status st = ODD_OK;
    ODD_TRY(ODD_NEW(images->copy_of, images->n));
    for (int64_t i = 0; i < images->n; i++)
        images->copy_of[i] = i;
    if (!odd_ingest_is_measured(job)) goto done;
    ODD_TRY(read_digests(ingest, images, &image));
    qsort(image, (size_t)images->readable, sizeof *image, by_digest_and_row);
    for (int64_t i = 1; i < images->readable; i++)
        if (odd_hash_compare(image[i - 1].digest, image[i].digest) == 0)
            images->copy_of[image[i].row] = images->copy_of[image[i - 1].row];
done:
    odd_free(image);
    return st;
}
