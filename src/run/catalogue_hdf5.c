/* A dataset in HDF5 files as a catalogue: images (n, height, width) or (n, height, width,
 * channels) of any numbers, from catalogue.black to catalogue.white. */
#include "oddlot/run/selection.h"
#include "run/dataset_images_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/store/text_rows.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Modification time in nanoseconds, as the digest of a list wants it. */
static int64_t modified_time(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) return 0;
    return (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
}

static odd_status open_labels(const odd_dataset_images *s, const char *path, const char *name,
                              odd_text_rows **labels)
{
    odd_status st;
    *labels = NULL;
    if (!*name) return ODD_OK;
    ODD_TRY(odd_text_rows_open(s->file, name, labels));
    if (odd_text_rows_count(*labels) != s->n)
        ODD_TRY(odd_fail(ODD_FORMAT, "labels '%s' of '%s' are not one for each of its %lld images",
                         name, path, (long long)s->n));
done:
    return st;
}

static odd_status set_label(odd_catalogue *c, odd_text_rows *labels, int64_t i, odd_item *item)
{
    const char *label;
    if (!labels) return ODD_OK;
    odd_status st = odd_text_rows_read(labels, i, &label);
    return st == ODD_OK ? odd_catalogue_string(c, label, &item->label) : st;
}

/* What all ranks know of the files before they list. */
typedef struct {
    int64_t images;
    odd_values values;
    double white; /* for all files with the same kind of values: they are parts of one catalogue */
} known_file;

/* Relative ones start at the folder. */
static odd_status set_path(const odd_catalogue_options *options, const char *folder, int64_t file,
                           odd_text *path)
{
    const char *given = options->path.item[file];
    path->length = 0;
    odd_text_format(path, "%s%s%s", *given == '/' ? "" : folder, *given == '/' ? "" : "/", given);
    return odd_text_status(path);
}

/* ---- for all ranks ---- */

static odd_status look_at_file(const odd_catalogue_options *options, const char *path,
                               odd_brightness *seen, known_file *file)
{
    odd_dataset_images s = {0};
    odd_text_rows *labels = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_images_open(path, options->dataset, &s));
    ODD_TRY(open_labels(&s, path, options->label_dataset, &labels));
    *file = (known_file){s.n, s.values, 0};
    if (options->white == 0) ODD_TRY(odd_brightness_look(&s, seen));
done:
    odd_text_rows_close(&labels);
    odd_dataset_images_close(&s);
    return st;
}

/* Warns of values that are not as one expects of such numbers. */
static odd_status choose_white(const odd_catalogue_options *options, const odd_brightness *seen,
                               odd_values values, double *white)
{
    *white = options->white != 0 ? options->white : odd_brightness_white(seen, values);
    const double largest = seen->of[values].largest;
    if (*white == 0)
        return odd_fail(ODD_USAGE,
                        "dataset '%s' has values up to %.9g: say which is white by catalogue.white",
                        options->dataset, largest);
    const double usual = values == ODD_VALUES_BYTE || values == ODD_VALUES_INTEGER ? 255 : 1;
    if (options->white == 0 && *white != usual)
        odd_log(ODD_LOG_INFO, "dataset '%s' has values up to %.9g: %g is white (catalogue.white)",
                options->dataset, largest, *white);
    return ODD_OK;
}

static odd_status set_white(const odd_catalogue_options *options, const odd_brightness *seen,
                            known_file file[])
{
    double white[ODD_VALUES_KINDS] = {0};
    odd_status st = ODD_OK;
    for (int64_t f = 0; f < options->path.count; f++) {
        const odd_values values = file[f].values;
        if (white[values] == 0) ODD_TRY(choose_white(options, seen, values, &white[values]));
        file[f].white = white[values];
    }
done:
    return st;
}

static odd_status check_options(const odd_catalogue_options *options, const char *folder)
{
    const bool by_values = options->white == 0 && options->black <= 0;
    if (options->path.count == 0) return odd_fail(ODD_USAGE, "catalogue.path names no HDF5 file");
    if (by_values || options->white > options->black) return odd_paths_check(options, folder);
    return odd_fail(ODD_USAGE, "catalogue.white (%g) is not above catalogue.black (%g)",
                    options->white, options->black);
}

static odd_status look_at_files(const odd_catalogue_options *options, const char *folder,
                                known_file file[], int64_t *images)
{
    odd_brightness seen = {0};
    odd_text path = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    for (int64_t f = 0; f < options->path.count; f++) {
        ODD_TRY(set_path(options, folder, f, &path));
        ODD_TRY(look_at_file(options, path.s, &seen, &file[f]));
        *images += file[f].images;
    }
    if (*images == 0) ODD_TRY(odd_fail(ODD_FORMAT, "dataset '%s' has no images", options->dataset));
    ODD_TRY(set_white(options, &seen, file));
done:
    odd_text_free(&path);
    return st;
}

/* out->bytes: what is known of each file. */
static odd_status look_at_hdf5(const odd_catalogue_options *options, const char *folder,
                               odd_catalogue_outline *out, odd_passed *passed)
{
    known_file *file;
    odd_status st;
    (void)passed;
    ODD_TRY(check_options(options, folder));
    ODD_TRY(ODD_NEW(file, options->path.count));
    out->bytes = (char *)file;
    out->size = options->path.count * (int64_t)sizeof *file;
    ODD_TRY(look_at_files(options, folder, file, &out->units));
done:
    return st;
}

/* ---- on each rank its own ---- */

/* Images [from, to) of a file. */
static odd_status list_file(const odd_catalogue_options *options, const char *given,
                            const char *path, const known_file *file, int64_t from, int64_t to,
                            odd_catalogue *out)
{
    odd_dataset_images s = {0};
    odd_text_rows *labels = NULL;
    char name[4400];
    odd_item *item;
    const int64_t time = modified_time(path);
    odd_status st;
    ODD_TRY(odd_dataset_images_open(path, options->dataset, &s));
    ODD_TRY(open_labels(&s, path, options->label_dataset, &labels));
    if (s.n != file->images)
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' has changed while it was listed", path));
    for (int64_t i = from; i < to; i++) {
        snprintf(name, sizeof name, "%s:%s[%lld]", given, options->dataset, (long long)i);
        ODD_TRY(odd_catalogue_add(out, name, path, &item));
        item->offset = i;
        item->size = odd_dataset_image_values(&s);
        item->time = time;
        item->white = file->white;
        ODD_TRY(set_label(out, labels, i, item));
    }
done:
    odd_text_rows_close(&labels);
    odd_dataset_images_close(&s);
    return st;
}

static odd_status list_hdf5(const odd_catalogue_options *options, const char *folder,
                            const odd_catalogue_outline *outline, int64_t from, int64_t to,
                            odd_catalogue *out, odd_passed *passed)
{
    const known_file *file = (const known_file *)outline->bytes;
    odd_text path = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    (void)passed;
    for (int64_t f = 0, first = 0; f < options->path.count; first += file[f++].images) {
        const int64_t mine = odd_max(from - first, 0), end = odd_min(to - first, file[f].images);
        if (mine >= end) continue;
        ODD_TRY(set_path(options, folder, f, &path));
        ODD_TRY(list_file(options, options->path.item[f], path.s, &file[f], mine, end, out));
    }
done:
    odd_text_free(&path);
    return st;
}

/* -- reading -- */

struct odd_reader {
    const odd_catalogue_options *options;
    const odd_catalogue *catalogue;
    int64_t open; /* string offset of the path of the open file, -1: none */
    odd_dataset_images images;
    double *value; /* values of one image, where they are not bytes to be taken as they are */
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

static odd_status open_images_of(odd_reader *r, const odd_item *item)
{
    const char *path = odd_catalogue_text(r->catalogue, item->source);
    odd_status st;
    if (r->open >= 0 && strcmp(odd_catalogue_text(r->catalogue, r->open), path) == 0) return ODD_OK;
    odd_dataset_images_close(&r->images);
    odd_free(r->value);
    r->value = NULL;
    r->open = -1;
    ODD_TRY(odd_dataset_images_open(path, r->options->dataset, &r->images));
    r->open = item->source;
done:
    return st;
}

static odd_status read_values(odd_reader *r, const odd_item *item, odd_image *raw,
                              odd_read_result *result)
{
    const odd_dataset_images *s = &r->images;
    odd_status st;
    if (!r->value) ODD_TRY(ODD_NEW(r->value, odd_dataset_image_values(s)));
    ODD_TRY(odd_dataset_read(s->dataset, item->offset, 1, ODD_F64, r->value));
    odd_grey_levels(s, r->value, r->options->black, item->white, raw->pixels, result);
done:
    return st;
}

/* Damage in one part of a file is no reason to lose the others. */
static odd_status read_pixels(odd_reader *r, const odd_item *item, odd_image *raw,
                              odd_read_result *result)
{
    const odd_dataset_images *s = &r->images;
    const bool as_they_are =
        s->values == ODD_VALUES_BYTE && item->white == 255 && r->options->black == 0;
    odd_status st;
    ODD_TRY(odd_image_new(s->width, s->height, s->channels, raw));
    st = as_they_are ? odd_dataset_read(s->dataset, item->offset, 1, ODD_U8, raw->pixels)
                     : read_values(r, item, raw, result);
    if (st != ODD_FORMAT) return st;
    *result = (odd_read_result){ODD_IMAGE_BROKEN, "HDF5 cannot read its values: damaged there"};
    st = ODD_OK;
done:
    return st;
}

static odd_status read_item(odd_reader *r, int64_t i, int64_t limit, uint8_t **bytes, size_t *size,
                            odd_image *raw, odd_read_result *result)
{
    const odd_item *item = &r->catalogue->item[i];
    odd_status st;
    *bytes = NULL;
    *size = 0;
    *raw = (odd_image)ODD_IMAGE_EMPTY;
    *result = (odd_read_result){ODD_IMAGE_OK, ""};
    ODD_TRY(open_images_of(r, item));
    if (odd_dataset_image_values(&r->images) > limit) {
        *result =
            (odd_read_result){ODD_IMAGE_TOO_LARGE, "image is larger than image.max_megabytes"};
        return ODD_OK;
    }
    ODD_TRY(read_pixels(r, item, raw, result));
done:
    return st;
}

static void close_reader(odd_reader **reader)
{
    if (!*reader) return;
    odd_dataset_images_close(&(*reader)->images);
    odd_free((*reader)->value);
    odd_free(*reader);
    *reader = NULL;
}

const odd_catalogue_kind odd_catalogue_hdf5 = {
    .name = "hdf5",
    .summary = "images in a dataset of HDF5 files",
    .in_images = true,
    .recognises = odd_file_is_hdf5,
    .look = look_at_hdf5,
    .list = list_hdf5,
    .open = open_reader,
    .read = read_item,
    .close = close_reader,
};
