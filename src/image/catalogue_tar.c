/* Catalogue, tar shards: members read at their place in any order, without looking at what is
 * before them. */
#include "image/catalogue_internal.h"

#include "image/read_result_internal.h"
#include "image/shards_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line of each: the name before those of its members and, behind its length, the path. */
static odd_status describe_shards(const odd_shards *shards, odd_text *lines)
{
    const bool whole = odd_paths_alike(shards->given, shards->count);
    for (int64_t i = 0; i < shards->count; i++) {
        const char *name = whole ? shards->given[i] : odd_path_name(shards->given[i]);
        odd_text_format(lines, "%zu %s%s", strlen(name), name, shards->shard[i].path);
        odd_text_bytes(lines, "", 1);
    }
    return odd_text_status(lines);
}

static odd_status look_at_shards(const odd_catalogue_options *options, const char *folder,
                                 odd_catalogue_outline *out, odd_passed *passed)
{
    odd_shards shards = {0};
    odd_status st;
    ODD_TRY(odd_paths_check(options, folder));
    ODD_TRY(odd_shards_find(options, folder, &shards, passed));
    ODD_TRY(describe_shards(&shards, &out->lines));
    out->units = shards.count;
done:
    odd_shards_free(&shards);
    return st;
}

/* The shard of a line. */
static odd_status index_shard(const odd_catalogue_options *options, const char *line,
                              odd_catalogue *out, odd_passed *passed)
{
    char *rest;
    const size_t length = strtoul(line, &rest, 10);
    char *name = strndup(rest + 1, length);
    odd_status st;
    ODD_TRY(name ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a name"));
    ODD_TRY(odd_shard_index(options, rest + 1 + length, name, out, passed));
done:
    free(name);
    return st;
}

static odd_status list_shards(const odd_catalogue_options *options, const char *folder,
                              const odd_catalogue_outline *outline, int64_t from, int64_t to,
                              odd_catalogue *out, odd_passed *passed)
{
    const char *line = odd_text_string(&outline->lines);
    odd_status st = ODD_OK;
    (void)folder;
    for (int64_t i = from; i < to; i++, line += strlen(line) + 1)
        ODD_TRY(index_shard(options, line, out, passed));
done:
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
    .look = look_at_shards,
    .list = list_shards,
    .open = open_shards,
    .read = read_member,
    .close = close_shards,
};
