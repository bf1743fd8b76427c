/* Feature extraction: batches of images become rows, by the source or from the checkpoint, while
 * the next batch is read. */
#include "stage/features/feature_extraction_internal.h"

#include "oddlot/run/columns.h"
#include "stage/features/feature_reader_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/image/image.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"

static odd_status open_images(odd_extraction *e)
{
    odd_status st;
    ODD_TRY(odd_images_open(e->ingest, &e->images));
    const int64_t *shape = odd_dataset_shape(e->images)->shape;
    e->form.width = (int)shape[2];
    e->form.height = (int)shape[1];
    e->form.channels = (int)shape[3];
    e->image_bytes = shape[1] * shape[2] * shape[3];
done:
    return st;
}

static odd_status read_status(odd_extraction *e)
{
    const odd_shape column = {.type = ODD_U8, .rank = 1, .shape = {e->in.n}};
    odd_dataset *status = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(e->status, e->in.n_local));
    ODD_TRY(odd_dataset_expect(e->ingest, "status", &column, &status));
    ODD_TRY(odd_dataset_read(status, e->in.row0, e->in.n_local, ODD_U8, e->status));
    for (int64_t i = 0; i < e->in.n_local; i++)
        e->out_local += e->status[i] == ODD_IMAGE_OK;
done:
    odd_dataset_close(&status);
    return st;
}

/* As many images as fit, in whole batches of the source; one of these is in its memory anyway. */
static int64_t batch_size(const odd_extraction *e, const odd_feature_needs *needs)
{
    const int64_t bytes = 2 * e->image_bytes + e->width * (int64_t)sizeof(float);
    const int64_t whole = ODD_FEATURE_BATCH_BYTES / bytes / needs->batch;
    return (whole < 1 ? 1 : whole) * needs->batch;
}

static odd_status open_source(odd_extraction *e)
{
    odd_feature_needs needs;
    odd_status st;
    ODD_TRY(read_status(e));
    ODD_TRY(e->source->open(e->run, e->options, &e->form, &needs, &e->state));
    e->width = needs.width;
    e->batch = batch_size(e, &needs);
    ODD_TRY(ODD_NEW(e->x, e->batch * e->width));
    ODD_TRY(ODD_NEW(e->loaded, e->batch));
done:
    return st;
}

odd_status odd_extraction_open(MPI_Comm comm, odd_extraction *e)
{
    odd_status st;
    ODD_TRY_ALL(comm, open_images(e));
    e->in = odd_partition_images(comm, odd_dataset_shape(e->images)->shape[0]);
    ODD_TRY_ALL(comm, open_source(e));
    e->out_row0 = odd_sum_before(comm, e->out_local);
    e->out_n = e->out_local;
    odd_sum_i64(comm, &e->out_n, 1);
done:
    return st;
}

void odd_extraction_close(odd_extraction *e)
{
    if (e->state) e->source->close(&e->state);
    odd_dataset_close(&e->images);
    odd_free(e->status);
    odd_free(e->x);
    odd_free(e->loaded);
}

/* Rows of the batch that the checkpoint has; what is damaged of these is extracted again. */
static void load_rows(odd_extraction *e, const odd_image_batch *b)
{
    for (int64_t i = 0; i < b->count; i++) {
        e->loaded[i] = e->known && odd_checkpoint_has(e->known, b->row[i]);
        if (!e->loaded[i]) continue;
        e->loaded[i] = odd_checkpoint_read(e->known, b->row[i], e->x + i * e->width) == ODD_OK;
        if (!e->loaded[i])
            odd_log(ODD_LOG_WARN, "features: %s: extracted again", odd_fail_reason());
    }
}

/* Returns the count of rows of the batch, from `first` on, that are loaded, or are not. */
static int64_t count_run(const odd_extraction *e, const odd_image_batch *b, int64_t first,
                         bool loaded)
{
    int64_t i = first;
    while (i < b->count && e->loaded[i] == loaded)
        i++;
    return i - first;
}

/* Images that could not be read are not among the rows of a batch: these are in runs. */
static odd_status save_rows(odd_extraction *e, const odd_image_batch *b, int64_t first,
                            int64_t count)
{
    odd_status st = ODD_OK;
    for (int64_t i = first, some; e->known && st == ODD_OK && i < first + count; i += some) {
        some = 1;
        while (i + some < first + count && b->row[i + some] == b->row[i] + some)
            some++;
        st = odd_checkpoint_write(e->known, b->row[i], some, e->x + i * e->width);
    }
    return st;
}

/* Rows of the batch: loaded from the checkpoint, or extracted and saved there. */
static odd_status fill_rows(odd_extraction *e, const odd_image_batch *b)
{
    odd_status st = ODD_OK;
    load_rows(e, b);
    for (int64_t i = 0; i < b->count; i += count_run(e, b, i, true)) {
        const uint8_t *images = b->images ? b->images + i * e->image_bytes : NULL;
        int64_t fresh = count_run(e, b, i, false);
        ODD_TRY(e->source->extract(e->state, fresh, b->row + i, images, e->x + i * e->width));
        ODD_TRY(save_rows(e, b, i, fresh));
        i += fresh;
    }
    if (e->known) ODD_TRY(odd_checkpoint_settle(e->known));
done:
    return st;
}

/* The next batch and its rows, as they are stored, in e->x. The reader rests when it is done. */
static odd_status extract_batch(odd_extraction *e, odd_feature_reader *reader,
                                const odd_image_batch **b)
{
    odd_status st;
    ODD_TRY(odd_fault("features.batch"));
    ODD_TRY(odd_feature_reader_next(reader, b));
    odd_feature_reader_ahead(reader);
    st = fill_rows(e, *b);
    odd_feature_reader_rest(reader); /* HDF5 is ours again */
    if (st == ODD_OK && !e->source->bits)
        st = odd_feature_finish(e->output, e->source->unit, e->ingest, (*b)->count, e->width,
                                (*b)->row, e->x);
done:
    return st;
}

odd_status odd_extraction_run(MPI_Comm comm, odd_extraction *e, odd_feature_sink *features,
                              odd_dataset *row)
{
    int64_t batches = odd_batches(comm, e->in.n_local, e->batch), at = e->out_row0;
    odd_progress *progress = odd_progress_start(comm, "features", "images", e->in.n);
    odd_feature_reader *reader = NULL;
    const odd_image_batch *b;
    odd_status st;
    ODD_TRY_ALL(comm, odd_feature_reader_open(e->source->blind ? NULL : e->images, &e->in,
                                              e->status, e->batch, &reader));
    for (int64_t i = 0; i < batches; i++) {
        ODD_TRY(odd_signals_check(comm));
        ODD_TRY_ALL(comm, extract_batch(e, reader, &b));
        ODD_TRY(odd_feature_sink_add(features, b->count, e->x));
        ODD_TRY(odd_dataset_write(row, at, b->count, b->row));
        at += b->count;
        odd_progress_add(progress, b->taken);
    }
    ODD_TRY(odd_feature_sink_finish(features));
done:
    odd_feature_reader_close(&reader);
    odd_progress_stop(&progress);
    return st;
}
