/* Shards: tar files by name and in folders, each once, by device and inode. */
#include "image/shards_internal.h"

#include "oddlot/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Both lists have the same room; where only one grew, neither counts as wider. */
static bool grow_lists(odd_shards *s)
{
    int64_t room = s->room > 0 ? 2 * s->room : 16;
    if (s->count < s->room) return true;
    char **given = realloc(s->given, (size_t)room * sizeof *given);
    if (given) s->given = given;
    odd_shard_file *shard = realloc(s->shard, (size_t)room * sizeof *shard);
    if (shard) s->shard = shard;
    if (given && shard) s->room = room;
    return given && shard;
}

/* Says nothing of a file that is not there: opening it fails. */
static void identify_file(odd_shard_file *shard)
{
    struct stat info;
    if (lstat(shard->path, &info) == 0) shard->link = S_ISLNK(info.st_mode);
    if (stat(shard->path, &info) != 0) return;
    shard->device = info.st_dev;
    shard->inode = info.st_ino;
}

static odd_status add_shard(odd_shards *s, const char *folder, const char *given, bool found)
{
    if (!grow_lists(s)) return odd_fail(ODD_NOMEM, "cannot allocate the list of shards");
    char *name = strdup(given);
    if (!name) return odd_fail(ODD_NOMEM, "cannot allocate a path");
    odd_shard_file *shard = &s->shard[s->count];
    *shard = (odd_shard_file){.found = found, .number = s->count};
    odd_status st = odd_path_under(folder, given, &shard->path);
    if (st != ODD_OK) {
        free(name);
        return st;
    }
    identify_file(shard);
    s->given[s->count++] = name;
    return ODD_OK;
}

/* Compressed ones, too: passed over, they would be lost. */
static bool is_shard(const char *name)
{
    static const char *const ends[] = {".tar",     ".tar.gz",   ".tgz",   ".tar.bz2", ".tbz",
                                       ".tbz2",    ".tar.xz",   ".txz",   ".tar.zst", ".tzst",
                                       ".tar.lz4", ".tar.lzma", ".tar.Z", ".taz",     NULL};
    size_t length = strlen(name);
    for (int i = 0; ends[i]; i++) {
        size_t end = strlen(ends[i]);
        if (length > end && strcasecmp(name + length - end, ends[i]) == 0) return true;
    }
    return false;
}

static odd_status take_entry(odd_shards *s, const char *folder, const char *given, const char *name,
                             odd_passed *passed)
{
    odd_text shown = ODD_TEXT_EMPTY;
    char *path = NULL;
    odd_status st;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return ODD_OK;
    odd_text_format(&shown, "%s/%s", given, name);
    ODD_TRY(odd_text_status(&shown));
    ODD_TRY(odd_path_under(folder, shown.s, &path));
    if (odd_is_keepsake(name))
        st = odd_passed_add(&passed->kept, shown.s);
    else if (is_shard(name) && !odd_is_folder(path))
        st = add_shard(s, folder, shown.s, true);
    else
        st = odd_passed_add(&passed->beside, shown.s);
done:
    free(path);
    odd_text_free(&shown);
    return st;
}

/* Folders of images have folders in them, or more images than archives. */
static bool is_folder_of_shards(const char *path)
{
    struct dirent *entry;
    int64_t shards = 0, others = 0;
    DIR *folder = opendir(path);
    if (!folder) return false;
    while ((entry = readdir(folder))) {
        if (entry->d_name[0] == '.') continue;
        if (is_shard(entry->d_name))
            shards++;
        else
            others++;
    }
    closedir(folder);
    return shards > others;
}

bool odd_shards_recognise(const char *path)
{
    return odd_is_folder(path) ? is_folder_of_shards(path) : is_shard(path);
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static odd_status add_folder(odd_shards *s, const char *folder, const char *given, const char *path,
                             odd_passed *passed)
{
    struct dirent **entry = NULL;
    const int64_t before = s->count;
    int count = scandir(path, &entry, NULL, compare_names);
    odd_status st = ODD_OK;
    if (count < 0)
        return odd_fail(ODD_IO, "cannot open folder '%s': %s", path, strerrordesc_np(errno));
    for (int i = 0; i < count; i++) {
        if (st == ODD_OK) st = take_entry(s, folder, given, entry[i]->d_name, passed);
        free(entry[i]);
    }
    free(entry);
    if (st == ODD_OK && s->count == before)
        st = odd_fail(ODD_FORMAT, "no .tar files in folder '%s'", path);
    return st;
}

/* ---- each once ---- */

/* The one to be kept first: by its own name rather than by a link. */
static int compare_shards(const void *left, const void *right)
{
    const odd_shard_file *a = left, *b = right;
    if (a->device != b->device) return a->device < b->device ? -1 : 1;
    if (a->inode != b->inode) return a->inode < b->inode ? -1 : 1;
    if (a->found != b->found) return a->found ? 1 : -1;
    if (a->link != b->link) return a->link ? 1 : -1;
    return (a->number > b->number) - (a->number < b->number);
}

/* A shard that is found again, by a link say, is no mistake; one that is also named is. */
static odd_status check_twice(const odd_shards *s, const odd_shard_file *first,
                              const odd_shard_file *again, odd_passed *passed)
{
    if (first->found) return odd_passed_add(&passed->again, s->given[again->number]);
    return odd_fail(ODD_USAGE, "'%s' is listed twice: it is in a folder of catalogue.path, as '%s'",
                    s->given[first->number], s->given[again->number]);
}

static void keep_first(odd_shards *s, const bool *twice)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < s->count; i++) {
        if (twice[i]) {
            free(s->given[i]);
            free(s->shard[i].path);
        } else {
            s->given[kept] = s->given[i];
            s->shard[kept++] = s->shard[i];
        }
    }
    s->count = kept;
}

static odd_status drop_twice(odd_shards *s, odd_passed *passed)
{
    odd_shard_file *sorted = NULL;
    bool *twice = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(sorted, s->count));
    ODD_TRY(ODD_NEW(twice, s->count));
    memcpy(sorted, s->shard, (size_t)s->count * sizeof *sorted);
    qsort(sorted, (size_t)s->count, sizeof *sorted, compare_shards);
    /* Sorted, those of one inode are neighbours; inode 0 is of those that are not there. */
    for (int64_t i = 1, first = 0; i < s->count; i++) {
        const bool same = sorted[i].inode != 0 && sorted[i].inode == sorted[first].inode &&
                          sorted[i].device == sorted[first].device;
        if (same) ODD_TRY(check_twice(s, &sorted[first], &sorted[i], passed));
        twice[sorted[i].number] = same;
        if (!same) first = i;
    }
    keep_first(s, twice);
done:
    odd_free(sorted);
    odd_free(twice);
    return st;
}

odd_status odd_shards_find(const odd_catalogue_options *options, const char *folder,
                           odd_shards *shards, odd_passed *passed)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < options->path.count && st == ODD_OK; i++) {
        const char *given = options->path.item[i];
        char *path;
        st = odd_path_under(folder, given, &path);
        if (st != ODD_OK) break;
        st = odd_is_folder(path) ? add_folder(shards, folder, given, path, passed)
                                 : add_shard(shards, folder, given, false);
        free(path);
    }
    return st == ODD_OK && shards->count > 1 ? drop_twice(shards, passed) : st;
}

void odd_shards_free(odd_shards *s)
{
    for (int64_t i = 0; i < s->count; i++) {
        free(s->given[i]);
        free(s->shard[i].path);
    }
    free(s->given);
    free(s->shard);
    *s = (odd_shards){NULL, NULL, 0, 0};
}
