/* Catalogue, IDX files (the format of MNIST), plain or by gzip: raw pixels in rows of one size. */
#include "image/catalogue_internal.h"

#include "image/idx_internal.h"
#include "image/read_result_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define PART_BYTES (1 << 20) /* of labels, read at once */

/* The images of a file that are mine. */
typedef struct {
    int64_t from, to; /* numbers in the file */
} own;

/* Are the labels of a file as many as the `count` images of another? */
static odd_status check_labels(const char *path, const char *images, int64_t count)
{
    odd_idx x = {0};
    odd_status st;
    ODD_TRY(odd_idx_open(path, true, &x));
    ODD_TRY(odd_idx_check_end(path, &x));
    if (x.count != count)
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' has %lld labels, '%s' has %lld images", path,
                         (long long)x.count, images, (long long)count));
done:
    odd_idx_close(&x);
    return st;
}

/* Labels of my images, one byte each, owned by caller: odd_free(). */
static odd_status read_labels(const char *path, own mine, uint8_t **labels)
{
    odd_idx x = {0};
    odd_status st;
    ODD_TRY(odd_idx_open(path, true, &x));
    ODD_TRY(ODD_NEW(*labels, mine.to - mine.from));
    bool whole = gzseek(x.file, x.start + mine.from, SEEK_SET) >= 0;
    for (int64_t at = mine.from, n; whole && at < mine.to; at += n) {
        n = odd_min(mine.to - at, PART_BYTES);
        whole = odd_idx_read(&x, *labels + (at - mine.from), n);
    }
    if (!whole) ODD_TRY(odd_fail(ODD_FORMAT, "'%s' ends before its last label", path));
done:
    odd_idx_close(&x);
    return st;
}

static odd_status add_image(odd_catalogue *out, const char *name, const char *path, int64_t number,
                            const odd_idx *x, const uint8_t *digit)
{
    odd_text text = ODD_TEXT_EMPTY;
    char label[8] = "";
    odd_item *item;
    odd_status st;
    odd_text_format(&text, "%s[%lld]", name, (long long)number);
    ODD_TRY(odd_text_status(&text));
    ODD_TRY(odd_catalogue_add(out, odd_text_string(&text), path, &item));
    item->offset = number;
    item->size = odd_idx_item_bytes(x);
    item->time = odd_modified(&x->info);
    if (digit) snprintf(label, sizeof label, "%d", *digit);
    ODD_TRY(odd_catalogue_string(out, label, &item->label));
done:
    odd_text_free(&text);
    return st;
}

/* *path, *labels: owned by caller: free(); *labels NULL: there are none. */
static odd_status find_file(const odd_catalogue_options *o, const char *folder, int64_t file,
                            char **path, char **labels)
{
    odd_status st;
    ODD_TRY(odd_path_under(folder, o->path.item[file], path));
    if (o->labels.count > 0) ODD_TRY(odd_path_under(folder, o->labels.item[file], labels));
done:
    return st;
}

static odd_status count_file(const odd_catalogue_options *options, const char *folder, int64_t file,
                             int64_t *count)
{
    odd_idx x = {0};
    char *path = NULL, *labels = NULL;
    odd_status st;
    ODD_TRY(find_file(options, folder, file, &path, &labels));
    ODD_TRY(odd_idx_open(path, false, &x));
    ODD_TRY(odd_idx_check_end(path, &x));
    if (labels) ODD_TRY(check_labels(labels, path, x.count));
    *count = x.count;
done:
    odd_idx_close(&x);
    free(path);
    free(labels);
    return st;
}

static odd_status check_options(const odd_catalogue_options *options, const char *folder)
{
    const odd_list *path = &options->path, *labels = &options->labels;
    odd_status st;
    ODD_TRY(odd_paths_check(options, folder));
    if (labels->count > 0 && labels->count != path->count)
        st = odd_fail(ODD_USAGE, "catalogue.labels has %lld files, catalogue.path %lld",
                      (long long)labels->count, (long long)path->count);
done:
    return st;
}

/* out->bytes: the count of images of each file. */
static odd_status look_at_idx(const odd_catalogue_options *options, const char *folder,
                              odd_catalogue_outline *out, odd_passed *passed)
{
    int64_t *count;
    odd_status st;
    (void)passed;
    ODD_TRY(check_options(options, folder));
    ODD_TRY(ODD_NEW(count, options->path.count));
    out->bytes = (char *)count;
    out->size = options->path.count * (int64_t)sizeof *count;
    for (int64_t f = 0; f < options->path.count; f++) {
        ODD_TRY(count_file(options, folder, f, &count[f]));
        out->units += count[f];
    }
done:
    return st;
}

/* My images of a file. */
static odd_status list_file(const odd_catalogue_options *options, const char *folder, int64_t file,
                            own mine, odd_catalogue *out)
{
    const char *given = options->path.item[file];
    const bool whole = odd_paths_alike(options->path.item, options->path.count);
    const char *name = whole ? given : odd_path_name(given);
    odd_idx x = {0};
    char *path = NULL, *label_path = NULL;
    uint8_t *labels = NULL;
    odd_status st;
    ODD_TRY(find_file(options, folder, file, &path, &label_path));
    ODD_TRY(odd_idx_open(path, false, &x));
    if (label_path) ODD_TRY(read_labels(label_path, mine, &labels));
    for (int64_t i = mine.from; i < mine.to; i++)
        ODD_TRY(add_image(out, name, path, i, &x, labels ? &labels[i - mine.from] : NULL));
done:
    odd_idx_close(&x);
    odd_free(labels);
    free(label_path);
    free(path);
    return st;
}

static odd_status list_idx(const odd_catalogue_options *options, const char *folder,
                           const odd_catalogue_outline *outline, int64_t from, int64_t to,
                           odd_catalogue *out, odd_passed *passed)
{
    const int64_t *count = (const int64_t *)outline->bytes;
    odd_status st = ODD_OK;
    (void)passed;
    for (int64_t f = 0, first = 0; f < options->path.count; first += count[f++]) {
        const own mine = {odd_max(from - first, 0), odd_min(to - first, count[f])};
        if (mine.from < mine.to) ODD_TRY(list_file(options, folder, f, mine, out));
    }
done:
    return st;
}

/* One file is open at a time. A stream cannot be read past its first fault, so that is remembered:
 * the items behind it must not each decompress the file again. */
struct odd_reader {
    const odd_catalogue *catalogue;
    odd_idx idx;
    int64_t source;         /* of the open file */
    int64_t cut;            /* number of the first item that could not be read, -1: none yet */
    odd_read_result result; /* of that item and those behind it */
};

static odd_status open_reader(const odd_catalogue_options *options, const odd_catalogue *catalogue,
                              odd_reader **out)
{
    (void)options;
    odd_status st = ODD_NEW(*out, 1);
    if (st == ODD_OK) (*out)->catalogue = catalogue;
    return st;
}

/* A file that cannot be opened any more counts as cut before its first item. */
static void open_source(odd_reader *reader, int64_t source)
{
    if (reader->source == source) return;
    odd_idx_close(&reader->idx);
    reader->source = source;
    reader->cut = -1;
    if (odd_idx_open(odd_catalogue_text(reader->catalogue, source), false, &reader->idx) == ODD_OK)
        return;
    reader->cut = 0;
    odd_read_result_set(&reader->result, ODD_IMAGE_MISSING, "%s", odd_fail_reason());
}

static void note_cut(odd_reader *reader, int64_t number)
{
    bool damaged;
    const char *why = odd_idx_fault(&reader->idx, &damaged);
    reader->cut = number;
    odd_read_result_set(&reader->result, damaged ? ODD_IMAGE_BROKEN : ODD_IMAGE_TRUNCATED,
                        damaged ? "%s is damaged: %s" : "%s ends before it: %s",
                        odd_path_name(odd_catalogue_text(reader->catalogue, reader->source)), why);
    gzclearerr(reader->idx.file); /* items before the cut can still be read */
}

static bool read_pixels(odd_reader *reader, int64_t number, uint8_t *pixels)
{
    odd_idx *x = &reader->idx;
    int64_t bytes = odd_idx_item_bytes(x);
    if (number < x->count && gzseek(x->file, x->start + number * bytes, SEEK_SET) >= 0 &&
        odd_idx_read(x, pixels, bytes))
        return true;
    note_cut(reader, number);
    return false;
}

static odd_status read_image(odd_reader *reader, int64_t number, int64_t limit, odd_image *raw,
                             odd_read_result *result)
{
    const odd_idx *x = &reader->idx;
    odd_image image = ODD_IMAGE_EMPTY;
    if (odd_idx_item_bytes(x) > limit) {
        odd_read_result_set(result, ODD_IMAGE_TOO_LARGE, "%d x %d pixels", x->width, x->height);
        return ODD_OK;
    }
    odd_status st = odd_image_new(x->width, x->height, x->channels, &image);
    if (st != ODD_OK) return st;
    if (read_pixels(reader, number, image.pixels)) {
        *raw = image;
        return ODD_OK;
    }
    *result = reader->result;
    odd_image_free(&image);
    return ODD_OK;
}

static odd_status read_item(odd_reader *reader, int64_t i, int64_t limit, uint8_t **bytes,
                            size_t *size, odd_image *raw, odd_read_result *result)
{
    const odd_item *item = &reader->catalogue->item[i];
    *bytes = NULL;
    *size = 0;
    *raw = (odd_image)ODD_IMAGE_EMPTY;
    if (!odd_item_sound(reader->catalogue, i, result)) return ODD_OK;
    open_source(reader, item->source);
    if (reader->cut < 0 || item->offset < reader->cut)
        return read_image(reader, item->offset, limit, raw, result);
    *result = reader->result;
    return ODD_OK;
}

static void close_reader(odd_reader **reader)
{
    if (*reader) odd_idx_close(&(*reader)->idx);
    odd_free(*reader);
    *reader = NULL;
}

const odd_catalogue_kind odd_catalogue_idx = {
    .name = "idx",
    .summary = "images in IDX files (the format of MNIST), plain or .gz",
    .in_images = true,
    .recognises = odd_idx_recognise,
    .look = look_at_idx,
    .list = list_idx,
    .open = open_reader,
    .read = read_item,
    .close = close_reader,
};
