/* A dataset in HDF5 files as a catalogue: images (n, height, width) or (n, height, width,
 * channels), 8-bit or integer grey levels 0-255, or floating point 0 ... 1. */
#include "audited_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/store/dataset.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* One file of images, open. */
typedef struct {
    odd_file *file;
    odd_dataset *images;
    odd_type type; /* values are read as this: ODD_U8 as they are, else ODD_F64 */
    double scale;  /* from values to grey levels */
    int64_t n;
    int height, width, channels;
} source;

static void source_close(source *s)
{
    odd_dataset_close(&s->images);
    odd_file_close(&s->file);
    *s = (source){0};
}

static odd_status source_shape(const char *path, const char *name, source *s)
{
    const odd_shape *shape = odd_dataset_shape(s->images);
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
    bool real = shape->type == ODD_F16 || shape->type == ODD_F32 || shape->type == ODD_F64;
    s->type = shape->type == ODD_U8 ? ODD_U8 : ODD_F64;
    s->scale = real ? 255 : 1;
    s->n = size[0];
    s->height = (int)size[1];
    s->width = (int)size[2];
    s->channels = (int)channels;
    return ODD_OK;
}

static odd_status source_open(const char *path, const char *name, source *s)
{
    odd_status st;
    ODD_TRY(odd_file_open(MPI_COMM_SELF, path, true, &s->file));
    ODD_TRY(odd_dataset_open(s->file, name, &s->images));
    ODD_TRY(source_shape(path, name, s));
done:
    if (st != ODD_OK) source_close(s);
    return st;
}

/* -- listing -- */

/* Labels beside the images: strings or whole numbers. */
typedef struct {
    char *text; /* (n, width), NULL: numbers */
    size_t width;
    int64_t *number;
} labels;

static odd_status read_labels(const source *s, const char *path, const char *name, labels *out)
{
    odd_dataset *dataset = NULL;
    odd_status st = ODD_OK;
    if (!*name) return ODD_OK;
    ODD_TRY(odd_dataset_open(s->file, name, &dataset));
    const odd_shape *shape = odd_dataset_shape(dataset);
    if (shape->rank != 1 || shape->shape[0] != s->n)
        ODD_TRY(odd_fail(ODD_FORMAT, "labels '%s' of '%s' are not one for each of its %lld images",
                         name, path, (long long)s->n));
    if (shape->type == ODD_STRING) {
        out->width = shape->width;
        if (!(out->text = odd_alloc(s->n, out->width))) ODD_TRY(ODD_NOMEM);
        ODD_TRY(odd_dataset_read(dataset, 0, s->n, ODD_STRING, out->text));
    } else {
        ODD_TRY(ODD_NEW(out->number, s->n));
        ODD_TRY(odd_dataset_read(dataset, 0, s->n, ODD_I64, out->number));
    }
done:
    odd_dataset_close(&dataset);
    return st;
}

static odd_status set_label(odd_catalogue *c, const labels *l, int64_t i, odd_item *item)
{
    char label[256] = "";
    if (l->text)
        snprintf(label, sizeof label, "%.*s", (int)(l->width < 255 ? l->width : 255),
                 l->text + (size_t)i * l->width);
    else if (l->number)
        snprintf(label, sizeof label, "%lld", (long long)l->number[i]);
    return odd_catalogue_string(c, label, &item->label);
}

/* Modification time in nanoseconds, as the digest of a list wants it. */
static int64_t modified(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) return 0;
    return (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
}

static odd_status list_file(const odd_catalogue_options *options, const char *path,
                            const char *shown, odd_catalogue *out)
{
    source s = {0};
    labels l = {0};
    char name[4400];
    odd_item *item;
    int64_t time = modified(path);
    odd_status st;
    ODD_TRY(source_open(path, options->dataset, &s));
    ODD_TRY(read_labels(&s, path, options->label_dataset, &l));
    for (int64_t i = 0; i < s.n; i++) {
        snprintf(name, sizeof name, "%s:%s[%lld]", shown, options->dataset, (long long)i);
        ODD_TRY(odd_catalogue_add(out, name, path, &item));
        item->offset = i;
        item->size = (int64_t)s.height * s.width * s.channels;
        item->time = time;
        ODD_TRY(set_label(out, &l, i, item));
    }
done:
    odd_free(l.text);
    odd_free(l.number);
    source_close(&s);
    return st;
}

static odd_status list(const odd_catalogue_options *options, const char *folder, odd_catalogue *out)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    if (options->path.count == 0) return odd_fail(ODD_USAGE, "catalogue.path names no HDF5 file");
    ODD_TRY(odd_paths_check(options, folder));
    for (int64_t i = 0; i < options->path.count; i++) {
        const char *given = options->path.item[i];
        path.length = 0;
        odd_text_format(&path, "%s%s%s", *given == '/' ? "" : folder, *given == '/' ? "" : "/",
                        given);
        ODD_TRY(odd_text_status(&path));
        ODD_TRY(list_file(options, path.s, given, out));
    }
    if (out->count == 0)
        ODD_TRY(odd_fail(ODD_FORMAT, "dataset '%s' has no images", options->dataset));
    odd_catalogue_seal(out);
done:
    odd_text_free(&path);
    return st;
}

/* -- reading -- */

struct odd_reader {
    const odd_catalogue_options *options;
    const odd_catalogue *catalogue;
    int64_t open; /* string offset of the path of the open source, -1: none */
    source source;
    double *value; /* values of one image */
};

static odd_status open_reader(const odd_catalogue_options *options, const odd_catalogue *catalogue,
                              odd_reader **out)
{
    odd_reader *reader = odd_alloc(1, sizeof *reader);
    if (!reader) return ODD_NOMEM;
    reader->options = options;
    reader->catalogue = catalogue;
    reader->open = -1;
    *out = reader;
    return ODD_OK;
}

static odd_status turn_to(odd_reader *r, const odd_item *item)
{
    const char *path = odd_catalogue_text(r->catalogue, item->source);
    odd_status st;
    if (r->open >= 0 && strcmp(odd_catalogue_text(r->catalogue, r->open), path) == 0) return ODD_OK;
    source_close(&r->source);
    odd_free(r->value);
    r->value = NULL;
    r->open = -1;
    ODD_TRY(source_open(path, r->options->dataset, &r->source));
    if (r->source.type != ODD_U8)
        ODD_TRY(
            ODD_NEW(r->value, (int64_t)r->source.height * r->source.width * r->source.channels));
    r->open = item->source;
done:
    return st;
}

static void to_grey_levels(const source *s, const double value[], uint8_t pixels[],
                           odd_verdict *verdict)
{
    int64_t values = (int64_t)s->height * s->width * s->channels;
    for (int64_t i = 0; i < values; i++) {
        double level = value[i] * s->scale;
        if (!(level >= 0 && level <= 255)) {
            verdict->status = ODD_IMAGE_BAD_VALUE;
            snprintf(verdict->reason, sizeof verdict->reason,
                     "value %g at (%lld, %lld) is not in 0 ... %g", value[i],
                     (long long)(i / s->channels / s->width),
                     (long long)(i / s->channels % s->width), 255 / s->scale);
            return;
        }
        pixels[i] = (uint8_t)(level + 0.5);
    }
}

static odd_status read_pixels(odd_reader *r, int64_t row, odd_image *raw, odd_verdict *verdict)
{
    const source *s = &r->source;
    odd_status st;
    ODD_TRY(odd_image_new(s->width, s->height, s->channels, raw));
    if (s->type == ODD_U8) {
        ODD_TRY(odd_dataset_read(s->images, row, 1, ODD_U8, raw->pixels));
    } else {
        ODD_TRY(odd_dataset_read(s->images, row, 1, ODD_F64, r->value));
        to_grey_levels(s, r->value, raw->pixels, verdict);
    }
done:
    return st;
}

static odd_status read_item(odd_reader *r, int64_t i, int64_t limit, uint8_t **bytes, size_t *size,
                            odd_image *raw, odd_verdict *verdict)
{
    const odd_item *item = &r->catalogue->item[i];
    odd_status st;
    *bytes = NULL;
    *size = 0;
    *raw = (odd_image)ODD_IMAGE_EMPTY;
    *verdict = (odd_verdict){ODD_IMAGE_OK, ""};
    ODD_TRY(turn_to(r, item));
    if ((int64_t)r->source.height * r->source.width * r->source.channels > limit) {
        *verdict = (odd_verdict){ODD_IMAGE_TOO_LARGE, "image is larger than image.max_megabytes"};
        return ODD_OK;
    }
    ODD_TRY(read_pixels(r, item->offset, raw, verdict));
done:
    return st;
}

static void close_reader(odd_reader **reader)
{
    if (!*reader) return;
    source_close(&(*reader)->source);
    odd_free((*reader)->value);
    odd_free(*reader);
    *reader = NULL;
}

const odd_catalogue_kind odd_catalogue_hdf5 = {
    .name = "hdf5",
    .summary = "images in a dataset of HDF5 files",
    .list = list,
    .open = open_reader,
    .read = read_item,
    .close = close_reader,
};
