/* Catalogue: the list of images with its strings in one pool, and the settings of a catalogue. */
#include "oddlot/image/catalogue.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>

static const char *const label_sources[] = {"none", "folder", NULL};
static const char *const patterns[] = {"binary", "solid", NULL};

const odd_option odd_catalogue_option_table[] = {
    ODD_PATHS(
        odd_catalogue_options, path, "[]",
        "folders or files of the catalogue, from the job file's folder; for tar also a folder of "
        "shards. What links lead to twice is listed once; what is named twice is an error"),
    ODD_PATHS(odd_catalogue_options, labels, "[]",
              "idx: files of labels, one for each file of `path`"),
    ODD_TEXT(odd_catalogue_options, dataset, "images",
             "hdf5: name of the dataset that holds the images"),
    ODD_TEXT(odd_catalogue_options, label_dataset, "",
             "hdf5: name of the dataset of labels: strings, numbers, bool (0, 1) or an enumeration "
             "(its names); empty: none"),
    ODD_REAL(odd_catalogue_options, black, "0", 0, 0,
             "hdf5: the value that is black, -1 for images of -1 ... 1"),
    ODD_REAL(
        odd_catalogue_options, white, "0", 0, 0,
        "hdf5: the value that is white; 0: 1 for bool, else what a sample of the images tells: for "
        "integers the lowest of 1, 255, 1023, 4095, 16383, 32767 and 65535 that none of it "
        "exceeds, for floats the lowest of 1, 255 and 65535 that most of it stays within"),
    ODD_LIST(odd_catalogue_options, extensions,
             "[jpg, jpeg, jpe, jfif, png, webp, tif, tiff, gif, bmp, ppm, pgm, pbm, pnm, heic, "
             "heif, hif, avif, jp2, j2k, jxl]",
             "folder, tar: endings of the names that are images, any case; any: those and files of "
             "other names that begin as an image does; []: all files"),
    ODD_CHOICE(odd_catalogue_options, label_from, "none", label_sources,
               "folder, tar: `folder` labels an image with the name of the folder that it is in"),
    ODD_CHOICE(odd_catalogue_options, pattern, "binary", patterns,
               "generated: binary, each pixel black or white; solid, one grey level in an image"),
    ODD_INT(odd_catalogue_options, images, "10000", 1, 1e7, "generated: how many images there are"),
    ODD_INT(odd_catalogue_options, side, "64", 1, 8192, "generated: width and height, pixels"),
    ODD_INT(odd_catalogue_options, seed, "1", 0, 1e18,
            "generated: of the pixels; the job's seed does not change them"),
    ODD_OPTIONS_END,
};

/* The array with room for `need` elements, moved to a larger place if it must; NULL: no memory. */
static void *with_room(void *array, int64_t used, int64_t *room, int64_t need, size_t element)
{
    int64_t wanted = *room > 0 ? *room : 64;
    if (need <= *room) return array;
    while (wanted < need)
        wanted *= 2;
    void *larger = odd_alloc(wanted, element);
    if (!larger) return NULL;
    if (used > 0) memcpy(larger, array, (size_t)used * element);
    odd_free(array);
    *room = wanted;
    return larger;
}

static odd_status append_string(odd_catalogue *c, const char *s, int64_t *offset)
{
    int64_t length = (int64_t)strlen(s) + 1;
    int64_t start = c->pool_size > 0 ? c->pool_size : 1; /* offset 0 is "" */
    char *pool = with_room(c->pool, c->pool_size, &c->pool_room, start + length, 1);
    if (!pool) return ODD_NOMEM;
    memcpy(pool + start, s, (size_t)length);
    c->pool = pool;
    c->pool_size = start + length;
    *offset = start;
    return ODD_OK;
}

odd_status odd_catalogue_string(odd_catalogue *c, const char *s, int64_t *offset)
{
    *offset = 0;
    if (!s || *s == '\0') return ODD_OK;
    /* A cache of recent strings, one a slot: most labels and reasons come again soon. */
    uint64_t slot = odd_hash_add_text(ODD_HASH_START, s).low % ODD_CATALOGUE_RECENT;
    int64_t known = c->recent[slot];
    if (known > 0 && strcmp(c->pool + known, s) == 0) {
        *offset = known;
        return ODD_OK;
    }
    odd_status st = append_string(c, s, offset);
    if (st == ODD_OK) c->recent[slot] = *offset;
    return st;
}

static bool ends_with(const char *s, const char *tail)
{
    size_t length = strlen(s), tail_length = strlen(tail);
    return length >= tail_length && memcmp(s + length - tail_length, tail, tail_length) == 0;
}

const char *odd_catalogue_text(const odd_catalogue *c, int64_t offset)
{
    return offset > 0 ? c->pool + offset : "";
}

/* Neighbours of one source have one offset, by which readers know that their file is open already.
 */
static odd_status add_source(odd_catalogue *c, const char *source, int64_t *offset)
{
    const int64_t last = c->count > 0 ? c->item[c->count - 1].source : 0;
    if (strcmp(odd_catalogue_text(c, last), source) != 0)
        return odd_catalogue_string(c, source, offset);
    *offset = last;
    return ODD_OK;
}

/* Where the source ends with the name, the name is that part of it. */
static odd_status add_names(odd_catalogue *c, const char *name, const char *source, odd_item *item)
{
    odd_status st;
    if (*name != '\0' && ends_with(source, name)) {
        ODD_TRY(append_string(c, source, &item->source));
        item->name = item->source + (int64_t)(strlen(source) - strlen(name));
        return ODD_OK;
    }
    ODD_TRY(add_source(c, source, &item->source));
    if (*name != '\0') ODD_TRY(append_string(c, name, &item->name));
done:
    return st;
}

odd_status odd_catalogue_add(odd_catalogue *c, const char *name, const char *source, odd_item **out)
{
    odd_item item = {.size = -1};
    *out = NULL;
    odd_item *items = with_room(c->item, c->count, &c->item_room, c->count + 1, sizeof *c->item);
    if (!items) return ODD_NOMEM;
    c->item = items;
    odd_status st = add_names(c, name ? name : "", source ? source : "", &item);
    if (st != ODD_OK) return st;
    c->item[c->count] = item;
    *out = &c->item[c->count++];
    return ODD_OK;
}

odd_status odd_catalogue_copy(const odd_catalogue *from, const odd_item *item, odd_catalogue *to)
{
    odd_item *mine;
    odd_status st;
    ODD_TRY(odd_catalogue_add(to, odd_catalogue_text(from, item->name),
                              odd_catalogue_text(from, item->source), &mine));
    const int64_t name = mine->name, source = mine->source;
    *mine = *item;
    mine->name = name;
    mine->source = source;
    ODD_TRY(odd_catalogue_string(to, odd_catalogue_text(from, item->label), &mine->label));
    ODD_TRY(odd_catalogue_string(to, odd_catalogue_text(from, item->split), &mine->split));
    ODD_TRY(odd_catalogue_string(to, odd_catalogue_text(from, item->group), &mine->group));
    ODD_TRY(odd_catalogue_string(to, odd_catalogue_text(from, item->reason), &mine->reason));
done:
    return st;
}

/* By name; items of one name in an order that does not depend on how they were found. */
static int compare_items(const void *left, const void *right, void *catalogue)
{
    const odd_catalogue *c = catalogue;
    const odd_item *a = left, *b = right;
    int order = strcmp(odd_catalogue_text(c, a->name), odd_catalogue_text(c, b->name));
    if (order == 0)
        order = strcmp(odd_catalogue_text(c, a->source), odd_catalogue_text(c, b->source));
    return order != 0 ? order : (a->offset > b->offset) - (a->offset < b->offset);
}

void odd_catalogue_sort(odd_catalogue *c)
{
    if (c->count > 1) qsort_r(c->item, (size_t)c->count, sizeof *c->item, compare_items, c);
}

void odd_catalogue_drop_rows(odd_catalogue *c)
{
    free(c->row);
    c->row = NULL;
    c->rows = c->row_room = 0;
}

void odd_catalogue_free(odd_catalogue *c)
{
    odd_catalogue_drop_rows(c);
    odd_free(c->item);
    odd_free(c->pool);
    *c = (odd_catalogue)ODD_CATALOGUE_EMPTY;
}
