/* Training images: read, augmented, damaged by the task, and scaled as input of a network. */
#include "oddlot/run/columns.h"
#include "stage/train/train_images_internal.h"

#include "oddlot/base/first_failure.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <string.h>

/* -- opening -- */

static odd_status find_readable(const odd_file *ingest, odd_train_images *images)
{
    uint8_t *status = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY(odd_image_marks_read(ingest, "status", &status, &n));
    if (n != images->n)
        ODD_TRY(odd_fail(ODD_FORMAT, "ingest.h5 has %lld images and the status of %lld",
                         (long long)images->n, (long long)n));
    ODD_TRY(ODD_NEW(images->row, n));
    for (int64_t i = 0; i < n; i++)
        if (status[i] == ODD_IMAGE_OK) images->row[images->readable++] = i;
    if (images->readable == 0) st = odd_fail(ODD_USAGE, "no image is readable: nothing to learn");
done:
    odd_free(status);
    return st;
}

/* Older ingests have no such column. */
static odd_status find_held_out(const odd_file *ingest, odd_train_images *images)
{
    int64_t n;
    odd_status st;
    if (!odd_file_has(ingest, "held_out")) return ODD_NEW(images->held_out, images->n);
    ODD_TRY(odd_image_marks_read(ingest, "held_out", &images->held_out, &n));
    if (n != images->n)
        st = odd_fail(ODD_FORMAT, "ingest.h5 has %lld images and %lld marks of those held out",
                      (long long)images->n, (long long)n);
done:
    return st;
}

static odd_status open_images(const odd_run *run, const odd_file *ingest, const char *preset,
                              odd_train_images *images)
{
    odd_status st;
    ODD_TRY(odd_images_open(ingest, &images->stored));
    const int64_t *shape = odd_dataset_shape(images->stored)->shape;
    images->n = shape[0];
    images->height = (int)shape[1];
    images->width = (int)shape[2];
    images->channels = (int)shape[3];
    images->bytes = shape[1] * shape[2] * shape[3];
    ODD_TRY(find_readable(ingest, images));
    ODD_TRY(find_held_out(ingest, images));
    odd_input_preset(preset, images->channels, &images->levels);
    if (!odd_run_fits(run, (double)images->n * (double)images->bytes)) {
        odd_log(ODD_LOG_INFO, "train: images are read one by one (memory: %g GiB per rank)",
                run->options->memory);
        goto done;
    }
    ODD_TRY(ODD_NEW(images->all, images->n * images->bytes));
    ODD_TRY(odd_dataset_read(images->stored, 0, images->n, ODD_U8, images->all));
done:
    return st;
}

odd_status odd_train_images_open(const odd_run *run, const odd_file *ingest, const char *preset,
                                 odd_train_images *images)
{
    *images = (odd_train_images){0};
    return odd_agree(run->comm, open_images(run, ingest, preset, images));
}

void odd_train_images_close(odd_train_images *images)
{
    odd_dataset_close(&images->stored);
    odd_free(images->all);
    odd_free(images->row);
    odd_free(images->held_out);
    odd_free(images->copy_of);
}

int odd_shorter_side(const odd_train_images *images)
{
    return images->width < images->height ? images->width : images->height;
}

/* -- batches -- */

odd_status odd_train_batch_new(const odd_train_images *images, int64_t capacity,
                               odd_train_batch *batch)
{
    odd_status st;
    *batch = (odd_train_batch){.capacity = capacity};
    ODD_TRY(ODD_NEW(batch->pixels, capacity * images->bytes));
    ODD_TRY(ODD_NEW(batch->input, capacity * images->bytes));
    ODD_TRY(ODD_NEW(batch->label, capacity));
    ODD_TRY(ODD_NEW(batch->value, capacity));
    ODD_TRY(ODD_NEW(batch->weight, capacity));
    ODD_TRY(ODD_NEW(batch->altered, capacity));
done:
    return st;
}

odd_status odd_train_batch_keep_clean(const odd_train_images *images, odd_train_batch *batch)
{
    return ODD_NEW(batch->clean, batch->capacity * images->bytes);
}

void odd_train_batch_free(odd_train_batch *batch)
{
    odd_free(batch->pixels);
    odd_free(batch->input);
    odd_free(batch->clean);
    odd_free(batch->label);
    odd_free(batch->value);
    odd_free(batch->weight);
    odd_free(batch->altered);
}

static odd_status read_pixels(const odd_train_images *images, int64_t count, const int64_t row[],
                              uint8_t pixels[])
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count && st == ODD_OK; i++, pixels += images->bytes)
        if (images->all)
            memcpy(pixels, images->all + row[i] * images->bytes, (size_t)images->bytes);
        else
            st = odd_dataset_read(images->stored, row[i], 1, ODD_U8, pixels);
    return st;
}

static odd_image image_of(const odd_train_images *images, int64_t i, const odd_train_batch *batch)
{
    return (odd_image){images->width, images->height, images->channels,
                       batch->pixels + i * images->bytes};
}

static odd_status augment_image(const odd_train_images *images, int64_t row, uint32_t turn,
                                int64_t i, odd_train_batch *batch)
{
    const odd_augment_task *task = &batch->augment;
    odd_image image = image_of(images, i, batch);
    if (odd_augment_is_off(&task->how)) return ODD_OK;
    return odd_augment(&task->how, task->seed, row, turn, &image);
}

/* Damage image i of the batch if the task's draw falls on it; sets its label. */
static odd_status damage_image(const odd_train_images *images, const odd_damage_task *task,
                               int64_t row, uint32_t turn, int64_t i, odd_train_batch *batch)
{
    const odd_damage_key key = {task->seed, row, task->fresh ? turn : 0};
    const int kind = odd_damage_task_kind(task, row, turn);
    odd_image image = image_of(images, i, batch);
    uint8_t *before = NULL;
    odd_status st = ODD_OK;
    batch->label[i] = kind >= 0;
    if (kind < 0) return ODD_OK;
    ODD_TRY(ODD_NEW(before, images->bytes));
    memcpy(before, image.pixels, (size_t)images->bytes);
    ODD_TRY(odd_damage_do(kind, &task->size, &key, &image));
    batch->altered[i] = memcmp(before, image.pixels, (size_t)images->bytes) != 0;
done:
    odd_free(before);
    return st;
}

/* Scale the levels of image i of the batch. */
static void load_input(const odd_train_images *images, const odd_train_batch *batch, int64_t i,
                       float input[])
{
    const int64_t at = i * images->bytes;
    odd_input_load(&images->levels, images->width * images->height, images->channels,
                   batch->pixels + at, input + at);
}

/* As the images' labels say; damage may say another. */
static void set_label(const odd_train_images *images, int64_t row, int64_t i,
                      odd_train_batch *batch)
{
    const int32_t label = images->label ? images->label[row] : 0;
    batch->label[i] = label;
    batch->weight[i] = images->class_weight && label >= 0 ? images->class_weight[label] : 1;
    if (images->odd && images->odd[row]) batch->weight[i] = images->odd_weight;
}

static odd_status prepare_image(const odd_train_images *images, const odd_damage_task *task,
                                int64_t row, uint32_t turn, int64_t i, odd_train_batch *batch)
{
    odd_status st;
    set_label(images, row, i, batch);
    batch->altered[i] = 0;
    if (batch->clean) load_input(images, batch, i, batch->clean);
    ODD_TRY(augment_image(images, row, turn, i, batch));
    if (task) ODD_TRY(damage_image(images, task, row, turn, i, batch));
    batch->value[i] = (float)(images->odd ? images->odd[row] : batch->label[i]);
    load_input(images, batch, i, batch->input);
done:
    return st;
}

odd_status odd_train_batch_load(const odd_train_images *images, const odd_damage_task *task,
                                int64_t count, const int64_t row[], uint32_t turn,
                                odd_train_batch *batch)
{
    odd_first_failure failure = ODD_NO_FAILURE;
    odd_status st;
    ODD_TRY(read_pixels(images, count, row, batch->pixels));
#pragma omp parallel for default(none) shared(images, task, count, row, turn, batch, failure)      \
    schedule(dynamic, 8)
    for (int64_t i = 0; i < count; i++)
        odd_first_failure_keep(&failure, i, prepare_image(images, task, row[i], turn, i, batch));
    st = odd_first_failure_tell(&failure);
    if (st != ODD_OK)
        odd_fail_prefix(st, "cannot change images of %d x %d pixels: ", images->width,
                        images->height);
done:
    return st;
}
