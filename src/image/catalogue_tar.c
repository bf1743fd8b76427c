/* Catalogue, tar shards: which there are, and members read at their place in any order, without
 * looking at what is before them. */
#include "image/catalogue_internal.h"

#include "image/verdict_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* The paths of all shards: their names as given (for a folder: in it) and the files to open. */
struct shards {
    char **given, **path;
    int64_t count, room;
};

static odd_status add_shard(struct shards *shards, const char *folder, const char *given)
{
    if (shards->count == shards->room) {
        int64_t room = shards->room > 0 ? 2 * shards->room : 16;
        char **names = realloc(shards->given, (size_t)room * sizeof *names);
        if (names) shards->given = names;
        char **paths = realloc(shards->path, (size_t)room * sizeof *paths);
        if (paths) shards->path = paths;
        if (!names || !paths) return odd_fail(ODD_NOMEM, "cannot allocate the list of shards");
        shards->room = room;
    }
    char *name = strdup(given);
    if (!name) return odd_fail(ODD_NOMEM, "cannot allocate a path");
    odd_status st = odd_path_under(folder, given, &shards->path[shards->count]);
    if (st == ODD_OK)
        shards->given[shards->count++] = name;
    else
        free(name);
    return st;
}

static int is_shard(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && dot != entry->d_name && strcasecmp(dot, ".tar") == 0;
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static odd_status add_folder(struct shards *shards, const char *folder, const char *given,
                             const char *path)
{
    struct dirent **entry = NULL;
    int count = scandir(path, &entry, is_shard, compare_entries);
    odd_status st = ODD_OK;
    if (count < 0)
        return odd_fail(ODD_IO, "cannot open folder '%s': %s", path, strerrordesc_np(errno));
    if (count == 0) st = odd_fail(ODD_FORMAT, "no .tar files in folder '%s'", path);
    for (int i = 0; i < count; i++) {
        odd_text name = ODD_TEXT_EMPTY;
        odd_text_format(&name, "%s/%s", given, entry[i]->d_name);
        if (st == ODD_OK) st = odd_text_status(&name);
        if (st == ODD_OK) st = add_shard(shards, folder, name.s);
        odd_text_free(&name);
        free(entry[i]);
    }
    free(entry);
    return st;
}

static odd_status find_shards(const odd_catalogue_options *options, const char *folder,
                              struct shards *shards)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < options->path.count && st == ODD_OK; i++) {
        const char *given = options->path.item[i];
        struct stat info;
        char *path;
        st = odd_path_under(folder, given, &path);
        if (st != ODD_OK) break;
        bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
        st = is_folder ? add_folder(shards, folder, given, path) : add_shard(shards, folder, given);
        free(path);
    }
    return st;
}

static odd_status list_shards(const odd_catalogue_options *options, const char *folder,
                              odd_catalogue *out)
{
    struct shards shards = {0};
    int64_t files = 0;
    odd_status st;
    *out = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    ODD_TRY(odd_paths_check(options));
    ODD_TRY(find_shards(options, folder, &shards));
    bool whole = odd_paths_alike(shards.given, shards.count);
    for (int64_t i = 0; i < shards.count; i++) {
        const char *name = whole ? shards.given[i] : odd_path_name(shards.given[i]);
        ODD_TRY(odd_shard_index(options, shards.path[i], name, out, &files));
    }
    if (out->count == 0) ODD_TRY(odd_catalogue_none(options, files));
    odd_catalogue_seal(out);
done:
    if (st != ODD_OK) odd_catalogue_free(out);
    for (int64_t i = 0; i < shards.count; i++) {
        free(shards.given[i]);
        free(shards.path[i]);
    }
    free(shards.given);
    free(shards.path);
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

static bool turn_to(odd_reader *reader, int64_t source, odd_verdict *verdict)
{
    struct stat info;
    const char *why;
    if (reader->fd >= 0 && reader->source == source) return true;
    if (reader->fd >= 0) close(reader->fd);
    reader->source = source;
    reader->fd = odd_regular_open(odd_catalogue_text(reader->catalogue, source), &info, &why);
    if (reader->fd < 0) odd_verdict_set(verdict, ODD_IMAGE_MISSING, "shard: %s", why);
    return reader->fd >= 0;
}

static odd_status read_member(odd_reader *reader, int64_t i, int64_t limit, uint8_t **bytes,
                              size_t *size, odd_image *raw, odd_verdict *verdict)
{
    const odd_item *item = &reader->catalogue->item[i];
    *bytes = NULL;
    *size = 0;
    *raw = (odd_image)ODD_IMAGE_EMPTY;
    if (!odd_item_sound(reader->catalogue, i, verdict)) return ODD_OK;
    if (!turn_to(reader, item->source, verdict)) return ODD_OK;
    return odd_span_read(reader->fd, item->offset, item->size, limit, bytes, size, verdict);
}

static void close_shards(odd_reader **reader)
{
    if (*reader && (*reader)->fd >= 0) close((*reader)->fd);
    odd_free(*reader);
    *reader = NULL;
}

const odd_catalogue_kind odd_catalogue_tar = {
    "tar",       "image files in tar files (shards), or in all *.tar of a folder",
    list_shards, open_shards,
    read_member, close_shards,
};
