/* Catalogue, tar shards: members read at their place in any order, without looking at what is
 * before them. */
#include "image/catalogue_internal.h"

#include "image/read_result_internal.h"
#include "image/shards_internal.h"
#include "oddlot/base/memory.h"

#include <unistd.h>

static odd_status index_shards(const odd_catalogue_options *options, const odd_shards *shards,
                               odd_catalogue *out, odd_passed *passed)
{
    bool whole = odd_paths_alike(shards->given, shards->count);
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < shards->count; i++) {
        const char *name = whole ? shards->given[i] : odd_path_name(shards->given[i]);
        ODD_TRY(odd_shard_index(options, shards->shard[i].path, name, out, passed));
    }
done:
    return st;
}

static odd_status list_shards(const odd_catalogue_options *options, const char *folder,
                              const odd_catalogue_outline *outline, int64_t from, int64_t to,
                              odd_catalogue *out, odd_passed *passed)
{
    odd_shards shards = {0};
    odd_status st;
    (void)outline, (void)from, (void)to;
    ODD_TRY(odd_paths_check(options, folder));
    ODD_TRY(odd_shards_find(options, folder, &shards, passed));
    ODD_TRY(index_shards(options, &shards, out, passed));
done:
    odd_shards_free(&shards);
    return st;
}

/* One shard is open at a time: items come in rising order. */
struct odd_reader {
    const odd_catalogue *catalogue;
    int64_t source; /* of the open shard */
    int fd;         /* -1: none is open */
};

static odd_status open_shards(const odd_catalogue_options *options, const odd_catalogue *catalogue,
                              odd_reader **out)
{
    (void)options;
    odd_status st = ODD_NEW(*out, 1);
    if (st == ODD_OK) **out = (odd_reader){.catalogue = catalogue, .fd = -1};
    return st;
}

static bool open_shard(odd_reader *reader, int64_t source, odd_read_result *result)
{
    struct stat info;
    const char *why;
    if (reader->fd >= 0 && reader->source == source) return true;
    if (reader->fd >= 0) close(reader->fd);
    reader->source = source;
    reader->fd = odd_regular_open(odd_catalogue_text(reader->catalogue, source), &info, &why);
    if (reader->fd < 0) odd_read_result_set(result, ODD_IMAGE_MISSING, "shard: %s", why);
    return reader->fd >= 0;
}

static odd_status read_member(odd_reader *reader, int64_t i, int64_t limit, uint8_t **bytes,
                              size_t *size, odd_image *raw, odd_read_result *result)
{
    const odd_item *item = &reader->catalogue->item[i];
    *bytes = NULL;
    *size = 0;
    *raw = (odd_image)ODD_IMAGE_EMPTY;
    if (!odd_item_sound(reader->catalogue, i, result)) return ODD_OK;
    if (!open_shard(reader, item->source, result)) return ODD_OK;
    return odd_span_read(reader->fd, item->offset, item->size, limit, bytes, size, result);
}

static void close_shards(odd_reader **reader)
{
    if (*reader && (*reader)->fd >= 0) close((*reader)->fd);
    odd_free(*reader);
    *reader = NULL;
}

const odd_catalogue_kind odd_catalogue_tar = {
    .name = "tar",
    .summary = "image files in tar files (shards), or in all *.tar of a folder",
    .recognises = odd_shards_recognise,
    .list = list_shards,
    .open = open_shards,
    .read = read_member,
    .close = close_shards,
};
