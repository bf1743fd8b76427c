/* Training images: read, damaged by the task, and laid out as a network wants them. */
#include "oddlot/run/columns.h"
#include "stage/train/train_images_internal.h"

#include "oddlot/base/first_failure.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <string.h>

/* -- where they are -- */

static odd_status find_readable(const odd_file *ingest, odd_train_images *images)
{
    uint8_t *status = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY(odd_image_marks_read(ingest, "status", &status, &n));
    if (n != images->n)
        ODD_TRY(odd_fail(ODD_FORMAT, "ingest.h5 has %lld images and %lld verdicts on them",
                         (long long)images->n, (long long)n));
    ODD_TRY(ODD_NEW(images->row, n));
    for (int64_t i = 0; i < n; i++)
        if (status[i] == ODD_IMAGE_OK) images->row[images->readable++] = i;
    if (images->readable == 0) st = odd_fail(ODD_USAGE, "no image is readable: nothing to learn");
done:
    odd_free(status);
    return st;
}

/* Ingests of before there were such have no column of them. */
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

static odd_status open_here(const odd_run *run, const odd_file *ingest, const char *preset,
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
    if ((double)images->n * (double)images->bytes > run->options->memory * 1073741824.0) {
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
    return odd_agree(run->comm, open_here(run, ingest, preset, images));
}

void odd_train_images_close(odd_train_images *images)
{
    odd_dataset_close(&images->stored);
    odd_free(images->all);
    odd_free(images->row);
    odd_free(images->held_out);
}

int odd_shorter_side(const odd_train_images *images)
{
    return images->width < images->height ? images->width : images->height;
}

/* -- how they are shown -- */

odd_status odd_shown_new(const odd_train_images *images, int64_t room, odd_shown *shown)
{
    odd_status st;
    *shown = (odd_shown){.room = room};
    ODD_TRY(ODD_NEW(shown->pixels, room * images->bytes));
    ODD_TRY(ODD_NEW(shown->input, room * images->bytes));
    ODD_TRY(ODD_NEW(shown->label, room));
    ODD_TRY(ODD_NEW(shown->value, room));
    ODD_TRY(ODD_NEW(shown->altered, room));
done:
    return st;
}

odd_status odd_shown_keep_whole(const odd_train_images *images, odd_shown *shown)
{
    return ODD_NEW(shown->whole, shown->room * images->bytes);
}

void odd_shown_free(odd_shown *shown)
{
    odd_free(shown->pixels);
    odd_free(shown->input);
    odd_free(shown->whole);
    odd_free(shown->label);
    odd_free(shown->value);
    odd_free(shown->altered);
}

static odd_status fetch(const odd_train_images *images, int64_t count, const int64_t row[],
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

static odd_image image_of(const odd_train_images *images, int64_t i, const odd_shown *shown)
{
    return (odd_image){images->width, images->height, images->channels,
                       shown->pixels + i * images->bytes};
}

static odd_status augment(const odd_train_images *images, int64_t row, uint32_t turn, int64_t i,
                          odd_shown *shown)
{
    const odd_augment_task *task = &shown->augment;
    odd_image image = image_of(images, i, shown);
    if (odd_augment_is_off(&task->how)) return ODD_OK;
    return odd_augment(&task->how, task->seed, row, turn, &image);
}

/* Damage image i, or not. */
static odd_status hurt(const odd_train_images *images, const odd_damage_task *task, int64_t row,
                       uint32_t turn, int64_t i, odd_shown *shown)
{
    const odd_damage_key key = {task->seed, row, task->fresh ? turn : 0};
    const int kind = odd_damage_task_kind(task, row, turn);
    odd_image image = image_of(images, i, shown);
    uint8_t *before = NULL;
    odd_status st = ODD_OK;
    shown->label[i] = kind >= 0;
    if (kind < 0) return ODD_OK;
    ODD_TRY(ODD_NEW(before, images->bytes));
    memcpy(before, image.pixels, (size_t)images->bytes);
    ODD_TRY(odd_damage_do(kind, &task->size, &key, &image));
    shown->altered[i] = memcmp(before, image.pixels, (size_t)images->bytes) != 0;
done:
    odd_free(before);
    return st;
}

/* As numbers for a network. */
static void load(const odd_train_images *images, const odd_shown *shown, int64_t i, float input[])
{
    const int64_t at = i * images->bytes;
    odd_input_load(&images->levels, images->width * images->height, images->channels,
                   shown->pixels + at, input + at);
}

static odd_status show(const odd_train_images *images, const odd_damage_task *task, int64_t row,
                       uint32_t turn, int64_t i, odd_shown *shown)
{
    odd_status st;
    shown->label[i] = 0;
    shown->altered[i] = 0;
    if (shown->whole) load(images, shown, i, shown->whole);
    ODD_TRY(augment(images, row, turn, i, shown));
    if (task) ODD_TRY(hurt(images, task, row, turn, i, shown));
    shown->value[i] = (float)shown->label[i];
    load(images, shown, i, shown->input);
done:
    return st;
}

odd_status odd_train_show(const odd_train_images *images, const odd_damage_task *task,
                          int64_t count, const int64_t row[], uint32_t turn, odd_shown *shown)
{
    odd_first_failure failure = ODD_NO_FAILURE;
    odd_status st;
    ODD_TRY(fetch(images, count, row, shown->pixels));
#pragma omp parallel for default(none) shared(images, task, count, row, turn, shown, failure)      \
    schedule(dynamic, 8)
    for (int64_t i = 0; i < count; i++)
        odd_first_failure_keep(&failure, i, show(images, task, row[i], turn, i, shown));
    st = odd_first_failure_tell(&failure);
    if (st != ODD_OK)
        odd_fail_prefix(st, "cannot change images of %d x %d pixels: ", images->width,
                        images->height);
done:
    return st;
}
