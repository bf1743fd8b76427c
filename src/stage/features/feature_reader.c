/* Feature reader: a thread that reads one batch of images ahead.
 *
 * A thread for each batch, which is 64 MB: starting one costs nothing beside reading that, and
 * joining it is all the synchronisation there is. */
#include "stage/features/feature_reader_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/image/image.h"

#include <stdio.h>
#include <string.h>
#include <threads.h>

struct odd_feature_reader {
    const odd_dataset *images;
    const uint8_t *status;
    odd_partition part;
    int64_t most, image_bytes;
    int64_t first;            /* my first row of the batch that is read next */
    odd_image_batch batch[2]; /* what is worked on, and what is read */
    int turn;                 /* which of them is read */
    bool read;                /* that batch is read, or will be */
    thrd_t thread;
    bool running;
    odd_status st; /* of the reading, and why */
    char reason[ODD_REASON_SIZE];
};

static odd_status read_batch(odd_feature_reader *r, odd_image_batch *b)
{
    const int64_t left = r->part.n_local - r->first;
    b->count = 0;
    b->taken = left < r->most ? left : r->most;
    odd_status st = ODD_OK;
    if (r->images)
        st = odd_dataset_read(r->images, r->part.row0 + r->first, b->taken, ODD_U8, b->images);
    for (int64_t i = 0; st == ODD_OK && i < b->taken; i++) {
        if (r->status[r->first + i] != ODD_IMAGE_OK) continue;
        if (r->images && b->count < i)
            memcpy(b->images + b->count * r->image_bytes, b->images + i * r->image_bytes,
                   (size_t)r->image_bytes);
        b->row[b->count++] = r->part.row0 + r->first + i;
    }
    r->first += b->taken;
    return st;
}

/* Each thread has its own reason of a failure, so it is copied for the one that asks. */
static int read_next(void *context)
{
    odd_feature_reader *r = context;
    r->st = read_batch(r, &r->batch[r->turn]);
    if (r->st != ODD_OK) snprintf(r->reason, sizeof r->reason, "%s", odd_fail_reason());
    return 0;
}

/* Where there is no thread to be had, or nothing to read, the batch is made when it is wanted. */
void odd_feature_reader_ahead(odd_feature_reader *r)
{
    ODD_CHECK(!r->read);
    r->read = true;
    r->running = r->images && thrd_create(&r->thread, read_next, r) == thrd_success;
    if (!r->running) read_next(r);
}

void odd_feature_reader_rest(odd_feature_reader *r)
{
    if (r->running) thrd_join(r->thread, NULL);
    r->running = false;
}

odd_status odd_feature_reader_next(odd_feature_reader *r, const odd_image_batch **batch)
{
    if (!r->read) odd_feature_reader_ahead(r);
    odd_feature_reader_rest(r);
    r->read = false;
    *batch = &r->batch[r->turn];
    r->turn = 1 - r->turn;
    return r->st == ODD_OK ? ODD_OK : odd_fail(r->st, "%s", r->reason);
}

odd_status odd_feature_reader_open(const odd_dataset *images, const odd_partition *part,
                                   const uint8_t status[], int64_t batch, odd_feature_reader **out)
{
    const int64_t *shape = images ? odd_dataset_shape(images)->shape : NULL;
    odd_feature_reader *r;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(r, 1));
    *out = r;
    r->images = images;
    r->status = status;
    r->part = *part;
    r->most = batch;
    r->image_bytes = images ? shape[1] * shape[2] * shape[3] : 0;
    for (int i = 0; i < 2; i++) {
        if (images) ODD_TRY(ODD_NEW(r->batch[i].images, batch * r->image_bytes));
        ODD_TRY(ODD_NEW(r->batch[i].row, batch));
    }
done:
    if (st != ODD_OK) odd_feature_reader_close(out);
    return st;
}

void odd_feature_reader_close(odd_feature_reader **reader)
{
    odd_feature_reader *r = *reader;
    if (!r) return;
    odd_feature_reader_rest(r);
    for (int i = 0; i < 2; i++) {
        odd_free(r->batch[i].images);
        odd_free(r->batch[i].row);
    }
    odd_free(r);
    *reader = NULL;
}
