/* Dataset images: one dataset of images, open, and what kind of values it has. */
#include "run/dataset_images_internal.h"

static odd_values values_of(const odd_dataset *dataset)
{
    switch (odd_dataset_shape(dataset)->type) {
    case ODD_U8:
        return odd_dataset_is_bool(dataset) ? ODD_VALUES_BOOL : ODD_VALUES_BYTE;
    case ODD_I32:
    case ODD_I64:
        return ODD_VALUES_INTEGER;
    default:
        return ODD_VALUES_REAL;
    }
}

static odd_status read_shape(const char *path, const char *name, odd_dataset_images *s)
{
    const odd_shape *shape = odd_dataset_shape(s->dataset);
    const int64_t *size = shape->shape;
    int64_t channels = shape->rank == 4 ? size[3] : 1;
    bool images = (shape->rank == 3 || shape->rank == 4) && shape->type != ODD_STRING;
    if (!images || (channels != 1 && channels != 3 && channels != 4))
        return odd_fail(
            ODD_FORMAT,
            "dataset '%s' of '%s' does not hold images: (n, height, width) or (n, height, "
            "width, 1, 3 or 4) are wanted",
            name, path);
    if (size[1] < 1 || size[2] < 1 || size[1] > 65535 || size[2] > 65535)
        return odd_fail(ODD_FORMAT, "dataset '%s' of '%s' has images of an impossible size", name,
                        path);
    s->values = values_of(s->dataset);
    s->n = size[0];
    s->height = (int)size[1];
    s->width = (int)size[2];
    s->channels = (int)channels;
    return ODD_OK;
}

odd_status odd_dataset_images_open(const char *path, const char *name, odd_dataset_images *out)
{
    odd_status st;
    *out = (odd_dataset_images){0};
    ODD_TRY(odd_file_open(MPI_COMM_SELF, path, true, &out->file));
    ODD_TRY(odd_dataset_open(out->file, name, &out->dataset));
    ODD_TRY(read_shape(path, name, out));
done:
    if (st != ODD_OK) odd_dataset_images_close(out);
    return st;
}

void odd_dataset_images_close(odd_dataset_images *images)
{
    odd_dataset_close(&images->dataset);
    odd_file_close(&images->file);
    *images = (odd_dataset_images){0};
}

int64_t odd_dataset_image_values(const odd_dataset_images *images)
{
    return (int64_t)images->height * images->width * images->channels;
}
